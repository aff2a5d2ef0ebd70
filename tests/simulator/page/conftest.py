"""The page in a real browser, that of the system, which every test leaves with nothing to complain about."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import field, frozen
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from sbg_bulk.simulator import ManualClock, Simulator, running

PATIENCE = 30_000
"""Milliseconds after which what the page should show is given up."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",  # which does not start as root, as in many containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # It would ask its makers for news otherwise.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@frozen
class Visit:
    """The page, opened in a browser of its own."""

    simulator: Simulator
    page: Page
    address: str
    complaints: list[str] = field(factory=list)
    """What the browser has written to its console as warnings or errors, and errors that nothing caught."""
    excused: list[str] = field(factory=list)
    """Patterns of the complaints that there must be."""
    requested: list[str] = field(factory=list)
    """The addresses of all requests, those to the board among them."""

    @property
    def board(self) -> Locator:
        return self.page.locator("#board")

    @property
    def said(self) -> Locator:
        """What the page tells of the last action."""
        return self.board.get_by_role("status")

    @property
    def lost(self) -> Locator:
        """What the page tells while it has no answer."""
        return self.page.locator("#lost")

    def operation(self, name: str) -> Locator:
        """An operation in the reference, by its operationId, opened and ready to be tried out."""
        block = self.page.locator(f".opblock[id$=-{name}]")
        block.get_by_role("button", name=name).first.click()
        block.get_by_role("button", name="Try it out").click()
        return block

    def check(self) -> None:
        """The browser has complained of what is excused, and of nothing else, and asked no other host for anything."""
        self.page.evaluate("0")  # what it has written before has arrived then
        for pattern in self.excused:
            assert any(re.search(pattern, complaint) for complaint in self.complaints), f"nothing about {pattern}"
        assert [each for each in self.complaints if not any(re.search(pattern, each) for pattern in self.excused)] == []
        hosts = {urlsplit(url).netloc for url in self.requested if not url.startswith("data:")}
        assert hosts == {urlsplit(self.address).netloc}


Visitor = Callable[..., Visit]


@pytest.fixture(scope="module")  # no longer: while Playwright lives, its thread cannot run another event loop
def browser() -> Iterator[Browser]:
    program = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if program is None:
        missing = f"needs a browser: install one of {', '.join(BROWSERS)}"
        if "CI" in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


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
