#!/usr/bin/env bash
# Segue in a real Neovim, headless: attach, findings, edits with multibyte text, a fix, shutdown.
#
#   neovim.sh [--install]    --install fetches Neovim below target/ where none of 0.11 or later is there
#
# Exit status 77: no Neovim, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
prefix=$top/target/editors/neovim
nvim=$(command -v nvim || true)
recent() { "$1" --version | head -1 | grep -qE 'v0\.(1[1-9]|[2-9][0-9])|v[1-9]'; }

if [ -z "$nvim" ] || ! recent "$nvim"; then
  nvim=$prefix/nvim
  if [ ! -x "$nvim" ]; then
    [ "${1:-}" = --install ] || { echo "neovim: none of 0.11 or later (--install fetches one)"; exit 77; }
    tests/editors/debian-prefix.sh forky "$prefix/root" neovim
    # It brings its own C library: start it through that one's loader.
    cat > "$nvim" <<X
#!/bin/sh
root=$prefix/root
export VIMRUNTIME=\$root/usr/share/nvim/runtime
exec "\$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "\$root/usr/lib/x86_64-linux-gnu" --argv0 nvim "\$root/usr/bin/nvim" --cmd "set rtp^=\$root/usr/lib/nvim" "\$@"
X
    chmod +x "$nvim"
  fi
fi
"$nvim" --version | head -1

cargo build --locked --quiet
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir -p "$home/workspace"
target/debug/segue demo --keep "$home/workspace" > /dev/null
# The tour mends what it can: begin again from the sample itself.
cp -r samples/sign-in/. "$home/workspace/"
export HOME=$home XDG_CONFIG_HOME=$home/c XDG_DATA_HOME=$home/d XDG_STATE_HOME=$home/s XDG_CACHE_HOME=$home/h
export SEGUE=$top/target/debug/segue WORKSPACE=$home/workspace
timeout 120 "$nvim" --clean --headless --cmd "set rtp^=$top/editors/neovim" -c "luafile $top/tests/editors/neovim.lua"
