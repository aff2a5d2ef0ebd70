"""What notebooks show, in a browser: on a desk and a telephone, in light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from sbg_bulk import File, ItemError, ItemResult, Job, RunReport
from sbg_bulk.notebook import table
from sbg_bulk.notebook.bars import Drawing
from sbg_bulk.runs.records import Carried, Tally
from tests.support.axe import violations
from tests.support.browser import browser as browser

FAILED = [("failed", 5014, 6, "You may not copy from rfranklin/closed."), ("unattributed", None, 2, "3 of 100 results")]
RESULTS = [ItemResult("7" * 24, None, None), ItemResult(None, None, ItemError(403, 5014, "You may not."))]
THINGS = (
    RunReport(
        "r1",
        Path("r"),
        Tally(100, done=92, failed=6, unattributed=2),
        FAILED,
        job_type="COPY",
        carried=Carried(92, 92, 10**12),
    ),
    Job("717", "COPY", "FINISHED", total_files=2, completed_files=1, failed_files=1, result=tuple(RESULTS)),
    File("7" * 24, "a-long-name-" * 15, "file", size=10**9),
    table([Job(str(place), "COPY", "RUNNING", failed_files=place % 2) for place in range(3)]),
    Drawing(0.4, "Run r1: 40 of 100 files copied", now="Waiting 90 s: the rate limit"),
    Drawing(0.9, "Run r1: 90 of 100 files copied, 2 failed", failed=True),
)
PAGE = """<!doctype html><html lang="en"><title>Notebook</title><meta name="viewport" content="width=device-width">
<style>:root { color-scheme: light dark; } body { font: 14px sans-serif; }
@media (prefers-color-scheme: dark) { body { background: #111; color: rgba(255, 255, 255, 0.87); } }</style>
<main><h1>Notebook</h1>%s</main>"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_is_hard_to_read_or_wider_than_the_page(browser: Browser, width: int, colours: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_content(PAGE % "".join(thing._repr_html_() for thing in THINGS))
        assert violations(page, "#nothing-is-left-out") == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    finally:
        context.close()
