"""What a target's name promises, held against what it runs: `make check` that only lints is no test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from opslint.match.tools.catalogue import Hit
from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.resolve.follow.follower import MAX_FOLLOWED
from opslint.resolve.wrappers.tables import words_in

QUIET = words_in(
    ": . [ [[ alias basename break cat cd chgrp chmod chown command continue cp cut date declare dirname echo env eval exec exit export "
    "expr false find getopts git grep head hash id install ln local ls mkdir mktemp mv popd printf pushd pwd read readonly realpath return "
    "rm rmdir sed set shift sleep sort source tail tee test time touch tr trap true type uname uniq unset wait wc which whoami xargs "
    "pip apt apt-get brew apk dnf yum corepack curl wget tar unzip gzip sudo"
)
"""Commands that serve others: that one of them runs says nothing of what a target is for."""


def refuted(hits: Iterable[Hit], activities: tuple[Activity, ...]) -> set[int]:
    """The hits (by `id`) that rest on a name alone and that what runs behind it does not bear out.

    Shape: a name is not needed where something behind it shows the same practice, which then also says how hard it bites; it is wrong
           where all that runs behind it is known for something else. Where anything of it is not known, the name stands.
    """
    named = [hit for hit in hits if hit.entry.signal.by_name]
    if not named:
        return set()
    inside = _inside({hit.activity.chain for hit in named}, activities)
    by_activity: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_activity[id(hit.activity)].append(hit)
    found: set[int] = set()
    for hit in named:
        within = inside.get(hit.activity.chain, ())
        if not within or len(within) >= MAX_FOLLOWED - 1:
            continue
        shown = {code for one in within for other in by_activity[id(one)] for code in other.entry.signal.shows}
        if shown.issuperset(hit.entry.signal.shows) or all(_is_known(one, by_activity, inside) for one in within):
            found.add(id(hit))
    return found


def _inside(chains: set[tuple[Hop, ...]], activities: tuple[Activity, ...]) -> dict[tuple[Hop, ...], list[Activity]]:
    """What runs behind each of some chains."""
    found: dict[tuple[Hop, ...], list[Activity]] = defaultdict(list)
    for activity in activities:
        for size in range(1, len(activity.chain)):
            if activity.chain[:size] in chains:
                found[activity.chain[:size]].append(activity)
    return found


def _is_known(activity: Activity, by_activity: dict[int, list[Hit]], inside: dict[tuple[Hop, ...], list[Activity]]) -> bool:
    """Whether it is clear what something is for: a tool of the catalogue, a command that serves others, a way to what runs behind it."""
    command, hits = activity.command, by_activity[id(activity)]
    if activity.kind is ActivityKind.HOOK:
        return bool(hits)
    if activity.kind is not ActivityKind.COMMAND or command is None or activity.disabled:
        return True
    return any(not hit.entry.signal.by_name for hit in hits) or command.argv[0] in QUIET or activity.chain in inside
