"""package.json: dependencies, and configuration of other tools that lives in it."""

from __future__ import annotations

from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Companion
from opslint.parse.companion.dependency.entries import Entries
from opslint.parse.companion.updates import renovate_companion
from opslint.parse.values.places import span_of, text_at, texts_of
from opslint.parse.values.reading import mapping_from
from opslint.source.node import Mapping, boolean_of, strings_of, text_of

_SCOPES = {
    "dependencies": "runtime",
    "devDependencies": "dev",
    "peerDependencies": "runtime",
    "optionalDependencies": "optional",
}


def parse_package(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a package.json.

    Shape: dependencies by section; a Companion `package.json`, and a `renovate` one where the file holds a `renovate` key.
    Facts: `scripts` (name → command), `private`, `workspaces` (patterns), `publish` (whether `publishConfig` stands there),
           `provenance` (`publishConfig.provenance` is true), `package_manager`, `keys` (top-level keys).
    Source: npm, package.json; Renovate, configuration options.
    """
    root = mapping_from(data)
    file = FileEntry(path=path, kind=kind, status=FileStatus.READ)
    if root is None:
        return Parsed(file=file)
    entries = Entries(path, "npm", aside)
    for section, scope in _SCOPES.items():
        group = root.mapping(section)
        for name, key, value in group.items() if group is not None else ():
            entries.add(name, text_of(value), scope, span_of(path, key))
    workspaces = root.get("workspaces")
    if isinstance(workspaces, Mapping):
        workspaces = workspaces.get("packages")
    publish = root.mapping("publishConfig")
    facts: dict[str, object] = {
        "scripts": texts_of(root.mapping("scripts")),
        "private": boolean_of(root.get("private")) is True,
        "workspaces": list(strings_of(workspaces)),
        "publish": publish is not None,
        "provenance": text_at(publish, "provenance") == "true",
        "package_manager": root.text("packageManager") or "",
        "keys": list(root),
    }
    companions = [Companion(kind=kind, path=path, span=span_of(path, root), facts=facts, node=root, aside=aside)]
    renovate = root.mapping("renovate")
    if renovate is not None:
        companions.append(renovate_companion(path, renovate, aside))
    return Parsed(file=file, dependencies=tuple(entries.found), companions=tuple(companions))
