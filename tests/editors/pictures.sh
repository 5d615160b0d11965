#!/usr/bin/env bash
# Makes pictures of docs/pictures in the real editors, in a private tmux server. Needs what neovim.sh, helix.sh
# and emacs.sh --install have fetched; look at what it makes.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
place=$top/target/editors
[ -n "${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
home=$(mktemp -d)
socket=segue-pictures-$$
tmux() { command tmux -L "$socket" -f /dev/null "$@"; }
trap 'tmux kill-server 2> /dev/null || true; rm -rf "$home"' EXIT
# Kept open, so that the server does not end between two pictures.
tmux new-session -d -s hold cat
mkdir -p "$home/work/.git" "$home/config/helix/runtime/grammars" "$home/data/nvim/segue" docs/pictures
cp -r samples/sign-in/. "$home/work/"
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state
export COLORTERM=truecolor PATH=$top/target/debug:$PATH

# picture NAME PATTERN PROGRAM…: starts the program, waits for the pattern, draws the screen
picture() {
  local name=$1 pattern=$2
  shift 2
  tmux kill-session -t picture 2> /dev/null || true
  tmux new-session -d -x 104 -y 32 -s picture -c "$home/work" "$@"
  local end=$((SECONDS + 30))
  until tmux capture-pane -p -t picture | grep -qE "$pattern"; do
    [ $SECONDS -lt $end ] || { echo "pictures: $name shows no $pattern" >&2; tmux capture-pane -p -t picture; exit 1; }
    sleep 0.2
  done
  tmux capture-pane -e -p -t picture > "$home/capture"
  tests/editors/picture.py "$home/capture" "docs/pictures/$name.svg" 32 104
  echo "docs/pictures/$name.svg"
}

prompt=.github/prompts/implement.prompt.md
cp -r editors/helix/runtime/queries "$home/config/helix/runtime/"
cp "$place"/helix/grammars-*/* "$home/config/helix/runtime/grammars/"
cp editors/helix/languages.toml "$home/config/helix/"
printf 'theme = "nord"\n[editor]\nidle-timeout = 50\n[editor.inline-diagnostics]\ncursor-line = "hint"\nother-lines = "hint"\n' > "$home/config/helix/config.toml"
picture helix 'has the anchor' "$place/helix/hx" "$prompt"

# Emacs starts for people only where it was built for, so its folder is the root there. It has no mode for Markdown of
# its own: the usual one, as Debian packs it.
mode=$place/emacs/markdown-mode
[ -d "$mode" ] || tests/editors/debian-prefix.sh forky "$mode" elpa-markdown-mode
root=$home/root
cp -al "$place/emacs/root" "$root"
mkdir -p "$root/dev" "$root/tmp" "$root/home" "$root/usr/share/terminfo"
mknod -m 666 "$root/dev/tty" c 5 0
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
cp -rL /lib/terminfo/. /usr/share/terminfo/. "$root/usr/share/terminfo/"
cp -r "$home/work" "$root/work"
cp -r "$mode"/usr/share/emacs/site-lisp/elpa-src/markdown-mode-* "$root/markdown-mode"
cp target/debug/segue "$root/usr/bin/"
cp editors/emacs/segue.el "$root/"
cat > "$root/init.el" <<LISP
(add-to-list 'load-path "/markdown-mode")
(require 'markdown-mode)
(setq flymake-show-diagnostics-at-end-of-line t inhibit-startup-screen t)
(load-theme 'modus-vivendi t)
(menu-bar-mode -1)
(load "/segue.el")
LISP
picture emacs 'has the anchor' env HOME=/home PATH=/usr/bin:/usr/sbin chroot "$root" /usr/bin/emacs-nox -nw -Q -l /init.el "/work/$prompt"

grammar=grammars/tree-sitter-segue/src
cc -shared -fPIC -Os -I $grammar -o "$home/data/nvim/segue/segue.so" $grammar/parser.c $grammar/scanner.c
cat > "$home/init.lua" <<LUA
vim.opt.runtimepath:append('$top/editors/neovim')
vim.o.termguicolors = true
vim.diagnostic.config({ virtual_lines = true })
vim.lsp.enable('segue')
LUA
# Neovim's terminal starts itself again by its path, which is not to be had behind a loader: it is attached.
(cd "$home/work" && exec "$place/neovim/nvim" --headless --listen "$home/socket" -u "$home/init.lua" "$prompt" 2> /dev/null) &
server=$!
trap 'kill $server 2> /dev/null || true; tmux kill-server 2> /dev/null || true; rm -rf "$home"' EXIT
until [ -S "$home/socket" ]; do sleep 0.1; done
picture neovim 'missing-anchor' "$place/neovim/nvim" --server "$home/socket" --remote-ui
