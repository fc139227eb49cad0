"""A chart's own values stand in for what its templates ask for."""

from __future__ import annotations

import pytest

from opslint.match.jobs import Jobs
from opslint.match.subjects.charts import with_values
from opslint.match.subjects.subject import Stage
from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

FILES = {"apps/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 1.0.0\n",
         "apps/values.yaml": "spec:\n  source: {targetRevision: master}\n"}


@pytest.mark.parametrize(
    ("text", "path", "filled"),
    [
        ("{{ .Values.spec.source.targetRevision }}", "apps/templates/a.yaml", "master"),
        ("{{ $.Values.spec.source.targetRevision | quote }}", "apps/templates/a.yaml", "master"),
        ("{{ .Values.spec.other }}", "apps/templates/a.yaml", "{{ .Values.spec.other }}"),
        ("{{ .Values.spec.source.targetRevision }}", "other/templates/a.yaml", "{{ .Values.spec.source.targetRevision }}"),
        ("v1.2.3", "apps/templates/a.yaml", "v1.2.3"),
    ],
)
def test_value_is_filled_in_when_the_chart_has_a_default_for_it(text: str, path: str, filled: str) -> None:
    repository = read_repository(MemoryTree(FILES))
    assert with_values(text, path, Stage(repository=repository, jobs=Jobs(()))) == filled
