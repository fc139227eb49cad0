"""npm, yarn, pnpm, bun and node: the scripts of package.json."""

from __future__ import annotations

import re
from functools import partial

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.manifest import Manifest, Script, manifest_at
from opslint.resolve.follow.javascript.requests import Request, request_of
from opslint.resolve.follow.javascript.workspaces import Workspace, named, selected, workspace_of
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

MAX_ALIKE = 6
"""Packages whose scripts of one text are followed: those behind them run nothing else."""
MAX_LEADS = 300
MAX_WIRED = 100

_LOCKS = (("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun"))
_STUB = late(r"no tests? (?:specified|yet|defined)", re.IGNORECASE)
_HOOKS_OFF = late(r"^\s*(?:enable-pre-post-scripts|enablePrePostScripts)\s*[=:]\s*false", re.MULTILINE)
_HOOKS_ON = late(r"^\s*(?:enable-pre-post-scripts|enablePrePostScripts)\s*[=:]\s*true", re.MULTILINE)
_ATOM = r"(?:[\w:@ -]|\\?[./-]|\\[dws]|\[[^\]\\\[]{1,40}\]|\((?:\?:)?[\w:@|-]{1,200}\))"
_PATTERN = late(rf"/(\^?(?:{_ATOM}(?:[*+?]|\{{\d{{1,2}}\}})?)*\$?)/")
MAX_REPEATS = 2


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts a package manager's command runs, in every package it means.

    Shape:  None where it runs none of the repository's, or where it may as well be a program; dead where npm or pnpm can run
            nothing but a script of one package, and that package has no such script.
    Source: npm, "run"; Yarn, "run", "workspaces foreach"; pnpm, "run", "recursive"; Bun, "run"; Node.js, "--run".
    """
    del env
    return files.kept(("javascript.led", folder, *argv), partial(_follow, argv, folder, files))


def _follow(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What `follow` says, worked out once for each command and folder."""
    if argv[0] == "jlpm":  # the yarn that JupyterLab brings
        argv = ("yarn", *argv[1:])
    elif argv[0] == "run":  # Yarn's own shell has it as a built-in
        if not is_berry(workspace_of(folder, files), manifest_at(workspace_of(folder, files).root, files), files):
            return None
        argv = ("yarn", *argv)
    request = request_of(argv)
    if request is None or "…" in request.inside or any("…" in name for name in request.names):
        return None
    from opslint.resolve.shell.state import joined

    inside = joined(folder, request.inside) if request.inside else folder
    if "…" in inside or inside.startswith(".."):
        return None
    packages, single = _packages(request, inside, argv[0], files)
    leads: list[Lead] = []
    stub = not request.lifecycle
    for manifest in packages:
        for name in _scripts_named(request, manifest, argv[0]):
            stub = stub and _is_stub(manifest.scripts[name].text)
            handed = request.handed if not request.lifecycle and name == request.names[-1] else []
            hooks = not request.lifecycle and (argv[0] != "node" and runs_hooks(argv[0], manifest, files))
            leads.extend(script_leads(manifest, name, files, handed=handed, hooks=hooks))
    if leads:
        return Led(leads=_told(few(leads), request), stub=stub)
    certain = single and request.explicit and not request.lenient and argv[0] in ("npm", "pnpm", "node")
    if certain and packages and not _is_pattern(request.names[0]):
        return Led(dead=f'package.json has no script "{request.names[0]}"')
    return None


def _is_stub(text: str) -> bool:
    """Whether a script only says that there is nothing to do: it prints and ends."""
    if _STUB.search(text):
        return True
    if "$(" in text or "`" in text or "|" in text:
        return False
    words = (part.split()[:1] for part in re.split(r"&&|;", text[:1000]))
    return all(word in (["echo"], ["printf"], ["true"], [":"], ["exit"], []) for word in words)


def _packages(request: Request, inside: str, head: str, files: Files) -> tuple[list[Manifest], bool]:
    """The packages a request means, and whether it means exactly the one it works in."""
    own = manifest_at(inside, files)
    if request.root and not request.selectors and not request.every:
        own = manifest_at(workspace_of(inside, files).root, files)
    elif request.exact or request.every or request.selectors:
        workspace = workspace_of(inside, files)
        root = manifest_at(workspace.root, files)
        if request.selectors:
            return selected(request.selectors, inside, workspace, root=root), False
        if request.exact:
            return [*named(request.exact, inside, workspace)], False
        whole = request.including_root or (head == "yarn" and workspace.declared)
        return [*([root] if whole and root is not None else []), *workspace.packages], False
    if own is None or not request.names:
        return [], True
    if head == "yarn" and ":" in request.names[0] and request.names[0] not in own.scripts:
        others = [one for one in workspace_of(inside, files).packages if request.names[0] in one.scripts]
        return (others, False) if len(others) == 1 else ([own], True)  # Yarn: a name with a colon is global
    return [own], True


def _scripts_named(request: Request, manifest: Manifest, head: str) -> list[str]:
    """The scripts of a package that a request names: pnpm takes `/pattern/` too."""
    found: list[str] = []
    for name in request.names:
        if head == "pnpm" and _is_pattern(name):
            found.extend(_matching(name, manifest))
        elif name in manifest.scripts:
            found.append(name)
    return found


def _is_pattern(name: str) -> bool:
    return len(name) > 2 and name.startswith("/") and name.endswith("/")


def _matching(name: str, manifest: Manifest) -> list[str]:
    """The scripts a regular expression matches; only plain ones are tried, which cannot take long."""
    found = _PATTERN.fullmatch(name) if len(name) <= 200 else None
    if found is None or sum(found[1].count(sign) for sign in "*+") > MAX_REPEATS:
        return []
    try:
        pattern = re.compile(found[1])
    except re.error:
        return []
    return [one for one in manifest.scripts if len(one) <= 100 and pattern.search(one)]


def _told(leads: tuple[Lead, ...], request: Request) -> tuple[Lead, ...]:
    """Leads of packages that an unknown word selects are only likely."""
    if not any("…" in word for word in (*request.selectors, *request.exact)):
        return leads
    import msgspec

    return tuple(msgspec.structs.replace(lead, confidence="low") for lead in leads)


def script_leads(manifest: Manifest, name: str, files: Files, *, handed: list[str] | None = None, hooks: bool = True) -> list[Lead]:
    """What running one script of a package runs: its `pre`, itself with the words handed to it, its `post`."""
    leads: list[Lead] = []
    for one in (f"pre{name}", name, f"post{name}") if hooks else (name,):
        script = manifest.scripts.get(one)
        if script is None:
            continue
        if script.text.strip() == "wireit" and one in manifest.wireit:
            leads.extend(_wired(manifest, one, files))
        else:
            leads.append(lead_of(script, manifest.folder, handed if one == name else None))
    return leads


def lead_of(script: Script, folder: str, handed: list[str] | None = None) -> Lead:
    """A script as a lead, the words handed to it at its end."""
    import shlex

    more = f" {shlex.join(handed[:200])}" if handed else ""
    return Lead(script=f"{script.text}{more}", span=script.span, folder=folder)


def _wired(manifest: Manifest, name: str, files: Files) -> list[Lead]:
    """Wireit: the commands of a script and of those it needs, each once, what is needed first.

    Source: Wireit, "Dependencies", "Cross-package dependencies".
    """
    from opslint.resolve.shell.state import joined

    leads: list[Lead] = []
    seen: set[tuple[str, str]] = set()
    stack: list[tuple[Manifest, str, bool]] = [(manifest, name, False)]
    while stack and len(seen) < MAX_WIRED:
        current, script, ready = stack.pop()
        wired, key = current.wireit.get(script), (current.path, script)
        if ready or wired is None:
            command = wired.command if wired is not None else current.scripts.get(script)
            if command is not None and (ready or key not in seen):
                seen.add(key)
                leads.append(lead_of(command, current.folder))
            continue
        if key in seen:
            continue
        seen.add(key)
        stack.append((current, script, True))
        for need in reversed(wired.needs):
            path, colon, other = need.rpartition(":") if need.startswith(".") else ("", "", need)
            there = manifest_at(joined(current.folder, path), files) if colon else current
            if there is not None:
                stack.append((there, other, False))
    return leads


def runs_hooks(head: str, manifest: Manifest, files: Files) -> bool:
    """Whether a package manager runs `pre` and `post` scripts around one asked for.

    Source: Yarn 2, "Lifecycle Scripts" (no longer); pnpm, `enable-pre-post-scripts` (off in 6 to 8, else on).
    """
    if head in ("npm", "bun", "nr"):
        return True
    workspace = workspace_of(manifest.folder, files)
    top = manifest_at(workspace.root, files) or manifest
    return files.kept(("javascript.hooks", head, top.path), lambda: _hooks(head, workspace, top, files))


def _hooks(head: str, workspace: Workspace, top: Manifest, files: Files) -> bool:
    if head == "yarn":
        return not is_berry(workspace, top, files)
    for name in (_beside(workspace, ".npmrc"), _beside(workspace, "pnpm-workspace.yaml")):
        text = files.text(name) if files.tree.has(name) else None
        if text is not None and (_HOOKS_ON.search(text) or _HOOKS_OFF.search(text)):
            return bool(_HOOKS_ON.search(text))
    return not (top.manager == "pnpm" and 6 <= top.major <= 8)


def is_berry(workspace: Workspace, top: Manifest | None, files: Files) -> bool:
    """Whether a workspace is worked on with Yarn 2 or later."""
    pinned = top is not None and top.manager == "yarn" and top.major >= 2
    return pinned or files.tree.has(".yarnrc.yml") or files.tree.has(_beside(workspace, ".yarnrc.yml"))


def manager_of(manifest: Manifest, files: Files) -> str:
    """The package manager a package is worked on with: the one pinned, else the one whose lock file stands there."""
    workspace = workspace_of(manifest.folder, files)
    top = manifest_at(workspace.root, files) or manifest
    if top.manager:
        return top.manager
    for name, manager in _LOCKS:
        if files.tree.has(_beside(workspace, name)):
            return manager
    return "npm"


def _beside(workspace: Workspace, name: str) -> str:
    return f"{workspace.root}/{name}" if workspace.root else name


def few(leads: list[Lead]) -> tuple[Lead, ...]:
    """Leads without all but the first of those that say the same in many packages."""
    alike: dict[str, int] = {}
    kept: list[Lead] = []
    for lead in leads:
        alike[lead.script] = alike.get(lead.script, 0) + 1
        if alike[lead.script] <= MAX_ALIKE:
            kept.append(lead)
    return tuple(kept[:MAX_LEADS])
