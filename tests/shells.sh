#!/usr/bin/env bash
# The completions in the shells themselves.
#
#   shells.sh [--install]    --install fetches fish and zsh below target/ where they are missing
#
# Exit status 77: a shell is missing, skipped. PowerShell is tried where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$PWD/target/shells
missing=()
for shell in fish zsh; do command -v "$shell" > /dev/null || [ -x "$prefix/bin/$shell" ] || missing+=("$shell"); done
if [ ${#missing[@]} -gt 0 ]; then
  [ "${1:-}" = --install ] || { echo "shells: ${missing[*]} missing (--install fetches them)"; exit 77; }
  mkdir -p "$prefix/bin"
  tests/editors/debian-prefix.sh forky "$prefix/root" "${missing[@]}"
  for shell in "${missing[@]}"; do
    own=()
    # zsh looks for its parts where it was made for, and takes the place of its modules from no environment.
    [ "$shell" != zsh ] || own=(
      'export FPATH=$(find "$root/usr/share/zsh/functions" -type d | tr "\n" ":")'
      '[ "${2:-}" != -c ] || set -- "$1" -c "module_path=($(echo "$root"/usr/lib/x86_64-linux-gnu/zsh/*)); $3"'
    )
    tests/editors/loader.sh "$prefix/root" "usr/bin/$shell" ${own[@]+"${own[@]}"} > "$prefix/bin/$shell"
    chmod +x "$prefix/bin/$shell"
  done
fi
export PATH=$PATH:$prefix/bin
fish --version
zsh --version
SEGUE_SHELLS=bash,fish,zsh cargo test --locked --test check shells
