"""When two expansions of a GitLab job are the same, whatever form each is written in."""

from __future__ import annotations

from typing import Any

import msgspec


class Expanded(msgspec.Struct, frozen=True):
    """One job: `shown` the values of `ExpandedJob` by field, `raw` every key of its mapping as plain values."""

    shown: dict[str, Any]
    raw: dict[str, Any]


RESERVED = frozenset({"stages", "variables", "workflow", "image", "services", "cache", "include", "default", "spec", "types"})
_SHOWN_KEYS = frozenset({
    "stage", "image", "services", "when", "allow_failure", "needs", "environment", "variables", "before_script", "script", "after_script",
})  # fmt: skip
_UNSAID = frozenset({"extends"})
_NEED_KEYS = ("job", "artifacts", "optional", "pipeline", "project", "ref", "parallel")
_CACHE_KEYS = ("key", "paths", "policy", "when")


def from_preview(pipeline: dict[str, Any]) -> dict[str, Expanded]:
    """The jobs of an expanded pipeline as `gitlab-ci-local --preview` prints it."""
    shared = _variables(pipeline.get("variables"))
    jobs = {name: job for name, job in pipeline.items() if name not in RESERVED and isinstance(job, dict)}
    return {name: Expanded(shown=_shown(job, shared), raw=job) for name, job in jobs.items()}


def _shown(job: dict[str, Any], shared: dict[str, str]) -> dict[str, Any]:
    allow, when = job.get("allow_failure"), job.get("when") or "on_success"
    let_in = (job.get("inherit") or {}).get("variables", True)
    inherited = shared if let_in is True else {} if let_in is False else {name: shared[name] for name in let_in if name in shared}
    needs = job.get("needs")
    environment = job.get("environment")
    return {
        "stage": job.get("stage") or "test",
        "image": as_text(_named(job.get("image")) or ""),
        "services": [as_text(_named(service)) for service in _list(job.get("services"))],
        "when": when,
        "allow_failure": _allow_failure(allow, when == "manual" and "rules" not in job),
        "needs": None if needs is None else _same_pipeline(needs),
        "environment": as_text(_named(environment) or ""),
        "variables": {**inherited, **_variables(job.get("variables"))},
        **{section: [as_text(line) for line in _list(job.get(section)) if line is not None]
           for section in ("before_script", "script", "after_script")},
    }


def _allow_failure(value: Any, default: bool) -> Any:
    if isinstance(value, dict):
        return {"exit_codes": [as_text(code) for code in _list(value.get("exit_codes"))]}
    return as_text(default if value is None else value)


def _same_pipeline(needs: Any) -> list[str] | None:
    """The jobs of the same pipeline that are needed; a list that names only others waits for the stages before."""
    names = [need.get("job", "") if isinstance(need, dict) else str(need) for need in _list(needs)
             if not (isinstance(need, dict) and ("pipeline" in need or "project" in need))]
    return list(dict.fromkeys(names)) if names or not _list(needs) else None


def _named(value: Any) -> Any:
    return value.get("name") if isinstance(value, dict) else value


def _variables(declared: Any) -> dict[str, str]:
    found = {}
    for name, value in (declared or {}).items():
        text = value.get("value") if isinstance(value, dict) else value
        found[name] = "" if text is None else as_text(text)
    return found


def _list(value: Any) -> list[Any]:
    """A value as one flat list, however deep it was nested; a single value is a list of one."""
    if value is None:
        return []
    if not isinstance(value, list):
        return [value]
    return [inner for item in value for inner in _list(item)] if any(isinstance(item, list) for item in value) else value


def as_text(value: Any) -> Any:
    """Scalars as the texts they have in YAML 1.2, below lists and mappings too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {str(key): as_text(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(inner) for inner in value]
    return value if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def unlike(ours: Expanded, theirs: Expanded) -> dict[str, str]:
    """The keys in which two expansions of a job differ, each with a sentence."""
    found: dict[str, str] = {}
    for field, value in ours.shown.items():
        _compare(field, _unescaped(value), _unescaped(as_text(theirs.shown[field])), found)
    for key in sorted((ours.raw.keys() | theirs.raw.keys()) - _SHOWN_KEYS - _UNSAID):
        _compare(key, _canonical(key, ours.raw.get(key)), _canonical(key, theirs.raw.get(key)), found)
    _compare("needs (in full)", _needs(ours.raw.get("needs")), _needs(theirs.raw.get("needs")), found)
    return found


def _compare(key: str, ours: Any, theirs: Any, found: dict[str, str]) -> None:
    if ours != theirs:
        found[key] = f"ours {ours!r}, theirs {theirs!r}"


def _unescaped(value: Any) -> Any:
    """Without the doubled `$` by which the other one marks what is not to be expanded."""
    if isinstance(value, dict):
        return {key: _unescaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unescaped(inner) for inner in value]
    return value.replace("$$", "$") if isinstance(value, str) else value


def _canonical(key: str, value: Any) -> Any:
    if key == "cache":
        caches = [{name: cache.get(name) for name in _CACHE_KEYS} | {"policy": cache.get("policy") or "pull-push",
                   "when": cache.get("when") or "on_success"} for cache in _list(value) if isinstance(cache, dict) and cache.get("paths")]
        return _without_null(as_text(caches)) or None
    if key == "parallel" and isinstance(value, dict):
        rows = [{name: _list(inner) for name, inner in row.items()} for row in _list(value.get("matrix")) if isinstance(row, dict)]
        value = {**value, "matrix": rows}
    if key == "trigger" and isinstance(value, dict) and isinstance(value.get("include"), str):
        value = {**value, "include": [{"local": value["include"]}]}
    return _without_null(as_text(_flat(value)))


def _needs(value: Any) -> Any:
    if value is None:
        return None
    full = [need if isinstance(need, dict) else {"job": need} for need in _list(value)]
    return [_without_null(as_text({name: {"artifacts": True, "optional": False}.get(name) if need.get(name) is None else need[name]
                                   for name in _NEED_KEYS if name != "optional" or not ("project" in need or "pipeline" in need)}))
            for need in full]


def _flat(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _flat(inner) for key, inner in value.items()}
    return [_flat(inner) for inner in _list(value)] if isinstance(value, list) else value


def _without_null(value: Any) -> Any:
    """Mappings without the keys that say nothing."""
    if isinstance(value, dict):
        return {key: _without_null(inner) for key, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value
