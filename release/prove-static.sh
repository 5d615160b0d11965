#!/usr/bin/env bash
# Proves that a Linux program needs nothing: no library is linked to it, and it works in a root folder that has
# nothing else in it but what it is asked about.
#
#   prove-static.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/.."
linked=$(ldd "$program" 2>&1 || true)
grep -qE 'statically linked|not a dynamic executable' <<< "$linked" || { echo "not static: $linked" >&2; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$program" "$root/segue"
cp -r samples/sign-in "$root/work"
if [ "$(id -u)" = 0 ]; then
  inside=(chroot "$root")
elif unshare --map-root-user true 2> /dev/null; then
  # It may lie where only root looks for programs.
  inside=(unshare --map-root-user "$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)" "$root")
else
  inside=(sudo -n chroot "$root")
fi
inside() { env -i "$(command -v "${inside[0]}")" "${inside[@]:1}" /segue "$@"; }
told=$(inside --version)
# The sample has errors on purpose: status 1.
found=$(inside check work --format json --deny error) || [ $? -eq 1 ]
grep -q '"link/missing-anchor"' <<< "$found" || { echo "in an empty root it finds: $found" >&2; exit 1; }
[ "$(ls -A "$root" | sort | tr '\n' ' ')" = "segue work " ] || { echo "it left behind: $(ls -A "$root")" >&2; exit 1; }
echo "static: ldd says so, and in an empty root $told checks a repository"
