"""The manual pages of the commands, in roff."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

import click

from sbg_bulk.cli.app import sbg_bulk
from sbg_bulk.cli.examples import EXAMPLES
from sbg_bulk.cli.exits import MEANINGS
from sbg_bulk.cli.helped import grouped, path_of
from sbg_bulk.cli.lazy import LazyGroup

PROGRAM: Final = "sbg-bulk"

_ESCAPES: Final = str.maketrans(
    {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"}
)


def pages(version: str) -> dict[str, str]:
    """Return the pages by the names of their files. They have no date: the same sources make the same bytes.

    Args:
        version: the version of the package.
    """
    top = click.Context(sbg_bulk, info_name=PROGRAM, **sbg_bulk.context_settings)
    about = (sbg_bulk.help or "").partition(".")[0]
    return {
        f"{_title(context)}.1": "\n".join(_page(context, summary, version)) + "\n"
        for context, summary in _contexts(top, about)
    }


def _contexts(context: click.Context, summary: str) -> Iterator[tuple[click.Context, str]]:
    """Produce the contexts of a command and of those below it, each with what the command does in short."""
    yield context, summary
    group = context.command
    if isinstance(group, LazyGroup):
        for name, about in group.summaries.items():
            below = group.commands[name]
            yield from _contexts(click.Context(below, context, name, **below.context_settings), about.removesuffix("."))


def _page(context: click.Context, summary: str, version: str) -> Iterator[str]:
    command, title = context.command, _title(context)
    yield f'.TH "{_plain(title.upper())}" "1" "" "{_plain(f"{PROGRAM} {version}")}" "User Commands"'
    # No hyphens and no wide gaps: what is pasted from here is to be what was meant.
    yield from (".nh", ".ad l")
    yield from (".SH NAME", f"{_plain(title)} \\- {_plain(summary)}")
    yield from (".SH SYNOPSIS", f"\\fB{_plain(context.command_path)}\\fR")
    yield _plain(" ".join(command.collect_usage_pieces(context)))
    yield ".SH DESCRIPTION"
    yield from _text(command.help or "")
    yield ".SH OPTIONS"
    for group, records in grouped(command, context).items():
        if records and group != "Options":
            yield f".SS {_plain(group)}"
        yield from _list(records)
    if isinstance(command, LazyGroup):
        yield ".SH COMMANDS"
        yield from _list([(f"{title}-{name}(1)", about) for name, about in command.summaries.items()])
    if examples := EXAMPLES.get(path_of(context)):
        yield ".SH EXAMPLES"
        for what, words in examples.items():
            yield from (".PP", _plain(f"{what}:"), *_as_it_stands(words))
    if command.epilog:
        yield ".SH NOTES"
        yield from _text(command.epilog)
    if context.parent is None:
        yield ".SH EXIT STATUS"
        yield from _list([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])
    else:
        yield from (".SH SEE ALSO", f"\\fB{_plain(_title(context.parent))}\\fR(1)")


def _title(context: click.Context) -> str:
    return " ".join((PROGRAM, path_of(context))).strip().replace(" ", "-")


def _list(rows: list[tuple[str, str]]) -> Iterator[str]:
    for name, meaning in rows:
        yield from (".TP", f"\\fB{_plain(name)}\\fR", _plain(meaning))


def _text(text: str) -> Iterator[str]:
    """Produce paragraphs; one that begins with a backspace keeps its lines, as in click's help."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            yield from _as_it_stands(paragraph.removeprefix("\b\n"))
        else:
            yield from (".PP", _plain(paragraph))


def _as_it_stands(text: str) -> Iterator[str]:
    yield from (".RS 4", ".nf", *(_plain(line) for line in text.splitlines()), ".fi", ".RE")


def _plain(text: str) -> str:
    """Return a text on one line, none of whose characters means anything to roff.

    A minus stays one that can be pasted, and so do quotes, which would become typographic ones.
    """
    text = " ".join(text.split())
    text = text.translate(_ESCAPES)
    return f"\\&{text}" if text.startswith(".") else text
