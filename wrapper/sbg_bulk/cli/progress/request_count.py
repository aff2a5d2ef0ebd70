"""Tell how many requests looking around has taken so far, while it goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from sbg_bulk.cli.output.console import console, note
from sbg_bulk.text import counted

EVERY: Final = 100
"""Where there is no terminal, the number is told after so many requests, and after as many more."""


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Yields the function to call with the number of requests so far.

    Args:
        what: what is going on, such as "Looking".
    """
    if console().quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():

        def tell(requests: int) -> None:
            if requests % EVERY == 0:
                note(f"{what}: {counted(requests, 'request')} so far.")

        yield tell
        return
    width = 0

    def show(requests: int) -> None:
        nonlocal width
        text = f"{what}: {counted(requests, 'request')} so far"
        width = max(width, len(text))
        click.echo(f"\r{text}", nl=False, err=True)

    try:
        yield show
    finally:
        if width:
            # What comes next begins on an empty line.
            click.echo("\r" + " " * width + "\r", nl=False, err=True)
