#!/usr/bin/env bash
# Segue in a real VS Code: its workbench in a headless Chromium, its extension host in Node.
#
#   vscode.sh [--install]    --install fetches VS Code, Node and Chromium below target/ where they are missing
#   ONLY=ui|server|runs|tries|variants|restricted|host|build    one part of it
#   ONCE=1                   tries no part a second time: how often one fails is to be known
#   SLOW=N                   gives the page an N-th of the processor: what a slow machine loses shows
#   ONLY=measure             how long it takes from a click to the squiggle, beside VS Code's own
#   WITHHELD='FEATURE …'     keeps each of these back by the server in turn, and wants its check to fail, and no other
#   SHOTS=FOLDER             keeps pictures of what the tests saw
#
# Exit status 77: something is missing, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
base=$top/target/editors/vscode
# The workbench and the extension host of VS Code, as the npm package of code-server carries them.
code_server=4.139.1
only=${ONLY:-all}
mkdir -p "$base"

missing() {
  [ "${1:-}" = --install ] && return 1
  echo "vscode: $2 is missing (--install fetches it)"
  exit 77
}

# Node 24: what this VS Code runs on, and newer than what systems ship.
node=$base/node/node_modules/node/bin
if [ ! -x "$node/node" ]; then
  missing "${1:-}" "Node 24" || mkdir -p "$base/node"
  echo '{}' > "$base/node/package.json"
  npm install --prefix "$base/node" --no-audit --no-fund node@24 > "$base/node.log" 2>&1
fi
npm=$(dirname "$(readlink -f "$(command -v npm)")")/npm-cli.js
export PATH=$node:$PATH

# Only VS Code itself of the package, without the scripts that would compile native modules: what they are
# for (terminals, keyrings) is not needed here, and logs are written by a stand-in.
if [ ! -e "$base/code/.complete" ]; then
  missing "${1:-}" "VS Code" || rm -rf "$base/code"
  mkdir -p "$base/code"
  (cd "$base" && node "$npm" pack --silent "code-server@$code_server" > /dev/null)
  tar xzf "$base/code-server-$code_server.tgz" --strip-components=3 -C "$base/code" package/lib/vscode
  rm "$base/code-server-$code_server.tgz"
  (cd "$base/code" && node "$npm" install --omit=dev --ignore-scripts --no-audit --no-fund > ../code.log 2>&1)
  touch "$base/code/.complete"
fi

# Not through a link that another copy shares.
cp --remove-destination tests/editors/vscode/spdlog.cjs "$base/code/node_modules/@vscode/spdlog/index.js"

# A Chromium of the machine, else the one of its Debian, unpacked and not installed.
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  chromium=$base/chromium/run
  if [ ! -x "$chromium" ]; then
    missing "${1:-}" "Chromium" || rm -rf "$base/chromium"
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    tests/editors/debian-prefix.sh "$suite" "$base/chromium" chromium fonts-dejavu-core > "$base/chromium.log" 2>&1
    tests/editors/vscode/own-chromium.sh "$base/chromium"
  fi
fi
echo "VS Code $(node -p "require('$base/code/package.json').version"), Node $(node --version), $("$chromium" --version 2> /dev/null)"

# The extension is built in a copy, so that its packages lie below target/ too.
tree=$base/tree
[ -d "$tree/editors/vscode/node_modules" ] || missing "${1:-}" "the packages that build the extension" || true
editors/vscode/tree.sh "$tree"
cd "$tree/editors/vscode"
node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON --test --test-reporter=dot 'test/*.test.ts'
# Checks types and bundles before it packs.
node_modules/.bin/vsce package --no-dependencies --skip-license --allow-missing-repository --out "$base/segue.vsix" > "$base/vsce.log" 2>&1 ||
  { cat "$base/vsce.log" >&2; exit 1; }
node "$top/tests/editors/vscode/packed.mjs" "$base/segue.vsix"
[ "$only" != build ] || exit 0

cd "$top"
[ -n "${SEGUE:-}${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
export SEGUE=${SEGUE:-$top/target/debug/segue} CHROMIUM=$chromium PLAYWRIGHT=$tree/editors/vscode/node_modules/playwright-core
export CODE=$base/code VSIX=$base/segue.vsix SAMPLES=$top/samples TOP=$top
[ "$only" != measure ] || exec node tests/editors/vscode/measure.mjs
# Word by word: names of features.
[ -z "${WITHHELD:-}" ] || exec timeout 1800 node tests/editors/vscode/withheld.mjs $WITHHELD
# A browser on a busy machine loses a key or a click now and then, and what is broken fails twice. Only the second
# failure is told whole: the first one would be taken for it.
for part in ui server runs tries variants restricted host; do
  [ "$only" = all ] || [ "$only" = "$part" ] || continue
  said=$base/$part.log
  if timeout 900 node "tests/editors/vscode/$part.mjs" > "$said" 2>&1; then
    cat "$said"
    continue
  fi
  [ -z "${ONCE:-}" ] || { cat "$said"; exit 1; }
  echo "vscode: $part once more, in a window of its own; what was not seen (all of it: ${said#"$top"/}):"
  { grep -a '^FAILED' "$said" || tail -n 1 "$said"; } | cut -d: -f1 | sed 's/^FAILED/ /'
  timeout 900 node "tests/editors/vscode/$part.mjs"
done
