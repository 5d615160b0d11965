"""Looks at what the release's scripts packed for linux-x64, and installs it where nothing else is: no network."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
dist = Path(sys.argv[1]).resolve()
failures = 0


def check(name, ok, seen=""):
    global failures
    print(("ok     " if ok else "FAILED ") + name + ("" if ok else f"  saw: {seen}"), flush=True)
    failures += not ok


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **{"cwd": TOP, **more})
    return done.returncode, done.stdout + done.stderr


version = run("python3", "release/pack.py", "version")[1].strip()
scratch = Path(tempfile.mkdtemp(prefix="segue-release-"))
# Nothing of who runs this, and no way to a network: every proxy leads nowhere.
clean = {"HOME": str(scratch), "PATH": os.environ["PATH"], "npm_config_offline": "true", "npm_config_cache": str(scratch / "npm")}
nowhere = {name: "http://127.0.0.1:9" for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]}
clean.update(nowhere)
clean.update({"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})


def says_version(*words):
    status, told = run(*words, "--version", env=clean)
    return status == 0 and told.strip() == f"segue {version}", told


archive = f"segue-{version}-linux-x64.tar.gz"
wheel = f"segue_lsp-{version}-py3-none-manylinux_2_17_x86_64.musllinux_1_1_x86_64.whl"
front, platform = f"segue-lsp-{version}.tgz", f"segue-lsp-linux-x64-{version}.tgz"
zed = f"segue-zed-{version}.tar.gz"
vsixes = ["segue-linux-x64.vsix", "segue-alpine-x64.vsix"]
wanted = sorted([archive, wheel, front, platform, zed, *vsixes, "SHA256SUMS"])
found = sorted(path.name for path in dist.iterdir())
check("all is there, and nothing else", found == wanted, found)
status, told = run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=dist)
check("the checksums are right", status == 0 and told.count(": OK") == len(wanted) - 1, told)

# The archive, as Zed's extension and people take it.
place = scratch / "archive"
with tarfile.open(dist / archive) as packed:
    names = packed.getnames()
    owners = {(entry.uid, entry.gid, entry.uname) for entry in packed}
    packed.extractall(place, filter="data")
expected = {"segue", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt", "README.md", "CHANGELOG.md", "completions/segue.bash",
            "completions/_segue", "completions/segue.fish", "completions/segue.ps1", "completions/segue.elvish",
            "man/man1/segue.1", "man/man1/segue-check.1"}
check("archive: program at the top, completions, manual, licences", expected <= set(names), names)
check("archive: belongs to nobody", owners == {(0, 0, "")}, owners)
check("archive: runs", *says_version(str(place / "segue")))
# What `release/build.sh` says of the one it builds.
status, told = run("release/prove-static.sh", str(place / "segue"))
check("archive: the program needs no library, and works in an empty root", status == 0 and "static" in told, told)
notices = (place / "THIRD-PARTY.txt").read_text(encoding="utf-8")
check("archive: licences of what is linked in, and of that alone", "tokio " in notices and "pulldown-cmark " in notices and "insta " not in notices)

if (TOP / "target/debug/segue").exists():
    status, told = run("release/prove-static.sh", "target/debug/segue")
    check("a program that needs libraries is not taken for static", status != 0 and "not static" in told, told)

# npm, as `npm install segue-lsp` would, from the two files.
place = scratch / "npm-prefix"
place.mkdir()
(place / "package.json").write_text("{}")
status, told = run("npm", "install", "--no-audit", "--no-fund", str(dist / platform), str(dist / front), cwd=place, env=clean)
check("npm: installs offline", status == 0, told)
segue = str(place / "node_modules/.bin/segue")
check("npm: runs", *says_version(segue))
sample = scratch / "sample"
shutil.copytree(TOP / "samples/sign-in", sample)
status, told = run(segue, "check", "--deny", "warning", cwd=sample, env=clean)
check("npm: hands streams and status on", status == 1 and "link/missing-anchor" in told, told)
status, told = run(segue, "lsp", cwd=place, env=clean, stdin=subprocess.DEVNULL)
check("npm: the server ends with its input", status in (0, 1), (status, told))
child = subprocess.Popen([segue, "lsp"], cwd=place, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}})
child.stdin.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
child.stdin.flush()
# It has answered, so the program itself is running.
answer = child.stdout.readline()
child.send_signal(signal.SIGTERM)
# Its input stays open until it has ended: the end of that would end it too.
try:
    child.wait(timeout=60)
finally:
    child.stdin.close()
told = child.stderr.read()
check("npm: signals reach the program", answer.startswith(b"Content-Length") and b"told to end" in told and child.returncode == 1, (child.returncode, told))
about = json.loads((place / "node_modules/segue-lsp-linux-x64/package.json").read_text())
check("npm: the platform's package is for it alone", about["os"] == ["linux"] and about["cpu"] == ["x64"], about)
wants = json.loads((place / "node_modules/segue-lsp/package.json").read_text())["optionalDependencies"]
check("npm: six platforms, each in this very version", len(wants) == 6 and set(wants.values()) == {version}, wants)
shutil.rmtree(place / "node_modules/segue-lsp-linux-x64")
status, told = run(segue, "--version", cwd=place, env=clean)
check("npm: says what is missing", status == 2 and "segue-lsp-linux-x64 is not installed" in told, told)

# pip, into an environment of its own.
place = scratch / "venv"
status, told = run(sys.executable, "-m", "venv", str(place), env=clean)
check("pip: an empty environment", status == 0, told)
status, told = run(str(place / "bin/pip"), "install", "--no-index", "--no-cache-dir", str(dist / wheel), env=clean)
check("pip: installs offline", status == 0, told)
check("pip: runs", *says_version(str(place / "bin/segue")))
status, told = run(str(place / "bin/pip"), "show", "--files", "segue-lsp", env=clean)
check("pip: knows its files and licence", "bin/segue" in told and f"Version: {version}" in told and "THIRD-PARTY.txt" in told, told)
status, told = run(str(place / "bin/pip"), "uninstall", "--yes", "segue-lsp", env=clean)
check("pip: takes it away again", not (place / "bin/segue").exists(), told)

for name in vsixes:
    with zipfile.ZipFile(dist / name) as packed:
        manifest = packed.read("extension.vsixmanifest").decode()
        names = packed.namelist()
        program = packed.getinfo("extension/server/segue")
        same = hashlib.sha256(packed.read(program)).digest() == hashlib.sha256((scratch / "archive/segue").read_bytes()).digest()
    target = name.removeprefix("segue-").removesuffix(".vsix")
    check(f"{name}: for its target", f'TargetPlatform="{target}"' in manifest and f'Version="{version}"' in manifest, manifest[:400])
    check(f"{name}: with the same program and the licences", same and program.external_attr >> 16 & 0o111 and
          {"extension/dist/extension.js", "extension/server/THIRD-PARTY.txt"} <= set(names), names)
with tarfile.open(dist / zed) as packed:
    names = packed.getnames()
    component = packed.extractfile("extension.wasm").read(8)
check("zed: manifest, component, licences", set(names) == {"extension.toml", "extension.wasm", "LICENSE-MIT", "LICENSE-APACHE"} and
      component == bytes([0, 97, 115, 109, 13, 0, 1, 0]), names)

# All targets, with a stand-in for the program: what the draft of a release is checked for.
built = scratch / "built"
(scratch / "pages").mkdir()
(scratch / "stand-in").write_bytes(b"program")
targets = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"]
for target in targets:
    out = built / target
    words = ["--binary", scratch / "stand-in", "--pages", scratch / "pages", "--notices", scratch / "stand-in", "--out", out]
    status, told = run("python3", "release/pack.py", "target", target, *map(str, words))
    check(f"{target}: packs", status == 0, told)
    for name in [target] + ([target.replace("linux", "alpine")] if target.startswith("linux") else []):
        (out / f"segue-{name}.vsix").write_bytes(b"vsix")
    if target == "linux-x64":
        for name in [front, zed]:
            shutil.copy(dist / name, out / name)
    run("python3", "release/pack.py", "checksums", str(out))
with zipfile.ZipFile(built / "win32-x64" / f"segue-{version}-win32-x64.zip") as packed:
    check("win32-x64: a zip with segue.exe at the top", "segue.exe" in packed.namelist(), packed.namelist())

# GitHub's own program, played by one that tells what it was asked.
fake = scratch / "bin"
fake.mkdir()
(fake / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
(fake / "gh").chmod(0o755)
draft = {**os.environ, "PATH": f"{fake}{os.pathsep}{os.environ['PATH']}"}


def drafted(tag, folder):
    copy = scratch / f"copy-{time.monotonic_ns()}"
    shutil.copytree(folder, copy)
    return run("release/draft.sh", tag, str(copy), env=draft)


status, told = drafted(f"v{version}", built)
check("draft: takes what all platforms built", status == 0 and "--draft" in told and told.count(".vsix") >= 8 and "SHA256SUMS" in told, told)
status, told = drafted("v999.0.0", built)
check("draft: refuses the tag of another version", status != 0 and "is not that of version" in told, told)
(built / "darwin-x64" / f"segue-{version}-darwin-x64.tar.gz").write_bytes(b"other")
status, told = drafted(f"v{version}", built)
check("draft: refuses what arrived otherwise than it was built", status != 0 and "--draft" not in told, told)
shutil.rmtree(built / "darwin-x64")
status, told = drafted(f"v{version}", built)
check("draft: refuses half a release", status != 0 and "no whole release" in told, told)
shutil.rmtree(scratch)
sys.exit(bool(failures))
