// What the extension is packed of: all that its manifest names, nothing that is for its makers, and little of it.
//   node packed.mjs VSIX

import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

/** The most that it may come to, in bytes: a little more than it is, so that what grows is seen. */
const MOST = { 'dist/extension.js': 490_000, 'dist/graph.js': 5_000, all: 840_000 };

const bytes = readFileSync(process.argv[2]);

/** The files of the archive, by name: their sizes, and how to read one. */
function entries() {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const found = new Map();
  for (let at = bytes.readUInt32LE(end + 16), left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [name, extra, comment] = [28, 30, 32].map((own) => bytes.readUInt16LE(at + own));
    const [method, local] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 42)];
    const read = () => {
      const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(from, from + packed);
      return (method === 0 ? data : inflateRawSync(data)).toString();
    };
    found.set(bytes.toString('utf8', at + 46, at + 46 + name), { size, read });
    at += 46 + name + extra + comment;
  }
  return found;
}

const all = entries();
const own = new Map([...all].flatMap(([name, entry]) => (name.startsWith('extension/') ? [[name.slice('extension/'.length), entry]] : [])));
const manifest = JSON.parse(own.get('package.json').read());
const { contributes } = manifest;
const named = [
  manifest.main,
  ...contributes.grammars.map((grammar) => grammar.path),
  ...contributes.viewsContainers.activitybar.map((container) => container.icon),
  ...contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps.map((step) => step.media.markdown)),
].map((name) => name.replace(/^\.\//, ''));
assert.deepStrictEqual(named.filter((name) => !own.has(name)), [], 'what the manifest names is there');
const expected = [...named, 'package.json', 'readme.md', 'dist/graph.js', 'dist/mermaid.js', 'dist/THIRD-PARTY.txt'];
const known = (name) => expected.includes(name) || /^LICENSE|^media\/|^server\//.test(name);
assert.deepStrictEqual([...own.keys()].filter((name) => !known(name)), [], 'nothing else comes along');
for (const [name, most] of Object.entries(MOST)) {
  const size = name === 'all' ? bytes.length : own.get(name).size;
  assert.ok(size <= most, `${name} has ${size} bytes, more than ${most}`);
}
console.log(`ok packed: ${bytes.length} bytes without its server, of them ${own.get('dist/extension.js').size} of code before packing`);
