"""Our expansion of GitLab pipelines beside that of `gitlab-ci-local`, an independent implementation of GitLab's rules.

    python -m tests.conformance.expansion FOLDER    compare every folder below FOLDER that holds a `.gitlab-ci.yml`

Where it is: see `tests/conformance/gitlab/package.json` and `reference_here`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from tests.conformance.sameness import Expanded, as_text, from_preview, unlike

from opslint.model.expanded import expanded_job
from opslint.model.pipeline import Job, Pipeline
from opslint.parse.discovery.discover import read_repository
from opslint.source.plain import plain
from opslint.source.trees.memory import MemoryTree

ENTRY = ".gitlab-ci.yml"
VARIABLE = "GITLAB_CI_LOCAL_PREFIX"
"""Environment variable that names the folder whose `node_modules` holds what `gitlab/package.json` asks for."""

HERE = Path(__file__).resolve().parent / "gitlab"
WORKERS = 2
LIMIT_SECONDS = 600
_PACKAGED = "node_modules/gitlab-ci-local/dist/index.js"
_LEAST_NODE = 22


class Reference(msgspec.Struct, frozen=True):
    """Where the other implementation is: a Node that runs it, and its script."""

    node: str
    script: str


class Preview(msgspec.Struct, frozen=True):
    """What it made of one folder: the expanded pipeline, or why it did not take it."""

    pipeline: dict[str, object] | None
    error: str = ""


def reference_here() -> Reference | None:
    """Find it: in the folder of the environment variable, beside the package.json, or as a program on the PATH."""
    for folder in (os.environ.get(VARIABLE, ""), str(HERE)):
        script = Path(folder, _PACKAGED)
        if folder and script.is_file():
            packaged = sorted(Path(folder).glob("node_modules/node-*/bin/node"))
            node = str(packaged[0]) if packaged else _node_on_path()
            return Reference(node, str(script)) if node else None
    program, node = shutil.which("gitlab-ci-local"), _node_on_path()
    if program is None or not node:
        return None
    real = Path(program).resolve()
    return Reference(node, str(real)) if real.suffix == ".js" else None


def _node_on_path() -> str:
    """The Node on the PATH where it is new enough, else ""."""
    node = shutil.which("node")
    if node is None:
        return ""
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
    return node if version.split(".")[0].isdecimal() and int(version.split(".")[0]) >= _LEAST_NODE else ""


def previews(reference: Reference, cases: Mapping[str, Mapping[str, str]], *options: str) -> dict[str, Preview]:
    """What the other implementation prints for each case, a mapping of paths to texts.

    Shape: the cases are written to a git repository of their own, so that nothing of this machine has a say.
    """
    with tempfile.TemporaryDirectory() as root:
        for name, files in cases.items():
            for path, text in files.items():
                target = Path(root, name, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        environment = _environment(root)
        for words in (
            ["init", "-q", "-b", "main"],
            ["config", "user.name", "nobody"],
            ["config", "user.email", "nobody@example.org"],
            ["remote", "add", "origin", "git@gitlab.com:group/project.git"],
            ["add", "--all"],
            ["commit", "-q", "-m", "cases"],
            ["update-ref", "refs/remotes/origin/main", "HEAD"],
            ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"],
        ):
            subprocess.run(["git", *words], cwd=root, env=environment, check=True, capture_output=True)
        argv = [reference.node, str(HERE / "preview.mjs"), reference.script, str(WORKERS), "--home", ".home", *options, "--", *cases]
        done = subprocess.run(argv, cwd=root, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["folder"]: _preview(one) for one in told}


def _environment(root: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    return {**kept, "NODE_COMPILE_CACHE": f"{root}/.cache", "HOME": root, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def _preview(told: dict[str, object]) -> Preview:
    from ruamel.yaml import YAML

    begin, _, text = str(told["stdout"]).rpartition("---\n") if told["code"] == 0 else ("", "", "")
    if not text:
        return Preview(None, str(told["stderr"]).strip() or begin)
    loader = YAML(typ="safe", pure=True)
    loader.version = (1, 2)
    loaded = loader.load(text)
    return Preview(loaded if isinstance(loaded, dict) else None)


def our_pipeline(files: Mapping[str, str]) -> Pipeline | None:
    """The pipeline that we read from a case."""
    return next((one for one in read_repository(MemoryTree(dict(files))).pipelines if one.entry and one.path == ENTRY), None)


def ours(pipeline: Pipeline) -> dict[str, Expanded]:
    """Our expanded jobs by name."""
    return {job.name: _ours(job) for job in pipeline.jobs if not job.hidden}


def _ours(job: Job) -> Expanded:
    told = msgspec.to_builtins(expanded_job(job))
    raw = plain(job.node)
    assert isinstance(raw, dict)
    return Expanded(shown={name: as_text(value) for name, value in told.items() if name != "name"}, raw=dict(raw))


def disagreements(files: Mapping[str, str], preview: Preview) -> dict[str, str]:
    """Where the two differ: `job.key` or `job` to a sentence."""
    assert preview.pipeline is not None
    pipeline = our_pipeline(files)
    if pipeline is None:
        return {"": "we read no pipeline"}
    mine, other = ours(pipeline), from_preview(preview.pipeline)
    found = dict.fromkeys(mine.keys() - other.keys(), "a job only we have")
    found |= dict.fromkeys(other.keys() - mine.keys(), "a job we do not have")
    for name in mine.keys() & other.keys():
        found |= {f"{name}.{key}": sentence for key, sentence in unlike(mine[name], other[name]).items()}
    stages = preview.pipeline.get("stages")
    theirs = [stage for stage in stages if stage not in {".pre", ".post"}] if isinstance(stages, list) else []
    if list(pipeline.stages[1:-1]) != theirs:
        found["stages"] = f"ours {pipeline.stages[1:-1]}, theirs {theirs}"
    return found


def cases_below(folder: Path) -> Iterable[tuple[str, dict[str, str]]]:
    """Every folder below one that holds a pipeline, with the text files in it, without what only gitlab-ci-local reads."""
    for entry in sorted(folder.rglob(ENTRY)):
        files: dict[str, str] = {}
        for path in sorted(entry.parent.rglob("*")):
            try:
                own = any(part == ".git" or part.startswith(".gitlab-ci-local") for part in path.relative_to(entry.parent).parts)
                if path.is_file() and not own:
                    files[path.relative_to(entry.parent).as_posix()] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
        yield entry.parent.relative_to(folder).as_posix(), files


def main(argv: list[str]) -> int:
    """Print what differs in each case of a folder, and the share that agrees of those the other implementation takes."""
    reference = reference_here()
    if reference is None:
        sys.stderr.write(f"gitlab-ci-local is not here: npm ci --prefix FOLDER beside {HERE}/package.json, {VARIABLE}=FOLDER\n")
        return 2
    cases = dict(cases_below(Path(argv[0])))
    taken, agreed = 0, 0
    for name, preview in sorted(previews(reference, cases, *argv[1:]).items()):
        if preview.pipeline is None:
            sys.stdout.write(f"{name}: not taken: {preview.error.splitlines()[-1] if preview.error else ''}\n")
            continue
        taken += 1
        found = disagreements(cases[name], preview)
        agreed += not found
        for place, sentence in sorted(found.items()):
            sys.stdout.write(f"{name}: {place}: {sentence}\n")
    sys.stdout.write(f"{agreed} of {taken} agree ({agreed / max(taken, 1):.1%}); {len(cases) - taken} not taken\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
