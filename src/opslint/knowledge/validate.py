"""Rule and tool files held against their schemas, with the line and what was expected."""

from __future__ import annotations

import functools
import json
import os
from typing import Any

from opslint.errors import RuleFileError
from opslint.knowledge.where import knowledge_folder


@functools.cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    with open(os.path.join(knowledge_folder("schemas"), f"{schema}.schema.json"), encoding="utf-8") as stream:
        return Draft202012Validator(json.load(stream))


def line_of(path: str, place: list[str | int]) -> int:
    """The line of a key path in one of our own YAML files, by ruamel's round trip; 1 where it cannot be told."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with open(path, encoding="utf-8") as stream:
            node: Any = YAML().load(stream)
    except (OSError, YAMLError):
        return 1
    line = 1
    for step in place:
        try:
            line = (node.lc.item(step) if isinstance(step, int) else node.lc.key(step))[0] + 1
            node = node[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def check(path: str, data: Any, schema: str) -> None:
    """Hold one file against `schemas/<schema>.schema.json`.

    Raises: RuleFileError with path, line, the place and what was expected; the deepest error is the one that is told.
    """
    from jsonschema.exceptions import best_match

    error = best_match(_validator(schema).iter_errors(data))
    if error is None:
        return
    place = list(error.absolute_path)
    where = ".".join(str(step) for step in place) or "the file"
    raise RuleFileError(f'{path}:{line_of(path, place)}: "{where}": {expected(error)}',
                        hint=f"docs/how-to/{schema}.md shows the form")


COUNTED = {"minItems": "entries, expected at least", "maxItems": "entries, expected at most",
           "minProperties": "keys, expected at least", "maxProperties": "keys, expected at most",
           "minLength": "characters, expected at least", "maxLength": "characters, expected at most"}


def expected(error: Any) -> str:
    """One sentence for a schema error: what was found and what was expected."""
    found = json.dumps(error.instance, default=str)
    found = found if len(found) <= 60 else found[:57] + "..."
    if error.validator == "enum":
        return f"{found} is not one of {', '.join(json.dumps(value) for value in error.validator_value)}"
    if error.validator == "additionalProperties":
        import difflib

        known = sorted(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        close = difflib.get_close_matches(unknown[0], known, n=1) if unknown else []
        hint = f'; did you mean "{close[0]}"?' if close else f"; expected one of {', '.join(known)}"
        return f'unknown key "{unknown[0] if unknown else "?"}"{hint}'
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f'the key "{missing[0] if missing else "?"}" is missing'
    if error.validator == "type":
        kind = error.validator_value if isinstance(error.validator_value, str) else " or ".join(error.validator_value)
        return f"{found} is no {kind}"
    if error.validator in COUNTED:
        return f"{len(error.instance)} {COUNTED[error.validator]} {error.validator_value}"
    if error.validator == "pattern":
        return f"{found} does not fit {error.validator_value}"
    message = str(error.message)
    return message if len(message) <= 200 else message[:197] + "..."
