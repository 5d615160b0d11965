#!/usr/bin/env bash
# Segue's extension for Zed: built as the component that Zed loads, and run against a stand-in for Zed, which starts
# the server as it is told to and asks it what Zed would.
#
#   zed.sh [--install]    --install fetches Rust's library for WebAssembly and npm packages below target/
#
# SEGUE=PROGRAM is the server, target/debug/segue by default. Zed itself is in no registry. Exit status 77: something is
# missing, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
place=$top/target/editors/zed
triple=wasm32-wasip2
install=${1:-}
command -v node > /dev/null || { echo "zed: no Node.js"; exit 77; }
if ! cmp -s tests/editors/zed/package.json "$place/node/package.json" || [ ! -d "$place/node/node_modules" ]; then
  [ "$install" = --install ] || { echo "zed: no npm packages (--install fetches them)"; exit 77; }
  mkdir -p "$place/node"
  cp tests/editors/zed/package.json "$place/node/"
  (cd "$place/node" && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel error)
fi

# Zed's own builder asks rustup for the target; where that cannot be had, Debian packs the library with a
# compiler of its own, and the linkers of the component model come with the toolchain.
sources=$(cat editors/zed/src/*.rs editors/zed/Cargo.* | cksum | cut -d' ' -f1)
wasm=$place/segue-$sources.wasm
# In a shell of its own: what is built with a compiler of its own is the component, and nothing else.
component() (
  export CARGO_TARGET_DIR=$place/build
  has_library() { [ -d "$(rustc --print target-libdir --target $triple 2> /dev/null)" ]; }
  if ! has_library && [ ! -x "$place/rustc" ]; then
    [ "$install" = --install ] || { echo "zed: no library for $triple (--install fetches it)"; exit 77; }
    rustup target add $triple 2> /dev/null || true
  fi
  if ! has_library; then
    debian=$place/rust
    if [ ! -x "$place/rustc" ]; then
      [ -x "$debian/usr/bin/rustc" ] ||
        tests/editors/debian-prefix.sh forky "$debian" rustc libstd-rust-dev libstd-rust-dev-wasm32 lld
      mkdir -p "$place/linkers"
      tests/editors/loader.sh "$debian" "$(realpath --relative-to="$debian" "$debian/usr/bin/wasm-ld")" |
        sed 's/--argv0 [^ ]*/--argv0 wasm-ld/' > "$place/linkers/wasm-ld"
      cp "$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/wasm-component-ld" "$place/linkers/"
      chmod +x "$place"/linkers/*
      tests/editors/loader.sh "$debian" usr/bin/rustc 'set -- --sysroot "$root/usr" "$@"' > "$place/rustc.new"
      chmod +x "$place/rustc.new"
      mv "$place/rustc.new" "$place/rustc"
    fi
    export RUSTC=$place/rustc PATH=$place/linkers:$PATH
  fi
  (cd editors/zed && timeout 600 cargo build --locked --release --target $triple)
  rm -f "$place"/segue-*.wasm
  cp "$CARGO_TARGET_DIR/$triple/release/segue_editor.wasm" "$wasm"
)
[ -e "$wasm" ] || component
echo "zed: $(wc -c < "$wasm") bytes of component"
cp tests/editors/zed/*.mjs "$place/node/"
[ -n "${SEGUE_BUILT:-}${SEGUE:-}" ] || cargo build --locked --quiet
timeout 300 node "$place/node/host.mjs" "$wasm" "$top/editors/zed" "${SEGUE:-$top/target/debug/segue}" "$top/samples/sign-in"
