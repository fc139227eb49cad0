"""Charts rendered with the values they are installed with."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.resource import Resource
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.rendered import as_rendered
from opslint.source.node import Mapping
from opslint.source.plain import plain
from opslint.source.trees.memory import MemoryTree

OWN = "https://git.example.com/acme/fleet.git"
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\nappVersion: 4.5.6\n",
    "chart/values.yaml": "image: {repository: acme/web, tag: ''}\nresources: {}\nreplicas: 2\ncanary: {enabled: false}\nextra: [a, b]\n",
    "chart/templates/_helpers.tpl": '{{- define "web.image" -}}\n'
                                    '{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\n'
                                    '{{- end }}\n{{- define "web.name" -}}{{ .Release.Name }}-web{{- end -}}\n',
    "chart/templates/web.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ include "web.name" . }}
          labels:
            {{- include "web.labels" . | nindent 4 }}
        spec:
          replicas: {{ .Values.replicas }}
          {{- if .Values.history }}
          revisionHistoryLimit: {{ .Values.history }}
          {{- end }}
          template:
            spec:
              containers:
                - name: web
                  image: "{{ include "web.image" . }}"
                  {{- with .Values.resources }}
                  resources:
                    {{- toYaml . | nindent 12 }}
                  {{- end }}
        """,
    "chart/templates/canary.yaml": """
        {{- if .Values.canary.enabled }}
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: canary}
        spec: {template: {spec: {containers: [{name: c, image: "{{ .Values.image.repository }}:canary"}]}}}
        {{- end }}
        """,
}


def _rendered(files: dict[str, str]) -> list[Resource]:
    tree = MemoryTree({path: dedent(text).lstrip("\n") for path, text in {**CHART, **files}.items()}, name="fleet")
    return [one for one in as_rendered(read_repository(tree), tree).resources if one.kind == "Deployment"]


def _spec(resource: Resource) -> dict[str, object]:
    found = plain(resource.node.get("spec"))
    assert isinstance(found, dict)
    return found  # type: ignore[return-value]


def _images(resources: list[Resource]) -> list[str]:
    return [image.reference for one in resources for image in one.images]


def _application(helm: str, more: str = "") -> dict[str, str]:
    return {"app.yaml": f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  source:\n"
                        f"    repoURL: {OWN}\n    path: chart\n    helm: {helm}\n{more}"}


def test_chart_has_its_own_values_when_nothing_installs_it() -> None:
    web = next(one for one in _rendered({}) if one.path.endswith("web.yaml"))
    assert _images([web]) == ["acme/web:4.5.6"]
    assert (web.images[0].span.path, web.images[0].span.line, web.images[0].literal) == ("chart/templates/web.yaml", 16, True)
    assert _spec(web)["replicas"] == 2
    assert "revisionHistoryLimit" not in _spec(web)
    assert web.name == '{{ include "web.name" . }}'


def test_optional_template_stays_as_written_when_nothing_installs_the_chart() -> None:
    assert [one.name for one in _rendered({})] == ["canary", '{{ include "web.name" . }}']


@pytest.mark.parametrize(
    ("helm", "files"),
    [
        ("{valueFiles: [values-prod.yaml]}", {"chart/values-prod.yaml": "image: {tag: v9}\nhistory: 5\n"}),
        ("{valueFiles: [../env/prod.yaml]}", {"env/prod.yaml": "image: {tag: v9}\nhistory: 5\n"}),
        ("{valueFiles: [/env/prod.yaml, none.yaml], ignoreMissingValueFiles: true}", {"env/prod.yaml": "image: {tag: v9}\nhistory: 5\n"}),
        ("{values: \"image: {tag: v9}\\nhistory: 5\"}", {}),
        ("{valuesObject: {image: {tag: v9}, history: 5}}", {}),
        ("{valueFiles: [values-prod.yaml], parameters: [{name: image.tag, value: v9}]}",
         {"chart/values-prod.yaml": "image: {tag: v1}\nhistory: 5\n"}),
        ("{values: 'image: {tag: v1}', valuesObject: {image: {tag: v9}, history: 5}}", {}),
    ],
)
def test_application_lays_its_values_over_those_of_the_chart(helm: str, files: dict[str, str]) -> None:
    (web,) = _rendered({**_application(helm), **files})
    assert _images([web]) == ["acme/web:v9"]
    assert _spec(web)["revisionHistoryLimit"] == 5
    assert web.name == "shop-web"
    assert [hop.text for hop in web.hops] == ['Application "shop": path chart']


@pytest.mark.parametrize(
    "helm",
    ["{valueFiles: [missing.yaml]}", "{valueFiles: [$other/prod.yaml]}", "{valueFiles: ['https://example.com/v.yaml']}",
     "{fileParameters: [{name: a, path: b}]}", "{parameters: [{name: 'a[0]', value: x}]}", "{valuesObject: {a: '{{name}}'}}"],
)
def test_templates_stay_as_written_when_a_part_of_the_values_cannot_be_known(helm: str) -> None:
    found = _rendered(_application(helm))
    assert [one.name for one in found] == ["canary", '{{ include "web.name" . }}']
    assert not found[1].images[0].literal


def test_template_that_gives_nothing_is_gone_when_the_application_switches_it_off() -> None:
    assert [one.name for one in _rendered(_application("{}"))] == ["shop-web"]
    assert [one.name for one in _rendered(_application("{valuesObject: {canary: {enabled: true}}}"))] == ["canary", "shop-web"]


def test_resources_are_those_of_the_values_when_the_template_writes_them_out() -> None:
    (web,) = _rendered(_application("{valuesObject: {resources: {limits: {memory: 1Gi}, requests: {cpu: 100m}}}}"))
    container = plain(web.node.mapping("spec").mapping("template").mapping("spec").sequence("containers").items[0])  # type: ignore[union-attr]
    assert container["resources"] == {"limits": {"memory": "1Gi"}, "requests": {"cpu": "100m"}}  # type: ignore[index,call-overload]


def test_every_installation_is_told_when_they_differ() -> None:
    files = _application("{valuesObject: {image: {tag: a}}}")
    files["b.yaml"] = _application("{valuesObject: {image: {tag: b}}}")["app.yaml"].replace("name: shop", "name: stage")
    assert _images(_rendered(files)) == ["acme/web:a", "acme/web:b"]


def test_generator_fills_in_the_values_of_an_application_set() -> None:
    text = (f"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all}}\nspec:\n  generators:\n"
            f"    - list: {{elements: [{{tag: a}}, {{tag: b}}]}}\n"
            f"  template:\n    spec:\n      source:\n        repoURL: {OWN}\n        path: chart\n"
            "        helm: {parameters: [{name: image.tag, value: '{{tag}}'}]}\n")
    assert _images(_rendered({"set.yaml": text})) == ["acme/web:a", "acme/web:b"]


@pytest.mark.parametrize(
    ("values", "images"),
    [("values: {image: {tag: v7}}", ["acme/web:v7"]), ("valuesFrom: [{kind: ConfigMap, name: x}]", None)],
)
def test_helm_release_installs_a_chart_of_the_tree(values: str, images: list[str] | None) -> None:
    text = ("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n"
            f"  chart: {{spec: {{chart: ./chart, sourceRef: {{kind: GitRepository, name: flux-system}}}}}}\n  {values}\n")
    found = _rendered({"release.yaml": text})
    assert [one.name for one in found] == (["shop-web"] if images else ["canary", '{{ include "web.name" . }}'])
    assert not images or _images(found) == images


SUB = {"chart/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n", "chart/charts/db/values.yaml": "tag: '1'\n",
       "chart/charts/db/templates/db.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\n"
                                            "spec: {template: {spec: {containers: "
                                            "[{name: db, image: \"{{ .Values.global.registry }}/db:{{ .Values.tag }}\"}]}}}\n"}


@pytest.mark.parametrize(
    ("values", "images"),
    [
        ("{db: {tag: '2'}, global: {registry: r}}", ["r/db:2", "acme/web:4.5.6"]),
        ("{db: {enabled: false}}", ["acme/web:4.5.6"]),
    ],
)
def test_chart_inside_a_chart_has_the_values_below_its_name(values: str, images: list[str]) -> None:
    chart = CHART["chart/Chart.yaml"] + "dependencies: [{name: db, version: 0.1.0, condition: db.enabled}]\n"
    assert _images(_rendered({**_application(f"{{valuesObject: {values}}}"), **SUB, "chart/Chart.yaml": chart})) == images


def test_applications_of_a_chart_deploy_what_its_values_say() -> None:
    files = {
        **_application("{}"), "app.yaml": _application("{}")["app.yaml"].replace("path: chart", "path: apps"),
        "apps/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 0.1.0\n",
        "apps/values.yaml": f"repo: {OWN}\napps: [{{name: one, path: web}}]\n",
        "apps/templates/apps.yaml": "{{- range .Values.apps }}\napiVersion: argoproj.io/v1alpha1\nkind: Application\n"
                                    "metadata:\n  name: {{ .name }}\n"
                                    "spec:\n  source:\n    repoURL: {{ $.Values.repo }}\n    path: {{ .path }}\n---\n{{- end }}\n",
        "web/a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: told}\nspec: {}\n"}
    told = next(one for one in _rendered(files) if one.name == "told")
    assert [f"{hop.path}:{hop.line} {hop.text}" for hop in told.hops] == [
        'app.yaml:7 Application "shop": path apps', 'apps/templates/apps.yaml:9 Application "one": path web']


def test_nodes_stand_where_the_template_writes_them() -> None:
    (web,) = _rendered(_application("{valuesObject: {history: 3, resources: {limits: {memory: 1Gi}}}}"))
    spec = web.node.mapping("spec")
    assert isinstance(spec, Mapping)
    key = spec.key("revisionHistoryLimit")
    assert key is not None
    lines = CHART["chart/templates/web.yaml"].lstrip("\n").splitlines()
    assert lines[key.line - 1].strip() == "revisionHistoryLimit: {{ .Values.history }}"
