#!/usr/bin/env bash
# Segue in a real Helix, driven through a private tmux server: findings, hover, completion, a fix, a rename
# across files, a run launched and answered by code actions, and the colours of the grammar.
#
#   helix.sh [--install]    --install fetches Helix below target/ where none of 25.07 or later is there
#
# SEGUE_PATIENCE: seconds that a check waits at most. Exit status 77: no Helix or no tmux, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
prefix=$top/target/editors/helix
patience=${SEGUE_PATIENCE:-30}
if ! command -v tmux > /dev/null; then
  [ "${1:-}" = --install ] && [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq -y --no-install-recommends tmux > /dev/null ||
    { echo "helix: no tmux"; exit 77; }
fi

hx=$(command -v hx || true)
if [ -z "$hx" ]; then
  hx=$prefix/hx
  if [ ! -x "$hx" ]; then
    [ "${1:-}" = --install ] || { echo "helix: none (--install fetches one)"; exit 77; }
    [ -x "$prefix/root/usr/bin/hx" ] || tests/editors/debian-prefix.sh forky "$prefix/root" hx
    tests/editors/loader.sh "$prefix/root" usr/bin/hx 'export HELIX_RUNTIME=${HELIX_RUNTIME:-$root/usr/lib/hx/runtime}' > "$hx"
    chmod +x "$hx"
  fi
fi
"$hx" --version

# Some packages of Helix come without grammars: those of Markdown are on npm as sources.
markdown=$prefix/markdown/node_modules/@tree-sitter-grammars/tree-sitter-markdown
if [ ! -d "$markdown" ]; then
  [ "${1:-}" = --install ] || { echo "helix: no grammars of Markdown (--install fetches them)"; exit 77; }
  npm install --prefix "$prefix/markdown" --no-audit --no-fund --ignore-scripts --loglevel error \
    @tree-sitter-grammars/tree-sitter-markdown@0.3.2 > /dev/null
fi

[ -n "${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
home=$(mktemp -d)
socket=segue-helix-$$
tmux() { command tmux -L "$socket" -f /dev/null "$@"; }
trap 'tmux kill-server 2> /dev/null || true; tests/editors/leave.sh "$home" segue' EXIT
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache XDG_DATA_HOME=$home/data COLORTERM=truecolor
export PATH=$top/target/debug:$PATH
helix=$XDG_CONFIG_HOME/helix
mkdir -p "$helix/runtime/grammars"

# What a user is told to put there, with the place of the grammar filled in.
cp -r editors/helix/runtime/queries "$helix/runtime/"
{
  echo 'use-grammars = { only = ["markdown", "markdown_inline", "segue"] }'
  sed "s#/path/to/segue#$top#" editors/helix/languages.toml
  printf '[[grammar]]\nname = "%s"\nsource = { path = "%s" }\n' \
    markdown "$markdown/tree-sitter-markdown" markdown_inline "$markdown/tree-sitter-markdown-inline"
} > "$helix/languages.toml"
cat > "$helix/config.toml" <<TOML
theme = "default"
[editor]
idle-timeout = 50
[editor.inline-diagnostics]
cursor-line = "hint"
other-lines = "hint"
TOML
# Compiled once, and again when a source of them changes.
stamp=$(cat grammars/tree-sitter-segue/src/*.c | cksum | cut -d' ' -f1)
built=$prefix/grammars-$stamp
if [ ! -d "$built" ]; then
  rm -rf "$prefix"/grammars-*
  "$hx" --grammar build
  cp -r "$helix/runtime/grammars" "$built"
fi
cp "$built"/* "$helix/runtime/grammars/"

failures=0
number=0
# Kept open, so that the server does not end between two files.
tmux new-session -d -s hold cat
# Opens a file of a fresh workspace, or of the one that is named, and waits until the server has told what it can do.
open() {
  number=$((number + 1))
  workspace=${2:-$home/workspace$number}
  if [ $# -lt 2 ]; then
    mkdir -p "$workspace/.git"
    cp -r samples/sign-in/. "$workspace/"
  fi
  tmux kill-session -t helix 2> /dev/null || true
  tmux new-session -d -x 120 -y 40 -s helix -c "$workspace" "$hx" -vv --log "$home/log$number" "$1"
  eventually 'grep -q "\"capabilities\"" "$home/log$number" 2> /dev/null'
}
screen() { tmux capture-pane -p -t helix; }
keys() { tmux send-keys -t helix "$@"; }
type_in() { tmux send-keys -t helix -l "$1"; }
# Whether a condition comes true in time.
eventually() {
  local end=$((SECONDS + patience))
  until eval "$1"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
sees() { eventually "screen | grep -qE -- '$1'"; }
# Presses keys until the screen shows a pattern: Helix may not have taken in yet what the server can do, and what it
# offers changes while a run goes on. A person would ask again too.
asks() {
  local pattern=$1 end=$((SECONDS + ${limit:-$patience})) look
  shift
  while true; do
    keys "$@"
    for look in {1..20}; do
      if screen | grep -qE -- "$pattern"; then return 0; fi
      sleep 0.1
    done
    [ $SECONDS -lt $end ] || return 1
    keys Escape
  done
}
# Saves until a file on the disk has a pattern: what came late may have taken the keys before.
saves() {
  local end=$((SECONDS + patience))
  until grep -qE -- "$2" "$workspace/$1"; do
    [ $SECONDS -lt $end ] || return 1
    keys Escape && type_in ':wa' && keys Enter
    sleep 1
  done
}
# The entry of a menu that Enter would take: in this theme it alone is white.
chosen() { tmux capture-pane -e -p -t helix | grep -aoE $'\e\\[48;2;255;255;255m [^\e]*' | head -1; }
# choose PATTERN KEYS…: takes an entry of the menu that the keys open, once it is offered: from entry to entry until it
# is the chosen one, whatever else is offered, and from the start where the menu is gone meanwhile.
choose() {
  local pattern=$1 entry end=$((SECONDS + ${limit:-$patience}))
  shift
  asks "$pattern" "$@" || return 1
  until entry=$(chosen) && [[ $entry =~ $pattern ]]; do
    [ $SECONDS -lt $end ] || return 1
    if [ -n "$entry" ]; then
      keys C-n
      eventually '[ "$(chosen)" != "$entry" ]' || return 1
    else
      keys Escape
      asks "$pattern" "$@" || return 1
    fi
  done
  keys Enter
}
check() {
  local name=$1
  if "check_$name"; then
    echo "ok     $name"
  else
    # Without code actions at all it is they that are missing.
    screen | grep -q 'language server supports code actions' && name="actions ($name)"
    echo "FAILED $name"
    screen | sed 's/^/  | /'
    failures=$((failures + 1))
  fi
}

prompt=.github/prompts/implement.prompt.md
check_diagnostics() {
  open "$prompt" && sees 'No heading of .*auth.memory.md.* has the anchor' || return 1
  printf '[orchestrator]\nattempts = 300\n' > "$workspace/segue.toml"
  open segue.toml "$workspace" && sees 'lies between 1 and 100'
}
check_hover() {
  open "$prompt" || return 1
  asks 'Works on its own, with tools' 2gg Space k
}
check_completion() {
  open .github/agents/planner.agent.md || return 1
  # Proposed by itself, and on demand where the server was not ready yet.
  keys 2ggO && type_in 'argum'
  eventually 'screen | grep -q argument-hint || { keys C-x; sleep 2; screen | grep -q argument-hint; }' || return 1
  # What is proposed may be drawn anew, with nothing chosen.
  eventually '[[ $(chosen) == *argument-hint* ]] || { keys C-n; sleep 0.5; [[ $(chosen) == *argument-hint* ]]; }' || return 1
  keys Enter && sees '^ *[^a-z]* *[0-9]+ +argument-hint:' || return 1
  saves .github/agents/planner.agent.md '^argument-hint:'
}
check_actions() {
  open "$prompt" || return 1
  type_in '/pasword' && keys Enter && choose 'Replace by .#password-hashing' Space a || return 1
  sees '#password-hashing\)' || return 1
  saves "$prompt" 'md#password-hashing'
}
check_rename() {
  open docs/auth.memory.md || return 1
  type_in '/Password' && keys Enter && asks 'rename-to' Space r || return 1
  keys C-u && type_in 'How we hash' && keys Enter && sees '## How we hash' || return 1
  saves specs/sign-in.spec.md '#how-we-hash' && saves .github/instructions/security.instructions.md '#how-we-hash'
}
check_runs() {
  tests/editors/rehearsal.sh "$home/rehearsal"
  open x.spec.md "$home/rehearsal" && choose 'Launch plan .2 tasks' g g Space a || return 1
  # What a run does meanwhile takes its time where the machine is busy.
  local limit=$((4 * patience)) wanted
  for wanted in 'Approve launch' 'Answer first: left' 'Approve .*wave 1'; do
    choose "$wanted" g g Space a || return 1
  done
  # A question without options has usual answers at the title, and takes what is selected anywhere.
  for wanted in Yes No 'Decide yourself'; do
    asks "Answer second: $wanted" g g Space a && keys Escape || return 1
  done
  choose 'Answer second with the selected text' g g / 'The second' Enter Space a || return 1
  choose 'Approve .*completion' g g Space a || return 1
  asks 'Merge run' g g Space a || return 1
  local tip
  tip=$(git -C "$home/rehearsal" for-each-ref --format='%(refname)' 'refs/heads/segue/*/integration')
  [ "$(git -C "$home/rehearsal" show "$tip:first.txt")" = left ] &&
    [ "$(git -C "$home/rehearsal" show "$tip:second.txt")" = 'The second' ]
}
# The grammar's own colour: a variable's braces differ from the text around them.
check_colours() {
  open "$prompt" || return 1
  eventually 'tmux capture-pane -e -p -t helix | grep -a "specFile" | grep -qE "\\$\{.*\[[0-9;]+m.*input"'
}

for name in diagnostics hover completion actions rename runs colours; do check "$name"; done
"$hx" --health agent-markdown | sed 's/\x1b\[[0-9;]*m//g' > "$home/health"
if grep -qE '✓ segue|segue: .*segue' "$home/health" && ! grep -qE 'parser: ✘|Highlight queries: ✘' "$home/health"; then
  echo "ok     health"
else
  echo "FAILED health"
  cat "$home/health"
  failures=$((failures + 1))
fi
[ $failures -eq 0 ]
