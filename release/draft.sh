#!/usr/bin/env bash
# Drafts the release of a tag from what release/build.sh made on all platforms, once it is seen to be complete.
#
#   release/draft.sh TAG FOLDER    FOLDER has a folder of each platform, as it came from there
#
# Needs GitHub's `gh`, signed in, and Python. Nothing is published: a person does that with the draft.
set -euo pipefail
folder=$(cd "$2" && pwd)
tag=$1
cd "$(dirname "$0")/.."
version=$(python3 release/pack.py version)
[ "$tag" = "v$version" ] || { echo "release/draft.sh: the tag $tag is not that of version $version" >&2; exit 1; }
whole=$folder/.whole
rm -rf "$whole"
mkdir "$whole"
for built in "$folder"/*/; do
  # What arrived is what was built.
  (cd "$built" && sha256sum --check --quiet --strict SHA256SUMS)
  find "$built" -type f ! -name SHA256SUMS -exec mv -n {} "$whole/" \;
done
python3 release/pack.py complete "$whole"
python3 release/pack.py checksums "$whole"
# What the changelog says of this version.
notes=$whole.notes
awk -v version="$version" '/^## /{ inside = index($2, version) == 1 || index($2, "[" version) == 1; next } inside' CHANGELOG.md > "$notes"
gh release create "$tag" --draft --verify-tag --title "Segue $version" --notes-file "$notes" "$whole"/*
