"""Reports in a real browser, opened from the disk, which every test leaves with nothing to complain about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.report.reading import Reader, Reading, written
from tests.support.browser import PATIENCE
from tests.support.browser import browser as browser


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
