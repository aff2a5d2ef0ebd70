"""The page in a real browser, that of the system, which every test leaves with nothing to complain about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from sbg_bulk.simulator import ManualClock, Simulator, running
from tests.simulator.page.visit import Visit, Visitor
from tests.support.browser import PATIENCE
from tests.support.browser import browser as browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visitor]:
    """Opens the page of a simulator, by default one with the seed `demo` whose clock stands still.

    In the end, each visit is checked.
    """
    visits: list[Visit] = []
    with ExitStack() as stack:

        def open_page(simulator: Simulator | None = None, **settings: Any) -> Visit:
            simulator = simulator or Simulator(clock=ManualClock(), seed="demo")
            address = stack.enter_context(running(simulator)).removesuffix("v2")
            context = browser.new_context(**settings)
            stack.callback(context.close)
            visit = Visit(simulator, context.new_page(), address)
            visit.page.set_default_timeout(PATIENCE)
            visit.page.on("request", lambda request: visit.requested.append(request.url))
            visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
            visit.page.on(
                "console",
                lambda message: visit.complaints.append(message.text) if message.type in ("warning", "error") else None,
            )
            visits.append(visit)
            visit.page.goto(address)
            expect(visit.board.locator("time")).not_to_be_empty()
            return visit

        yield open_page
        for each in visits:
            each.check()
