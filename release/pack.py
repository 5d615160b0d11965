#!/usr/bin/env python3
"""Packs a built program for everybody who installs it: an archive, a wheel for pip, packages for npm.

    pack.py version                                  the version, if all parts of the project agree on it
    pack.py target TARGET --binary FILE --pages DIR --notices FILE --out DIR
    pack.py shared --zed WASM --out DIR              what is the same for all: npm's front package, Zed's extension
    pack.py checksums DIR                            writes DIR/SHA256SUMS
    pack.py complete DIR                             whether DIR has what a release has, of every target

Needs Python 3.9 and nothing else; asks no network. The same input gives the same bytes: times are those of
SOURCE_DATE_EPOCH (seconds, 1980-01-01 by default), owners are left out.
"""
import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import re
import sys
import tarfile
import time
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LICENCES = ["LICENSE-MIT", "LICENSE-APACHE"]
# The names are those of Node's `process.platform` and `process.arch`, of VS Code's targets and of Zed's download.
# The Linux programs are static, so they run with any C library, and without one.
WHEEL_TAGS = {
    "linux-x64": "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
    "linux-arm64": "manylinux_2_17_aarch64.musllinux_1_1_aarch64",
    "darwin-x64": "macosx_10_12_x86_64",
    "darwin-arm64": "macosx_11_0_arm64",
    "win32-x64": "win_amd64",
    "win32-arm64": "win_arm64",
}
SUMMARY = "Language server and orchestrator for agent primitives"
# What the packages are called where the bare name is taken.
NPM, WHEEL = "segue-lsp", "segue_lsp"
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))
# How hard archives are pressed; 1 where they are only looked at.
LEVEL = int(os.environ.get("SEGUE_PACK_LEVEL", "9"))


def version():
    """The version of the workspace; every other place has to say the same."""
    found = {
        "Cargo.toml": r'\[workspace\.package\]\nversion = "(.+?)"',
        "editors/vscode/package.json": r'\n  "version": "(.+?)"',
        "editors/zed/Cargo.toml": r'\nversion = "(.+?)"',
        "editors/zed/extension.toml": r'\nversion = "(.+?)"',
    }
    for path, pattern in found.items():
        match = re.search(pattern, (TOP / path).read_text(encoding="utf-8"))
        found[path] = match.group(1) if match else None
    if len(set(found.values())) != 1 or None in found.values():
        sys.exit(f"pack.py: the versions differ: {found}")
    return found["Cargo.toml"]


def program(target):
    return "segue.exe" if target.startswith("win32") else "segue"


def archive(target):
    return f"segue-{version()}-{target}." + ("zip" if target.startswith("win32") else "tar.gz")


def wheel(target):
    return f"{WHEEL}-{version()}-py3-none-{WHEEL_TAGS[target]}.whl"


def npm(target=None):
    return f"{NPM}-{target + '-' if target else ''}{version()}.tgz"


def vsix(target):
    """What VS Code installs on such a machine; Alpine takes the static Linux program too."""
    names = [target] + ([target.replace("linux", "alpine")] if target.startswith("linux") else [])
    return [f"segue-{name}.vsix" for name in names]


def zed():
    return f"segue-zed-{version()}.tar.gz"


def write(path, content):
    """Whole or not at all: half a package is never taken for one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".half")
    half.write_bytes(content)
    half.replace(path)
    print(f"{path.name}: {len(content)} bytes")


def tar(files):
    """`files` maps a path to its content and whether it is a program."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as made:
        for name, (content, runs) in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), EPOCH, 0o755 if runs else 0o644
            made.addfile(entry, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), LEVEL, mtime=EPOCH)


def zipped(files):
    raw = io.BytesIO()
    moment = time.gmtime(max(EPOCH, 315532800))[:6]
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as made:
        for name, (content, runs) in files.items():
            entry = zipfile.ZipInfo(name, moment)
            entry.create_system = 3
            entry.external_attr = (0o100755 if runs else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content, compresslevel=LEVEL)
    return raw.getvalue()


def plain(path):
    return (Path(path).read_bytes(), False)


def with_licences(notices=None):
    files = {name: plain(TOP / name) for name in LICENCES}
    if notices:
        files["THIRD-PARTY.txt"] = plain(notices)
    return files


def pack_archive(target, binary, pages, notices):
    """At the top of it, because Zed looks for the program there."""
    files = with_licences(notices)
    files[program(target)] = (binary, True)
    for name in ["README.md", "CHANGELOG.md"]:
        files[name] = plain(TOP / name)
    for page in sorted(pages.rglob("*")):
        if page.is_file():
            files[page.relative_to(pages).as_posix()] = plain(page)
    return zipped(files) if target.startswith("win32") else tar(files)


def pack_wheel(target, binary, notices):
    """A wheel with the program among the scripts, as PEP 427 has it: pip puts it beside `python`."""
    info = f"{WHEEL}-{version()}.dist-info"
    tags = [f"py3-none-{tag}" for tag in WHEEL_TAGS[target].split(".")]
    files = {f"{WHEEL}-{version()}.data/scripts/{program(target)}": (binary, True)}
    metadata = [
        "Metadata-Version: 2.4", "Name: " + WHEEL.replace("_", "-"), f"Version: {version()}", f"Summary: {SUMMARY}",
        "License-Expression: MIT OR Apache-2.0", "Requires-Python: >=3.8", "Description-Content-Type: text/markdown",
    ]
    metadata += [f"License-File: {name}" for name in with_licences(notices)]
    about = (TOP / "release/wrapper.md").read_text(encoding="utf-8")
    files[f"{info}/METADATA"] = (("\n".join(metadata) + "\n\n" + about).encode(), False)
    lines = ["Wheel-Version: 1.0", "Generator: segue", "Root-Is-Purelib: false", *(f"Tag: {tag}" for tag in tags)]
    files[f"{info}/WHEEL"] = (("\n".join(lines) + "\n").encode(), False)
    for name, content in with_licences(notices).items():
        files[f"{info}/licenses/{name}"] = content
    rows = []
    for name, (content, _) in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(content)}")
    rows.append(f"{info}/RECORD,,")
    files[f"{info}/RECORD"] = (("\n".join(rows) + "\n").encode(), False)
    return zipped(files)


def npm_package(about, files):
    about = {"name": NPM, "version": version(), "description": SUMMARY, "license": "MIT OR Apache-2.0", **about}
    files = {**files, "package.json": ((json.dumps(about, indent=2) + "\n").encode(), False)}
    return tar({f"package/{name}": content for name, content in files.items()})


def pack_npm(target, binary, notices):
    """The package of one platform: npm installs it where `os` and `cpu` fit, and nowhere else."""
    system, machine = target.split("-")
    about = {"name": f"{NPM}-{target}", "os": [system], "cpu": [machine], "preferUnplugged": True}
    files = {**with_licences(notices), f"bin/{program(target)}": (binary, True)}
    readme = f"The program of [{NPM}](https://www.npmjs.com/package/{NPM}) for {target}. Install that package.\n"
    files["README.md"] = (readme.encode(), False)
    return npm_package(about, files)


def pack_npm_front():
    about = {
        "bin": {"segue": "bin/segue.js"},
        "engines": {"node": ">=18"},
        "optionalDependencies": {f"{NPM}-{target}": version() for target in WHEEL_TAGS},
    }
    files = {**with_licences(), "README.md": plain(TOP / "release/wrapper.md")}
    files["bin/segue.js"] = ((TOP / "release/npm/segue.js").read_bytes(), True)
    return npm_package(about, files)


def pack_zed(wasm):
    files = {name: plain(TOP / "editors/zed" / name) for name in [*LICENCES, "extension.toml"]}
    files["extension.wasm"] = plain(wasm)
    return tar(files)


def checksums(folder):
    lines = []
    for path in sorted(folder.iterdir()):
        if path.name != "SHA256SUMS":
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    (folder / "SHA256SUMS").write_bytes("".join(lines).encode())
    print(f"SHA256SUMS: {len(lines)} files")


def of_a_release():
    """The names of everything that a release has."""
    names = [npm(), zed()]
    for target in WHEEL_TAGS:
        names += [archive(target), wheel(target), npm(target), *vsix(target)]
    return sorted(names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("version")
    one = verbs.add_parser("target")
    one.add_argument("target", choices=WHEEL_TAGS)
    for name in ["--binary", "--pages", "--notices", "--out"]:
        one.add_argument(name, required=True, type=Path)
    shared = verbs.add_parser("shared")
    for name in ["--zed", "--out"]:
        shared.add_argument(name, required=True, type=Path)
    for name in ["checksums", "complete"]:
        verbs.add_parser(name).add_argument("folder", type=Path)
    args = parser.parse_args()
    if args.verb == "version":
        print(version())
    elif args.verb == "target":
        target, binary = args.target, args.binary.read_bytes()
        write(args.out / archive(target), pack_archive(target, binary, args.pages, args.notices))
        write(args.out / wheel(target), pack_wheel(target, binary, args.notices))
        write(args.out / npm(target), pack_npm(target, binary, args.notices))
    elif args.verb == "shared":
        write(args.out / npm(), pack_npm_front())
        write(args.out / zed(), pack_zed(args.zed))
    elif args.verb == "checksums":
        checksums(args.folder)
    else:
        found = sorted(path.name for path in args.folder.iterdir() if path.name != "SHA256SUMS")
        if found != of_a_release():
            missing, strange = set(of_a_release()) - set(found), set(found) - set(of_a_release())
            sys.exit(f"pack.py: this is no whole release: missing {sorted(missing)}, unknown {sorted(strange)}")
        print(f"complete: {len(found)} files")


main()
