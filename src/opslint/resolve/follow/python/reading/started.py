"""The programs a Python file starts by `subprocess` and `os`: their words, where, and whether their failure is looked at."""

from __future__ import annotations

from opslint.resolve.follow.follower import Lead
from opslint.resolve.follow.python.reading.calls import keywords_of, script_of
from opslint.resolve.follow.python.reading.source import full_name
from opslint.resolve.follow.python.reading.values import Value, items_of, text_of, truth_of
from opslint.resolve.follow.python.reading.walk import Call
from opslint.resolve.shell.state import joined
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.source.span import Span

MAX_LEADS = 200
MAX_WORDS = 400
UNLOOKED = "its return code is not looked at"

_CHECKING = frozenset({"subprocess.check_call", "subprocess.check_output"})
_STARTING = frozenset({"subprocess.run", "subprocess.call", "subprocess.Popen", *_CHECKING})
_TEXTS = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell"})
_WORDS = frozenset({"asyncio.create_subprocess_exec", "os.execlp", "os.execl"})
_LISTS = frozenset({"os.execvp", "os.execv", "os.execvpe"})


class Leads:
    """Leads in the order they are come to, each once; the surer and harder of two stays."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str, str], Lead] = {}

    def add(self, call: Call, script: str, folder: str, *, soft: str = "", env: dict[str, str] | None = None) -> None:
        """Put down what a call starts; nothing where its first word is not known."""
        node = call.node
        if not script.strip() or script.startswith(UNKNOWN + " ") or script == UNKNOWN or len(self._found) >= MAX_LEADS:
            return
        key = (call.scope.source.path, node.lineno, script, folder)
        soft = call.way.soft or soft
        sure = "" if call.way.sure else "low"
        before = self._found.get(key)
        if before is not None:
            soft, sure = (soft and before.soft_why), (sure and before.confidence)
        span = Span(path=call.scope.source.path, line=node.lineno, column=node.col_offset + 1, end_line=node.end_lineno or node.lineno,
                    end_column=(node.end_col_offset or node.col_offset) + 1)
        self._found[key] = Lead(script=script, span=span, folder=folder, soft_why=soft, confidence=sure, env=env or {})

    def all(self) -> tuple[Lead, ...]:
        """The leads."""
        return tuple(self._found.values())


def started(call: Call, folder: str, leads: Leads) -> bool:
    """Put down the program a call of the standard library starts; False where it starts none.

    Source: Python library, `subprocess`, `os.system`, `os.exec*`, `asyncio` subprocesses.
    """
    name = full_name(call.node.func, call.scope.source.imports)
    if name not in _STARTING and name not in _TEXTS and name not in _WORDS and name not in _LISTS:
        return False
    given = items_of(call.node.args, call.scope)
    keywords = keywords_of(call.node, call.scope)
    if name in _WORDS:
        first: Value = list[Value](given if name.startswith("asyncio") else given[1:])
    elif name in _LISTS:
        first = given[1] if len(given) > 1 else UNKNOWN
    else:
        first = given[0] if given else keywords.get("args", keywords.get("cmd", UNKNOWN))
    soft = "" if _looked_at(name, call, keywords) else UNLOOKED
    leads.add(call, worded(first), moved(folder, keywords.get("cwd")), soft=soft, env=environment(keywords.get("env")))
    return True


def worded(value: Value) -> str:
    """A command as shell text: a list's words, or the text as it is."""
    if isinstance(value, list):
        words = list(map(text_of, value[:MAX_WORDS]))
        return script_of(words) if words and words[0] != UNKNOWN else ""
    return value if isinstance(value, str) else ""


def moved(folder: str, to: Value) -> str:
    """The folder a command runs in that may be given one."""
    return folder if to is None else joined(folder, text_of(to))


def environment(value: Value) -> dict[str, str]:
    """The variables of a dictionary that are plainly set."""
    if not isinstance(value, dict):
        return {}
    return {name: text_of(one) for name, one in list(value.items())[:64] if name != UNKNOWN and one is not None}


def _looked_at(name: str, call: Call, keywords: dict[str, Value]) -> bool:
    """Whether a failure of the program is seen by somebody, as far as that can be denied with certainty."""
    if name in _CHECKING or name in _LISTS or name in _WORDS:
        return True
    if name in ("subprocess.getoutput", "os.popen"):
        return False
    if name == "subprocess.run" and ("**" in keywords or truth_of(keywords.get("check")) is not False):
        return True
    return call.used
