// A VS Code of its own for a test: its server on the loopback, its user's folders, a browser on it. Nothing is
// shared with another run, and nothing is left.

import assert from 'node:assert';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const { CODE, CHROMIUM, PLAYWRIGHT, SAMPLES, SEGUE, VSIX } = process.env;
const { chromium } = createRequire(import.meta.url)(PLAYWRIGHT);

/** Settings under which what is on the screen hangs on nothing but the test. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'workbench.tips.enabled': false,
  // A page that takes the focus while it is being drawn would close the quick input before it is answered.
  'workbench.quickOpen.closeOnFocusLost': false,
  'files.autoSave': 'off',
  'security.workspace.trust.enabled': false,
  'editor.accessibilitySupport': 'off',
  'editor.minimap.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/** VS Code with the extension in it, for one workspace. */
export class Code {
  /** `vsix: false` leaves the extension out: the extension host then loads it from its folder. */
  constructor({ vsix = true, settings = {}, sample = 'sign-in' } = {}) {
    this.home = mkdtempSync(path.join(tmpdir(), 'segue-vscode-'));
    this.workspace = path.join(this.home, 'workspace');
    for (const folder of ['user/User', 'user/Machine', 'extensions', 'browser', 'state']) {
      mkdirSync(path.join(this.home, folder), { recursive: true });
    }
    cpSync(path.join(SAMPLES, sample), this.workspace, { recursive: true });
    writeFileSync(path.join(this.home, '.gitconfig'), '[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n');
    this.environment = { ...process.env, HOME: this.home, XDG_STATE_HOME: `${this.home}/state`, XDG_CACHE_HOME: `${this.home}/cache` };
    this.git('init', '--quiet');
    this.git('add', '.');
    this.git('commit', '--quiet', '--message', 'Begin');
    writeFileSync(path.join(this.home, 'user/User/settings.json'), JSON.stringify({ ...QUIET, ...settings }));
    this.machine({});
    this.folders = ['--accept-server-license-terms', '--telemetry-level', 'off', '--server-data-dir', `${this.home}/user`,
      '--user-data-dir', `${this.home}/user`, '--extensions-dir', `${this.home}/extensions`];
    if (vsix) execFileSync('node', [`${CODE}/out/server-main.js`, ...this.folders, '--install-extension', VSIX], { env: this.environment, stdio: 'ignore' });
  }

  /** What git says in the workspace. */
  git(...words) {
    return execFileSync('git', words, { cwd: this.workspace, env: this.environment, encoding: 'utf8' });
  }

  /** Settings of the machine: the server's path is one. */
  machine(settings) {
    writeFileSync(path.join(this.home, 'user/Machine/settings.json'), JSON.stringify({ 'segue.server.path': SEGUE, ...settings }));
  }

  /** Starts the server; its address. VS Code draws no notifications while its driver for tests is on. */
  async start({ driver = true } = {}) {
    const own = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token', ...(driver ? ['--enable-smoke-test-driver'] : [])];
    this.server = spawn('node', [`${CODE}/out/server-main.js`, ...own, ...this.folders], { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    this.url = await new Promise((resolve, reject) => {
      const hear = (bytes) => {
        said += bytes;
        const port = /Extension host agent listening on (\d+)/.exec(said)?.[1];
        if (port) resolve(`http://127.0.0.1:${port}`);
      };
      this.server.stdout.on('data', hear);
      this.server.stderr.on('data', hear);
      this.server.on('exit', () => reject(new Error(`VS Code's server ended:\n${said}`)));
    });
    return this.url;
  }

  /** A page of a browser that reaches nothing but this machine. */
  async browser() {
    this.context = await chromium.launchPersistentContext(`${this.home}/browser`, {
      executablePath: CHROMIUM,
      viewport: { width: 1400, height: 900 },
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    });
    const page = this.context.pages()[0] ?? (await this.context.newPage());
    if (process.env.SLOW) {
      const session = await this.context.newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: Number(process.env.SLOW) });
    }
    if (process.env.V) page.on('console', (message) => console.log('  console', message.text().slice(0, 300)));
    return page;
  }

  address(parameters = {}) {
    return `${this.url}/?${new URLSearchParams({ folder: this.workspace, ...parameters })}`;
  }

  async stop() {
    await this.context?.close();
    if (this.server && this.server.exitCode === null) {
      const ended = new Promise((resolve) => this.server.on('exit', resolve));
      this.server.kill();
      await ended;
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs named checks one after the other; the names of those that failed. */
export async function run(checks, { quiet = false, onFailure, steps = false } = {}) {
  const failed = [];
  for (const [name, check] of Object.entries(checks)) {
    if (process.env.CHECK && process.env.CHECK !== name) continue;
    if (steps && failed.length > 0) break;
    const begun = Date.now();
    try {
      await check();
      if (!quiet) console.log(`ok ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed.push(name);
      await onFailure?.(name);
      if (steps) failed.push('what comes after it');
      if (!quiet) console.log(`FAILED ${name}: ${String(error?.stack ?? error).split('\n').slice(0, 14).join('\n  ')}`);
    }
  }
  return failed;
}

/** Waits until something is so. */
export async function until(look, patience = 60_000) {
  for (const end = Date.now() + patience; !(await look()); ) {
    if (Date.now() > end) throw new Error(`waited too long for ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** One VS Code for one script: `act` gets it and fails the script by an error, or by the names of failed checks. */
export async function script(code, act) {
  try {
    assert.deepStrictEqual((await act()) ?? [], [], 'checks that failed');
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await code.stop();
  }
}
