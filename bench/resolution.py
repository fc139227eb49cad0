"""Time resolution alone: generated workflows that go through make, a script, tox and a package script.

    python bench/resolution.py [--sizes 10,100,1000] [--rounds 5]

Each workflow has a target, a script and environments of its own, so the distinct commands grow with the files. What is printed is
the time of parsing what was discovered and of resolving it, per file and per thing that runs: linear work keeps both level.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

WORKFLOW = """\
on: pull_request
jobs:
  check:
    runs-on: ubuntu-24.04
    strategy:
      matrix: {{target: [lint-{n}, test-{n}]}}
    steps:
      - uses: actions/checkout@v4
      - run: make ${{{{ matrix.target }}}}
      - run: ./ci/build-{n}.sh --fast
      - run: npm run check-{n}
      - run: tox -e unit-{n}
"""


def tree_of(count: int) -> MemoryTree:
    """A repository with so many workflows, and what they lead to."""
    numbers = range(count)
    files: dict[str, str | bytes] = {f".github/workflows/ci-{n}.yml": WORKFLOW.format(n=n) for n in numbers}
    files |= {f"ci/build-{n}.sh": f"#!/bin/bash\nset -e\ncd src\ndocker build -t app-{n} .\n./ci/common.sh\n" for n in numbers}
    files["ci/common.sh"] = "trivy image --exit-code 1 app\n"
    files["Makefile"] = "".join(f"lint-{n}: fmt\n\truff check src/{n}\ntest-{n}:\n\tpytest tests/{n}\n" for n in numbers) + (
        "fmt:\n\truff format --check .\n")
    scripts = ",".join(f'"check-{n}": "eslint src/{n} && jest {n}"' for n in numbers)
    files["package.json"] = "{" + f'"scripts": {{{scripts}}}' + "}"
    files["tox.ini"] = "".join(f"[testenv:unit-{n}]\ncommands =\n    bandit -r src/{n}\n    coverage run -m pytest {n}\n" for n in numbers)
    return MemoryTree(files)


def measure(count: int) -> tuple[float, float, int]:
    """Seconds to read, seconds to resolve, things that run."""
    tree = tree_of(count)
    started = time.perf_counter()
    repository = read_repository(tree)
    read = time.perf_counter()
    found = len(resolve(repository, tree).activities)
    return read - started, time.perf_counter() - read, found


def main() -> None:
    """Print a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    gc.disable()
    measure(2)  # imports
    print(f"{'workflows':>10} {'read ms':>10} {'resolve ms':>11} {'things':>8} {'resolve µs a thing':>19} {'× the first':>11}")
    first = 0.0
    for size in map(int, options.sizes.split(",")):
        rounds = [measure(size) for _ in range(options.rounds)]
        read, spent = statistics.median(one[0] for one in rounds), statistics.median(one[1] for one in rounds)
        each = spent / rounds[0][2]
        first = first or each
        print(f"{size:>10,} {read * 1e3:>10.1f} {spent * 1e3:>11.1f} {rounds[0][2]:>8,} {each * 1e6:>19.1f} {each / first:>11.2f}")


if __name__ == "__main__":
    main()
