"""What is in a piece of HTML, and what may not get into one."""

from __future__ import annotations

from html.parser import HTMLParser

EVIL = '<script>alert("x")</script>&\x1b[31m\u202e'

ATTRIBUTES = {"style", "scope", "tabindex", "role", "aria-label", "aria-valuenow", "aria-valuemin", "aria-valuemax"}


class Seen(HTMLParser):
    """The rows of the tables, the tags and the texts of a piece of HTML; a tag that is not closed is a mistake."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self._open.append(tag)
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        else:
            self.texts.append(data)
