#!/usr/bin/env bash
# The grammars of editors: the generated parser is that of grammar.js, its corpus holds, its queries colour what they
# should, and all agree with the server's lexer on grammars/cases.toml.
#
#   grammars.sh [--install]    --install fetches the tree-sitter command line and npm packages below target/
#
# SEGUE_UPDATE=1 writes the parser and the snapshots anew. Exit status 77: something is missing, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
grammar=$top/grammars/tree-sitter-segue
place=$top/target/editors/grammars
command -v node > /dev/null || { echo "grammars: no Node.js"; exit 77; }
command -v cc > /dev/null || { echo "grammars: no C compiler"; exit 77; }

tree_sitter=$(command -v tree-sitter || true)
if [ -z "$tree_sitter" ]; then
  prefix=$top/target/editors/tree-sitter
  tree_sitter=$prefix/tree-sitter
  if [ ! -x "$tree_sitter" ]; then
    [ "${1:-}" = --install ] || { echo "grammars: no tree-sitter (--install fetches it)"; exit 77; }
    [ -x "$prefix/root/usr/bin/tree-sitter" ] || tests/editors/debian-prefix.sh forky "$prefix/root" tree-sitter-cli
    tests/editors/loader.sh "$prefix/root" usr/bin/tree-sitter > "$tree_sitter"
    chmod +x "$tree_sitter"
  fi
fi
cmp_needed=
if ! cmp -s tests/editors/grammars/package-lock.json "$place/package-lock.json" || [ ! -d "$place/node_modules" ]; then
  [ "${1:-}" = --install ] || { echo "grammars: no npm packages (--install fetches them)"; exit 77; }
  mkdir -p "$place"
  cp tests/editors/grammars/package.json tests/editors/grammars/package-lock.json "$place/"
  (cd "$place" && npm ci --no-audit --no-fund --ignore-scripts --loglevel error)
fi
export XDG_CACHE_HOME=$place/cache XDG_CONFIG_HOME=$place/config
"$tree_sitter" --version
[ -e "$XDG_CONFIG_HOME/tree-sitter/config.json" ] || "$tree_sitter" init-config > /dev/null

# Another version of the command may write other C for the same grammar: what it understood has to be the same.
copy=$place/generated
rm -rf "$copy"
mkdir -p "$copy"
cp -r "$grammar/grammar.js" "$grammar/tree-sitter.json" "$copy/"
(cd "$copy" && "$tree_sitter" generate)
if [ -n "${SEGUE_UPDATE:-}" ]; then cp -r "$copy/src/." "$grammar/src/"; fi
for file in grammar.json node-types.json; do
  cmp "$copy/src/$file" "$grammar/src/$file" || { echo "grammars: src/$file is not that of grammar.js (SEGUE_UPDATE=1 writes it)" >&2; exit 1; }
done
cmp -s "$copy/src/parser.c" "$grammar/src/parser.c" || echo "note: this tree-sitter writes another parser.c"

# Editors are given a folder of their own: the queries in them are copies.
for copy in editors/helix/runtime editors/neovim; do
  cmp "$grammar/queries/highlights.scm" "$copy/queries/segue/highlights.scm"
done
(cd "$grammar" && "$tree_sitter" test)

# What the queries colour, one line a stretch.
drawn=$(cd "$grammar" && "$tree_sitter" query queries/highlights.scm test/highlights.txt |
  sed -nE 's/^.*capture: ([0-9]+ - )?([a-z.]+), start: .*text: (`.*`)$/\2 \3/p')
if [ -n "${SEGUE_UPDATE:-}" ]; then echo "$drawn" > "$grammar/test/highlights.snap"; fi
diff "$grammar/test/highlights.snap" - <<< "$drawn" || { echo "grammars: the queries colour something else (SEGUE_UPDATE=1 writes it)" >&2; exit 1; }

cp tests/editors/grammars/cases.mjs "$place/"
node "$place/cases.mjs" "$tree_sitter" "$place/cases"
