// The examples of all rules whose rows say that VS Code's own prompt support reports the same: written into a
// workspace, each with a finding of ours alone that tells when a file was judged.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A link to nothing by reference: VS Code's prompt support reads no reference links. */
export const OURS_ALONE = { code: 'link/missing-file', text: '\nSee the [notes][].\n\n[notes]: nothing-here.md\n' };

/** Writes the examples; `{ code, path }` of each file that has a mark. */
export function write(rules, workspace) {
  const found = [];
  for (const file of readdirSync(rules).filter((name) => name.endsWith('.toml'))) {
    for (const row of readFileSync(path.join(rules, file), 'utf8').split(/^\[\[rule\]\]$/m).slice(1)) {
      if (!/^in-vscode = "same"$/m.test(row)) continue;
      const code = /^code = "(.*)"$/m.exec(row)?.[1];
      const bad = /^bad = ("""|''')\n([\s\S]*?)\1$/m.exec(row)?.[2];
      if (!code || !bad) throw new Error(`${file}: a row without a code or an example`);
      const number = `same${found.length}`;
      for (const part of bad.split(/^\/\/- /m).filter(Boolean)) {
        const [name, ...lines] = part.split('\n');
        const place = name.trim().replaceAll('{n}', number);
        const text = lines.join('\n').replaceAll('{n}', number);
        const marked = text.includes('«');
        mkdirSync(path.join(workspace, path.dirname(place)), { recursive: true });
        writeFileSync(path.join(workspace, place), text.replaceAll(/[«»]/g, '') + (marked ? OURS_ALONE.text : ''));
        if (marked) found.push({ code, path: place });
      }
    }
  }
  return found;
}
