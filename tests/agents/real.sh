#!/usr/bin/env bash
# Segue with real coding agents against a scripted model, in a network of loopback alone: a spec of two
# waves by opencode over the protocol and by Codex headless, and the table of failures.
#
#   real.sh [--install] [TEST]    --install fetches the agents below target/ where they are not there
#
# SEGUE_ROW=… plays only the rows of the table whose name holds that.
# Exit status 77: no agents, or the network cannot be taken away here; skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
prefix=$PWD/target/agents
opencode=1.18.33
codex=0.169.0
install=
if [ "${1:-}" = --install ]; then install=1; shift; fi

command -v node > /dev/null || { echo "agents: no node"; exit 77; }
[ "$(id -u)" = 0 ] && unshare -n true 2> /dev/null || { echo "agents: the network cannot be taken away here (unshare -n needs root)"; exit 77; }
version() { grep -qs "\"version\": \"$2\"" "$prefix/node_modules/$1/package.json"; }
if ! version opencode-ai $opencode || ! version @openai/codex $codex; then
  [ -n "$install" ] || { echo "agents: they are not there (--install fetches them)"; exit 77; }
  command -v npm > /dev/null || { echo "agents: no npm"; exit 77; }
  mkdir -p "$prefix"
  npm install --prefix "$prefix" --no-audit --no-fund --ignore-scripts --loglevel error \
    opencode-ai@$opencode @openai/codex@$codex
fi
# The programs themselves: no script of a package is run.
case $(uname -m) in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) echo "agents: not for $(uname -m)"; exit 77 ;; esac
if [ $machine = x64 ] && ! grep -q avx2 /proc/cpuinfo; then machine=x64-baseline; fi
mkdir -p "$prefix/bin"
ln -sf "$prefix/node_modules/opencode-linux-$machine/bin/opencode" "$prefix/bin/opencode"
ln -sf "$prefix/node_modules/.bin/codex" "$prefix/bin/codex"

cargo test --locked --quiet --no-run --test agents
export PATH=$prefix/bin:$PATH
export CI=1 NO_COLOR=1 DO_NOT_TRACK=1 NO_UPDATE_NOTIFIER=1
export OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1
export OPENCODE_DISABLE_DEFAULT_PLUGINS=1 OPENCODE_DISABLE_SHARE=1
echo "opencode $opencode, codex $codex, node $(node --version)"
exec unshare -n -- bash -c 'ip link set lo up; exec cargo test --locked --offline --quiet --test agents -- --ignored --test-threads=1 --nocapture "$@"' real "$@"
