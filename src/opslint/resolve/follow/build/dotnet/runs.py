"""dotnet and msbuild: local tools of the repository's manifest, and the analyzers that a build runs."""

from __future__ import annotations

import shlex
from typing import Any

from opslint.resolve.follow.build.dotnet.project import Reference, Settings, nearest, projects_at, settings_of
from opslint.resolve.follow.follower import Lead, Led, Plugin
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_PLUGINS = 60
WARNS = "its findings are warnings, which do not fail the build"

_BUILDS = words_in("build publish pack test msbuild run")
_BUILT_IN = _BUILDS | words_in(
    "restore clean format new sln add remove list nuget tool vstest workload sdk store watch help build-server dev-certs user-secrets "
    "fsi exec package reference solution project"
)
_VALUED = words_in(
    "-c --configuration -f --framework -r --runtime -o --output -v --verbosity -a --arch --os --filter -l --logger -s --settings "
    "--collect --results-directory --source --version-suffix -t --target --artifacts-path -d --diag --blame-hang-timeout -p --project"
)
_CONFIGURED = ("-c", "--configuration")
_ANALYZER = late(r"analy[sz]er(?!.*\.testing)|stylecop|securitycodescan|puma\.security|roslynator|sbom\.targets|asyncfixer", 2)
_CODE_STYLE = ("EnforceCodeStyleInBuild", "AnalysisMode", "AnalysisLevel", "RunCodeAnalysis")
_AUDIT = ("NuGetAudit", "NuGetAuditMode", "NuGetAuditLevel")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The program behind a local tool's command, or the analyzers a build runs; None for all else.

    Source: .NET, "dotnet tool" (manifest), "Overview of source code analysis", "MSBuild common properties".
    """
    del env
    if argv[0] == "dotnet":
        word = next((one for one in argv[1:] if not one.startswith("-")), "")
        if word and word not in _BUILT_IN and not word.endswith((".dll", ".exe", ".csx")):
            return _tool(word, argv, folder, files)
        if word not in _BUILDS or "--no-build" in argv:
            return None
        words = argv[argv.index(word) + 1 :]
    else:
        words = argv[1:]
    return files.kept(("dotnet", folder, *argv), lambda: _build(words, folder, files))


def _tool(word: str, argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """A tool of the nearest manifest."""
    import json

    path = nearest(folder, ".config/dotnet-tools.json", files) or nearest(folder, "dotnet-tools.json", files)
    if not path:
        return None
    text = files.text(path) or ""
    try:
        root: Any = json.loads(text)
        tools = root["tools"].values()
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    for tool in tools:
        commands = tool.get("commands") if isinstance(tool, dict) else None
        for command in commands if isinstance(commands, list) else ():
            if isinstance(command, str) and command.lower() in (word.lower(), f"dotnet-{word.lower()}"):
                line = text.count("\n", 0, max(0, text.find(f'"{command}"'))) + 1
                rest = argv[argv.index(word) + 1 :]
                script = " ".join((command, *(one if "…" in one else shlex.quote(one) for one in rest)))
                return Led(leads=(Lead(script=script, span=Span(path=path, line=line), folder=folder),))
    return None


def _build(words: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """The analyzers of the projects that a command builds."""
    given: dict[str, str] = {}
    target, index = "", 0
    while index < len(words):
        word = words[index]
        index += 1
        key, _, value = word.lstrip("-/").partition(":")
        if word.startswith(("-", "/")) and key.lower() in ("p", "property") and "=" in value:
            given |= dict(pair.partition("=")[::2] for pair in value.split(";"))
        elif word.startswith(("--property=", "-p=")):
            name, _, said = word.partition("=")[2].partition("=")
            given[name] = said
        elif word.startswith(("-", "/")) and key.lower() in ("warnaserror", "err"):
            given["WarningsAsErrors" if value else "TreatWarningsAsErrors"] = value or "true"
        elif word in _VALUED:
            given |= {"Configuration": words[index]} if word in _CONFIGURED and index < len(words) else {}
            index += 1
        elif word.startswith("…"):
            return None
        elif not target and word[0] not in "-/" and (word.endswith((".sln", ".slnx", "proj")) or "/" in word):
            target = word
    plugins: dict[tuple[str, str], Plugin] = {}
    for project in projects_at(target, folder, files):
        settings = settings_of(project, {"Configuration": "Debug", "CI": "true", **given}, files)
        for plugin in _plugins(settings):
            if len(plugins) < MAX_PLUGINS:
                plugins.setdefault((plugin.id, plugin.soft_why), plugin)  # one is enough, however many projects have it
    return Led(plugins=tuple(plugins.values())) if plugins else None


def _plugins(settings: Settings) -> list[Plugin]:
    """The analyzers of one project, those that its own settings switch on included."""
    properties = {name: value.strip().lower() for name, value in settings.properties.items()}
    found: list[Plugin] = []
    if "false" not in (properties.get("runanalyzers"), properties.get("runanalyzersduringbuild")):
        hard = "true" in (properties.get("treatwarningsaserrors"), properties.get("codeanalysistreatwarningsaserrors"))
        references = [one for one in settings.references.values() if _analyzes(one)]
        for name in _CODE_STYLE:
            if name in settings.places and properties.get(name.lower(), "") not in ("", "false", "none", "default", "latest", "preview"):
                path, line = settings.places[name]
                references.append(Reference(id="Microsoft.CodeAnalysis.NetAnalyzers", path=path, line=line))
                break
        found += [_plugin(one, settings, "" if hard else WARNS) for one in references]
    audit = next((name for name in _AUDIT if name in settings.places), "")
    if audit and properties.get("nugetaudit") != "false":
        path, line = settings.places[audit]
        fails = properties.get("treatwarningsaserrors") == "true" or "nu190" in properties.get("warningsaserrors", "")
        found.append(_plugin(Reference(id="NuGetAudit", path=path, line=line), settings, "" if fails else WARNS))
    return found


def _analyzes(one: Reference) -> bool:
    """Whether a package is one that works in the build: by its name, as private packages go."""
    return bool(_ANALYZER.search(one.id))


def _plugin(one: Reference, settings: Settings, soft: str) -> Plugin:
    return Plugin(
        system="nuget",
        id=one.id,
        span=Span(path=one.path, line=one.line),
        text=f"PackageReference {one.id}" if "." in one.id else one.id,
        soft_why=soft,
        inputs=dict(settings.properties),
    )
