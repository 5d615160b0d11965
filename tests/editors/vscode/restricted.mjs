// A workspace that is not trusted: language features by the server that came with the extension, and nothing else; all
// of it once it is trusted.

import assert from 'node:assert';
import { existsSync, readdirSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, run, script } from './code.mjs';
import { Workbench } from './workbench.mjs';

const trust = { enabled: true, startupPrompt: 'never', banner: 'never', untrustedFiles: 'open', emptyWindow: false };
const code = new Code({ settings: Object.fromEntries(Object.entries(trust).map(([key, value]) => [`security.workspace.trust.${key}`, value])) });
await script(code, async () => {
  // The server that came with the extension, and another one, which tells that it was started.
  const extension = readdirSync(path.join(code.home, 'extensions')).find((name) => name.startsWith('segue.segue-'));
  const bundled = path.join(code.home, 'extensions', extension, 'server');
  mkdirSync(bundled);
  symlinkSync(process.env.SEGUE, path.join(bundled, 'segue'));
  const started = path.join(code.home, 'started');
  const other = path.join(code.home, 'other');
  writeFileSync(other, `#!/bin/sh\necho "$1" >> ${started}\nexec ${process.env.SEGUE} "$@"\n`, { mode: 0o755 });
  code.machine({ 'segue.server.path': other });
  await code.start();
  const page = await code.browser();
  const work = new Workbench(page, Number(process.env.SEGUE_PATIENCE ?? 60) * 1000);
  await work.open(code.address());
  const view = page.locator('.activitybar .action-item [aria-label^="Segue"]');
  const checks = {
    async 'not trusted: findings and hover by the bundled server, and nothing is run'() {
      await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      await work.served();
      await work.file('specs/sign-in.spec.md', 26);
      await page.locator('.squiggly-warning').first().waitFor();
      await work.hover('How we hash', 'password-hashing', 'Argon2id');
      await work.picture('restricted');
      assert.ok(!existsSync(started), 'the program of the settings was started');
      assert.strictEqual(await view.count(), 0, 'there is a view of runs');
      // No command of runs is offered.
      await work.again(async () => {
        for (const key of ['Escape', 'F1']) await page.keyboard.press(key);
        await page.locator('.quick-input-widget input.input').fill('>Segue: ', { timeout: 3_000 }).catch(() => {});
      }, page.locator('.quick-input-list .monaco-list-row', { hasText: 'Show Graph of Agents' }));
      assert.strictEqual(await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Launch This Plan' }).count(), 0);
      await page.keyboard.press('Escape');
    },
    async 'trusted: the server of the settings, and the view'() {
      const trusted = page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).first();
      await work.again(async () => {
        if (!(await trusted.isVisible())) await work.command('Workspaces: Manage Workspace Trust');
        await trusted.click({ timeout: 3_000 }).catch(() => {});
      }, () => existsSync(started));
      await view.first().waitFor();
      await work.served();
    },
  };
  return run(checks, { steps: true, onFailure: () => work.failed('failed-restricted') });
});
