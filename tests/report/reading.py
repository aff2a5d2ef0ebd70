"""A report as somebody has it open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import field, frozen
from playwright.sync_api import Page

from sbg_bulk.report import page
from sbg_bulk.runs.journal import Journal


@frozen
class Reading:
    """A report, opened in a browser of its own."""

    page: Page
    address: str
    complaints: list[str] = field(factory=list)
    """What the browser has written to its console as warnings or errors, and errors that nothing caught."""
    requested: list[str] = field(factory=list)
    """The addresses of all requests."""

    def check(self) -> None:
        """The browser has complained of nothing, and asked for nothing but the file, and what the page made itself."""
        self.page.evaluate("0")  # what it has written before has arrived then
        assert self.complaints == []
        assert [each for each in self.requested if not each.startswith("blob:")] == [self.address]


Reader = Callable[..., Reading]


def written(journal: Path, html: Path) -> Path:
    """Write the report of a run to a file."""
    with Journal.read(journal) as opened, html.open("w", encoding="utf-8", newline="") as stream:
        page.write(opened, stream, name="RUN", clock=lambda: 1_795_100_000.0)
    return html
