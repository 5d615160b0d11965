#!/usr/bin/env bash
# Measures Segue beside its peers on the same generated workspaces, in one run on one machine.
#
#   tests/bench/peers.sh [FILES…]      default: 100 1000 10000
#
# Builds agnix and agnix-lsp from crates.io and takes rumdl's wheel from PyPI, all below target/peers/.
# markdown-oxide is in no registry: it is built from its repository where that can be reached, else one on
# the PATH is taken, else it is left out. Never part of the test run.
# Prints two Markdown tables: checking a workspace (wall and CPU seconds, peak memory, CPU per file), and
# an editor's session with each server (milliseconds).
set -euo pipefail
cd "$(dirname "$0")/../.."
sizes=("$@"); [ $# -gt 0 ] || sizes=(100 1000 10000)
peers=$PWD/target/peers
mkdir -p "$peers"

[ -x "$peers/bin/agnix" ] || cargo install --quiet --locked --root "$peers" --target-dir target/peers/build agnix-cli@0.60.3
[ -x "$peers/bin/agnix-lsp" ] || cargo install --quiet --locked --root "$peers" --target-dir target/peers/build agnix-lsp@0.60.3
[ -x "$peers/venv/bin/rumdl" ] || { python3 -m venv "$peers/venv"; "$peers/venv/bin/pip" install --quiet rumdl==0.3.0; }
cargo build --quiet --release --locked
cargo build --quiet --release --locked -p segue-bench
segue=$PWD/target/release/segue

# Runs a command and prints "wall cpu peak-MB"; its findings are of no interest here.
measure() {
  python3 - "$@" <<'PY'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{wall:.2f} {used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss / 1024:.0f}")
PY
}

echo "machine: $(nproc) cores, $(uname -m), load $(cut -d' ' -f1 /proc/loadavg); segue $("$segue" --version | cut -d' ' -f2), $("$peers/bin/agnix" --version), $("$peers/venv/bin/rumdl" --version)"
echo
echo "| files | tool | wall s | CPU s | peak MB | CPU ms a file |"
echo "|---|---|---|---|---|---|"
for size in "${sizes[@]}"; do
  workspace=$(mktemp -d)
  target/release/segue-bench generate "$size" "$workspace" >/dev/null
  for tool in segue agnix rumdl; do
    case $tool in
      segue) command=("$segue" check --format json "$workspace") ;;
      agnix) command=("$peers/bin/agnix" "$workspace") ;;
      rumdl) command=("$peers/venv/bin/rumdl" check --no-cache "$workspace") ;;
    esac
    best=""
    for _ in 1 2 3; do
      now=$(measure "${command[@]}")
      if [ -z "$best" ] || awk "BEGIN { exit !($(cut -d' ' -f2 <<<"$now") < $(cut -d' ' -f2 <<<"$best")) }"; then best=$now; fi
    done
    read -r wall cpu peak <<<"$best"
    echo "| $size | $tool | $wall | $cpu | $peak | $(awk "BEGIN { printf \"%.3f\", $cpu * 1000 / $size }") |"
  done
  rm -rf "$workspace"
done

servers=("segue=$segue lsp --stdio" "agnix-lsp=$peers/bin/agnix-lsp" "rumdl=$peers/venv/bin/rumdl server")
oxide=$peers/bin/markdown-oxide
if [ ! -x "$oxide" ] && ! oxide=$(command -v markdown-oxide); then
  oxide=$peers/bin/markdown-oxide
  GIT_TERMINAL_PROMPT=0 cargo install --quiet --locked --root "$peers" --target-dir target/peers/build \
    --git https://github.com/Feel-ix-343/markdown-oxide markdown-oxide ||
    { echo "markdown-oxide cannot be built here and is left out" >&2; oxide=; }
fi
[ -z "$oxide" ] || servers+=("markdown-oxide=$oxide")
echo
echo "load $(cut -d' ' -f1 /proc/loadavg)"
echo
target/release/segue-bench servers "${servers[@]}" "${sizes[@]}"
# agnix-lsp has no navigation.
navigators=()
for server in "${servers[@]}"; do [[ $server == agnix-lsp=* ]] || navigators+=("$server"); done
echo
echo "load $(cut -d' ' -f1 /proc/loadavg)"
echo
target/release/segue-bench navigation "${navigators[@]}" "${sizes[@]}"
