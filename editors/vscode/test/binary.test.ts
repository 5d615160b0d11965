import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { expanded, find, fits, NoBinary, programName, type Wishes } from '../src/server/binary.ts';

let folder: string;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'segue-binary-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says what it is told to say. */
function program(place: string, says: string): string {
  const file = path.join(folder, place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  return file;
}

function wishes(own: Partial<Wishes> = {}): Wishes {
  return {
    setting: null,
    trusted: true,
    extension: path.join(folder, 'extension'),
    version: '0.1.0',
    folder: path.join(folder, 'workspace'),
    home: path.join(folder, 'home'),
    platform: 'linux',
    environment: { PATH: path.join(folder, 'bin') },
    log: (line) => lines.push(line),
    ...own,
  };
}

test('the setting comes first, then the PATH, then the bundled one', async () => {
  const bundled = program('extension/server/segue', 'segue 0.1.0');
  assert.deepEqual(await find(wishes()), { path: bundled, origin: 'bundled', version: '0.1.0' });
  const onPath = program('bin/segue', 'segue 0.1.4');
  assert.deepEqual(await find(wishes()), { path: onPath, origin: 'PATH', version: '0.1.4' });
  const own = program('home/own/segue', 'segue 0.9.0');
  assert.deepEqual(await find(wishes({ setting: '~/own/segue' })), { path: own, origin: 'setting', version: '0.9.0' });
  assert.match(lines.join(), /version 0\.9\.0/);
});

test('a workspace that is not trusted gets the bundled one, whatever the settings and the PATH say', async () => {
  program('bin/segue', 'segue 0.1.0');
  const own = program('workspace/segue', 'segue 0.1.0');
  await assert.rejects(find(wishes({ trusted: false, setting: own })), /not trusted/);
  const bundled = program('extension/server/segue', 'segue 0.1.0');
  assert.equal((await find(wishes({ trusted: false, setting: own }))).path, bundled);
});

test('one on the PATH whose version does not fit, or that is another program, is passed over', async () => {
  const bundled = program('extension/server/segue', 'segue 0.1.0');
  for (const says of ['segue 0.2.0', 'segue 1.0.0', 'Segway 3']) {
    program('bin/segue', says);
    assert.equal((await find(wishes())).path, bundled, says);
  }
  assert.equal(lines.length, 3);
});

test('relative folders of the PATH are not looked at: they would be in the workspace', async () => {
  program('workspace/segue', 'segue 0.1.0');
  const here = process.cwd();
  mkdirSync(path.join(folder, 'workspace'), { recursive: true });
  process.chdir(path.join(folder, 'workspace'));
  try {
    await assert.rejects(find(wishes({ environment: { PATH: '.::bin' } })), NoBinary);
  } finally {
    process.chdir(here);
  }
});

test('a setting that names nothing that can be started is told, and nothing else is taken', async () => {
  program('bin/segue', 'segue 0.1.0');
  await assert.rejects(find(wishes({ setting: '/nowhere/segue' })), /no such file\. Correct the setting, or empty it/);
  const other = program('other', 'something else');
  await assert.rejects(find(wishes({ setting: other })), /does not tell its version as Segue does\. Correct/);
});

test('a bare name in the setting is looked for on the PATH', async () => {
  const named = program('bin/segue-nightly', 'segue 0.1.1');
  assert.equal((await find(wishes({ setting: 'segue-nightly' }))).path, named);
});

test('names in settings are expanded', () => {
  const places = { home: '/home/a$b', folder: '/work/x' };
  assert.equal(expanded('~/bin/segue', places), '/home/a$b/bin/segue');
  assert.equal(expanded('~other/segue', places), '/work/x/~other/segue');
  assert.equal(expanded('${workspaceFolder}/t/segue', places), '/work/x/t/segue');
  assert.equal(expanded('target/segue', places), '/work/x/target/segue');
  assert.equal(expanded('segue', places), 'segue');
});

test('on Windows the program has an ending, and the PATH may be called Path', async () => {
  assert.equal(programName('win32'), 'segue.exe');
  // Absolute as Windows has it; nothing is there, and nothing of it is looked for elsewhere.
  await assert.rejects(find(wishes({ platform: 'win32', environment: { Path: 'C:\\bin;.;relative' } })), NoBinary);
});

test('which versions fit', () => {
  for (const [server, extension, wanted] of [
    ['0.1.0', '0.1.9', true], ['0.1.9', '0.1.0', true], ['0.2.0', '0.1.0', false], ['0.1.0', '0.2.0', false],
    ['1.4.0', '1.2.0', true], ['1.1.0', '1.2.0', false], ['2.0.0', '1.2.0', false], ['0.1.0-rc.1', '0.1.0', true], ['x', '0.1.0', false],
  ] as const) {
    assert.equal(fits(server, extension), wanted, `${server} for ${extension}`);
  }
});
