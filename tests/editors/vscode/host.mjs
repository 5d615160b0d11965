// Runs suite.cjs in the extension host: `extensionTestsPath`, as VS Code itself does it.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Code, script } from './code.mjs';
import { OURS_ALONE, write } from './same.mjs';

const code = new Code({ vsix: false });
const { TOP, CODE } = process.env;
await script(code, async () => {
  const same = write(path.join(TOP, 'grammars/rules'), code.workspace);
  code.environment.SAME = path.join(code.home, 'same.json');
  writeFileSync(code.environment.SAME, JSON.stringify({ same, alone: OURS_ALONE.code }));
  await code.start();
  const page = await code.browser();
  const ended = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  const ours = /^(ok|not ok|  )/;
  await page.exposeFunction('codeAutomationLog', (kind, said) => {
    const line = said.join(' ');
    if (process.env.V || ours.test(line)) console.log(line);
  });
  const remote = (file) => `vscode-remote://${new URL(code.url).host}${file}`;
  const extension = path.join(CODE, '../tree/editors/vscode');
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    ['extensionTestsPath', remote(path.join(TOP, 'tests/editors/vscode', process.env.SUITE ?? 'suite.cjs'))],
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  await page.goto(code.address({ payload: JSON.stringify(payload) }));
  const status = await ended;
  if (status !== 0) process.exitCode = 1;
});
