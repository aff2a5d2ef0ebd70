"""The page as somebody has it open."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from attrs import field, frozen
from playwright.sync_api import Locator, Page

from sbg_bulk.simulator import Simulator


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
