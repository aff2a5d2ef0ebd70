"""Reports in a real browser, opened from the disk, which every test leaves with nothing to complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from playwright.sync_api import Browser, Page

from sbg_bulk.report import page
from sbg_bulk.runs.journal import Journal
from tests.simulator.page.conftest import PATIENCE
from tests.simulator.page.conftest import browser as browser


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


@pytest.fixture
def read(browser: Browser, tmp_path: Path) -> Iterator[Reader]:
    """Opens the report of the run of a journal, or one that is written already. In the end, each reading is checked."""
    readings: list[Reading] = []
    with ExitStack() as stack:

        def open_report(path: Path, **settings: Any) -> Reading:
            html = path if path.suffix == ".html" else written(path, tmp_path / "report.html")
            context = browser.new_context(**settings)
            stack.callback(context.close)
            reading = Reading(context.new_page(), html.as_uri())
            reading.page.set_default_timeout(PATIENCE)
            reading.page.on("request", lambda request: reading.requested.append(request.url))
            reading.page.on("pageerror", lambda error: reading.complaints.append(str(error)))
            reading.page.on(
                "console",
                lambda said: reading.complaints.append(said.text) if said.type in ("warning", "error") else None,
            )
            readings.append(reading)
            reading.page.goto(reading.address)
            return reading

        yield open_report
        for each in readings:
            each.check()
