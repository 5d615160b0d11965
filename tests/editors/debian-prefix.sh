#!/usr/bin/env bash
# Unpacks packages of a Debian suite, with everything they need, below a folder: nothing is installed on
# the machine, and the suite may be newer than the machine's own.
#
#   debian-prefix.sh SUITE FOLDER PACKAGE…
set -euo pipefail
suite=$1 prefix=$2
shift 2
apt=$prefix/.apt
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/etc"
: > "$apt/status"
# The machine's own mirror serves the other suites too.
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
  sed -nE 's#^(URIs:|deb( \[[^]]*\])?) +(https?:[^ ]*/debian)/?( .*)?$#\3#p' | head -1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$apt/etc/sources.list"
private() {
  apt-get -qq -o Dir::Etc::sourcelist="$apt/etc/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State="$apt/state" \
    -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User="$(id -un)" \
    -o APT::Install-Recommends=false "$@"
}
private update
private -y --download-only install "$@"
# Newer suites have /lib and /bin as links into /usr: make them before unpacking.
for folder in bin sbin lib lib64; do
  mkdir -p "$prefix/usr/$folder"
  ln -sfn "usr/$folder" "$prefix/$folder"
done
for package in "$apt"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$prefix" --keep-directory-symlink
done
rm -rf "$apt"
