"""Earthly: the commands of the targets of an Earthfile, with the targets they are built from."""

from __future__ import annotations

import msgspec

from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led, shown
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_TEXT = 512 * 1024
MAX_TARGETS = 200
MAX_NESTING = 8
MAX_LEADS = 400

_VALUED = words_in(
    "-a --artifact --image --build-arg --secret --secret-file --platform --org --project --sat --satellite --config --ssh-auth-sock "
    "--auth-token --git-username --git-password --buildkit-host --buildkit-image --buildkit-volume-name --remote-cache --env-file-path "
    "--arg-file-path --secret-file-path --conversion-parallelism --log-sharing --server-conn-timeout --logstream-debug-file"
)
_TARGET = late(r"^([A-Za-z][\w.-]*):\s*(?:#.*)?$")
_FLAG = late(r"""[\s\\]*--([\w-]+)(?:=("[^"]*"|'[^']*'|[^\s"']\S*))?(?=\s|$)""")
_REFERENCE = late(r"(?:^|(?<=[\s(]))([\w./*-]*\+[A-Za-z][\w.-]*)")
_ASSIGNED = late(r"""^\s*(?:--(?:required|global)\s+)*([A-Za-z_]\w*)(?:\s*=\s*("[^"]*"|'[^']*'|.*))?$""")
_GIVEN = late(r"""--([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s)]*)""")
_VARIABLE = late(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_NOTED = frozenset({"--mount", "--secret", "--network", "--aws-region"})


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction: its word, and what follows with its own line breaks."""

    number: int
    word: str
    rest: str


class State(msgspec.Struct, kw_only=True):
    """What holds at one point of a target.

    Shape: `folder` is the folder of the tree whose files lie where commands run, UNKNOWN where that cannot be said; `around` says of
           each block around it whether it may be left out; `here` that commands run on the machine itself.
    """

    folder: str
    values: dict[str, str]
    around: list[bool] = []
    here: bool = False


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The `RUN` lines behind the targets of an `earthly` command; None where no Earthfile is found or no target is named.

    Source: Earthly, "Earthfile reference": targets, `FROM`, `BUILD`, `COPY +target`, `DO`, `RUN --push`.
    """
    del env
    asked = asked_of(argv, _VALUED)
    targets = [word for word in (*asked.words, *asked.options.get("--artifact", ()), *asked.options.get("-a", ())) if "+" in word]
    if not targets or UNKNOWN in folder:
        return None
    text = " ".join(argv)
    given = {found[1]: found[2].strip("'\"") for found in _GIVEN.finditer(text) if not found[1].startswith("-")}
    given.update(one.partition("=")[::2] for one in asked.options.get("--build-arg", ()))
    run = _Run(files, pushes="--push" in asked.flags)
    known = False
    for target in targets[:50]:
        place, name = _located(target.partition("/")[0] if "+" in target.partition("/")[0] else target, folder)
        name = name.partition("/")[0]
        known |= run.target(place, name, given, (), 0) is not None
    return Led(leads=tuple(run.leads)) if known else None


def _located(reference: str, folder: str) -> tuple[str, str]:
    """Folder and name of a target: `+lint`, `./web+lint`; UNKNOWN for one of another repository."""
    from opslint.resolve.shell.state import joined

    place, _, name = reference.rpartition("+")
    if not place:
        return folder, name
    return (joined(folder, place) if place.startswith(".") else UNKNOWN), name


def _read(path: str, files: Files) -> dict[str, list[Line]]:
    """The instructions of each target, those before the first one under ""."""
    found: dict[str, list[Line]] = {"": []}
    current = found[""]
    lines = (files.text(path) or "")[:MAX_TEXT].replace("\r\n", "\n").split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        target = _TARGET.match(line)
        if target is not None:
            current = found.setdefault(target[1], [])
            continue
        number, pieces = index, [stripped]
        while pieces[-1].endswith("\\") and index < len(lines):
            text = lines[index].strip()
            pieces.append("\\" if text.startswith("#") else text)
            index += 1
        word, _, rest = "\n".join(pieces).partition(" ")
        current.append(Line(number=number, word=word.rstrip("\n\\"), rest=rest))
    return found


class _Run:
    """One run of earthly: what was told so far."""

    def __init__(self, files: Files, *, pushes: bool) -> None:
        self.files = files
        self.pushes = pushes
        self.leads: list[Lead] = []
        self._told: dict[tuple[str, str, tuple[tuple[str, str], ...]], str] = {}

    def target(
        self, folder: str, name: str, given: dict[str, str], via: tuple[Hop, ...], depth: int, held: str = ""
    ) -> str | None:
        """Tell a target, each with the same arguments once.

        Shape: gives the folder whose files its image holds, None where there is no such target; `held` is that of who calls a function.
        """
        if "*" in folder:
            return self._several(folder, name, given, via, depth)
        path = inside(folder, "Earthfile")
        if UNKNOWN in folder or folder.startswith("..") or not self.files.tree.has(path):
            return None
        targets = self.files.kept(("earthly", path), lambda: _read(path, self.files))
        if name not in targets:
            return None
        key = (folder, name, tuple(sorted(given.items())))
        if key in self._told or len(self._told) >= MAX_TARGETS or depth > MAX_NESTING:
            return self._told.get(key, UNKNOWN)
        self._told[key] = UNKNOWN
        state = State(folder=UNKNOWN, values=dict(given))
        if held:
            state.folder = held
        elif name and not any(line.word == "FROM" and "+" in line.rest for line in targets[name][:1]):
            state.folder = self.target(folder, "", {}, via, depth + 1) or UNKNOWN
        for line in targets[name]:
            self._line(line, path, folder, state, via, depth)
        self._told[key] = state.folder
        return state.folder

    def _several(self, folder: str, name: str, given: dict[str, str], via: tuple[Hop, ...], depth: int) -> str | None:
        """`BUILD ./services/*+test`: the target of every Earthfile there."""
        from fnmatch import fnmatchcase

        known = None
        for path in self.files.tree.paths():
            if path.endswith("/Earthfile") and fnmatchcase(path[: -len("/Earthfile")], folder) and path.count("/") == folder.count("/") + 1:
                known = self.target(path[: -len("/Earthfile")], name, given, via, depth) or known
        return known

    def _line(self, line: Line, path: str, folder: str, state: State, via: tuple[Hop, ...], depth: int) -> None:
        word = line.word
        if word in ("IF", "FOR", "WITH", "TRY", "WAIT"):
            state.around.append(word in ("IF", "FOR"))
            if word == "FOR":
                state.values[line.rest.split()[0] if line.rest.split() else ""] = UNKNOWN
        elif word == "END":
            state.around[-1:] = []
        elif word in ("ARG", "LET", "SET", "ENV"):
            found = _ASSIGNED.match(line.rest)
            if found is not None:
                value = self._filled((found[2] or "").strip().strip("'\""), state) if found[2] is not None else UNKNOWN
                state.values[found[1]] = value if word != "ARG" else state.values.get(found[1], value)
        elif word == "LOCALLY":
            state.folder, state.here = folder, True
        elif word == "WORKDIR":
            self._moved(line.rest.strip(), state)
        elif word in ("FROM", "BUILD", "COPY", "DO"):
            self._referred(line, path, folder, state, via, depth)
        elif word == "RUN":
            self._run(line, path, state, via)

    def _filled(self, text: str, state: State) -> str:
        if "$(" in text:
            return UNKNOWN
        return _VARIABLE.sub(lambda found: state.values.get(found[1] or found[2], UNKNOWN), text)[:2000]

    def _moved(self, to: str, state: State) -> None:
        from opslint.resolve.shell.state import joined

        state.folder = UNKNOWN if to.startswith("/") else joined(state.folder, self._filled(to, state))

    def _referred(self, line: Line, path: str, folder: str, state: State, via: tuple[Hop, ...], depth: int) -> None:
        """Another target that an instruction is built on, and for `COPY` of files which folder they come from."""
        text = self._filled(line.rest.replace("\\\n", " "), state)
        given = {found[1]: found[2].strip("'\"") for found in _GIVEN.finditer(text)}
        given = {**state.values, **given} if "--pass-args" in text else given
        hop = Hop(path=path, line=line.number, text=shown(f"{line.word} {line.rest}"))
        inherited = None
        found = list(_REFERENCE.finditer(text))
        for reference in found[:20]:
            place, name = _located(reference[1], folder)
            inherited = self.target(place, name, given, (*via, hop), depth + 1, state.folder if line.word == "DO" else "")
        if line.word == "FROM" and found:
            state.folder = inherited or UNKNOWN
        elif line.word == "COPY" and not found:
            self._copied(text, folder, state)

    def _copied(self, text: str, folder: str, state: State) -> None:
        from opslint.resolve.shell.state import joined

        words = [word for word in text.split() if not word.startswith("--")]
        if len(words) < 2 or words[-1] not in (".", "./"):
            return
        homes = {"" if word in (".", "./", "*", "./*") else word.removeprefix("./").rstrip("/").rpartition("/")[0] for word in words[:-1]}
        if len(homes) == 1 and not any(mark in next(iter(homes)) for mark in "*?"):
            state.folder = joined(folder, homes.pop())

    def _run(self, line: Line, path: str, state: State, via: tuple[Hop, ...]) -> None:
        """One command of a target."""
        rest, at, flags = line.rest, 0, set[str]()
        while (flag := _FLAG.match(rest, at)) is not None:
            flags.add(flag[1])
            at = flag.end()
            if f"--{flag[1]}" in _NOTED and flag[2] is None:
                following = rest[at:].lstrip()
                at = len(rest) - len(following) + len((following.split(None, 1) or [""])[0])
        if "entrypoint" in flags or ("push" in flags and not self.pushes) or len(self.leads) >= MAX_LEADS:
            return
        script = rest[at:].lstrip(" \\\n")
        if script.startswith("["):
            script = _words(script)
        if not script.strip("\\\n "):
            return
        skipped = rest[: len(rest) - len(script)].count("\n") if script in rest else 0
        self.leads.append(
            Lead(
                script=script, span=Span(path=path, line=line.number + skipped, column=1), folder=state.folder, line_step=1, via=via,
                confidence="low" if any(state.around) else "", env={k: v for k, v in state.values.items() if k}, copied=not state.here,
            )
        )


def _words(script: str) -> str:
    """`["go", "test"]` as a line of shell."""
    import json
    import shlex

    try:
        words = json.loads(script.replace("\\\n", " "))
    except (ValueError, RecursionError):
        return script
    return shlex.join(str(word) for word in words) if isinstance(words, list) else script
