"""Runs what other repositories use of this one: the steps of action.yml and the entries of the pre-commit hooks."""
import os
import re
import subprocess
import sys
import tempfile
import shutil

import yaml

top, segue = sys.argv[1:]
failures = 0


def check(name, ok, seen=""):
    global failures
    print(("ok     " if ok else "FAILED ") + name + ("" if ok else f"  saw: {seen}"))
    failures += not ok


def sample():
    folder = tempfile.mkdtemp()
    shutil.copytree(os.path.join(top, "samples/sign-in"), folder, dirs_exist_ok=True)
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def run(command, folder, **environment):
    path = os.path.dirname(segue) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path, **environment}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


with open(os.path.join(top, "action.yml"), encoding="utf-8") as file:
    action = yaml.safe_load(file)
steps = action["runs"]["steps"]
check("action: is composite", action["runs"]["using"] == "composite" and len(steps) == 2, action["runs"])
for step in steps:
    scripts = re.findall(r"\$\{\{.*?\}\}", step["run"])
    check(f"action: no expression in the script of '{step['name']}'", not scripts, scripts)
    known = {f"inputs.{name}" for name in action["inputs"]} | {"github.action_path", "runner.temp"}
    used = set(re.findall(r"\$\{\{\s*(.*?)\s*\}\}", " ".join(step.get("env", {}).values())))
    check(f"action: '{step['name']}' reads what there is", used <= known, used - known)
script = ["bash", "-eo", "pipefail", "-c", steps[-1]["run"]]
folder = sample()
status, told = run(script, folder, PATHS="", DENY="error", ARGUMENTS="")
check("action: marks what is found", "::warning file=" in told, told)
status, told = run(script, folder, PATHS="", DENY="warning", ARGUMENTS="")
check("action: fails from a level on", status == 1, status)
status, told = run(script, folder, PATHS="AGENTS.md\n", DENY="hint", ARGUMENTS="--level\nerror\n")
check("action: takes paths and arguments line by line", "implement.prompt.md" not in told and status in (0, 1), told)
status, told = run(script, folder, PATHS="$(touch hostile)\n`touch hostile`", DENY="error", ARGUMENTS="")
check("action: inputs are never a script", not os.path.exists(os.path.join(folder, "hostile")), told)

with open(os.path.join(top, ".pre-commit-hooks.yaml"), encoding="utf-8") as file:
    hooks = {hook["id"]: hook for hook in yaml.safe_load(file)}
for hook in hooks.values():
    check(f"hook {hook['id']}: built by cargo", hook["language"] == "rust" and hook["pass_filenames"] is False, hook)
    wanted = re.compile(hook["files"])
    for path, wants in {"AGENTS.md": 1, ".github/agents/a.agent.md": 1, "segue.toml": 1, ".mcp.json": 1, ".vscode/mcp.json": 1, "src/main.rs": 0, "package.json": 0}.items():
        check(f"hook {hook['id']}: {path}", bool(wanted.search(path)) == bool(wants))
status, told = run(hooks["segue-check"]["entry"].split() + ["--deny", "warning"], folder)
check("hook segue-check: fails on what is found", status == 1, told)
run(hooks["segue-fix"]["entry"].split(), folder)
with open(os.path.join(folder, ".github/prompts/implement.prompt.md"), encoding="utf-8") as file:
    text = file.read()
check("hook segue-fix: mends", "mode:" not in text, text)
sys.exit(bool(failures))
