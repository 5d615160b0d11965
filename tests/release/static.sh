#!/bin/sh
# Stands before rustc (RUSTC_WRAPPER): the program itself is linked as a release is, and what it is made of stays as it is.
case " $* " in
  *" --crate-name segue "*" --crate-type bin "*) exec "$@" -C target-feature=+crt-static ;;
  *) exec "$@" ;;
esac
