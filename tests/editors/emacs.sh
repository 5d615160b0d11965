#!/usr/bin/env bash
# Segue in a real Emacs with eglot, in batch: findings, hover, a fix, completion, a rename across files.
#
#   emacs.sh [--install]    --install fetches Emacs below target/ where none of 29 or later is there
#
# SEGUE_PATIENCE: seconds that a check waits at most. Exit status 77: no Emacs, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
prefix=$top/target/editors/emacs
emacs=$(command -v emacs || true)
if [ -z "$emacs" ] || ! "$emacs" --version | sed -n 1p | grep -qE ' (29|[3-9][0-9])\.'; then
  emacs=$prefix/emacs
  if [ ! -x "$emacs" ]; then
    [ "${1:-}" = --install ] || { echo "emacs: none of 29 or later (--install fetches one)"; exit 77; }
    [ -x "$prefix/root/usr/bin/emacs-nox" ] || tests/editors/debian-prefix.sh forky "$prefix/root" emacs-nox
    tests/editors/loader.sh "$prefix/root" usr/bin/emacs-nox \
      'version=$(ls "$root/usr/share/emacs" | grep -E "^[0-9]" | head -1)' \
      'export EMACSLOADPATH=$(find "$root/usr/share/emacs/$version/lisp" -type d | tr "\n" ":")' \
      'export EMACSDATA=$root/usr/share/emacs/$version/etc EMACSDOC=$root/usr/share/emacs/$version/etc' \
      'export EMACSPATH=$(dirname "$(ls "$root"/usr/libexec/emacs/*/*/*.pdmp)")' \
      'set -- --dump-file="$(ls "$EMACSPATH"/*.pdmp)" "$@"' > "$emacs"
    chmod +x "$emacs"
  fi
fi
"$emacs" --version | sed -n 1p

[ -n "${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
home=$(mktemp -d)
trap 'tests/editors/leave.sh "$home"' EXIT
mkdir -p "$home/workspace/.git"
cp -r samples/sign-in/. "$home/workspace/"
printf '[orchestrator]\nattempts = 300\n' > "$home/workspace/segue.toml"
export HOME=$home XDG_CONFIG_HOME=$home/c
export SEGUE=$top/target/debug/segue WORKSPACE=$home/workspace SEGUE_EL=$top/editors/emacs/segue.el
timeout 300 "$emacs" -Q --batch -l tests/editors/emacs.el 2> "$home/messages" ||
  { status=$?; cat "$home/messages"; exit $status; }
