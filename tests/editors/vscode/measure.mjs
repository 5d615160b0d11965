// From a click on a file to its squiggle: ten times a finding of ours alone, ten times one of VS Code's own
// prompt support, in turns, in one window.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, script, until } from './code.mjs';
import { Workbench } from './workbench.mjs';

const RUNS = Number(process.env.RUNS ?? 10);
const PATIENCE = 60_000;
// Each with the mark that one of the two alone makes: VS Code calls `infer` an error, we call it a warning, and that
// one is drawn too for as long as it is known of the closed file.
const FILES = {
  ours: ['a-ours.agent.md', '---\ndescription: Leads\n---\n\nSee the [notes][].\n\n[notes]: nothing-here.md\n', 'squiggly-warning'],
  theirs: ['b-theirs.agent.md', '---\ndescription: Leads\ninfer: true\n---\n\nLead.\n', 'squiggly-error'],
};

const code = new Code({ settings: { 'workbench.editor.enablePreview': false } });
await script(code, async () => {
  for (const [name, text] of Object.values(FILES)) writeFileSync(path.join(code.workspace, name), text);
  await code.start();
  const page = await code.browser();
  const work = new Workbench(page);
  await work.open(code.address());
  const times = { ours: [], theirs: [] };
  // The first of each starts servers and loads what is needed; it is told apart.
  for (let turn = 0; turn <= RUNS; turn += 1) {
    for (const [who, [name, , mark]] of Object.entries(FILES)) {
      const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
      await row.waitFor();
      const seen = page.evaluate(
        ([mark, patience]) =>
          new Promise((resolve, reject) => {
            let begun;
            const timer = setTimeout(() => reject(new Error(`no ${mark} after ${patience} ms`)), patience);
            const look = () => {
              if (begun !== undefined && document.querySelector(`.editor-instance .${mark}`)) {
                clearTimeout(timer);
                observer.disconnect();
                resolve(performance.now() - begun);
              }
            };
            const observer = new MutationObserver(look);
            addEventListener('mousedown', (event) => { begun ??= event.timeStamp; }, { capture: true, once: true });
            observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
          }),
        [mark, PATIENCE],
      );
      const [time] = await Promise.all([seen, row.dblclick()]);
      if (turn > 0) times[who].push(time);
      else console.log(`${who}, the first: ${Math.round(time)} ms`);
      await work.command('View: Close All Editors');
      await until(async () => (await page.locator('.tab').count()) === 0);
    }
  }
  for (const [who, all] of Object.entries(times)) {
    all.sort((one, other) => one - other);
    const median = (all[Math.floor((all.length - 1) / 2)] + all[Math.ceil((all.length - 1) / 2)]) / 2;
    console.log(`${who}: median ${Math.round(median)} ms of ${all.length}, ${Math.round(all[0])} to ${Math.round(all.at(-1))}`);
  }
});
