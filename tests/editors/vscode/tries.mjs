// Runs that do not go as planned, in the view of runs: one that is refused, a task that fails and is tried again, and a
// run whose process ended, carried on.

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, run, script, until } from './code.mjs';
import { RunsView } from './view.mjs';
import { Workbench } from './workbench.mjs';

/** A plan of one task; the rehearsal agent knows what to do by the task's name. */
const plan = (title, task, proof) => `# Feature: ${title}

## Component Breakdown

### Issue 1: Notes of ${title} (\`${task}\`)

**Scope:** The notes.
**Dependencies:** None
**Files:** \`notes.txt\`
**Validation:** \`${proof}\`
`;

const code = new Code({ sample: 'rehearsal' });
await script(code, async () => {
  // The one task fails until there is the first file, the other waits for the second.
  const [mended, go] = ['mended', 'go'].map((name) => path.join(code.home, name));
  const actor = `tasks:
  tried:
    - - run: 'if [ -e ${mended} ]; then echo right; else echo wrong; fi > notes.txt'
  waits:
    - - run: 'while [ ! -e ${go} ]; do sleep 0.1; done'
      - write: { path: notes.txt, text: "right\\n" }
`;
  const files = {
    'refused.spec.md': plan('Refused', 'refused', 'true'),
    'tried.spec.md': plan('Tried', 'tried', 'grep -q right notes.txt'),
    'waits.spec.md': plan('Waits', 'waits', 'grep -q right notes.txt'),
    'notes.txt': 'one\ntwo\nthree\n',
    'actor.yaml': actor,
    'segue.toml': '[agents.actor]\nrehearsal = "actor.yaml"\n\n[orchestrator]\nagent = "actor"\nfixable-retries = 0\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(code.workspace, name), text);
  code.git('add', '.');
  code.git('commit', '--quiet', '--message', 'Plans');
  await code.start({ driver: false });
  const page = await code.browser();
  const work = new Workbench(page, Number(process.env.SEGUE_PATIENCE ?? 60) * 1000);
  await work.open(code.address());
  const view = new RunsView(page, work);
  const launched = async (title, file) => {
    await view.launch('Segue: Launch This Plan', file, view.run(title).filter({ hasText: 'needs you' }));
    return view.run(title);
  };
  let terminal;
  const checks = {
    async 'refused, with the reason'() {
      await work.file('refused.spec.md', 1, 180_000);
      await page.locator('.codelens-decoration').first().waitFor({ timeout: 180_000 });
      const own = await launched('Refused', 'refused.spec.md');
      const why = page.locator('.quick-input-widget', { hasText: 'What you write joins the task cards' });
      const box = why.locator('input.input');
      const rejected = own.filter({ hasText: 'rejected' });
      await work.again(async () => {
        if (await rejected.isVisible()) return;
        if (!(await why.isVisible())) await view.menu(own, 'Reject', why, 10_000).catch(() => {});
        await box.fill('Not today', { timeout: 3_000 }).catch(() => {});
        if ((await box.inputValue({ timeout: 1_000 }).catch(() => '')) === 'Not today') await box.press('Enter', { timeout: 3_000 }).catch(() => {});
      }, rejected, { each: 15_000, patience: 3 * work.time });
      await work.again(() => view.menu(own, 'Export Report', work.line('Not today')), work.line('Not today'));
    },
    async 'a task that failed is tried again: its attempts, lines that went and its time'() {
      const own = await launched('Tried', 'tried.spec.md');
      const task = view.row('Notes of Tried');
      await view.approve(task.filter({ hasText: 'failed' }), own);
      await own.filter({ hasText: 'escalated' }).waitFor();
      writeFileSync(mended, '');
      await view.menu(task, 'Retry', task.filter({ hasText: 'attempt 2' }));
      await view.approve(own.filter({ hasText: 'complete' }), own);
      await task.filter({ hasText: /done · \+1 −3 · \d+ (s|min) · attempt 2/ }).waitFor();
      await own.filter({ hasText: /complete · 1\/1 · \+1 −3 · \d+ (s|min)/ }).waitFor();
      await work.picture('runs-tried');
    },
    async 'a run whose process ended is carried on'() {
      terminal = spawn(process.env.SEGUE, ['run', 'waits.spec.md', '--yes'], { cwd: code.workspace, env: code.environment, stdio: 'ignore' });
      const own = view.run('Waits');
      await view.focus();
      await own.filter({ hasText: 'working' }).waitFor();
      const task = view.row('Notes of Waits');
      await task.filter({ hasText: 'working' }).waitFor();
      terminal.kill('SIGKILL');
      await own.filter({ hasText: 'interrupted' }).waitFor();
      await view.menu(own, 'Resume', own.filter({ hasText: 'working' }));
      writeFileSync(go, '');
      await view.approve(own.filter({ hasText: 'complete' }), own);
      await until(() => code.git('branch', '--list', 'segue/*/integration').includes('integration'));
    },
  };
  try {
    return await run(checks, { steps: true, onFailure: () => work.failed('failed-tries') });
  } finally {
    terminal?.kill('SIGKILL');
    // Whoever still waits goes on and ends.
    if (!existsSync(go)) writeFileSync(go, '');
  }
});
