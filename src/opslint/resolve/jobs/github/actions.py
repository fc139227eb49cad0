"""Actions of the repository: what their inputs hold for one caller."""

from __future__ import annotations

from opslint.model.pipeline import Pipeline, Step
from opslint.parse.github.values import UNKNOWN, Value
from opslint.source.node import Mapping


def facts_of_action(action: Pipeline, step: Step) -> dict[str, Value]:
    """The inputs of an action as a step gives them, else their defaults; inputs of an action are always strings.

    Shape:  `step` has its own expressions filled in; an input that still holds one is UNKNOWN.
    Source: GitHub Actions, "Metadata syntax": inputs.
    """
    declared = action.node.mapping("inputs") if action.node is not None else None
    given = {name.lower(): value for name, value in step.inputs.items()}
    texts: dict[str, str] = {}
    if declared is not None:
        for name, _, node in declared.items():
            texts[name.lower()] = (node.text("default") or "") if isinstance(node, Mapping) else ""
    texts |= given
    facts: dict[str, Value] = {f"inputs.{name}": UNKNOWN if "${{" in text or "…" in text else text for name, text in texts.items()}
    facts["github.action_path"] = action.path.rpartition("/")[0] or "."
    return facts
