// A whole rehearsal run in the view of runs: launched, approved, answered, read, merged, cleaned up; by keyboard, and
// by the mouse where that is another way.

import assert from 'node:assert';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, run, script, until } from './code.mjs';
import { RunsView } from './view.mjs';
import { Workbench } from './workbench.mjs';

const code = new Code({ sample: 'rehearsal' });
await script(code, async () => {
  await code.start({ driver: false });
  const page = await code.browser();
  const work = new Workbench(page, Number(process.env.SEGUE_PATIENCE ?? 60) * 1000);
  await work.open(code.address());
  const view = new RunsView(page, work);
  const { pane, title } = view;
  const row = (text) => view.row(text);
  const toast = page.locator('.notifications-toasts .notification-list-item');
  const pick = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
  const box = page.locator('.quick-input-widget input.input');
  const is = (state) => view.run(state);
  const tab = (name) => page.locator('.tab', { hasText: name }).first();
  /** Opens the run and its first wave, by keyboard. */
  const unfold = async () => {
    await view.select();
    const folded = (level) => pane.locator(`.monaco-list-row.focused[aria-level="${level}"][aria-expanded="false"]`);
    await until(async () => {
      await page.keyboard.press('Home');
      if (await folded(1).isVisible()) await page.keyboard.press('ArrowRight');
      else await page.keyboard.press('ArrowDown');
      if (await folded(2).isVisible()) await page.keyboard.press('ArrowRight');
      return row('Password hashing').isVisible();
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
  const checks = {
    async launch() {
      await work.served();
      await view.launch('Segue: Launch This Plan', 'specs/sign-in.spec.md', is('needs you'));
      // What may run is shown, and a notification asks.
      await page.locator('.tab[data-resource-name="list.txt"]').waitFor();
      await toast.filter({ hasText: 'Sign in' }).first().waitFor();
      await work.picture('runs-launch');
      // Wide enough that what is said of a task can be read.
      await until(async () => {
        const { x, width } = await page.locator('.part.sidebar').boundingBox();
        if (width > 440) return true;
        await page.mouse.move(x + width, 450);
        await page.mouse.down();
        await page.mouse.move(x + 480, 450, { steps: 4 });
        await page.mouse.up();
        return false;
      });
      // A badge at the view, and a mark at what nobody looked at yet.
      await page.locator('.activitybar .action-item', { hasText: '1', has: page.locator('[aria-label*="1 run needs you"]') }).first().waitFor();
      const unread = pane.locator('.monaco-list-row[aria-label*="changed"]');
      await work.again(() => view.select(), () => unread.first().isHidden());
    },
    async 'the gate, the question, until it is complete'() {
      const question = view.inline('Answer');
      const gate = view.inline('Approve');
      // The first gate by the command.
      await view.command('Segue: Approve', async () => (await gate.count()) === 0);
      let answered = 0;
      for (const end = Date.now() + 300_000; !(await is('complete').isVisible()); ) {
        assert.ok(Date.now() < end, await pane.innerText());
        await title.hover({ timeout: 3_000 }).catch(() => {});
        if (await question.isVisible()) {
          // The log of who asks is open meanwhile, and goes on by itself.
          await log('Password hashing', 'question 1');
          await work.picture('runs');
          const option = pick.filter({ hasText: 'argon2id' }).filter({ hasText: 'recommended' });
          await work.again(async () => {
            if ((await question.count()) === 0) return;
            await view.select();
            await work.command('Segue: Answer…');
            await option.waitFor({ timeout: 3_000 }).catch(() => {});
            await work.picture('runs-question');
            if (await option.isVisible()) await box.press('Enter', { timeout: 3_000 }).catch(() => {});
          }, work.line('Wrote auth/passwords.txt'));
          answered += 1;
          await work.picture('runs-log');
        } else if (await gate.isVisible()) {
          // Any gate after the first: by the mouse.
          await gate.click({ timeout: 1_000 }).catch(() => {});
          await gate.waitFor({ state: 'hidden', timeout: 2_000 }).catch(() => {});
        }
        await page.waitForTimeout(50);
      }
      // A slow window shows a question that is answered for a moment longer.
      assert.ok(answered > 0, 'nothing was asked');
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
        await work.line('argon2id').click({ timeout: 3_000 }).catch(() => {});
        await page.keyboard.type('x');
      }, page.locator('.monaco-editor-overlaymessage', { hasText: 'Cannot edit in read-only editor' }));
    },
    async 'what it changed'() {
      await view.command('Segue: Show Changes', [page.locator('.tab.active', { hasText: '.diff' }), work.line('diff --git')]);
    },
    async filters() {
      const one = page.locator('.quick-input-widget .quick-input-count', { hasText: '1 Selected' });
      const asked = page.locator('.quick-input-widget', { hasText: 'What title, plan or name' });
      await work.again(async () => {
        if (await asked.isVisible()) return;
        await work.command('Segue: Filter Runs…');
        await pick.filter({ hasText: 'waits for you' }).waitFor({ timeout: 3_000 }).catch(() => {});
        // From the input into the list, and back.
        await box.press('ArrowDown', { timeout: 3_000 }).catch(() => {});
        await page.keyboard.press('Space');
        const ticked = await one.waitFor({ timeout: 3_000 }).then(() => true, () => false);
        if (ticked) await box.press('Enter', { timeout: 3_000 }).catch(() => {});
        else await page.keyboard.press('Escape');
      }, asked);
      await work.again(async () => {
        if (await asked.isVisible()) await box.press('Enter', { timeout: 3_000 }).catch(() => {});
      }, [page.locator('.part.sidebar .message', { hasText: 'Shown: waits for you' }), () => title.isHidden()]);
      await work.again(() => work.command('Segue: Show All Runs'), title);
    },
    async 'several at once'() {
      await unfold();
      await work.again(async () => {
        await task('Password hashing');
        await row('Sessions').click({ modifiers: ['Control'], timeout: 3_000 }).catch(() => {});
        await view.menu(row('Sessions'), 'Show Changes', tab('sessions.diff'), 10_000).catch(() => {});
      }, [tab('sessions.diff'), tab('passwords.diff')]);
    },
    async 'a worktree in a window of its own'() {
      const opened = [];
      page.context().on('page', (other) => opened.push(other));
      await work.again(async () => {
        await task('Password hashing');
        await work.command('Segue: Open Worktree…');
      }, () => opened.some((other) => /worktrees.*passwords/.test(other.url())), { each: 20_000 });
      await Promise.all(opened.map((other) => other.close()));
    },
    async merge() {
      assert.ok(!existsSync(path.join(code.workspace, 'auth/passwords.txt')));
      // The files are there before the branch has moved.
      await view.command('Segue: Merge', () => code.git('log', '--merges', '--oneline', '-1').includes('Merge Sign in'));
      assert.ok(existsSync(path.join(code.workspace, 'auth/passwords.txt')));
    },
    async export() {
      await view.menu(title, 'Export Report', work.line('Sign in'));
    },
    async archive() {
      assert.ok(code.git('worktree', 'list').includes('.worktrees'));
      await view.command('Segue: Archive', () => !code.git('worktree', 'list').includes('.worktrees'));
    },
    async discard() {
      const sure = page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Discard' });
      const gone = () => code.git('branch', '--list', 'segue/*') === '';
      await until(async () => {
        if (gone()) return true;
        if (await sure.isVisible()) await sure.click({ timeout: 3_000 }).catch(() => {});
        else if (await title.isVisible()) await view.menu(title, 'Discard', async () => gone() || sure.isVisible()).catch(() => {});
        return false;
      }, 2 * work.time);
      await view.empty.waitFor();
    },
    async 'a rehearsal that is cancelled'() {
      // What was merged is done: another plan.
      code.git('checkout', '--quiet', '-b', 'again', 'HEAD~');
      await view.launch('Segue: Rehearse This Plan', 'specs/sign-in.spec.md', is('needs you'));
      await view.command('Segue: Cancel', is('cancelled'));
    },
    async 'words for a prompt'() {
      const prompt = '---\ndescription: Adds a file\n---\n\n# Add a file\n\nAdd `${input:file:path/of/it}`.\n';
      writeFileSync(path.join(code.workspace, 'add.prompt.md'), prompt);
      code.git('add', 'add.prompt.md');
      code.git('commit', '--quiet', '-m', 'A prompt');
      const asked = page.locator('.quick-input-widget input[placeholder="path/of/it"]');
      await work.again(async () => {
        await work.file('add.prompt.md');
        await work.command('Segue: Launch This Plan');
      }, asked, { each: 30_000 });
      await work.again(async () => {
        await asked.fill('notes/first.txt', { timeout: 3_000 }).catch(() => {});
        if ((await asked.inputValue({ timeout: 1_000 }).catch(() => '')) === 'notes/first.txt') await asked.press('Enter', { timeout: 3_000 }).catch(() => {});
      }, () => asked.isHidden());
      // What may run is shown, with what was typed.
      await page.locator('.tab.active[data-resource-name="list.txt"]').waitFor();
      await view.focus();
      await is('needs you').waitFor();
      // Whoever works on it has left before its folders go.
      const cancelled = pane.locator('.monaco-list-row[aria-level="1"]', { hasText: 'cancelled' });
      await view.command('Segue: Cancel', async () => (await cancelled.count()) === 2);
    },
  };
  return run(checks, { steps: true, onFailure: () => work.failed('failed-runs') });
});
