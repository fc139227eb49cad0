"""Make's functions on words, files' names among them."""

from __future__ import annotations

from collections.abc import Callable

from opslint.resolve.follow.runners.written import UNKNOWN

Words = list[str]


def stem(pattern: str, word: str) -> str | None:
    """What the `%` of a pattern stands for in a word, None where it does not fit."""
    before, percent, after = pattern.partition("%")
    if not percent:
        return "" if pattern == word else None
    if len(word) < len(before) + len(after) or not word.startswith(before) or not word.endswith(after):
        return None
    return word[len(before) : len(word) - len(after)]


def patsubst(pattern: str, replacement: str, text: str) -> str:
    """`$(patsubst %.c,%.o,a.c b.c)`."""
    found: Words = []
    for word in text.split():
        part = stem(pattern, word)
        found.append(word if part is None else replacement.replace("%", part, 1) if "%" in pattern else replacement)
    return " ".join(found)


def _filter(patterns: str, text: str, *, keeps: bool) -> str:
    wanted = patterns.split()[:200]
    return " ".join(word for word in text.split()[:2000] if word == UNKNOWN or any(stem(one, word) is not None for one in wanted) is keeps)


def _word(number: str, text: str) -> str:
    words, at = text.split(), int(number) if number.strip().isdecimal() and len(number) < 6 else 0
    return UNKNOWN if at < 1 else words[at - 1] if at <= len(words) else ""


def _wordlist(first: str, last: str, text: str) -> str:
    if not (first.strip().isdecimal() and last.strip().isdecimal()):
        return UNKNOWN
    return " ".join(text.split()[max(0, int(first[:5]) - 1) : int(last[:5])])


def _each(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: " ".join(word for one in text.split() if (word := change(one)))


def _placed(word: str) -> str:
    from opslint.resolve.shell.state import joined

    return joined("", word) or "."


def _suffix(word: str) -> str:
    base = word.rpartition("/")[2]
    return "." + base.rpartition(".")[2] if "." in base else ""


def _join(left: str, right: str) -> str:
    first, second = left.split(), right.split()
    size = max(len(first), len(second))
    return " ".join((first[n] if n < len(first) else "") + (second[n] if n < len(second) else "") for n in range(size))


LISTS: dict[str, tuple[int, Callable[..., str]]] = {
    "strip": (1, lambda text: " ".join(text.split())),
    "subst": (3, lambda old, new, text: text.replace(old, new) if old else text),
    "patsubst": (3, patsubst),
    "findstring": (2, lambda part, text: UNKNOWN if UNKNOWN in part + text else part if part in text else ""),
    "filter": (2, lambda patterns, text: _filter(patterns, text, keeps=True)),
    "filter-out": (2, lambda patterns, text: _filter(patterns, text, keeps=False)),
    "sort": (1, lambda text: " ".join(sorted(set(text.split())))),
    "word": (2, _word),
    "words": (1, lambda text: UNKNOWN if UNKNOWN in text else str(len(text.split()))),
    "wordlist": (3, _wordlist),
    "firstword": (1, lambda text: text.split()[0] if text.split() else ""),
    "lastword": (1, lambda text: text.split()[-1] if text.split() else ""),
    "dir": (1, _each(lambda word: word.rpartition("/")[0] + "/" if "/" in word else "./")),
    "notdir": (1, _each(lambda word: word.rpartition("/")[2])),
    "suffix": (1, _each(_suffix)),
    "basename": (1, _each(lambda word: word.removesuffix(_suffix(word)))),
    "addsuffix": (2, lambda suffix, text: " ".join(word + suffix for word in text.split())),
    "addprefix": (2, lambda prefix, text: " ".join(prefix + word for word in text.split())),
    "join": (2, _join),
    "abspath": (1, _each(_placed)),
    "realpath": (1, _each(_placed)),
}
"""Function -> (how many arguments, what it does). Source: GNU make manual, "Functions for Transforming Text"."""
