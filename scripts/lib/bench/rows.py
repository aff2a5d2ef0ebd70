"""The rows of the table, by the names that they are asked for by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Final

from scripts.lib.bench.table import Row

MEASUREMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "copy": ("bulk", "rows_of_copy"),
    "lost": ("bulk", "rows_of_lost"),
    "watch": ("bulk", "rows_of_watch"),
    "export": ("exports", "rows_of_export"),
    "list": ("lists", "rows_of_list"),
    "decode": ("lists", "rows_of_decode"),
    "memory": ("runs", "rows_of_memory"),
    "start": ("startup", "rows_of_start"),
    "simulator": ("server", "rows_of_serving"),
    "overhead": ("runs", "rows_of_overhead"),
}
"""A module and its function, for each name. One measurement may make several rows."""


def describe(name: str) -> str:
    """Say what a measurement is about, in a line."""
    return (_function(name).__doc__ or "").split("\n")[0].removeprefix("Measure ")


def measure(names: Iterable[str]) -> Sequence[Row]:
    """Measure these, and return their rows, in this order."""
    return [row for name in names for row in _function(name)()]


def _function(name: str) -> Callable[[], list[Row]]:
    module, function = MEASUREMENTS[name]
    # Loaded when it is measured: what one row needs is not to be loaded while another is measured.
    found: Callable[[], list[Row]] = getattr(import_module(f"scripts.lib.bench.{module}"), function)
    return found
