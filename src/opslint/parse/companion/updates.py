"""Upkeep: Dependabot, Renovate, pre-commit and GoReleaser."""

from __future__ import annotations

from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Companion, Hook
from opslint.parse.values.places import at, mapping_at, mappings_of, span_of, text_at, texts_of
from opslint.parse.values.reading import Lines, json5_from, mapping_from, parsed, text_from, told
from opslint.source.node import Mapping, boolean_of, strings_of
from opslint.source.span import Span
from opslint.source.words.late import late
from opslint.source.words.toml import parse_toml

_DEPENDABOT = late(r"^\.github/dependabot\.ya?ml$")
_RENOVATE = late(r"^(?:\.github/|\.gitlab/)?renovate\.json[5c]?$|^\.renovaterc(?:\.json5?)?$|^package\.json$")


def parse_dependabot(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read Dependabot's configuration.

    Shape: effective as `.github/dependabot.yml` (or `.yaml`) with at least one entry under `updates`.
    Facts: `updates` (entries), `ecosystems` (sorted), `groups` (whether updates are grouped), `schedules` (intervals, sorted),
           `paused` (every entry opens no pull requests: `open-pull-requests-limit: 0`).
    Source: GitHub, Dependabot options reference.
    """
    root = mapping_from(data)
    updates = mappings_of(root.get("updates")) if root is not None else []
    ecosystems = sorted({name for node in updates if (name := node.text("package-ecosystem"))})
    why = ""
    if not _DEPENDABOT.match(path):
        why = "Dependabot reads only .github/dependabot.yml"
    elif not updates:
        why = "it has no entry under updates"
    facts: dict[str, object] = {
        "updates": len(updates),
        "ecosystems": ecosystems,
        "groups": any("groups" in node for node in updates),
        "schedules": sorted({interval for node in updates if (interval := text_at(node, "schedule", "interval"))}),
        "paused": bool(updates) and all(node.text("open-pull-requests-limit") == "0" for node in updates),
    }
    span = span_of(path, updates[0]) if updates else span_of(path, root)
    companion = Companion(
        kind=kind, path=path, span=span, facts=facts, node=root, aside=aside and bool(why), effective=not why, why=why
    )
    return parsed(kind, path, companion=companion)


def parse_renovate(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read Renovate's configuration (JSON with comments, JSON5), in the places Renovate looks.

    Facts: `extends` (presets), `enabled` (not switched off), `managers` (`enabledManagers`), `automerge`.
    Source: Renovate, configuration options (file names).
    """
    root = json5_from(text_from(data))
    return parsed(kind, path, companion=renovate_companion(path, root if isinstance(root, Mapping) else None, aside))


def renovate_companion(path: str, root: Mapping | None, aside: bool) -> Companion:
    """What a Renovate configuration says, wherever it stands (its own file or `renovate` of a package.json)."""
    enabled = root is None or boolean_of(root.get("enabled")) is not False
    why = ""
    if not _RENOVATE.match(path):
        why = "Renovate does not read the file in this place"
    elif root is None:
        why = "it is not a configuration object"
    elif not enabled:
        why = "it is switched off (enabled: false)"
    facts: dict[str, object] = {
        "extends": list(strings_of(root.get("extends"))) if root is not None else [],
        "enabled": enabled,
        "managers": list(strings_of(root.get("enabledManagers"))) if root is not None else [],
        "automerge": root is not None and boolean_of(root.get("automerge")) is True,
    }
    return Companion(
        kind="renovate",
        path=path,
        span=span_of(path, root),
        facts=facts,
        node=root,
        aside=aside and bool(why),
        effective=not why,
        why=why,
    )


def parse_precommit(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a pre-commit configuration: its hooks, and what pre-commit.ci is told.

    Shape: one Hook for each entry; `stages` are its own or `default_stages`.
    Facts: `hooks` (count), `ci` (whether a `ci:` section stands there), `ci_skip` (hooks pre-commit.ci leaves out), `autofix`
           (pre-commit.ci commits fixes), `autoupdate` (its schedule).
    Source: pre-commit.com, "Adding pre-commit plugins to your project"; pre-commit.ci, configuration.
    """
    if path.endswith(".toml"):
        return _parse_prek(kind, path, data, aside)
    root = mapping_from(data)
    hooks = _hooks(path, root)
    ci = mapping_at(root, "ci")
    why = "" if path == ".pre-commit-config.yaml" else "pre-commit reads only .pre-commit-config.yaml in the root"
    facts: dict[str, object] = {
        "hooks": len(hooks),
        "ci": ci is not None,
        "ci_skip": list(strings_of(at(ci, "skip"))),
        "autofix": boolean_of(at(ci, "autofix_prs")) is not False if ci is not None else False,
        "autoupdate": text_at(ci, "autoupdate_schedule") or ("weekly" if ci is not None else ""),
    }
    companion = Companion(
        kind=kind, path=path, span=span_of(path, root), facts=facts, node=root, aside=aside, effective=not why, why=why
    )
    entry = FileEntry(path=path, kind=kind, status=FileStatus.READ)
    return Parsed(file=entry, companions=(companion,), hooks=tuple(hooks) if not why else ())


def hooks_of(path: str, data: bytes) -> tuple[Hook, ...]:
    """The hooks of a pre-commit configuration of any name.

    Raises: UnreadableFile.
    """
    if path.endswith(".toml"):
        return _parse_prek("pre-commit", path, data, False).hooks
    return tuple(_hooks(path, mapping_from(data)))


def _hooks(path: str, root: Mapping | None) -> list[Hook]:
    hooks: list[Hook] = []
    defaults = strings_of(root.get("default_stages")) if root is not None else ()
    for repository in mappings_of(root.get("repos") if root is not None else None):
        address, version = repository.text("repo") or "", repository.text("rev")
        hooks.extend(_hook(path, address, version, node, defaults) for node in mappings_of(repository.get("hooks")))
    return hooks


def _hook(path: str, repo: str, version: str | None, node: Mapping, stages: tuple[str, ...]) -> Hook:
    return Hook(
        repo=repo,
        id=node.text("id") or "",
        version=version,
        span=span_of(path, node.get("id") or node),
        entry=node.text("entry") or "",
        args=strings_of(node.get("args")),
        stages=strings_of(node.get("stages")) or stages,
        language=node.text("language") or "",
        alias=node.text("alias") or "",
        always=boolean_of(node.get("always_run")) is True,
    )


def _parse_prek(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read prek's own TOML form of the same configuration."""
    text = text_from(data)
    root = parse_toml(text)
    lines, cursor = Lines(path, text), 0
    hooks: list[Hook] = []
    for repository in _tables(root.get("repos")):
        for node in _tables(repository.get("hooks")):
            identifier = str(node.get("id", ""))
            span = lines.of(identifier, cursor)
            cursor = max(cursor, text.find(identifier, cursor))
            hooks.append(
                Hook(
                    repo=str(repository.get("repo", "")),
                    id=identifier,
                    version=str(repository["rev"]) if "rev" in repository else None,
                    span=span,
                    entry=str(node.get("entry", "")),
                    args=_words(node.get("args")),
                    stages=_words(node.get("stages")),
                    language=str(node.get("language", "")),
                    alias=str(node.get("alias", "")),
                    always=node.get("always_run") is True,
                )
            )
    facts: dict[str, object] = {"hooks": len(hooks), "ci": False, "ci_skip": [], "autofix": False, "autoupdate": ""}
    companion = Companion(kind=kind, path=path, span=Span(path=path), facts=facts, aside=aside)
    return Parsed(file=FileEntry(path=path, kind=kind, status=FileStatus.READ), companions=(companion,), hooks=tuple(hooks))


def _tables(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


_GORELEASER_KEYS = (
    "builds", "dockers", "kos", "sboms", "signs", "docker_signs", "binary_signs", "publishers", "brews", "nfpms", "announce",
)  # fmt: skip


def parse_goreleaser(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read GoReleaser's configuration.

    Facts: `keys` (top-level keys), and for `builds`, `dockers`, `kos`, `sboms`, `signs`, `docker_signs`, `binary_signs`,
           `publishers`, `brews`, `nfpms`, `announce` whether the section stands there with content;
           `changelog` (false where it is disabled), `attestations` (docker images with `--provenance` or `--sbom`).
    Source: goreleaser.com, customization.
    """
    root = mapping_from(data)
    if root is None:
        return parsed(kind, path)
    facts: dict[str, object] = {"keys": list(root)}
    for key in _GORELEASER_KEYS:
        node = root.get(key)
        facts[key] = bool(mappings_of(node)) or (isinstance(node, Mapping) and bool(node.pairs))
    changelog = texts_of(root.mapping("changelog"))
    facts["changelog"] = not any(changelog.get(key) == "true" for key in ("disable", "skip"))
    flags = [
        word
        for section in ("dockers", "dockers_v2")
        for node in mappings_of(root.get(section))
        for word in strings_of(node.get("build_flag_templates"))
    ]
    facts["attestations"] = any(word.startswith(("--provenance", "--sbom", "--attest")) for word in flags)
    return told(kind, path, aside, facts, root)
