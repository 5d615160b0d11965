#!/usr/bin/env bash
# Segue in a real Neovim, headless: attach, findings, hover, completion, a fix, a rename across files, code
# lenses, commands, questions, a run by the rehearsal agent, colours, health, shutdown.
#
#   neovim.sh [--install]    --install fetches Neovim below target/ where none of 0.11 or later is there
#
# SEGUE_PATIENCE: seconds that a check waits at most. Exit status 77: no Neovim, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
prefix=$top/target/editors/neovim
nvim=$(command -v nvim || true)
recent() { "$1" --version | sed -n 1p | grep -qE 'v0\.(1[1-9]|[2-9][0-9])|v[1-9]'; }

if [ -z "$nvim" ] || ! recent "$nvim"; then
  nvim=$prefix/nvim
  if [ ! -x "$nvim" ]; then
    [ "${1:-}" = --install ] || { echo "neovim: none of 0.11 or later (--install fetches one)"; exit 77; }
    tests/editors/debian-prefix.sh forky "$prefix/root" neovim
    tests/editors/loader.sh "$prefix/root" usr/bin/nvim 'export VIMRUNTIME=$root/usr/share/nvim/runtime' \
      'set -- --cmd "set rtp^=$root/usr/lib/nvim" "$@"' > "$nvim"
    chmod +x "$nvim"
  fi
fi
"$nvim" --version | sed -n 1p

[ -n "${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
home=$(mktemp -d)
trap '"$top/tests/editors/leave.sh" "$home" "$top/target/debug/segue"' EXIT
mkdir -p "$home/workspace/.git" "$home/plugin"
cp -r samples/sign-in/. "$home/workspace/"
tests/editors/rehearsal.sh "$home/rehearsal"
# Help tags are written beside the help: not into the checkout.
cp -r editors/neovim/doc "$home/plugin/"
export HOME=$home XDG_CONFIG_HOME=$home/c XDG_DATA_HOME=$home/d XDG_STATE_HOME=$home/s XDG_CACHE_HOME=$home/h
export SEGUE=$top/target/debug/segue WORKSPACE=$home/workspace REHEARSAL=$home/rehearsal HELP=$home/plugin/doc
# The sample's server wants an input before it is asked about.
export SEGUE_INPUT_TRACKER_TOKEN=none
cd "$home/workspace"
timeout 300 "$nvim" --clean --headless --cmd "set rtp^=$home/plugin" --cmd "set rtp^=$top/editors/neovim" \
  -c "luafile $top/tests/editors/neovim.lua" 2> "$home/messages" || { status=$?; cat "$home/messages"; exit $status; }
