"""Scripts by the paths they work out themselves, and functions read in from other scripts."""

from __future__ import annotations

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
LINT = "#!/bin/bash\nset -e\nbandit -r .\n"


def resolved(run: str, files: dict[str, str], extra: str = "") -> dict[str, Activity]:
    """What a step runs, by the word of each command."""
    lines = "".join(f"          {line}\n" for line in run.split("\n"))
    workflow = f"on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n{lines}{extra}"
    tree = MemoryTree({CI: workflow, **files})
    return {activity.name: activity for activity in resolve(read_repository(tree), tree).activities}


@pytest.mark.parametrize("run", [
    "$GITHUB_WORKSPACE/ci/lint.sh", "cd docs && $GITHUB_WORKSPACE/ci/lint.sh", "bash ${{ github.workspace }}/ci/lint.sh",
    "${CI_PROJECT_DIR}/ci/lint.sh", "$PWD/ci/lint.sh", "$(pwd)/ci/lint.sh", "cd docs\n$(git rev-parse --show-toplevel)/ci/lint.sh",
    "pushd docs\npopd\nci/lint.sh", "pushd ci && ./lint.sh", "cd docs; cd $GITHUB_WORKSPACE; ./ci/lint.sh",
    "pushd docs; cd x; popd; ci/lint.sh",
    "chmod +x ci/lint.sh && ./ci/lint.sh", "find . -name '*.py' -exec ./ci/lint.sh {} +", "git ls-files | xargs ./ci/lint.sh",
    "bash -c './ci/lint.sh'", "sh -x ci/lint.sh", "S=ci/lint.sh; bash $S", "cd -- ci && ./lint.sh",
])
def test_script_is_found_wherever_it_is_called_from(run: str) -> None:
    found = resolved(run, {"ci/lint.sh": LINT, "docs/x/a.md": ""})["bandit"]
    assert [(hop.path, hop.line) for hop in found.chain][1:] == [("ci/lint.sh", 3)]


@pytest.mark.parametrize("run", ["cd docs && ./ci/lint.sh", "cd && ./ci/lint.sh", "cd - && ./ci/lint.sh", "popd; ./ci/lint.sh",
                                 "$HOME/ci/lint.sh",
                                 "echo $GITHUB_WORKSPACE/ci/lint.sh", "$(ls)/ci/lint.sh", "$GITHUB_WORKSPACE/../ci/lint.sh"])
def test_script_is_not_found_when_its_path_leads_elsewhere_or_is_not_known(run: str) -> None:
    assert "bandit" not in resolved(run, {"ci/lint.sh": LINT, "docs/a.md": ""})


def test_workspace_is_the_root_when_the_step_begins_in_a_folder() -> None:
    found = resolved("$GITHUB_WORKSPACE/ci/lint.sh", {"ci/lint.sh": LINT}, "        working-directory: docs/x\n")
    assert found["bandit"].chain[-1].path == "ci/lint.sh"
    assert "../../ci/lint.sh" in found


@pytest.mark.parametrize("head", [
    '"$(dirname "$0")/lint.sh"', 'DIR="$( cd "$( dirname "${BASH_SOURCE[0]}" )" && pwd )"\n"$DIR/lint.sh"',
    'cd "$(dirname "$0")/.."\n./ci/lint.sh', 'HERE=$(dirname "$(readlink -f "$0")")\ncd docs\nbash "$HERE/lint.sh"',
    'source "${BASH_SOURCE%/*}/lint.sh"', 'D=$(cd -- "$(dirname -- "$0")" >/dev/null 2>&1 && pwd -P)\ncd $D/../docs\n$D/lint.sh',
    'ROOT=$(git rev-parse --show-toplevel)\ncd docs\n"${ROOT}/ci/lint.sh"', '. "${0%/*}/lint.sh"',
])
def test_script_finds_what_stands_beside_it(head: str) -> None:
    files = {"ci/run.sh": f"#!/bin/bash\nset -e\n{head}\n", "ci/lint.sh": LINT, "docs/a.md": ""}
    for run in ("./ci/run.sh", "cd docs && ../ci/run.sh"):
        assert [hop.path for hop in resolved(run, files)["bandit"].chain] == [CI, "ci/run.sh", "ci/lint.sh"]


LIBRARY = """set -u
lint() {
  echo linting
  bandit -r "$1"
}
function types { mypy; }
again() { again; flake8; }
helper
"""


@pytest.mark.parametrize("run", ["source lib.sh\nlint src", ". ./lib.sh && lint src", "source lib.sh; if true; then lint src; fi"])
def test_function_is_entered_when_a_script_that_was_read_in_defines_it(run: str) -> None:
    found = resolved(run, {"lib.sh": LIBRARY})
    assert found["bandit"].command is not None
    assert found["bandit"].command.argv == ("bandit", "-r", "src")
    assert [(hop.path, hop.line) for hop in found["bandit"].chain][1:] == [("lib.sh", 4)]
    assert found["bandit"].blocking
    assert "mypy" not in found


@pytest.mark.parametrize("run", ["source lib.sh", "lint src\nsource lib.sh",
                                 "source gone.sh\nlint src", "bash lib.sh\nlint src", "echo lint"])
def test_function_is_not_entered_when_it_is_not_called_or_not_defined_yet(run: str) -> None:
    assert "bandit" not in resolved(run, {"lib.sh": LIBRARY})


def test_function_keeps_the_softness_of_its_call_and_ends_when_it_calls_itself() -> None:
    assert not resolved("source lib.sh\nlint src || true", {"lib.sh": LIBRARY})["bandit"].blocking
    assert "flake8" in resolved("source lib.sh\nagain", {"lib.sh": LIBRARY})


def test_functions_are_known_when_the_script_read_in_reads_in_another() -> None:
    files = {"ci/run.sh": "set -e\n. ci/a.sh\nlint src\n", "ci/a.sh": ". ./lib.sh\n", "lib.sh": LIBRARY}
    assert "bandit" in resolved("bash ci/run.sh", files)
    assert "bandit" not in resolved("bash ci/run.sh", {**files, "ci/run.sh": "bash ci/a.sh\nlint src\n"})


def test_case_label_is_no_command_when_the_grammar_loses_its_way() -> None:
    script = "case $1 in\n  black) code=30 ;;\n  isort|flake8) x ;;\n" + "if ((\n" * 3 + "bandit -r .\n"
    found = resolved("bash x.sh", {"x.sh": script})
    assert not {"black", "black)", "isort", "flake8"} & set(found)


PROGRAM = """import {execSync, spawnSync} from 'node:child_process';
// execSync('flake8')
/* execSync('mypy') */
const text = "execSync('pylint')";
execSync('bandit -r src', {stdio: 'inherit'});
spawnSync('eslint', ['.', '--fix']);
const seen = spawnSync("tsc", ["--noEmit"]);
/x/.exec('vitest');
pattern.exec('jest');
execSync(command);
execSync(`stylelint ${folder}`);
"""


@pytest.mark.parametrize("run", ["node ci/x.mjs", "node --require ./y.js ci/x.mjs --fast", "npx tsx ci/x.mjs",
                                 "./ci/x.mjs", "cd ci && node x.mjs"])
def test_node_program_starts_what_its_literal_calls_say(run: str) -> None:
    found = resolved(run, {"ci/x.mjs": "#!/usr/bin/env node\n" + PROGRAM})
    bandit = found["bandit"]
    assert [(hop.path, hop.line) for hop in bandit.chain][1:] == [("ci/x.mjs", 6)]
    assert bandit.command is not None
    assert (bandit.blocking, bandit.command.confidence) == (True, "low")
    assert (found["eslint"].blocking, found["tsc"].blocking) == (False, True)
    assert found["stylelint"].command is not None
    assert found["stylelint"].command.argv == ("stylelint", "…")
    assert not {"flake8", "mypy", "pylint", "vitest", "jest"} & set(found)


@pytest.mark.parametrize(("program", "blocking"), [
    ("try { execSync('bandit'); } catch (e) { console.log(`no ${e}`); }", False),
    ("try {\n  execSync('bandit')\n} catch { process.exit(1) }", True),
    ("try { x() } catch {}\nexecSync('bandit')", True), ("spawn('bandit', ['-r']);", False),
    ("spawn('bandit', []).on('exit', code => process.exit(code))", True), ("try { execSync('bandit') } finally { y() }", True),
])
def test_node_call_is_soft_when_its_error_is_caught_or_not_looked_at(program: str, blocking: bool) -> None:
    assert resolved("node x.js", {"x.js": program + "\n"})["bandit"].blocking is blocking


@pytest.mark.parametrize(("program", "blocking"), [
    ("const run = async (/** @type {string} */ bin, args, opts = {}) => exec(bin, args, { ...opts })\nawait run('bandit', ['-r'])", True),
    ("const run = cmd => execSync(cmd, {stdio: 'inherit'})\nrun('bandit -r')", True),
    ("function run(cmd: string): void {\n  execSync(cmd)\n}\nrun(`bandit -r`)", True),
    ("function run(bin, args) {\n  const got = spawnSync(bin, args);\n  if (got.status) process.exit(1);\n}\nrun('bandit', ['-r'])", True),
    ("function run(bin, args) {\n  spawnSync(bin, args);\n}\nrun('bandit', ['-r'])", False),
    ("import {exec} from './utils.js'\nawait exec('bandit', ['-r', ...(dry ? ['--exit-zero'] : [])])", True),
    ("import {exec} from 'child_process'\nawait exec('bandit -r')", False),
])
def test_node_program_starts_what_a_function_of_its_own_hands_on(program: str, blocking: bool) -> None:
    found = resolved("node x.js", {"x.js": program + "\n"})["bandit"]
    assert found.command is not None
    assert (found.command.argv, found.blocking) == (("bandit", "-r"), blocking)


@pytest.mark.parametrize("program", ["const run = cmd;\nexecSync(cmd)\nrun('bandit')", "const dry = (bin, x) => log(bin)\ndry('bandit')"])
def test_node_function_that_starts_nothing_hands_nothing_on(program: str) -> None:
    assert "bandit" not in resolved("node x.js", {"x.js": program + "\nexecSync('mypy')\n"})


def test_zx_runs_its_templates() -> None:
    program = "import {$} from 'zx'\nawait $`bandit -r ${dir}`\nawait $({quiet: true})`mypy`\nconst a = `flake8`\n"
    found = resolved("zx x.mjs", {"x.mjs": program})
    assert {"bandit", "mypy"} <= set(found)
    assert "flake8" not in found


@pytest.mark.parametrize("run", ["node gone.js", "node -e 'x'", "node --test", "node $FILE", "node ../x.js", "node loop.js"])
def test_node_is_left_alone_when_its_program_is_not_known(run: str) -> None:
    found = resolved(run, {"x.js": PROGRAM, "loop.js": "execSync('node loop.js')\n"})
    assert "bandit" not in found
    assert not any(one.disabled for one in found.values())


def test_script_of_the_tree_is_followed_when_a_container_is_told_to_start_it() -> None:
    files = {"ci/all": "#!/bin/sh\ngosec ./...\n", "Dockerfile": "FROM golang\n"}
    found = resolved("docker run --rm -v $PWD:/src -w /src golang:1.25 ci/all", files)
    assert [(hop.path, hop.line) for hop in found["gosec"].chain[-1:]] == [("ci/all", 2)]
    assert found["gosec"].command is not None
    assert found["gosec"].command.confidence == "low"


def test_program_of_an_image_is_not_followed_when_the_tree_has_no_such_file() -> None:
    assert "gosec" not in resolved("docker run --rm golang:1.25 ci/other", {"ci/all": "#!/bin/sh\ngosec ./...\n"})
