"""Scripts and programs of the repository, and the stages of DVC: from a command to what they run or plainly do."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def resolved(run: str, files: dict[str, str]) -> dict[str, Activity]:
    """What a step runs, by the word of each command."""
    workflow = f"on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n"
    tree = MemoryTree({CI: workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return {activity.name: activity for activity in resolve(read_repository(tree), tree).activities}


SCRIPT = """
#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
pytest -q "$@"
"""


@pytest.mark.parametrize("run", ["./ci/test.sh", "ci/test.sh -x", "bash ci/test.sh", "sh -e ./ci/test.sh", "source ci/test.sh",
                                 "cd ci && ./test.sh", "sudo -E ./ci/test.sh", "timeout 60 bash -o pipefail ci/test.sh"])
def test_script_is_followed_when_it_is_started_by_its_path(run: str) -> None:
    found = resolved(run, {"ci/test.sh": SCRIPT})["pytest"]
    assert [(hop.path, hop.line) for hop in found.chain] == [(CI, 6), ("ci/test.sh", 4)]
    assert found.blocking


@pytest.mark.parametrize(("first", "run", "blocking"), [
    ("", "./x.sh", False), ("#!/bin/bash", "./x.sh", False), ("#!/bin/bash -eu", "./x.sh", True),
    ("#!/usr/bin/env -S bash -e", "./x.sh", True), ("#!/bin/sh", "sh -e x.sh", True), ("#!/bin/sh", "bash -o errexit x.sh", True),
    ("#!/bin/sh", "bash x.sh", False), ("#!/bin/sh", "source x.sh", True),
])
def test_script_stops_at_an_error_when_its_first_line_or_its_caller_says_so(first: str, run: str, blocking: bool) -> None:
    found = resolved(run, {"x.sh": f"{first}\nbandit -r src\necho done\n"})
    assert found["bandit"].blocking is blocking


def test_script_gets_its_arguments_when_it_is_called_with_some() -> None:
    script = 'case "$1" in\n  lint) ruff check . ;;\n  deploy) kubectl apply -f k8s ;;\nesac\n'
    assert set(resolved("./run.sh lint", {"run.sh": script})) == {"./run.sh", "ruff"}


def test_script_hands_on_the_names_of_its_arguments_when_they_are_not_known() -> None:
    found = resolved('./notify.sh "$SLACK_URL"', {"notify.sh": 'curl -d x "$1"\n'})
    assert found["curl"].command is not None
    assert found["curl"].command.variables == ("SLACK_URL",)


@pytest.mark.parametrize(("run", "disabled"), [
    ("curl -fsSL https://example.com/x -o gone.sh && sh ./gone.sh", ""),
    ("wget -q https://example.com/gone.sh && bash gone.sh", ""),
    ("curl https://example.com/x | sed s/a/b/ > gone.sh; bash gone.sh", ""),
    ("curl https://example.com/x && bash gone.sh", "the script gone.sh does not exist"),
    ("wget https://example.com/begone.sh && bash gone.sh", "the script gone.sh does not exist"),
])
def test_script_is_not_dead_when_the_job_brings_it(run: str, disabled: str) -> None:
    found = resolved(run, {"README.md": ""})
    assert next(one.disabled for one in found.values() if one.name in ("sh", "bash", "./gone.sh", "gone.sh")) == disabled


def test_script_is_dead_when_it_is_not_there_but_its_folder_is() -> None:
    found = resolved("./ci/gone.sh", {"ci/other.sh": "true\n"})
    assert found["./ci/gone.sh"].disabled == "the script ci/gone.sh does not exist"


@pytest.mark.parametrize("run", ["./elsewhere/gone.sh", "./build/program", "source venv/bin/activate", "bash -c 'ls x.sh'",
                                 '"$HOME/x.sh"', "/opt/x.sh", "bash <(curl -s https://example.org/x.sh)", "cd /tmp && ./x.sh",
                                 "zap-baseline.py -t https://example.org"])
def test_script_is_left_alone_when_something_else_may_bring_it(run: str) -> None:
    assert not [one for one in resolved(run, {"ci/other.sh": "true\n"}).values() if one.disabled]


def test_script_that_calls_itself_is_read_once() -> None:
    found = resolved("./a.sh", {"a.sh": "./b.sh\n", "b.sh": "./a.sh\npytest\n"})
    assert "pytest" in found


EVALUATE = """
import sys
from sklearn.metrics import mean_absolute_error as mae
error = mae([1.0], [1.5])
if error > 0.4:
    sys.exit("over the bar")
"""


@pytest.mark.parametrize(("run", "path"), [
    ("python evaluate.py", "evaluate.py"), ("python3 -u src/evaluate.py --x 1", "src/evaluate.py"),
    ("uv run python -m eta.evaluate", "src/eta/evaluate.py"), ("python -m eta", "eta/__main__.py"),
    ("./evaluate.py", "evaluate.py"),
])
def test_program_tells_what_it_plainly_does_when_it_is_started(run: str, path: str) -> None:
    found = [one.command.marks for one in resolved(run, {path: EVALUATE}).values() if one.command is not None and one.command.marks]
    assert len(found) == 1
    assert {"bar", "import:sklearn.metrics", "call:sklearn.metrics.mean_absolute_error", "call:sys.exit"} <= set(found[0])


@pytest.mark.parametrize(("body", "bar"), [
    ("assert score >= 0.9", True), ("if score < bar:\n    raise ValueError(score)", True), ("sys.exit(score < 0.9)", True),
    ("if score < 0.9:\n    print(score)", False), ("if len(sys.argv) < 2:\n    sys.exit(1)", False),
    ("if score < 0.9:\n    sys.exit(0)", False), ("if name == 'x':\n    sys.exit(1)", False),
    ("if sys.version_info < (3, 11):\n    sys.exit(1)", False), ("def broken(:", False), ("x = " + "(" * 5000, False),
])
def test_program_sets_a_bar_when_a_comparison_of_size_decides_whether_it_fails(body: str, bar: bool) -> None:
    found = resolved("python x.py", {"x.py": f"import sys\nscore = 1\nbar = 2\nname = ''\n{body}\n"})["python"]
    assert found.command is not None
    assert ("bar" in found.command.marks) is bar


def test_program_is_dead_when_it_is_not_there() -> None:
    assert resolved("python train.py", {"README.md": ""})["python"].disabled == "the script train.py does not exist"


STAGES = """
stages:
  prepare:
    cmd: python prepare.py
    outs: [data]
  train:
    wdir: ml
    cmd:
      - torchrun train.py --seed ${train.seed}
      - echo done
    deps: [data]
    outs:
      - model: {cache: false}
  score:
    foreach: [a, b]
    do:
      cmd: |
        pytest tests/${item}
        bandit -r src
      deps: [model]
"""


def test_dvc_runs_every_stage_when_none_is_named() -> None:
    found = resolved("dvc repro", {"dvc.yaml": STAGES})
    assert list(found) == ["dvc", "python", "torchrun", "echo", "pytest", "bandit"]
    torchrun = found["torchrun"].command
    assert torchrun is not None
    assert (torchrun.argv, torchrun.folder) == (("torchrun", "train.py", "--seed", "…"), "ml")
    assert [(hop.path, hop.line) for hop in found["bandit"].chain] == [(CI, 6), ("dvc.yaml", 18)]


@pytest.mark.parametrize(("run", "runs"), [
    ("dvc repro train", ["dvc", "python", "torchrun", "echo"]),
    ("dvc repro -f prepare", ["dvc", "python"]),
    ("dvc exp run -S train.seed=3 prepare", ["dvc", "python"]),
    ("dvc repro dvc.yaml:prepare", ["dvc", "python"]),
    ("dvc repro --dry", ["dvc"]),
    ("dvc pull", ["dvc"]),
    ("dvc repro other/dvc.yaml", ["dvc"]),
])
def test_dvc_runs_the_stages_asked_for_and_those_they_need(run: str, runs: list[str]) -> None:
    assert list(resolved(run, {"dvc.yaml": STAGES})) == runs


def test_local_hook_is_followed_when_its_entry_is_a_task_runner() -> None:
    hooks = "repos:\n  - repo: local\n    hooks:\n      - {id: style, name: style, entry: make, args: [style], language: system}\n"
    found = resolved("pytest", {".pre-commit-config.yaml": hooks, "Makefile": "style:\n\tblack .\n"})["black"]
    assert found.local_hook
    assert [hop.path for hop in found.chain] == [".pre-commit-config.yaml", "Makefile"]
