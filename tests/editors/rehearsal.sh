#!/usr/bin/env bash
# Makes a repository whose plan is carried out by the rehearsal agent: the first task asks with options, the second
# without. What is launched there needs no network and no key.
#
#   rehearsal.sh FOLDER
set -euo pipefail
mkdir -p "$1"
cd "$1"
cat > x.spec.md <<'PLAN'
# Feature: X

## Component Breakdown

### Issue 1: First (`first`)

**Scope:** The first.
**Dependencies:** None
**Files:** `first.txt`
**Validation:** `test -s first.txt`

### Issue 2: Second (`second`)

**Scope:** The second.
**Dependencies:** First
**Files:** `second.txt`
**Validation:** `test -s second.txt`
PLAN
cat > add.prompt.md <<'PROMPT'
---
description: Adds a file
---

# Add a file

Add `${input:file:path/of/it}`.
PROMPT
cat > actor.yaml <<'ACTOR'
tasks:
  first:
    - - ask: { question: Which one?, options: [left, right], recommendation: right }
      - write: { path: first.txt, text: "{answer}\n" }
  second:
    - - ask: { question: Which name? }
      - write: { path: second.txt, text: "{answer}\n" }
ACTOR
printf '[agents.actor]\nrehearsal = "actor.yaml"\n[orchestrator]\nagent = "actor"\n' > segue.toml
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git init --quiet --initial-branch=main
git config user.name Ada
git config user.email ada@example.com
git add --all
git commit --quiet --no-gpg-sign -m Start
