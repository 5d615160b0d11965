#!/usr/bin/env python3
"""Prints the licences of everything that is linked into the program.

    notices.py TRIPLE    a target of Rust, such as x86_64-unknown-linux-gnu

Reads what cargo has fetched; asks no network where the sources are there.
"""
import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
NAMES = ("license", "licence", "copying", "notice", "unlicense")


def linked(metadata):
    """The packages that the program's own code reaches: neither those of tests nor those of builds."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    todo, seen = [metadata["resolve"]["root"]], set()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        for dependency in nodes[one]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                todo.append(dependency["pkg"])
    return [package for package in metadata["packages"] if package["id"] in seen and package["source"]]


command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", sys.argv[1]]
found = json.loads(subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True).stdout)
texts = {}
for package in linked(found):
    folder = Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name.lower().startswith(NAMES))
    text = "\n\n".join(path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip() for path in files)
    title = f"{package['name']} {package['version']} ({package['license'] or 'see its licence file'})"
    texts.setdefault(text, []).append(title)
parts = ["What this program is built from, and under which licences."]
for text, titles in sorted(texts.items(), key=lambda entry: entry[1]):
    parts.append("\n".join(sorted(titles)) + "\n\n" + (text or "Comes without a licence file; the licence is the one named above."))
sys.stdout.buffer.write(("\n\n---\n\n".join(parts) + "\n").encode())
