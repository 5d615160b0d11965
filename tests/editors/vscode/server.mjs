// The server's life in VS Code: what the language status says of it, a restart, its log, the protocol, and a program
// that is not there.

import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, run, script, until } from './code.mjs';
import { Workbench } from './workbench.mjs';

const code = new Code();
await script(code, async () => {
  const [, version] = /^segue (\S+)/.exec(execFileSync(process.env.SEGUE, ['--version'], { encoding: 'utf8' }));
  // A program that tells of each server that is started: its process.
  const [started, program] = ['started', 'program'].map((name) => path.join(code.home, name));
  writeFileSync(program, `#!/bin/sh\n[ "$1" != lsp ] || echo $$ >> ${started}\nexec ${process.env.SEGUE} "$@"\n`, { mode: 0o755 });
  const servers = () => (existsSync(started) ? readFileSync(started, 'utf8').trim().split('\n').map(Number) : []);
  const lives = (server) => existsSync(`/proc/${server}`);
  code.machine({ 'segue.server.path': program });
  await code.start({ driver: false });
  const page = await code.browser();
  const work = new Workbench(page, Number(process.env.SEGUE_PATIENCE ?? 60) * 1000);
  await work.open(code.address());
  const item = page.locator('[id="status.languageStatus"]');
  const card = page.locator('.hover-language-status', { hasText: 'Segue' });
  /** Looks at what the language status says until it says this. */
  const says = (text) =>
    work.again(async () => {
      await page.keyboard.press('Escape');
      await item.click({ timeout: 3_000 }).catch(() => {});
    }, card.filter({ hasText: text }));
  const output = page.locator('.part.panel .output-view');
  /** Whether the panel shows the output channel of this name. */
  const channel = (name) => () =>
    page.locator('.part.panel select').evaluateAll((all, name) => all.some((own) => own.selectedOptions[0]?.text === name), name);
  const toast = page.locator('.notification-list-item', { hasText: 'names /nowhere/segue, and there is no such file. Correct the setting, or empty it' }).first();
  const checks = {
    async 'the language status names the version and where it comes from, with a menu behind it'() {
      await work.served();
      await says(`Segue ${version}`);
      await card.filter({ hasText: 'as the settings say' }).waitFor();
      await work.picture('status');
      const menu = page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Restart Server' });
      await work.again(async () => {
        if (!(await card.isVisible())) await item.click({ timeout: 3_000 }).catch(() => {});
        await card.locator('a', { hasText: 'Menu' }).click({ timeout: 3_000 }).catch(() => {});
      }, menu);
      await work.again(() => page.keyboard.press('Escape'), () => menu.isHidden());
    },
    async 'a restart is another process, and that one finds'() {
      const before = servers();
      assert.ok(lives(before.at(-1)));
      await work.again(() => work.command('Segue: Restart Server'), () => servers().length > before.length, { each: 30_000 });
      await until(() => !lives(before.at(-1)), work.time);
      // A file that was not open before: what is found in it was found by nobody else.
      await work.file('implement.prompt.md');
      await page.locator('.editor-group-container.active .squiggly-warning').first().waitFor();
      assert.ok(lives(servers().at(-1)));
    },
    async 'the log says which program it is'() {
      await work.again(() => work.command('Segue: Show Server Logs'), [channel('Segue'), output.locator('.view-line', { hasText: /\[info\]/ }).first()]);
      await work.picture('log');
    },
    async 'the protocol is traced, and no more'() {
      const choice = (name) => page.locator('.quick-input-widget .monaco-list-row', { hasText: name });
      const set = async (name, wanted) =>
        work.again(async () => {
          if (!(await choice(name).isVisible())) await work.command('Segue: Trace the Protocol');
          await choice(name).click({ timeout: 3_000 }).catch(() => {});
        }, wanted);
      const kept = () => readFileSync(path.join(code.home, 'user/User/settings.json'), 'utf8');
      await set('messages', [() => kept().includes('"segue.trace.server": "messages"'), channel('Segue Trace')]);
      await work.again(() => work.file('planner.agent.md'), output.locator('.view-line', { hasText: 'textDocument/' }).first());
      await set('off', () => kept().includes('"segue.trace.server": "off"'));
    },
    async 'a program that is not there is told of, with what to do; and the next one is taken'() {
      await work.again(() => code.machine({ 'segue.server.path': '/nowhere/segue' }), toast, { each: 20_000 });
      await work.picture('missing');
      const settings = page.locator('.settings-editor', { hasText: 'Server: Path' });
      await work.again(async () => {
        // It is told again where it was gone before it was answered.
        if (!(await toast.isVisible())) await work.command('Segue: Restart Server');
        await toast.locator('.monaco-button', { hasText: 'Open Settings' }).click({ timeout: 3_000 }).catch(() => {});
      }, settings);
      await work.again(() => page.keyboard.press('Escape'), () => settings.isHidden());
      await work.file('planner.agent.md');
      await says('Segue does not run');
      await work.picture('status-failed');
      const before = servers().length;
      await work.again(() => code.machine({ 'segue.server.path': program }), () => servers().length > before, { each: 20_000 });
      await work.served();
      await says(`Segue ${version}`);
    },
  };
  return run(checks, { steps: true, onFailure: () => work.failed('failed-server') });
});
