#!/usr/bin/env bash
# Every test of the project, cheap ones first.
#
#   tests/run.sh             what this machine can run; parts that something is missing for are named
#   tests/run.sh --install   also installs what the project's own scripts can install
#
# The same inputs are generated in each run; PROPTEST_RNG_SEED=… and SEGUE_SEED=… generate others.
# SEGUE_REQUIRE=corpus,…  makes a missing part fail instead of being skipped.
# Needs the Rust toolchain; writes below target/ only.
set -euo pipefail
cd "$(dirname "$0")/.."
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-20261121}
# Points at which the runner of plans is killed; `all` takes every one.
export SEGUE_KILLS=${SEGUE_KILLS:-60}
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
require=",${SEGUE_REQUIRE:-},"
ran=() skipped=() install=()

for argument in "$@"; do
  case "$argument" in
    --install) install=(--install) ;;
    --help | -h) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "tests/run.sh: unknown argument $argument (see --help)" >&2; exit 2 ;;
  esac
done

step() {
  local name=$1; shift
  local start=$SECONDS
  echo "── $name"
  "$@"
  ran+=("$name ($((SECONDS - start)) s)")
}

step "format" cargo fmt --all --check
step "clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
step "structure" cargo test --locked --test structure
step "unit, data, property" cargo test --locked --workspace --exclude segue
step "generated workspace" cargo test --locked --test generated
step "command line" cargo test --locked --test check
step "runs" cargo test --locked --test run --test agents
step "protocol" cargo test --locked --test protocol --test shipped
corpus=${SEGUE_CORPUS:-../shared/corpus}
if [ -d "$corpus" ]; then
  step "corpus" cargo test --locked --test corpus --test conversions --test corpus_plans --test formatting
elif [[ $require == *,corpus,* ]]; then
  echo "tests/run.sh: the corpus is required and not at $corpus (set SEGUE_CORPUS)" >&2
  exit 1
else
  skipped+=("corpus (set SEGUE_CORPUS to a folder of real repositories)")
fi
# The editors and what comes after them take the program that these tests were about, and build no other.
export SEGUE_BUILT=1
# A part whose program is missing says so with status 77.
optional() {
  local name=$1 status=0; shift
  local start=$SECONDS
  echo "── $name"
  "$@" || status=$?
  if [ $status -eq 0 ]; then
    ran+=("$name ($((SECONDS - start)) s)")
  elif [ $status -ne 77 ]; then
    exit $status
  elif [[ $require == *,$name,* ]]; then
    echo "tests/run.sh: $name is required and missing" >&2
    exit 1
  else
    skipped+=("$name (--install fetches it)")
  fi
}
optional grammars tests/editors/grammars.sh ${install[@]+"${install[@]}"}
# Each in the real editor, then with each feature kept back in turn: that check has to fail, and no other.
optional nvim tests/editors/neovim.sh ${install[@]+"${install[@]}"}
optional nvim-withheld tests/editors/withheld.sh neovim diagnostics hover completion actions rename lenses commands questions runs
optional helix tests/editors/helix.sh ${install[@]+"${install[@]}"}
optional helix-withheld tests/editors/withheld.sh helix diagnostics hover completion actions rename runs
optional emacs tests/editors/emacs.sh ${install[@]+"${install[@]}"}
optional emacs-withheld tests/editors/withheld.sh emacs diagnostics hover completion actions rename
optional zed tests/editors/zed.sh ${install[@]+"${install[@]}"}
optional zed-withheld tests/editors/withheld.sh zed diagnostics hover completion actions rename
optional vscode tests/editors/vscode.sh ${install[@]+"${install[@]}"}
optional vscode-withheld env WITHHELD='diagnostics lenses hover completion actions commands runs rename' tests/editors/vscode.sh
optional shells tests/shells.sh ${install[@]+"${install[@]}"}
optional packages tests/packages.sh ${install[@]+"${install[@]}"}
optional release tests/release.sh ${install[@]+"${install[@]}"}
optional mcp-npm tests/mcp/npm.sh ${install[@]+"${install[@]}"}
optional agents tests/agents/real.sh ${install[@]+"${install[@]}"}
step "documentation" cargo doc --locked --workspace --no-deps --quiet
step "demo" target/debug/segue demo

echo "── summary"
printf 'ran: %s\n' "${ran[@]}"
if [ ${#skipped[@]} -gt 0 ]; then printf 'skipped: %s\n' "${skipped[@]}"; fi
echo "${#ran[@]} passed, 0 failed, ${#skipped[@]} skipped"
