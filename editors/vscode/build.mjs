// Bundles the extension into dist/, and takes along what the repository has for it.
//   node build.mjs [--minify]
import { build } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

process.chdir(import.meta.dirname);
rmSync('dist', { recursive: true, force: true });
const minify = process.argv.includes('--minify');
const common = { bundle: true, minify, sourcemap: minify ? false : 'linked', logLevel: 'warning' };
const { metafile } = await build({
  ...common,
  metafile: true,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  format: 'cjs',
  // What VS Code 1.91 runs on.
  target: 'node20',
  external: ['vscode'],
});
await build({ ...common, entryPoints: ['src/graph/page.ts'], outfile: 'dist/graph.js', platform: 'browser', format: 'iife', target: 'chrome124' });
// Loaded where somebody looks at a graph, and nowhere else. As it comes: its script makes a global.
cpSync('node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js', 'dist/mermaid.js');
const grammar = '../../grammars/textmate/segue.injection.tmLanguage.json';
mkdirSync('syntaxes', { recursive: true });
cpSync(grammar, 'syntaxes/segue.injection.tmLanguage.json');

// What was bundled comes with its licences.
const packages = new Set(['@mermaid-js/tiny']);
for (const input of Object.keys(metafile.inputs)) {
  const name = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
  if (name) packages.add(name);
}
const notices = [...packages].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (!licence) throw new Error(`${name} comes without a licence`);
  return `${name}\n\n${readFileSync(`${folder}/${licence}`, 'utf8')}`;
});
writeFileSync('dist/THIRD-PARTY.txt', notices.join('\n---\n\n'));
