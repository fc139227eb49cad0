"""Command lines of npm, yarn, pnpm, bun and their kin: which script they ask for, where, and with which words behind it."""

from __future__ import annotations

import msgspec

from opslint.resolve.wrappers.tables import words_in

Words = tuple[str, ...]

RUN = frozenset({"run", "run-script", "rum", "urn"})
_OWN = {"test": "test", "t": "test", "tst": "test", "start": "start", "stop": "stop", "restart": "restart"}
_EVERY = frozenset({"--workspaces", "-ws", "-r", "--recursive", "-A", "--all", "--worktree"})
_SELECTING = frozenset({"-w", "--workspace", "-F", "--filter", "--filter-prod", "--include", "--from"})
_EXACT = frozenset({"-w", "--workspace", "--include", "--from"})
_FOLDER = frozenset({"--prefix", "-C", "--cwd", "--dir"})
_OTHER = words_in(
    "--loglevel --reporter --script-shell --userconfig --cache --registry --workspace-concurrency --changed-files-ignore-pattern "
    "--test-pattern --resume-from --exclude -j --jobs --mutex --network-timeout --cache-folder "
    "--modules-folder --preferred-cache-folder --env-file -c --config --store-dir --node-options --conditions"
)
_YARN = words_in(
    "add audit autoclean bin cache config constraints create dedupe dlx exec explain generate-lock-entry global help import info "
    "licenses link list login logout node npm outdated owner pack patch patch-commit plugin policies prune publish "
    "rebuild remove search self-update set stage tag team unlink unplug up upgrade upgrade-interactive version versions why "
    "init"
)
_PNPM = words_in(
    "add audit bin cache cat-file cat-index config create dedupe deploy dlx doctor env exec fetch find-hash help import init la "
    "licenses link list ll ln ls outdated pack patch patch-commit patch-remove prune publish rb rebuild remove rm root self-update "
    "server setup store un unlink uninstall up update upgrade why approve-builds ignored-builds version login logout whoami view"
)
_BUN = words_in("test x exec add a remove rm update link unlink pm build init create c upgrade publish patch outdated audit info why repl")
_MANY = frozenset({"recursive", "multi", "m"})
_INSTALL = frozenset({"ci", "install", "i", "clean-install", "ic", "install-clean"})
_INSTALL_TEST = frozenset({"cit", "it", "install-test", "install-ci-test", "clean-install-test", "sit"})


class Request(msgspec.Struct, kw_only=True):
    """What a package manager is asked to run.

    Shape: `names` are scripts in order; `handed` the words handed on to the last of them; `inside` the folder it works in as
           written; `selectors` filters, `exact` names or folders of workspaces; `every` where all of them are meant, `root` where the
           root is asked for from below; `lenient` where the script may be missing; `lifecycle` where the names are what an
           installation or publication runs by itself; `explicit` where it can be nothing but a script.
    """

    names: list[str] = []
    handed: list[str] = []
    inside: str = ""
    selectors: list[str] = []
    exact: list[str] = []
    every: bool = False
    including_root: bool = False
    root: bool = False
    lenient: bool = False
    lifecycle: bool = False
    explicit: bool = False


def request_of(argv: Words) -> Request | None:
    """The scripts a command line asks for; None where it asks for none."""
    head = argv[0]
    if head == "npm":
        return _npm(argv)
    if head == "node":
        return _node(argv)
    if head in ("nr", "rushx", "vpr"):
        return _named(argv, 1, Request(explicit=True)) if len(argv) > 1 and not argv[1].startswith("-") else None
    if head in ("ni", "nci"):
        return _lifecycle("install", [word for word in argv[1:] if word[0] != "-"], Request(), False)
    if head == "vp" and argv[1:2] != ("run",):
        return None  # its own commands
    return _other(argv, head)


def _option(argv: Words, index: int, request: Request, head: str) -> int:
    """Take in one option; the index behind it and its value."""
    word = argv[index]
    key, equals, value = word.partition("=")
    takes = key in _SELECTING or key in _FOLDER or key in _OTHER
    if head == "pnpm" and key in ("-w", "--workspace-root"):
        takes = False
        request.root = True
    elif head in ("bun", "pnpm", "yarn") and key in ("-c", "-b", "--workspace", "--prefix", "-j", "--cache"):
        takes = head == "yarn" and key == "-j"
    elif head == "yarn" and key == "-C":
        takes = False
    if takes and not equals:
        value = argv[index + 1] if index + 1 < len(argv) else ""
    if takes and key in _SELECTING:
        (request.exact if key in _EXACT else request.selectors).append(value)
    elif takes and key in _FOLDER:
        request.inside = value
    request.every |= key in _EVERY and not (head == "npm" and key in ("-r", "-A", "--all"))
    request.including_root |= key in ("--include-workspace-root", "-iwr") and value != "false"
    request.lenient |= key == "--if-present"
    return index + (2 if takes and not equals else 1)


def _npm(argv: Words) -> Request | None:
    """npm: options may stand anywhere before `--`; what else stands there is handed to the script."""
    request = Request(explicit=True)
    words: list[str] = []
    index = 1
    ignoring = False
    while index < len(argv):
        word = argv[index]
        if word == "--":
            request.handed = list(argv[index + 1 :])
            break
        if word.startswith("-"):
            ignoring |= word in ("--ignore-scripts", "--ignore-scripts=true", "-g", "--global", "--dry-run", "--package-lock-only")
            index = _option(argv, index, request, "npm")
            continue
        words.append(word)
        index += 1
    if not words:
        return None
    verb, *rest = words
    if verb in RUN:
        if not rest:
            return None
        request.names, request.handed = rest[:1], [*rest[1:], *request.handed]
        return request
    if verb in _OWN:
        request.names, request.handed = [_OWN[verb]], [*rest, *request.handed]
        return request
    return _lifecycle(verb, rest, request, ignoring)


_LIFECYCLE: dict[str, tuple[str, ...]] = {
    "install": ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"),
    "pack": ("prepack", "prepare", "postpack"),
    "publish": ("prepublishOnly", "prepack", "prepare", "postpack", "publish", "postpublish"),
    "version": ("preversion", "version", "postversion"),
}
"""What installing and publishing runs of the package's own scripts.

Source: npm, "scripts", "Life Cycle Operation Order"; Yarn, "Lifecycle Scripts"; pnpm, "install"; Bun, "lifecycle scripts".
"""


def _lifecycle(verb: str, rest: list[str], request: Request, ignoring: bool) -> Request | None:
    """The scripts that run by themselves; naming packages to install runs none of them."""
    request.lifecycle = request.lenient = True
    if verb in _INSTALL_TEST:
        request.names = [*([] if ignoring else _LIFECYCLE["install"]), "test"]
        return request
    verb = "install" if verb in _INSTALL else verb
    if ignoring or verb not in _LIFECYCLE or (verb == "install" and rest):
        return None
    request.names = list(_LIFECYCLE[verb])
    return request


def _node(argv: Words) -> Request | None:
    """`node --run x -- words`: no `pre` and `post`, no fallback.

    Source: Node.js, "--run".
    """
    for index, word in enumerate(argv[1:], 1):
        key, equals, value = word.partition("=")
        if key == "--run":
            name = value if equals else (argv[index + 1] if index + 1 < len(argv) else "")
            rest = argv[index + (1 if equals else 2) :]
            return Request(names=[name], handed=list(rest[1:]) if rest[:1] == ("--",) else [], explicit=True) if name else None
        if not word.startswith("-"):
            return None
    return None


def _other(argv: Words, head: str) -> Request | None:
    """yarn, pnpm and bun: what stands behind the script's name is the script's."""
    request = Request()
    index, run = 1, False
    ignoring = "--ignore-scripts" in argv or "--mode=skip-build" in argv
    while index < len(argv):
        word = argv[index]
        if word == "--":
            index += 1
            continue
        if word.startswith("-") and len(word) > 1:
            index = _option(argv, index, request, head)
            continue
        if word in RUN and not run:
            run = request.explicit = True
        elif head == "yarn" and word == "workspace" and not run and index + 1 < len(argv):
            request.exact.append(argv[index + 1])
            index += 1
        elif (head == "yarn" and word in ("workspaces", "foreach")) or (head == "pnpm" and word in _MANY):
            if run:
                break
            request.every = True
        else:
            break
        index += 1
    if index >= len(argv):
        return _lifecycle("install", [], request, ignoring) if head == "yarn" and not run and not request.every else None
    return _named(argv, index, request) if run else _bare(argv, index, request, head, ignoring)


def _bare(argv: Words, index: int, request: Request, head: str, ignoring: bool) -> Request | None:
    """A word without `run`: a command of the package manager's own, or a script."""
    word = argv[index]
    builtins = _YARN if head == "yarn" else _PNPM if head == "pnpm" else _BUN if head == "bun" else frozenset()
    if head == "yarn" and word == "npm" and argv[index + 1 : index + 2] == ("publish",):
        return _lifecycle("publish", [], request, ignoring)
    if word in _INSTALL and not (word == "ci" and head != "npm"):
        rest = [one for one in argv[index + 1 :] if not one.startswith("-")]
        return _lifecycle("install", rest, request, ignoring)
    if word in ("publish", "pack", "version") and word in builtins:
        return _lifecycle(word, [], request, ignoring or "--dry-run" in argv)
    if word in builtins or word == "focus":
        return None
    if head == "pnpm" and word in ("it", "install-test"):
        return _lifecycle("it", [], request, ignoring)
    request.explicit = False
    if head in ("pnpm", "yarn") and word in _OWN and (head == "pnpm" or word == "test"):
        word = _OWN[word]
    return _named((*argv[:index], word, *argv[index + 1 :]), index, request)


def _named(argv: Words, index: int, request: Request) -> Request:
    rest = list(argv[index + 1 :])
    request.names = [argv[index]]
    request.lenient |= "--if-present" in rest
    request.handed = [word for at, word in enumerate(rest) if word != "--if-present" and not (word == "--" and "--" not in rest[:at])]
    return request
