#!/usr/bin/env bash
# Leaves a test of an editor: ends what its runs still do, and removes its folder. A run outlives its editor, and what
# it writes last may come while the folder is being removed. Never fails: what was tested is not changed by it.
#
#   leave.sh FOLDER [SEGUE]    the runs are those of FOLDER/rehearsal
set -uo pipefail
(cd "$1/rehearsal" && "${2:-segue}" runs cancel --state needs-you --state working) > /dev/null 2>&1
end=$((SECONDS + 30))
until rm -rf "$1" 2> /dev/null; do
  [ $SECONDS -lt $end ] || { echo "leave.sh: $1 cannot be removed" >&2; break; }
  sleep 0.2
done
exit 0
