"""Templates, patches and globs of a foreign repository never break a scan."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.model.repository import Repository
from opslint.parse.argo.folders import Folders
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.rendered import as_rendered
from opslint.resolve.rendered.helm.syntax import NotUnderstood, parts_of
from opslint.resolve.rendered.helm.template import Renderer, TooMuch, assembled
from opslint.source.trees.memory import MemoryTree

PIECES = st.sampled_from([
    "{{", "}}", "{{-", "-}}", "if", "range", "with", "end", "else", "define", "include", "template", ".Values.a", ".", "$", "$x", ":=", "=",
    "|", "(", ")", '"', "`", "\\", "toYaml", "nindent 4", "printf \"%s\"", "1", "-1", "nil", "true", "and", "list", "dict", "set", "tpl",
    "default", "a: b", "\n", "  ", "- ", "{}", "/*", "*/", "$x, $y", ",", "é", "\t",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=60)
WORDS = st.sampled_from(["op", "add", "remove", "path", "/spec", "/spec/0", "/-", "value",
                         "name", "web", "$patch", "delete", "spec", "containers"])
TREES = st.recursive(st.none() | st.booleans() | st.integers(-3, 3) | WORDS,
                     lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=20)
DEPLOYMENT = ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
              "spec: {template: {spec: {containers: [{name: web, image: a}]}}}\n")


def _rendered(files: dict[str, str]) -> Repository:
    tree = MemoryTree(files, name="fleet")
    return as_rendered(read_repository(tree), tree)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_template_renders_or_is_given_up_whatever_it_holds(text: str) -> None:
    try:
        parts = parts_of(text)
        rendered, lines = assembled(Renderer({"Values": {"a": {"b": [1]}}}, {}).render(parts))
    except (NotUnderstood, TooMuch):
        return
    assert len(lines) >= rendered.count("\n") + 1 or not rendered
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_chart_is_read_whatever_its_template_holds(text: str) -> None:
    _rendered({"c/Chart.yaml": "name: c\nversion: 1.0.0\n", "c/values.yaml": "a: 1\n", "c/templates/w.yaml": DEPLOYMENT + text})


@settings(max_examples=150, deadline=None)
@given(TREES, TREES, st.sampled_from(["patches", "patchesStrategicMerge", "patchesJson6902", "images", "components", "resources",
                                      "labels"]))
def test_kustomization_is_built_whatever_it_holds(patch: object, target: object, key: str) -> None:
    import json

    entry = {"patch": patch if isinstance(patch, str) else json.dumps(patch), "target": target, "path": "p.yaml", "name": "a",
             "newTag": patch}
    files = {"a.yaml": DEPLOYMENT, "p.yaml": json.dumps(patch),
             "kustomization.yaml": json.dumps({"resources": ["a.yaml"], key: [entry, patch, "p.yaml"]} if key != "resources"
                                              else {key: ["a.yaml", patch]})}
    assert _rendered(files).resources


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_workflow_is_filled_in_whatever_its_parameters_hold(value: str, script: str) -> None:
    import json

    template = {"name": "run", "inputs": {"parameters": [{"name": "x", "default": value}]},
                "script": {"image": "{{inputs.parameters.x}}", "command": ["sh"], "source": "{{inputs.parameters.x}}" + script}}
    main = {"name": "main", "steps": [[{"name": "a", "template": "run", "withItems": [value, {"k": script}],
                                        "arguments": {"parameters": [{"name": "x", "value": "{{item}}"}]}}]]}
    workflow = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "w"},
                "spec": {"entrypoint": "main", "templates": [main, template]}}
    assert all(pipeline.jobs for pipeline in _rendered({"w.yaml": json.dumps(workflow, ensure_ascii=False)}).pipelines)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab*?/[].-{}", max_size=40))
def test_glob_names_only_what_is_there(glob: str) -> None:
    folders = Folders(("a/b/c.yaml", "a/bb/c.yaml", "b/a.json", "x.yaml"))
    assert set(folders.matching(glob, files=True)) <= set(folders.paths)
    assert set(folders.matching(glob, files=False)) <= set(folders.folders())
