#!/usr/bin/env bash
# What other repositories use of this one: the GitHub Action and the pre-commit hooks, run as they would be.
#
#   packages.sh [--install]    --install fetches a reader of YAML for Python below target/
#
# Exit status 77: no Python or no reader, skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(command -v python3 || true)
[ -n "$python" ] || { echo "packages: no Python"; exit 77; }
if ! "$python" -c 'import yaml' 2> /dev/null; then
  venv=target/packages/python
  if [ ! -x "$venv/bin/python" ]; then
    [ "${1:-}" = --install ] || { echo "packages: no PyYAML (--install fetches it)"; exit 77; }
    "$python" -m venv "$venv" && "$venv/bin/pip" install --quiet PyYAML==6.0.2
  fi
  python=$venv/bin/python
fi
[ -n "${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
"$python" tests/packages/packages.py "$PWD" "$PWD/target/debug/segue"
