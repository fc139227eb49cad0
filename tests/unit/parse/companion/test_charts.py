"""Charts and Kustomizations tell what they deploy and in which version."""

from __future__ import annotations

from opslint.parse.companion.table import parse_companion


def facts(kind: str, path: str, text: str) -> dict[str, object]:
    return parse_companion(kind, path, text.encode(), aside=False).companions[0].facts


def test_chart_tells_its_dependencies_with_lines() -> None:
    text = (
        "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- name: redis\n  version: 18.x\n  repository: https://charts\n"
    )
    found = facts("helm-chart", "Chart.yaml", text)
    assert found["dependencies"] == [{"name": "redis", "version": "18.x", "repository": "https://charts", "line": 5}]
    assert (found["name"], found["version"], found["type"]) == ("web", "1.0.0", "application")


def test_requirements_are_those_of_a_chart_only_when_they_list_charts() -> None:
    assert parse_companion("helm-requirements", "requirements.yaml", b"- src: a\n", aside=False).companions == ()
    assert facts("helm-requirements", "requirements.yaml", "dependencies: [{name: a}]\n")["dependencies"]


def test_values_tell_images_in_both_forms() -> None:
    text = "image: {registry: r.io, repository: web, tag: v1}\nside:\n  image: busybox:1.36\nnone: {repository: x}\n"
    assert facts("helm-values", "values.yaml", text)["images"] == [
        {"repository": "r.io/web", "tag": "v1", "digest": "", "line": 1, "place": 1},
        {"repository": "busybox", "tag": "1.36", "digest": "", "line": 3},
    ]


def test_kustomization_tells_images_charts_and_remotes() -> None:
    text = """
resources: [base, https://github.com/o/r//x?ref=v1]
commonLabels: {team: a}
images: [{name: web, newTag: v2}]
helmCharts: [{name: redis, version: 1.0.0, repo: https://charts}]
"""
    found = facts("kustomization", "kustomization.yaml", text)
    assert found["remote"] == ["https://github.com/o/r//x?ref=v1"]
    assert found["images"] == [{"name": "web", "new_name": "", "new_tag": "v2", "digest": "", "line": 4}]
    assert found["charts"] == [{"name": "redis", "version": "1.0.0", "repository": "https://charts", "line": 5}]
    assert found["labels"] == {"team": "a"}
