#!/usr/bin/env bash
# Prints a script that starts a program of debian-prefix.sh: it brings its own C library, so it is started
# through that one's loader. The machine's own programs, which it may start, are not touched by that.
#
#   loader.sh FOLDER PROGRAM [LINE…]    PROGRAM below FOLDER; the lines come before the start
set -euo pipefail
root=$1 program=$2
shift 2
printf '#!/bin/sh\nroot=%s\n' "$root"
for line in "$@"; do printf '%s\n' "$line"; done
printf 'exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" --argv0 %s "$root/%s" "$@"\n' \
  "$(basename "$program")" "$program"
