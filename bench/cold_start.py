"""Time whole processes, interleaved: the interpreter alone against `opslint scan` on small and middling trees.

    python bench/cold_start.py [--opslint PATH] [--rounds 15]

Give the console script of an installed wheel: a checkout looks at its rule files first, and `python -m` costs 3 ms more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

WORKFLOW = """\
name: ci {number}
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{python-version: "3.13", cache: pip}}
      - run: |
          pip install -r requirements.txt
          pytest --junitxml=out-{number}.xml
      - run: ruff check . || true
"""


def make_tree(folder: str, count: int) -> str:
    """A repository with so many workflows, no two the same."""
    root = os.path.join(folder, f"workflows-{count}")
    os.makedirs(os.path.join(root, ".github", "workflows"))
    for number in range(count):
        with open(os.path.join(root, ".github", "workflows", f"ci-{number}.yml"), "w", encoding="utf-8") as stream:
            stream.write(WORKFLOW.format(number=number))
    for name, text in (("app.py", "print(1)\n"), ("requirements.txt", "requests==2.32.3\n")):
        with open(os.path.join(root, name), "w", encoding="utf-8") as stream:
            stream.write(text)
    return root


def committed(root: str) -> str:
    """The same folder as a git work tree with all of it committed."""
    git = ["git", "-C", root, "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], check=True)
    return root


def run(argv: list[str]) -> tuple[float, float]:
    """One process: seconds of wall time, peak memory in MiB."""
    started = time.perf_counter()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opslint", default=os.path.join(os.path.dirname(sys.executable), "opslint"))
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="opslint-bench-") as folder:
        scan = [options.opslint, "scan", "--fail-on", "never"]
        cases = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "opslint --version": [options.opslint, "--version"],
            "scan, 1 workflow": [*scan, make_tree(folder, 1)],
            "scan, 1 workflow, git": [*scan, committed(make_tree(os.path.join(folder, "git"), 1))],
            "scan, 100 workflows": [*scan, make_tree(folder, 100)],
            "scan, 1,000 workflows": [*scan, make_tree(folder, 1000)],
        }
        results: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for turn in range(options.rounds + 1):
            for name, argv in cases.items():
                measured = run(argv)
                if turn:
                    results[name].append(measured)
        base = statistics.median(wall for wall, _ in results["python -c pass"])
        for name, rows in results.items():
            wall = statistics.median(wall for wall, _ in rows)
            print(f"{name:<24}{wall * 1e3:9.1f} ms  x{wall / base:6.2f}  {statistics.median(peak for _, peak in rows):6.0f} MiB")


if __name__ == "__main__":
    main()
