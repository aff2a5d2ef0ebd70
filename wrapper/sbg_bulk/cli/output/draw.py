"""Draw tables on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sbg_bulk.text import plain

LEAST_WIDTH: Final = 80
"""Tables are not squeezed into fewer columns; a narrower terminal wraps their lines."""

NARROW: Final = 40
"""The same, for tables with little beside their last column."""

NUMBERS: Final = ("FILES", "FOLDERS", "DONE", "FAILED", "ROWS", "UNCLEAR", "LEFT", "SIZE", "THERE")
"""The columns that are set to the right."""

PIPE_WIDTH: Final = 10_000
"""Columns of a table for a file or a program: one line a row, however long its names are."""


class Output(Console):
    """Standard output, as wide as its terminal."""

    def __init__(self, least: int = LEAST_WIDTH) -> None:
        # The table of emoji takes long to load.
        super().__init__(highlight=False, emoji=False)
        self.width = max(self.width, least) if sys.stdout.isatty() else PIPE_WIDTH

    def table(self, columns: Iterable[str], rows: Iterable[Iterable[object]], *, head: bool = True) -> None:
        """Print a table, of which the last column alone is folded to fit."""
        table = Table(box=None, pad_edge=False, header_style="bold", show_header=head)
        for name in columns:
            table.add_column(name, justify="right" if name in NUMBERS else "left", no_wrap=True)
        table.columns[-1].no_wrap = False
        table.columns[-1].overflow = "fold"
        for row in rows:
            # As plain text: what a server sends is never taken for markup.
            table.add_row(*(Text("-" if value in (None, "") else plain(str(value))) for value in row))
        if sys.stdout.isatty():
            self.print(table)
            return
        with self.capture() as captured:
            self.print(table)
        # Cells are filled up to the width of their column, the last ones too.
        click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
