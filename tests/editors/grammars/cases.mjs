// The grammars of editors against grammars/cases.toml, and the colours of a sample against its snapshot, in each scope
// that VS Code's extension says it adds to.
//   node cases.mjs TREE-SITTER WORK-FOLDER      run beside its node_modules; SEGUE_UPDATE=1 writes the snapshot
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parse } from 'smol-toml';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const [treeSitter, work] = process.argv.slice(2);
const grammars = path.resolve('grammars');
const require = createRequire(import.meta.url);
const cases = parse(readFileSync(path.join(grammars, 'cases.toml'), 'utf8')).case;
const kinds = ['variable', 'expression', 'argument', 'tool', 'file', 'import', 'mention', 'command'];
let failures = 0;

function compare(what, text, found, wanted) {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  failures++;
  console.log(`FAILED ${what}: ${JSON.stringify(text)}\n  found  ${JSON.stringify(found)}\n  wanted ${JSON.stringify(wanted)}`);
}

// Tree-sitter: one file a case, the tree as text with its ranges in bytes.
mkdirSync(work, { recursive: true });
const files = cases.map((one, index) => {
  const file = path.join(work, `${index}.txt`);
  writeFileSync(file, one.text);
  return file;
});
const trees = execFileSync(treeSitter, ['parse', ...files], { cwd: path.join(grammars, 'tree-sitter-segue'), encoding: 'utf8' })
  .split(/^(?=\(document )/m).filter(tree => tree.startsWith('(document'));
compare('trees', 'number of trees', trees.length, cases.length);
cases.forEach((one, index) => {
  const lines = one.text.split('\n').map(line => Buffer.from(line + '\n'));
  const found = [];
  for (const [, kind, row, from, last, to] of (trees[index] ?? '').matchAll(/\((\w+) \[(\d+), (\d+)\] - \[(\d+), (\d+)\]/g)) {
    if (kind === 'ERROR' || kind === 'MISSING') found.push(kind);
    if (kinds.includes(kind) && row === last) found.push(`${kind} ${lines[row].subarray(+from, +to)}`);
  }
  compare('tree-sitter', one.text, found, one.tokens);
});

// TextMate: VS Code's own engine, Markdown's grammar with the injection.
const engine = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(engine.buffer.slice(engine.byteOffset, engine.byteOffset + engine.byteLength));
const injection = path.join(grammars, 'textmate', 'segue.injection.tmLanguage.json');
const shipped = name => require.resolve(`tm-grammars/grammars/${name}.json`);
const known = { 'text.injection.segue': injection, 'text.html.markdown': shipped('markdown'), 'source.yaml': shipped('yaml'), 'text.html.basic': shipped('html') };
// What VS Code has for its prompts, agents, instructions and skills: Markdown under another name.
const PROMPT = 'text.html.markdown.prompt';
const ofPrompts = JSON.stringify({ scopeName: PROMPT, patterns: [{ include: 'text.html.markdown' }] });
const contributed = JSON.parse(readFileSync('editors/vscode/package.json', 'utf8')).contributes.grammars[0];
const registry = new textmate.Registry({
  onigLib: Promise.resolve({ createOnigScanner: p => new oniguruma.OnigScanner(p), createOnigString: s => new oniguruma.OnigString(s) }),
  loadGrammar: async scope => (scope === PROMPT ? textmate.parseRawGrammar(ofPrompts, 'prompt.json')
    : known[scope] && textmate.parseRawGrammar(readFileSync(known[scope], 'utf8'), known[scope])),
  getInjections: scope => (contributed.injectTo.includes(scope) ? [contributed.scopeName] : []),
});
const sample = readFileSync(path.join(grammars, 'textmate', 'sample.md'), 'utf8');
const snapshot = path.join(grammars, 'textmate', 'sample.md.snap');

async function textMate(scope) {
  const grammar = await registry.loadGrammar(scope);
  const tokenize = text => {
    let stack = textmate.INITIAL;
    return text.split('\n').map(line => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
      stack = ruleStack;
      return { line, tokens };
    });
  };
  for (const one of cases) {
    const found = [];
    for (const { line, tokens } of tokenize(one.text)) {
      let open = null;
      for (const { startIndex, endIndex, scopes } of tokens) {
        const kind = scopes.map(scope => /^meta\.segue\.(\w+)/.exec(scope)?.[1]).find(kind => kind);
        // One token may be several stretches; a new one of the same kind begins with a mark.
        const begins = kind && (!open || open.kind !== kind || /^([@/$]|#\w)/.test(line.slice(startIndex)));
        if (begins) found.push((open = { kind, text: '' }));
        if (!kind) open = null;
        if (open) open.text += line.slice(startIndex, endIndex);
      }
    }
    compare(`TextMate in ${scope}`, one.text, found.map(({ kind, text }) => `${kind} ${text}`), one.tokens);
  }

  // The colours of a sample, one line a stretch that is not plain; the same in each scope.
  const drawn = tokenize(sample).flatMap(({ line, tokens }) => [`>${line}`, ...tokens
    .filter(({ scopes }) => scopes.some(scope => scope.includes('segue')))
    .map(({ startIndex, endIndex, scopes }) => ` ${' '.repeat(startIndex)}${'^'.repeat(endIndex - startIndex)} ${scopes.slice(1).join(' ')}`)]);
  const text = drawn.join('\n').trimEnd() + '\n';
  if (process.env.SEGUE_UPDATE) writeFileSync(snapshot, text);
  compare(`snapshot in ${scope}`, 'sample.md.snap (SEGUE_UPDATE=1 writes it)', text, existsSync(snapshot) ? readFileSync(snapshot, 'utf8') : '');
}
for (const scope of contributed.injectTo) await textMate(scope);

console.log(failures ? `${failures} differ` : `${cases.length} cases agree, in ${contributed.injectTo.join(' and ')} too`);
process.exit(failures ? 1 : 0);
