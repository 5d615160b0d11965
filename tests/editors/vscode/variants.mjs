// A task that is tried in two variants, in the view of runs: launched, compared, one of them chosen, and what its agents
// learnt brought into the memory that the plan links.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, run, script, until } from './code.mjs';
import { RunsView } from './view.mjs';
import { Workbench } from './workbench.mjs';

const PLAN = `# Feature: X

Mind [what we know](auth.memory.md#tokens).

## Component Breakdown

### Issue 1: First (\`first\`)

**Scope:** The first.
**Dependencies:** None
**Files:** \`first.txt\`
**Validation:** \`test -s first.txt\`
`;
const ACTOR = `tasks:
  first~1:
    - - write: { path: first.txt, text: "one\\n" }
  first~2:
    - - write: { path: first.txt, text: "two\\n" }
      - report: { status: COMPLETE, lessons: "- Keep tokens short." }
`;

const code = new Code({ sample: 'rehearsal' });
await script(code, async () => {
  for (const [name, text] of [['x.spec.md', PLAN], ['actor.yaml', ACTOR], ['auth.memory.md', '# What we know\n\n## Tokens\n\n- They end.\n']]) {
    writeFileSync(path.join(code.workspace, name), text);
  }
  code.git('add', '.');
  code.git('commit', '--quiet', '--message', 'A plan');
  await code.start({ driver: false });
  const page = await code.browser();
  const work = new Workbench(page, Number(process.env.SEGUE_PATIENCE ?? 60) * 1000);
  await work.open(code.address());
  const view = new RunsView(page, work);
  const { title } = view;
  const row = (text) => view.row(text);
  const checks = {
    async 'launched in variants'() {
      await work.file('x.spec.md', 7, 180_000);
      await page.locator('.codelens-decoration').first().waitFor({ timeout: 180_000 });
      // A notification asks in how many.
      const number = page.locator('.notifications-toasts .monaco-button', { hasText: '2 variants' }).first();
      await work.again(async () => {
        if (!(await number.isVisible())) {
          await work.file('x.spec.md');
          await work.command('Segue: Launch in Variants…');
          await number.waitFor({ timeout: 20_000 }).catch(() => {});
        }
        await number.click({ timeout: 1_000 }).catch(() => {});
      }, page.locator('.tab[data-resource-name="list.txt"]'), { each: 20_000 });
      await view.focus();
      await view.run('needs you').waitFor();
      await view.command('Segue: Approve', row('first~1').filter({ hasText: 'holds' }));
    },
    async 'variants stand below their task'() {
      await view.inline('Choose Variant').waitFor({ state: 'attached' });
      await title.filter({ hasText: '0/1' }).waitFor();
      await row('first~2').filter({ hasText: 'holds' }).waitFor();
      await work.picture('runs-variants');
    },
    async 'beside each other'() {
      await view.command('Segue: Compare Variants', page.locator('.tab.active', { hasText: /Preview run .* first\.md/ }));
      // A page: VS Code shows it in a frame of its own.
      const said = (frame) => frame.locator('h2', { hasText: 'Its variants' }).count().catch(() => 0);
      await until(async () => (await Promise.all(page.frames().map(said))).some((count) => count > 0));
    },
    async 'one is chosen'() {
      const taken = row('first~2').filter({ hasText: /(?<!not )chosen/ });
      await view.menu(row('first~2'), 'Choose Variant', taken);
      await row('first~1').filter({ hasText: 'not chosen' }).waitFor();
      // What is integrated is approved before it is complete.
      await view.approve(view.run('complete'));
      await title.filter({ hasText: /complete · 1\/1/ }).waitFor();
    },
    async 'what was learnt'() {
      const preview = page.locator('.bulk-edit-panel', { hasText: 'auth.memory.md' });
      await work.again(async () => {
        // Where one was only slow the next is not wanted: VS Code asks.
        await page.keyboard.press('Escape');
        if (await preview.isVisible()) return;
        await view.select();
        await work.command('Segue: Propose Lessons');
      }, preview);
      await work.picture('runs-lessons');
      // Nothing is taken that nobody ticked.
      const tick = preview.locator('.edit-checkbox').first();
      await until(async () => {
        if (!(await tick.isChecked())) await tick.click({ timeout: 1_000 }).catch(() => {});
        return tick.isChecked();
      });
      const apply = preview.locator('.monaco-button', { hasText: 'Apply' });
      await until(async () => {
        await apply.click({ timeout: 1_000 }).catch(() => {});
        return !(await apply.isVisible());
      });
      await work.file('auth.memory.md');
      await work.line('Keep tokens short.').waitFor();
    },
  };
  return run(checks, { steps: true, onFailure: () => work.failed('failed-variants') });
});
