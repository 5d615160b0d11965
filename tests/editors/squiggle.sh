#!/usr/bin/env bash
# How long it takes from opening a file to its finding on the screen: Neovim and Helix in a private tmux server, ten
# files each after a first one, which also starts the server. `ONLY=measure tests/editors/vscode.sh` does VS Code.
#
#   squiggle.sh [EDITOR…]    neovim, helix; both by default
#   SEGUE=PROGRAM            the server, target/debug/segue by default
#   RUNS=N                   instead of ten
#
# Needs tmux, Python, and what neovim.sh and helix.sh --install fetch.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
place=$top/target/editors
[ $# -gt 0 ] || set -- neovim helix
[ -n "${SEGUE:-}" ] || { cargo build --locked --quiet; SEGUE=$top/target/debug/segue; }
home=$(mktemp -d)
socket=segue-squiggle-$$
background=
trap '[ -z "$background" ] || kill "$background" 2> /dev/null || true; tmux -L "$socket" kill-server 2> /dev/null || true; rm -rf "$home"' EXIT
mkdir -p "$home/bin" "$home/work/.git" "$home/config/helix"
ln -s "$(realpath "$SEGUE")" "$home/bin/segue"
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state
export PATH=$home/bin:$PATH RUNS=${RUNS:-10}
for ((number = 0; number <= RUNS; number++)); do
  printf -- '---\ndescription: Leads\n---\n\nSee the [notes][].\n\n[notes]: nothing-here-%s.md\n' "$number" > "$home/work/$number.agent.md"
done
cd "$home/work"
found() { command -v "$1" || echo "$place/$2/$1"; }
"$SEGUE" --version
for editor in "$@"; do
  case "$editor" in
    neovim)
      printf '%s\n' "vim.opt.runtimepath:append('$top/editors/neovim')" "vim.o.swapfile = false" \
        "vim.diagnostic.config({ virtual_text = true })" "vim.lsp.enable('segue')" > "$home/init.lua"
      # Neovim's terminal starts itself again by its path, which is not to be had behind a loader: it is attached.
      nvim=$(found nvim neovim)
      "$nvim" --headless --listen "$home/socket" -u "$home/init.lua" 2> /dev/null &
      background=$!
      until [ -S "$home/socket" ]; do sleep 0.1; done
      python3 "$top/tests/editors/squiggle.py" "$socket" Neovim ':e {file}' "$nvim" --server "$home/socket" --remote-ui
      kill "$background"
      background=
      ;;
    helix)
      printf '[editor.inline-diagnostics]\ncursor-line = "hint"\nother-lines = "hint"\n' > "$home/config/helix/config.toml"
      sed "s#/path/to/segue#$top#" "$top/editors/helix/languages.toml" > "$home/config/helix/languages.toml"
      python3 "$top/tests/editors/squiggle.py" "$socket" Helix ':o {file}' "$(found hx helix)"
      ;;
    *) echo "squiggle.sh: unknown editor $editor" >&2; exit 2 ;;
  esac
done
