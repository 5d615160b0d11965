#!/usr/bin/env bash
# Everything that is published for one platform, from the sources to the checksums, below target/dist: the program
# (on Linux static, which is proved), archive, VSIX, packages for npm and pip, and on linux-x64 also what is the same
# for all: npm's front package and Zed's extension.
#
#   release/build.sh [--target TARGET]    linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64, win32-arm64;
#                                         by default, and to be run at all, the one of this machine
#   --binary FILE                         packs this program and builds none: a rehearsal
#   --out FOLDER                          instead of target/dist
#
# Needs the Rust toolchain, Python 3.9 or later, Node.js 22 or later with npm; fetches what they fetch.
set -euo pipefail
cd "$(dirname "$0")/.."
target= binary= out=target/dist
while [ $# -gt 0 ]; do
  case "$1" in
    --target) target=$2; shift 2 ;;
    --binary) binary=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --help | -h) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "release/build.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
  esac
done
python=$(command -v python3 || command -v python)
pack() { "$python" release/pack.py "$@"; }
case "$(uname -s)" in Linux) system=linux ;; Darwin) system=darwin ;; *) system=win32 ;; esac
case "$(uname -m)" in x86_64 | amd64) machine=x64 ;; *) machine=arm64 ;; esac
target=${target:-$system-$machine}
case "$target" in
  linux-x64) triple=x86_64-unknown-linux-gnu ;;
  linux-arm64) triple=aarch64-unknown-linux-gnu ;;
  darwin-x64) triple=x86_64-apple-darwin ;;
  darwin-arm64) triple=aarch64-apple-darwin ;;
  win32-x64) triple=x86_64-pc-windows-msvc ;;
  win32-arm64) triple=aarch64-pc-windows-msvc ;;
  *) echo "release/build.sh: unknown target $target (see --help)" >&2; exit 2 ;;
esac
version=$(pack version)
step() { echo "── $*"; }

if [ -z "$binary" ]; then
  step "program for $target"
  # With a target named, the flags are those of the program alone: what runs while building stays as it is.
  case "$target" in linux-* | win32-*) export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static" ;; esac
  cargo build --release --locked --target "$triple"
  binary=${CARGO_TARGET_DIR:-target}/$triple/release/segue
  case "$target" in
    linux-*) release/prove-static.sh "$binary" ;;
    win32-*) binary=$binary.exe ;;
  esac
  unset RUSTFLAGS
fi
[ "$("$binary" --version)" = "segue $version" ] || { echo "release/build.sh: $binary is not segue $version" >&2; exit 1; }

rm -rf "$out"
mkdir -p "$out"
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
step "manual, completions, licences"
"$binary" man --out "$pages/man/man1"
mkdir "$pages/completions"
for shell in bash zsh fish powershell elvish; do
  case "$shell" in zsh) name=_segue ;; powershell) name=segue.ps1 ;; *) name=segue.$shell ;; esac
  "$binary" completions "$shell" > "$pages/completions/$name"
done
"$python" release/notices.py "$triple" > "$pages.notices"
trap 'rm -rf "$pages" "$pages.notices"' EXIT
step "archive, wheel, npm"
pack target "$target" --binary "$binary" --pages "$pages" --notices "$pages.notices" --out "$out"

step "VS Code"
tree=target/editors/vscode/tree
editors/vscode/tree.sh "$tree"
names=$target
case "$target" in linux-*) names="$target alpine-${target#linux-}" ;; esac
for name in $names; do
  node "$tree/editors/vscode/package.mjs" --target "$name" --binary "$binary" --notices "$pages.notices" --out "$out"
done

if [ "$target" = linux-x64 ]; then
  step "what is the same for all"
  SEGUE=$(realpath "$binary") tests/editors/zed.sh --install
  pack shared --zed target/editors/zed/segue-*.wasm --out "$out"
fi
pack checksums "$out"
ls -l "$out"
