// What a person sees in VS Code.

import assert from 'node:assert';
import { features, graph } from './checks.mjs';
import { Code, run, script } from './code.mjs';
import { Workbench } from './workbench.mjs';

const code = new Code();
await script(code, async () => {
  await code.start();
  const page = await code.browser();
  const work = new Workbench(page, Number(process.env.SEGUE_PATIENCE ?? 60) * 1000);
  await work.open(code.address());
  // The server is there when it has a lens; that may take longer than anything after it.
  await work.served();
  const { rename, ...others } = features(page, work);
  return run({ ...others, ...graph(page, work), rename }, { onFailure: (name) => work.failed(`failed-${name}`) });
});
