// Plays Zed for the extension's component: the real code that finds the server, without Zed.
//   node host.mjs WASM EXTENSION-FOLDER [PROGRAM SAMPLE-FOLDER]
// With a program the command that comes out is started, and the server asked what Zed asks.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from './server.mjs';
import { transpileBytes } from '@bytecodealliance/jco-transpile';
import * as shim from '@bytecodealliance/preview2-shim';
import { parse } from 'smol-toml';

const [wasm, extension, program, sample] = process.argv.slice(2);
let failures = 0;
function check(name, ok, seen) {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}${ok ? '' : `  saw: ${JSON.stringify(seen)}`}`);
  if (!ok) failures++;
}

const bytes = readFileSync(wasm);
check('a component', bytes.subarray(0, 8).equals(Buffer.from([0, 97, 115, 109, 13, 0, 1, 0])));
check("has Zed's mark of the API", bytes.includes('zed:api-version'));

// Transpiled beside node_modules, because what comes out imports from there.
const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, 'out');
rmSync(out, { recursive: true, force: true });
const { files } = await transpileBytes(bytes, { name: 'extension', instantiation: 'async', noTypescript: true });
for (const [name, content] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
  writeFileSync(path.join(out, name), content);
}
const { instantiate } = await import(path.join(out, 'extension.js'));

const kebab = name => name.replace(/[A-Z]/g, letter => '-' + letter.toLowerCase());
const wasi = {};
for (const space of ['cli', 'io', 'random', 'clocks', 'filesystem', 'sockets'])
  for (const [name, value] of Object.entries(shim[space] ?? {})) wasi[`wasi:${space}/${kebab(name)}`] = value;

// One start of the extension in `folder`, where Zed lets it write.
async function start({ folder, which, settings, network = true, platform = ['linux', 'x8664'] }) {
  const downloads = [];
  const states = [];
  shim.filesystem._setPreopens({ '/': folder, '.': folder });
  class Worktree {
    id() { return 1n; }
    rootPath() { return '/workspace'; }
    readTextFile() { throw 'not here'; }
    which(name) { return which?.[name]; }
    shellEnv() { return [['SHELL_HAS', 'it']]; }
  }
  const host = {
    'get-settings': { default: () => JSON.stringify(settings ?? {}) },
    'make-file-executable': { default: () => {} },
    'set-language-server-installation-status': { default: (_, status) => states.push(status.tag) },
    'zed:extension/platform': { currentPlatform: () => platform },
    'download-file': { default: (address, to, kind) => {
      downloads.push([address, kind.tag ?? kind]);
      if (!network) throw 'no network';
      mkdirSync(path.join(folder, to), { recursive: true });
      writeFileSync(path.join(folder, to, 'segue'), '');
    } },
    worktree: { default: Worktree },
    project: { default: class Project {} },
    'key-value-store': { default: class KeyValueStore {} },
  };
  const found = await instantiate(async file => WebAssembly.compile(await readFile(path.join(out, file))), { ...wasi, ...host });
  found.initExtension();
  const worktree = new Worktree();
  const command = () => {
    try {
      return found.languageServerCommand('segue', worktree);
    } catch (error) {
      return { error: error.payload ?? error.message ?? String(error) };
    }
  };
  return { command, configuration: () => found.languageServerWorkspaceConfiguration('segue', worktree), downloads, states };
}

const folders = [];
const fresh = () => {
  folders.push(mkdtempSync(path.join(tmpdir(), 'segue-zed-')));
  return folders.at(-1);
};
process.on('exit', () => folders.forEach((own) => rmSync(own, { recursive: true, force: true })));
const version = parse(readFileSync(path.join(extension, 'Cargo.toml'), 'utf8')).package.version;

let zed = await start({ folder: fresh(), which: { segue: '/usr/bin/segue' }, settings: { binary: { path: '/opt/segue', arguments: ['lsp', '--stdio'], env: { A: 'b' } } } });
let told = zed.command();
check('settings come first', told.command === '/opt/segue' && told.args.join() === 'lsp,--stdio' && JSON.stringify(told.env).includes('["A","b"]'), told);

zed = await start({ folder: fresh(), which: { segue: '/usr/bin/segue' } });
told = zed.command();
check('then the PATH', told.command === '/usr/bin/segue' && told.args.join() === 'lsp' && JSON.stringify(told.env).includes('SHELL_HAS') && zed.downloads.length === 0, told);

const folder = fresh();
mkdirSync(path.join(folder, 'segue-0.0.1-linux-x64'));
writeFileSync(path.join(folder, 'segue-0.0.1-linux-x64', 'segue'), '');
zed = await start({ folder, network: false });
told = zed.command();
check('without a network an older download does', told.command === 'segue-0.0.1-linux-x64/segue' && zed.states.includes('failed'), told);

zed = await start({ folder });
told = zed.command();
check('then the pinned release', told.command === `segue-${version}-linux-x64/segue` &&
  zed.downloads.length === 1 && zed.downloads[0][0].endsWith(`/releases/download/v${version}/segue-${version}-linux-x64.tar.gz`), [told, zed.downloads]);
check('older downloads are removed', !existsSync(path.join(folder, 'segue-0.0.1-linux-x64')));

zed = await start({ folder, network: false });
told = zed.command();
check('once it is there no start asks the network', told.command === `segue-${version}-linux-x64/segue` && zed.downloads.length === 0, [told, zed.downloads]);

zed = await start({ folder: fresh(), network: false });
told = zed.command();
check('says what to do', /install it, or set lsp\.segue\.binary\.path/.test(told.error ?? ''), told);

zed = await start({ folder: fresh(), settings: { settings: { lens: { uses: true } } } });
check('settings are those of the section', JSON.parse(zed.configuration() ?? 'null')?.segue?.lens?.uses === true, zed.configuration());

// The manifest, by the rules of Zed's registry.
const manifest = parse(readFileSync(path.join(extension, 'extension.toml'), 'utf8'));
const known = ['id', 'name', 'description', 'version', 'schema_version', 'authors', 'repository', 'language_servers'];
check('manifest: nothing missing, nothing unknown', Object.keys(manifest).sort().join() === known.sort().join(), Object.keys(manifest));
check('manifest: version of the crate', manifest.version === version && manifest.schema_version === 1, manifest.version);
check('manifest: a name without the words that are taken', /^[a-z0-9-]+$/.test(manifest.id) && !/zed|extension/i.test(manifest.id + manifest.name), manifest.id);
check("manifest: on Zed's own Markdown", manifest.language_servers.segue.languages.join() === 'Markdown', manifest.language_servers);
check('a licence comes along', existsSync(path.join(extension, 'LICENSE-MIT')));

if (program) {
  const workspace = fresh();
  cpSync(sample, workspace, { recursive: true });
  mkdirSync(path.join(workspace, '.git'));
  zed = await start({ folder: fresh(), which: { segue: program } });
  const server = new Server(zed.command(), workspace);
  const prompt = '.github/prompts/implement.prompt.md';
  await server.begin();
  server.open(prompt);
  check('diagnostics', await server.isTold(prompt, 'link/missing-anchor'), server.told);
  const hover = await server.ask('hoverProvider', 'textDocument/hover', server.at(prompt, 'mode:'));
  check('hover', JSON.stringify(hover ?? null).includes('Works on its own, with tools'), hover);
  const { position, ...document } = server.at(prompt, 'pasword-hashing');
  const actions = await server.ask('codeActionProvider', 'textDocument/codeAction',
    { ...document, range: { start: position, end: position }, context: { diagnostics: [] } });
  check('actions', (actions ?? []).some(action => action.title.includes('password-hashing')), actions);
  const planner = '.github/agents/planner.agent.md';
  server.open(planner, text => text.replace('---\n', '---\nargum\n'));
  const place = server.at(planner, 'argum');
  place.position.character += 5;
  const proposed = await server.ask('completionProvider', 'textDocument/completion', place);
  check('completion', JSON.stringify(proposed ?? null).includes('argument-hint'), proposed);
  const memory = 'docs/auth.memory.md';
  server.open(memory);
  const renamed = await server.ask('renameProvider', 'textDocument/rename', { ...server.at(memory, 'Password hashing'), newName: 'How we hash' });
  check('rename', JSON.stringify(renamed ?? null).includes('sign-in.spec.md'), renamed);
  check('stop', (await server.end()) === 0);
}
process.exit(failures ? 1 : 0);
