"""Infrastructure code that is told by its shape: Ansible, CloudFormation and SAM, Serverless, Pulumi, CDK, Bicep."""

from __future__ import annotations

import re

from opslint.model.repository import Parsed
from opslint.parse.values.places import mapping_at, mappings_of, text_at, texts_of
from opslint.parse.values.reading import mapping_from, passed_over, text_from, told, yaml_from
from opslint.source.node import Mapping, Sequence, strings_of
from opslint.source.words.late import late

_TASK_KEYS = frozenset({"hosts", "import_playbook", "ansible.builtin.import_playbook"})
_NOT_MODULES = frozenset({
    "args", "become", "become_user", "block", "changed_when", "check_mode", "delegate_to", "environment", "failed_when",
    "ignore_errors", "import_tasks", "include_tasks", "listen", "loop", "loop_control", "name", "no_log", "notify", "register",
    "rescue", "retries", "run_once", "tags", "until", "vars", "when", "with_items",
})  # fmt: skip


def parse_ansible(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read an Ansible playbook, task file, galaxy.yml or ansible.cfg.

    Facts: `shape` (`playbook`, `tasks`, `collection`, `config`), `hosts` (of plays), `modules` (names used, sorted).
    """
    name = path.rsplit("/", 1)[-1].lower()
    if name.endswith(".cfg"):
        return told(kind, path, aside, {"shape": "config"})
    documents = yaml_from(data).documents
    root = documents[0] if documents else None
    if name.startswith("galaxy."):
        if not isinstance(root, Mapping) or "namespace" not in root:
            return passed_over(kind, path, "it is no Ansible collection")
        return told(kind, path, aside, {"shape": "collection"}, root)
    entries = mappings_of(root) if isinstance(root, Sequence) else []
    plays = [entry for entry in entries if _TASK_KEYS.intersection(entry)]
    if not entries or (not plays and "/tasks/" not in path and "/handlers/" not in path):
        return passed_over(kind, path, "it is no Ansible playbook")
    tasks = list(entries) if not plays else []
    for play in plays:
        for key in ("pre_tasks", "tasks", "post_tasks", "handlers"):
            tasks.extend(mappings_of(play.get(key)))
    facts: dict[str, object] = {
        "shape": "playbook" if plays else "tasks",
        "hosts": [host for play in plays if (host := play.text("hosts"))],
        "modules": sorted({key for task in tasks for key in task if key not in _NOT_MODULES and not key.startswith("with_")}),
    }
    return told(kind, path, aside, facts, root)


_TEMPLATE_MARK = late(rb"AWSTemplateFormatVersion|AWS::Serverless|AWS::[A-Z]\w+::")


def parse_cloudformation(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a CloudFormation or SAM template (YAML or JSON).

    Facts: `types` (resource types, sorted), `resources` (count), `sam` (SAM transforms it), `tags` (keys of `Tags`, sorted).
    Source: AWS CloudFormation, template anatomy.
    """
    if path.rsplit("/", 1)[-1].lower() == "samconfig.toml":
        return told(kind, path, aside, {"types": [], "resources": 0, "sam": True})
    if not _TEMPLATE_MARK.search(data):
        return passed_over(kind, path, "it is no CloudFormation template")
    root = mapping_from(data)
    resources = root.mapping("Resources") if root is not None else None
    if root is None or resources is None:
        return passed_over(kind, path, "it is no CloudFormation template")
    types = [kind_of for _, _, node in resources.items() if isinstance(node, Mapping) and (kind_of := node.text("Type"))]
    facts: dict[str, object] = {
        "types": sorted(set(types)),
        "resources": len(types),
        "sam": any(word.startswith("AWS::Serverless") for word in strings_of(root.get("Transform"))),
        "tags": sorted(_tag_names(resources)),
    }
    return told(kind, path, aside, facts, root)


def _tag_names(resources: Mapping) -> set[str]:
    """The keys of `Tags`, in the list form and the map form."""
    found: set[str] = set()
    for _, _, node in resources.items():
        properties = mapping_at(node, "Properties")
        tags = properties.get("Tags") if properties is not None else None
        if isinstance(tags, Mapping):
            found.update(tags)
        else:
            found.update(key for tag in mappings_of(tags) if (key := tag.text("Key")))
    return found


def parse_serverless(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Serverless Framework file.

    Facts: `provider`, `functions` (count), `http` (a function answers HTTP), `tags` (names of the provider's tags), `plugins`.
    """
    root = mapping_from(data)
    if root is None or ("service" not in root and "provider" not in root):
        return passed_over(kind, path, "it is no Serverless Framework file")
    functions = root.mapping("functions")
    nodes = [node for _, _, node in functions.items() if isinstance(node, Mapping)] if functions is not None else []
    events = [event for node in nodes for event in mappings_of(node.get("events"))]
    facts: dict[str, object] = {
        "provider": text_at(root, "provider", "name") or root.text("provider") or "",
        "functions": len(nodes),
        "http": any("http" in event or "httpApi" in event for event in events) or any("url" in node for node in nodes),
        "tags": sorted(texts_of(mapping_at(root, "provider", "tags"))),
        "plugins": list(strings_of(root.get("plugins"))),
    }
    return told(kind, path, aside, facts, root)


def parse_pulumi(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Pulumi project file.

    Facts: `name`, `runtime`, `types` (resource types of a YAML program, sorted).
    """
    root = mapping_from(data)
    if root is None or "runtime" not in root:
        return passed_over(kind, path, "it is no Pulumi project")
    resources = root.mapping("resources")
    nodes = [node for _, _, node in resources.items() if isinstance(node, Mapping)] if resources is not None else []
    facts: dict[str, object] = {
        "name": root.text("name") or "",
        "runtime": root.text("runtime") or text_at(root, "runtime", "name") or "",
        "types": sorted({word for node in nodes if (word := node.text("type"))}),
    }
    return told(kind, path, aside, facts, root)


def parse_cdk(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a cdk.json.

    Facts: `app` (the command that synthesises).
    """
    root = mapping_from(data)
    if root is None:
        return passed_over(kind, path, "it is no CDK configuration")
    facts: dict[str, object] = {"app": root.text("app") or ""}
    return told(kind, path, aside, facts, root)


_BICEP = late(r"^[ \t]*(?:resource[ \t]+\w+[ \t]+'([^'@\n]+)@[^'\n]*'|module[ \t]+\w+[ \t]+'([^'\n]+)')", re.MULTILINE)


def parse_bicep(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Bicep file's resource and module headers.

    Facts: `types` (resource types, sorted), `modules` (paths or registry references, sorted), `tags` (whether `tags:` is set).
    """
    if path.endswith(".json"):
        return told(kind, path, aside, {"types": [], "modules": []})
    text = text_from(data)
    found = list(_BICEP.finditer(text))
    facts: dict[str, object] = {
        "types": sorted({match.group(1) for match in found if match.group(1)}),
        "modules": sorted({match.group(2) for match in found if match.group(2)}),
        "tags": re.search(r"^[ \t]*tags[ \t]*:", text, re.MULTILINE) is not None,
    }
    return told(kind, path, aside, facts)
