#!/usr/bin/env bash
# Each test of an editor can fail: runs it once for every feature with that feature kept back by the server
# (a build with debug assertions), and expects that check, and only that one, to fail.
#
#   withheld.sh EDITOR FEATURE…    (VS Code does it in one go: WITHHELD='FEATURE …' vscode.sh)  runs tests/editors/EDITOR.sh, which prints `ok NAME` or `FAILED NAME` a check
set -euo pipefail
cd "$(dirname "$0")/../.."
editor=$1
shift
bad=0
[ -n "${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
export SEGUE_BUILT=1
# Runs all checks with a feature kept back: `status`, `told`, and the names of the checks that failed, one a line.
try() {
  status=0
  told=$(SEGUE_WITHHOLD=$1 SEGUE_PATIENCE=$2 "tests/editors/$editor.sh" 2>&1) || status=$?
  failed=$(sed -n 's/^FAILED *\([a-z]*\).*/\1/p' <<< "$told" | sort -u)
  if [ "$status" -eq 77 ]; then
    echo "$told"
    exit 77
  fi
}

for feature in "$@"; do
  try "$feature" "${SEGUE_PATIENCE:-8}"
  if [ "$status" -eq 1 ] && [ "$failed" != "$feature" ] && grep -qx "$feature" <<< "$failed"; then
    # One success is proof that a check does not hang on this feature: with the patience of a slow machine.
    first=$failed
    try "$feature" 30
    failed=$(comm -12 <(echo "$first") <(echo "$failed"))
  fi
  failed=$(paste -sd' ' <<< "$failed")
  if [ "$status" -eq 1 ] && [ "$failed" = "$feature" ]; then
    echo "ok     without $feature that check fails, and no other"
  else
    bad=1
    echo "FAILED without $feature: status $status, failed: ${failed:-nothing}"
    sed 's/^/  | /' <<< "$told"
  fi
done
exit $bad
