// A whole rehearsal run in the view of runs: launched, approved, answered, read, merged, cleaned up; by keyboard, and
// by the mouse where that is another way.

import assert from 'node:assert';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, run, script, until } from './code.mjs';
import { Workbench } from './workbench.mjs';

const code = new Code({ sample: 'rehearsal' });
await script(code, async () => {
  await code.start({ driver: false });
  const page = await code.browser();
  const work = new Workbench(page, Number(process.env.SEGUE_PATIENCE ?? 60) * 1000);
  await work.open(code.address());
  const pane = page.locator('.part.sidebar .tree-explorer-viewlet-tree-view');
  const row = (text) => pane.locator('.monaco-list-row', { hasText: text }).first();
  // The run is the first row, and the only one at the top.
  const title = pane.locator('.monaco-list-row[aria-level="1"]').first();
  const toast = page.locator('.notifications-toasts .notification-list-item');
  const pick = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
  const box = page.locator('.quick-input-widget input.input');
  const is = (state) => title.filter({ hasText: state });
  /** Selects the run, and it alone, by keyboard. */
  const select = async () => {
    await work.command('Segue: Focus on Runs View');
    await until(async () => {
      for (const key of ['Escape', 'Home', 'Control+Shift+Enter']) await page.keyboard.press(key);
      return (await pane.locator('.monaco-list-row.selected').count()) === 1 && pane.locator('.selected[aria-level="1"]').isVisible();
    });
  };
  /** Opens the run and its first wave, by keyboard. */
  const unfold = async () => {
    await select();
    const folded = (level) => pane.locator(`.monaco-list-row.focused[aria-level="${level}"][aria-expanded="false"]`);
    await until(async () => {
      await page.keyboard.press('Home');
      if (await folded(1).isVisible()) await page.keyboard.press('ArrowRight');
      else await page.keyboard.press('ArrowDown');
      if (await folded(2).isVisible()) await page.keyboard.press('ArrowRight');
      return row('Password hashing').isVisible();
    });
  };
  /** Does something by the menu of a row. */
  const menu = async (target, name) => {
    const item = page.locator('.monaco-menu .action-item', { hasText: name }).first();
    await work.again(() => target.click({ button: 'right', timeout: 3_000 }).catch(() => page.keyboard.press('Escape')), item);
    // A menu that has just opened takes no click yet.
    await until(async () => {
      await item.click({ timeout: 1_000 }).catch(() => {});
      return !(await item.isVisible());
    });
  };
  /** Selects a task, and it alone, by the mouse: that shows its log. */
  const task = (name) =>
    until(async () => {
      await row(name).click({ timeout: 3_000 }).catch(() => {});
      return (await pane.locator('.monaco-list-row.selected').count()) === 1 && pane.locator('.selected', { hasText: name }).isVisible();
    });
  /** Shows the log of a task by the mouse; a line that has to be in it. */
  const log = (name, line) => work.again(() => row(name).click({ timeout: 3_000 }).catch(() => {}), work.line(line));
  /** Does a command to the run, and sees what comes of it. */
  const command = (name, wanted) =>
    work.again(async () => {
      await select();
      await work.command(name);
    }, wanted);
  const checks = {
    async launch() {
      await work.file('specs/sign-in.spec.md');
      await page.locator('.codelens-decoration', { hasText: 'tasks in' }).first().waitFor({ timeout: 60_000 });
      await work.command('Segue: Launch This Plan');
      // What may run is shown, and a notification asks.
      await page.locator('.tab.active[data-resource-name="list.txt"]').waitFor();
      await toast.filter({ hasText: 'Sign in' }).first().waitFor();
      await work.picture('runs-launch');
      await work.command('Segue: Focus on Runs View');
      await is('needs you').waitFor();
      // Wide enough that what is said of a task can be read.
      const { x, width } = await page.locator('.part.sidebar').boundingBox();
      await page.mouse.move(x + width, 450);
      await page.mouse.down();
      await page.mouse.move(x + 480, 450, { steps: 4 });
      await page.mouse.up();
      // A badge at the view, and a mark at what nobody looked at yet.
      await page.locator('.activitybar .action-item', { hasText: '1', has: page.locator('[aria-label*="1 run needs you"]') }).first().waitFor();
      const unread = pane.locator('.monaco-list-row[aria-label*="changed"]');
      await unread.first().waitFor();
      await until(async () => {
        await select();
        return unread.waitFor({ state: 'detached', timeout: 3_000 }).then(() => true, () => false);
      });
    },
    async 'the gate, the question, until it is complete'() {
      await select();
      await work.command('Segue: Approve');
      const question = title.locator('.action-label[aria-label^="Answer"]');
      const gate = title.locator('.action-label[aria-label^="Approve"]');
      let answered = 0;
      for (const end = Date.now() + 150_000; !(await is('complete').isVisible()); ) {
        assert.ok(Date.now() < end, await pane.innerText());
        await title.hover();
        if (await question.isVisible()) {
          // The log of who asks is open meanwhile, and goes on by itself.
          await log('Password hashing', 'question 1');
          await work.picture('runs');
          await command('Segue: Answer…', pick.filter({ hasText: 'argon2id' }).filter({ hasText: 'recommended' }));
          await work.picture('runs-question');
          await box.press('Enter');
          answered += 1;
          await question.waitFor({ state: 'detached' });
          await work.line('Wrote auth/passwords.txt').waitFor();
          await work.picture('runs-log');
        } else if (await gate.isVisible()) {
          // Any gate after the first: by the mouse.
          await gate.click({ timeout: 1_000 }).catch(() => {});
          await gate.waitFor({ state: 'hidden', timeout: 2_000 }).catch(() => {});
        }
        await page.waitForTimeout(50);
      }
      assert.strictEqual(answered, 1);
      await work.picture('runs-complete');
    },
    async 'waves and tasks, with their lines'() {
      await unfold();
      await row('Password hashing').filter({ hasText: /done.*\+\d/ }).waitFor();
      await title.filter({ hasText: /complete · 5\/5 · \+\d+/ }).waitFor();
    },
    async 'the log as a read-only document'() {
      await log('Password hashing', 'argon2id');
      await page.locator('.tab.active', { hasText: /passwords\.log/ }).waitFor();
      await work.again(async () => {
        await work.line('argon2id').click();
        await page.keyboard.type('x');
      }, page.locator('.monaco-editor-overlaymessage', { hasText: 'Cannot edit in read-only editor' }));
    },
    async 'what it changed'() {
      await command('Segue: Show Changes', page.locator('.tab.active', { hasText: '.diff' }));
      await work.line('diff --git').waitFor();
    },
    async filters() {
      await work.command('Segue: Filter Runs…');
      await pick.filter({ hasText: 'waits for you' }).waitFor();
      // From the input into the list, and back.
      await box.press('ArrowDown');
      await page.keyboard.press('Space');
      await page.locator('.quick-input-widget .quick-input-count', { hasText: '1 Selected' }).waitFor();
      await box.press('Enter');
      await page.locator('.quick-input-widget', { hasText: 'What title, plan or name' }).waitFor();
      await box.press('Enter');
      await title.waitFor({ state: 'detached' });
      await work.command('Segue: Show All Runs');
      await title.waitFor();
    },
    async 'several at once'() {
      await unfold();
      const tab = (name) => page.locator('.tab', { hasText: name }).first();
      await work.again(async () => {
        await task('Password hashing');
        await row('Sessions').click({ modifiers: ['Control'] });
        await menu(row('Sessions'), 'Show Changes');
      }, [tab('sessions.diff'), tab('passwords.diff')]);
    },
    async 'a worktree in a window of its own'() {
      await task('Password hashing');
      const opened = page.context().waitForEvent('page');
      await work.command('Segue: Open Worktree…');
      const other = await opened;
      await other.waitForURL(/worktrees.*passwords/);
      await other.close();
    },
    async merge() {
      assert.ok(!existsSync(path.join(code.workspace, 'auth/passwords.txt')));
      await select();
      await work.command('Segue: Merge');
      // The files are there before the branch has moved.
      await until(() => code.git('log', '--merges', '--oneline', '-1').includes('Merge Sign in'));
      assert.ok(existsSync(path.join(code.workspace, 'auth/passwords.txt')));
    },
    async export() {
      await work.again(() => menu(title, 'Export Report'), work.line('Sign in'));
    },
    async archive() {
      assert.ok(code.git('worktree', 'list').includes('.worktrees'));
      await select();
      await work.command('Segue: Archive');
      await until(() => !code.git('worktree', 'list').includes('.worktrees'));
    },
    async discard() {
      const sure = page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Discard' });
      await menu(title, 'Discard');
      await until(async () => {
        if (await sure.isVisible()) await sure.click({ timeout: 3_000 }).catch(() => {});
        return !(await title.isVisible());
      });
      assert.strictEqual(code.git('branch', '--list', 'segue/*'), '');
    },
    async 'a rehearsal that is cancelled'() {
      // What was merged is done: another plan.
      code.git('checkout', '--quiet', '-b', 'again', 'HEAD~');
      await work.file('specs/sign-in.spec.md');
      await work.command('Segue: Rehearse This Plan');
      await is('needs you').waitFor();
      await command('Segue: Cancel', is('cancelled'));
    },
    async 'words for a prompt'() {
      const prompt = '---\ndescription: Adds a file\n---\n\n# Add a file\n\nAdd `${input:file:path/of/it}`.\n';
      writeFileSync(path.join(code.workspace, 'add.prompt.md'), prompt);
      code.git('add', 'add.prompt.md');
      code.git('commit', '--quiet', '-m', 'A prompt');
      await work.file('add.prompt.md');
      await work.command('Segue: Launch This Plan');
      const asked = page.locator('.quick-input-widget input[placeholder="path/of/it"]');
      await asked.fill('notes/first.txt');
      await asked.press('Enter');
      // What may run is shown, with what was typed.
      await page.locator('.tab.active[data-resource-name="list.txt"]').waitFor();
      await is('needs you').waitFor();
      // Whoever works on it has left before its folders go.
      await command('Segue: Cancel', is('cancelled'));
    },
  };
  return run(checks, { steps: true, onFailure: () => work.picture('failed-runs') });
});
