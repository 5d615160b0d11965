#!/usr/bin/env bash
# Copies the extension, and what it is built from, below a folder, and installs there the packages that build it:
# nothing is written into the checkout.
#
#   tree.sh FOLDER    FOLDER/editors/vscode is then ready for `node build.mjs` and `node package.mjs`
#
# Needs Node.js 22 or later with npm. Packages are fetched when package-lock.json is another than last time.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
mkdir -p "$1/editors/vscode"
tree=$(cd "$1" && pwd)
for part in docs grammars LICENSE-MIT LICENSE-APACHE; do
  rm -rf "${tree:?}/$part"
  cp -r "$top/$part" "$tree/$part"
done
find "$tree/editors/vscode" -mindepth 1 -maxdepth 1 ! -name node_modules -exec rm -rf {} +
(cd editors/vscode && tar cf - --exclude=./node_modules --exclude=./dist .) | tar xf - -C "$tree/editors/vscode"
cd "$tree/editors/vscode"
lock=$(cksum < package-lock.json)
if [ "$(cat "$tree/lock" 2> /dev/null)" != "$lock" ] || [ ! -d node_modules ]; then
  npm ci --no-audit --no-fund > "$tree/npm.log" 2>&1 || { cat "$tree/npm.log" >&2; exit 1; }
  echo "$lock" > "$tree/lock"
fi
