// Each check can fail: with a feature kept back by the server (a build with debug assertions) the check of it does,
// and no other. The window is loaded anew for each feature; VS Code's server and the browser stay.
//
//   node withheld.mjs FEATURE…

import { features } from './checks.mjs';
import { Code, run, script } from './code.mjs';
import { Workbench } from './workbench.mjs';

/** How long the check that has to fail waits for each thing it needs, in milliseconds. */
const IMPATIENCE = 8_000;

// What a failed check leaves half done is not kept for the next window.
const code = new Code({ settings: { 'files.hotExit': 'off' } });
const asItWas = () => {
  code.git('reset', '--quiet', '--hard');
  code.git('clean', '--quiet', '--force', '-d');
};
await script(code, async () => {
  const bad = [];
  await code.start();
  const page = await code.browser();
  const work = new Workbench(page);
  for (const feature of process.argv.slice(2)) {
    asItWas();
    code.machine({ 'segue.server.environment': { SEGUE_WITHHOLD: feature } });
    await work.open(code.address());
    await work.served();
    const { [feature]: own, ...others } = features(page, work);
    if (!own) throw new Error(`there is no check of ${feature}`);
    // The others first: what the failing one leaves open is in nobody's way.
    let wrong = await run(others, { onFailure: (name) => work.failed(`withheld-${feature}-${name}`) });
    // What was opened is not opened again by the next window.
    await work.command('View: Close All Editors');
    asItWas();
    if (wrong.length > 0) {
      // One success is proof that a check does not hang on this feature: in a window of its own.
      const again = Object.fromEntries(wrong.map((name) => [name, others[name]]));
      await work.open(code.address());
      await work.served();
      wrong = await run(again, { onFailure: (name) => work.failed(`withheld-${feature}-${name}-again`) });
      await work.command('View: Close All Editors');
      asItWas();
    }
    work.patience = IMPATIENCE;
    const failed = await run({ [feature]: own }, { quiet: true });
    work.patience = 60_000;
    if (wrong.length === 0 && failed.length === 1) console.log(`ok     without ${feature} that check fails, and no other`);
    else {
      bad.push(feature);
      console.log(`FAILED without ${feature}: failed: ${[...wrong, ...failed].join(' ') || 'nothing'}`);
    }
  }
  return bad;
});
