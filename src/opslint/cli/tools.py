"""`opslint tools`: the tools opslint recognises."""

from __future__ import annotations

import click
import msgspec

from opslint.cli.options import codes, option, terminal_width, write_stdout
from opslint.knowledge.index import Index
from opslint.knowledge.load import load_index
from opslint.report.paint import wrap

WIDEST = 100


class ToolRow(msgspec.Struct, frozen=True, kw_only=True):
    """One tool with the practices its forms show and the effects they have."""

    tool: str
    name: str
    practices: tuple[str, ...]
    effects: tuple[str, ...]


@click.command("tools")
@click.argument("words", nargs=-1)
@option("--format", "-f", "format_", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True,
        envvar="OPSLINT_TOOLS_FORMAT")
@option("--select", multiple=True, callback=codes, metavar="CODES", help="Only tools that show these practices.",
        envvar="OPSLINT_TOOLS_SELECT")
def command(words: tuple[str, ...], format_: str, select: tuple[str, ...]) -> None:
    """List the tools opslint recognises, or those whose name has one of WORDS in it."""
    from opslint.app.scan import check_codes

    index = load_index()
    check_codes(select, index)
    rows = [row for row in tool_rows(index) if _wanted(row, words, select)]
    if format_ == "text":
        write_stdout(render_text(rows, min(terminal_width(), WIDEST)))
    else:
        write_stdout(RENDERERS[format_](rows), machine=True)


def tool_rows(index: Index) -> list[ToolRow]:
    """Each tool of the index, sorted by its id."""
    entries = [index.signal(position) for position in range(len(index.signals))]
    names = {entry.tool: entry.name for entry in entries}
    shows: dict[str, set[str]] = {tool: set() for tool in names}
    does: dict[str, set[str]] = {tool: set() for tool in names}
    for entry in entries:
        shows[entry.tool] |= set(entry.signal.shows)
        does[entry.tool] |= set(entry.signal.does)
    return [ToolRow(tool=tool, name=names[tool], practices=tuple(sorted(shows[tool])), effects=tuple(sorted(does[tool])))
            for tool in sorted(names)]


def _wanted(row: ToolRow, words: tuple[str, ...], select: tuple[str, ...]) -> bool:
    if select and not any(code.startswith(word.upper()) for code in row.practices for word in select):
        return False
    told = f"{row.tool} {row.name}".lower()
    return not words or any(word.lower() in told for word in words)


def render_text(rows: list[ToolRow], width: int) -> str:
    """One entry a tool; practices that are too many for the line go on below."""
    name = max((len(row.tool) for row in rows), default=0)
    lines = []
    for row in rows:
        told = wrap(" ".join(row.practices) or "-", width - name - 1)
        lines += [f"{row.tool if number == 0 else '':<{name}} {text}" for number, text in enumerate(told)]
    lines.append(f"{len(rows)} tool{'s' if len(rows) != 1 else ''}")
    return "\n".join(lines) + "\n"


def render_json(rows: list[ToolRow]) -> str:
    """A list of objects, sorted by tool."""
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"


def render_markdown(rows: list[ToolRow]) -> str:
    """A table."""
    lines = [f"| {row.tool} | {row.name} | {' '.join(row.practices) or '-'} |" for row in rows]
    return "\n".join(["| tool | name | practices |", "|---|---|---|", *lines]) + "\n"


RENDERERS = {"json": render_json, "markdown": render_markdown}
