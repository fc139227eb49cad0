"""Values of a Helm chart of the tree, where a template of its own asks for them."""

from __future__ import annotations

from opslint.match.subjects.subject import Stage, dig
from opslint.source.node import text_of
from opslint.source.words.late import late

VALUE = late(r"\{\{-?\s*\$?\.Values\.([A-Za-z_][\w.]*)\s*(?:\|\s*(?:quote|squote|trim|toString)\s*)*-?\}\}")


def with_values(text: str, path: str, stage: Stage) -> str:
    """A text of a chart's template with the defaults of its values.yaml in place of what asks for them; others stay as written.

    Source: Helm, "Values files": the templates' own values.yaml gives the defaults.
    """
    if "Values." not in text or "/templates/" not in f"/{path}":
        return text
    chart = f"/{path}".rpartition("/templates/")[0].lstrip("/")
    names = {f"{chart}/{name}".lstrip("/") for name in ("values.yaml", "values.yml")}
    values = next((one.node for one in stage.repository.companions if one.kind == "helm-values" and one.path in names), None)
    if values is None:
        return text
    return VALUE.sub(lambda match: text_of(dig(values, match.group(1))) or match.group(), text)
