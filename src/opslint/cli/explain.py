"""`opslint explain`: a methodology, principle or practice."""

from __future__ import annotations

import click
import msgspec

from opslint.cli.options import option, speaks_unicode, terminal_width, wants_color, write_stdout
from opslint.errors import UsageError
from opslint.knowledge.index import Index
from opslint.knowledge.load import load_index
from opslint.knowledge.types import Rule
from opslint.report.paint import Line, ascii_copy, painted, wrap

LEVELS = {1: "essential", 2: "established", 3: "advanced"}
PLATFORMS = {"github": "GitHub Actions", "gitlab": "GitLab CI", "argo": "Argo"}


@click.command("explain")
@click.argument("code")
@option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
def command(code: str, color: str) -> None:
    """Tell what CODE (DS101, sast, DS1, DS) is, why it matters, what counts and how to add it."""
    index = load_index()
    width = min(terminal_width(), 100)
    unicode = speaks_unicode(to_file=False)
    if not unicode:
        index = msgspec.structs.replace(index, rules=tuple(ascii_copy(rule) for rule in index.rules),
                                        methodologies=tuple(ascii_copy(one) for one in index.methodologies))
    lines = explain(code, index, width)
    write_stdout(painted(lines, color=wants_color(color, to_file=False), unicode=unicode))


def explain(word: str, index: Index, width: int) -> list[Line]:
    """The page of a code or name.

    Raises: UsageError where nothing has it, with the closest.
    """
    wanted = word.upper()
    rule = next((one for one in index.rules if one.code == wanted or one.name == word.lower()), None)
    if rule is not None:
        return _rule(rule, width)
    for methodology in index.methodologies:
        if methodology.code == wanted:
            lines: list[Line] = [[(f"{methodology.code}  {methodology.name}", "bold")], *_paragraph(methodology.why, width), []]
            for principle in methodology.principles:
                lines += [[(f"{principle.code}  {principle.name}", "bold")], *_paragraph(principle.why, width)]
                lines += _members(principle.code, index)
            return lines
        for principle in methodology.principles:
            if principle.code == wanted:
                return [[(f"{principle.code}  {principle.name} ({methodology.name})", "bold")], *_paragraph(principle.why, width),
                        *_members(principle.code, index)]
    import difflib

    known = [name for one in index.rules for name in (one.code, one.name)]
    close = difflib.get_close_matches(wanted, known, n=3) or difflib.get_close_matches(word.lower(), known, n=3)
    raise UsageError(f'nothing has the code or name "{word}"',
                     hint=f"did you mean {', '.join(close)}?" if close else "opslint rules lists them all")


def _members(prefix: str, index: Index) -> list[Line]:
    return [[(f"  {rule.code} ", "bold"), (rule.name, "")] for rule in index.rules if rule.code.startswith(prefix)]


def _paragraph(text: str, width: int, indent: int = 2) -> list[Line]:
    return [[(" " * indent + line, "")] for line in wrap(text, width - indent)]


def _section(title: str, text: str, width: int) -> list[Line]:
    return [[], [(title, "bold")], *_paragraph(text, width)] if text else []


def _rule(rule: Rule, width: int) -> list[Line]:
    lines: list[Line] = [[(f"{rule.code}  {rule.name}", "bold"), (f" · level {rule.level} ({LEVELS[rule.level]})", "dim")],
                         *_paragraph(rule.title, width)]
    lines += _section("Why", rule.why, width)
    lines += _section("What counts", rule.counts, width)
    lines += _section("What does not", rule.not_counts, width)
    lines += _section("When it applies", _applies(rule), width)
    lines += _section("How to add it", rule.how["text"], width)
    for platform, snippet in rule.snippets.items():
        lines += [[], [(f"  {PLATFORMS.get(platform, platform)}", "bold")]]
        lines += [[(f"    {line}", "cyan")] for line in snippet.rstrip("\n").split("\n")]
    if rule.sources:
        lines += [[], [("Sources", "bold")], *[[(f"  {source}", "")] for source in rule.sources]]
    return lines


def _applies(rule: Rule) -> str:
    parts = []
    if rule.applies.any:
        parts.append(f"any of: {', '.join(rule.applies.any)}")
    if rule.applies.all:
        parts.append(f"all of: {', '.join(rule.applies.all)}")
    if rule.applies.none:
        parts.append(f"and none of: {', '.join(rule.applies.none)}")
    return "; ".join(parts)
