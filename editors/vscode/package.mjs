// Makes the VSIX of one target, with the server in it.
//
//   node package.mjs --target linux-x64 --binary ../../target/release/segue [--notices FILE] [--out FOLDER]
//
// A static Linux program (musl, or +crt-static) serves linux-* and alpine-* alike. `vsce publish --packagePath`
// takes what this makes.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** What VS Code installs on, and so what a file is made for. */
const TARGETS = ['linux-x64', 'linux-arm64', 'alpine-x64', 'alpine-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

const text = { type: 'string' };
const { values } = parseArgs({ options: { target: text, binary: text, notices: text, out: { ...text, default: '.' } } });
const { target, binary, notices, out } = values;
if (!target || !TARGETS.includes(target) || !binary) {
  console.error(`usage: node package.mjs --target ${TARGETS.join('|')} --binary FILE [--notices FILE] [--out FOLDER]`);
  process.exit(2);
}
const [from, to] = [path.resolve(binary), path.resolve(out)];
const licencesOfServer = notices && path.resolve(notices);
process.chdir(import.meta.dirname);
const program = path.join('server', target.startsWith('win32') ? 'segue.exe' : 'segue');
const licences = ['LICENSE-MIT', 'LICENSE-APACHE'];
const file = path.join(to, `segue-${target}.vsix`);
mkdirSync('server', { recursive: true });
mkdirSync(to, { recursive: true });
try {
  copyFileSync(from, program);
  chmodSync(program, 0o755);
  if (licencesOfServer) copyFileSync(licencesOfServer, path.join('server', 'THIRD-PARTY.txt'));
  for (const licence of licences) copyFileSync(path.join('../..', licence), licence);
  const words = ['package', '--no-dependencies', '--skip-license', '--allow-missing-repository', '--target', target, '--out', file];
  execFileSync(process.execPath, ['node_modules/@vscode/vsce/vsce', ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
} finally {
  rmSync('server', { recursive: true, force: true });
  for (const licence of licences) rmSync(licence, { force: true });
}
console.log(`${file}: ${statSync(file).size} bytes, of them the server ${statSync(from).size} before packing`);
