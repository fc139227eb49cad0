"""`opslint rules`: the practices opslint knows."""

from __future__ import annotations

import click

from opslint.cli.options import codes, option
from opslint.knowledge.load import load_index
from opslint.knowledge.types import Rule


@click.command("rules")
@option("--format", "-f", "format_", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True)
@option("--select", multiple=True, callback=codes, metavar="CODES", help="Only these (prefixes: DS, DS1, DS101).")
@option("--level", type=click.IntRange(1, 3), help="Only up to this level.")
def command(format_: str, select: tuple[str, ...], level: int | None) -> None:
    """List the practices opslint knows."""
    from opslint.app.scan import check_codes

    index = load_index()
    check_codes(select, index)
    rules = [rule for rule in index.rules if (level is None or rule.level <= level)
             and (not select or any(rule.code.startswith(word.upper()) for word in select))]
    click.echo(RENDERERS[format_](rules), nl=False)


def render_text(rules: list[Rule]) -> str:
    """One line a practice."""
    lines = [f"{rule.code}  {rule.name:<30} {rule.level}  {rule.title}"[:100].rstrip() for rule in rules]
    return "\n".join([f"{'code':<6} {'name':<30} {'level'} title", *lines, f"{len(rules)} practices"]) + "\n"


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


RENDERERS = {"text": render_text, "json": render_json, "markdown": render_markdown}
