"""Opens files in an editor of a terminal and measures how long it takes until their findings stand on the screen.

    squiggle.py SOCKET NAME KEYS PROGRAM…    KEYS open {file}; Enter is pressed after them

The time runs from the moment before the last key is sent; sending it and looking at the screen go through tmux, which
adds some 5 to 15 ms.
"""
import os
import statistics
import subprocess
import sys
import time

socket, name, keys, *program = sys.argv[1:]
SAYS = "does not exist"


def tmux(*words):
    return subprocess.run(["tmux", "-L", socket, "-f", "/dev/null", *words], check=True, capture_output=True, text=True).stdout


def screen():
    return tmux("capture-pane", "-p", "-t", "squiggle")


def wait(condition):
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"squiggle.py: {name} never shows it:\n{screen()}")


# Kept open, so that tmux does not end between two editors.
tmux("new-session", "-d", "-x", "160", "-y", "30", "-s", "squiggle", "-c", os.getcwd(), *program)
wait(lambda: screen().strip())
# What is typed before an editor reads keys may be lost.
time.sleep(1)
times = []
for number in range(int(os.environ["RUNS"]) + 1):
    command = keys.replace("{file}", f"{number}.agent.md")
    tmux("send-keys", "-t", "squiggle", "-l", command)
    wait(lambda: f"{number}.agent.md" in screen())
    begun = time.perf_counter()
    tmux("send-keys", "-t", "squiggle", "Enter")

    def is_marked():
        shown = screen()
        return f"[notes]: nothing-here-{number}.md" in shown and SAYS in shown

    wait(is_marked)
    times.append((time.perf_counter() - begun) * 1000)
tmux("kill-session", "-t", "squiggle")
first, *rest = times
print(f"{name}: median {statistics.median(rest):.0f} ms of {len(rest)}, {min(rest):.0f} to {max(rest):.0f}; the first, with the server's start, {first:.0f}")
