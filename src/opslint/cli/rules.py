"""`opslint rules`: the practices opslint knows."""

from __future__ import annotations

import click

from opslint.cli.options import codes, option, speaks_unicode, terminal_width, write_stdout
from opslint.knowledge.load import load_index
from opslint.knowledge.types import Rule
from opslint.report.paint import ascii_only, wrap

WIDEST = 100


@click.command("rules")
@option("--format", "-f", "format_", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True,
        envvar="OPSLINT_RULES_FORMAT")
@option("--select", multiple=True, callback=codes, metavar="CODES", help="Only these (prefixes: DS, DS1, DS101).",
        envvar="OPSLINT_RULES_SELECT")
@option("--level", type=click.IntRange(1, 3), envvar="OPSLINT_RULES_LEVEL", help="Only up to this level.")
def command(format_: str, select: tuple[str, ...], level: int | None) -> None:
    """List the practices opslint knows."""
    from opslint.app.scan import check_codes

    index = load_index()
    check_codes(select, index)
    rules = [rule for rule in index.rules if (level is None or rule.level <= level)
             and (not select or any(rule.code.startswith(word.upper()) for word in select))]
    if format_ == "text":
        text = render_text(rules, min(terminal_width(), WIDEST))
        write_stdout(text if speaks_unicode(to_file=False) else ascii_only(text))
    else:
        write_stdout(RENDERERS[format_](rules), machine=True)


def render_text(rules: list[Rule], width: int) -> str:
    """One entry a practice; a title that is too long for the line goes on below itself."""
    name = max((len(rule.name) for rule in rules), default=4)
    margin = 6 + 1 + name + 1 + 5 + 1
    lines = [f"{'code':<6} {'name':<{name}} level title"]
    for rule in rules:
        head = f"{rule.code:<6} {rule.name:<{name}} {rule.level:<5} "
        if width - margin < 16:
            lines += [head.rstrip(), *("  " + text for text in wrap(rule.title, width - 2))]
        else:
            lines += [(head if row == 0 else " " * margin) + text for row, text in enumerate(wrap(rule.title, width - margin))]
    lines.append(f"{len(rules)} practice{'s' if len(rules) != 1 else ''}")
    return "\n".join(lines) + "\n"


def render_json(rules: list[Rule]) -> str:
    """A list of objects, sorted as the methodologies are."""
    import msgspec

    rows = [{"code": rule.code, "name": rule.name, "title": rule.title, "level": rule.level, "counts": rule.counts,
             "not_counts": rule.not_counts, "why": rule.why} for rule in rules]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"


def render_markdown(rules: list[Rule]) -> str:
    """A table."""
    rows = [f"| {rule.code} | {rule.name} | {rule.level} | {rule.title.replace('|', chr(92) + '|')} |" for rule in rules]
    return "\n".join(["| code | name | level | what |", "|---|---|---|---|", *rows]) + "\n"


RENDERERS = {"json": render_json, "markdown": render_markdown}
