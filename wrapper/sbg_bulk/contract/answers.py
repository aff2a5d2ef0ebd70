"""An answer to a call, read as it is: nothing in it has to be what it should be."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from attrs import field, frozen

from sbg_bulk.contract.report import MOST_SHOWN, Exchange

TOKEN_HEADER = "X-SBG-Auth-Token"  # noqa: S105 - the header's name

LEAST_SECRET = 8
"""Characters of a text that is hidden: what is shorter stands in others by chance."""

WINDOW = 310.0
"""Most seconds that are waited for the rate limit to reset."""


@frozen
class Answer:
    """The answer to a call.

    Attributes:
        operation: the operationId.
        status: the HTTP status.
        headers: the headers.
        document: the body, if it is JSON; None if not.
        exchange: request and answer, for a finding.
    """

    operation: str
    status: int
    headers: httpx.Headers
    document: Any
    exchange: Exchange = field(repr=False)

    @property
    def body(self) -> Mapping[str, Any]:
        """The body, if it is an object; empty if not."""
        return self.document if isinstance(self.document, Mapping) else {}

    @property
    def ok(self) -> bool:
        """Whether it is a success with an object in it."""
        return 200 <= self.status < 300 and isinstance(self.document, Mapping)

    def field(self, name: str) -> Any:
        """Return a property of the body, None if there is none."""
        return self.body.get(name)

    def text(self, name: str) -> str | None:
        """Return a property that is a text, None if it is none or empty."""
        value = self.body.get(name)
        return value if isinstance(value, str) and value else None

    def listed(self) -> list[Mapping[str, Any]]:
        """Return the entries of a page that are objects."""
        items = self.field("items")
        return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []

    def ids(self) -> list[str]:
        """Return the ids of the entries of a page."""
        return [str(entry.get("id")) for entry in self.listed()]

    def count(self, header: str) -> int | None:
        """Return a header that is a number, None if it is missing or none."""
        text = self.headers.get(header, "")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None

    def link(self, rel: str) -> str | None:
        """Return the address of another page, None if it is not named."""
        links = self.field("links")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, Mapping) and link.get("rel") == rel and isinstance(link.get("href"), str):
                return str(link["href"])
        return None

    @property
    def moment(self) -> datetime | None:
        """When it was made, by the clock of the service; None if it does not say."""
        try:
            found = parsedate_to_datetime(self.headers["Date"])
        except (KeyError, ValueError, TypeError):
            return None
        return found if found.tzinfo is not None else None

    @property
    def maintenance(self) -> bool:
        """Whether the platform is under maintenance, and has done nothing."""
        return self.status == 503 and self.body.get("code") == 0


def tokens_like(token: str) -> list[str]:
    """Return tokens that are not a user's, and that a careless comparison takes for it. They tell nearly all of it."""
    return sorted({token.swapcase(), token[:-1], f"{token}0"} - {token})


def answer_of(name: str, request: httpx.Request, response: httpx.Response, hide: Any) -> Answer:
    """Return a response as an answer.

    Args:
        name: the operationId.
        request: the request.
        response: the response.
        hide: takes the tokens out of a text.
    """
    try:
        document = response.json()
    except (ValueError, RecursionError):
        document = None
    shown = " ".join(response.text.split())
    exchange = Exchange(
        request.method,
        hide(curl(request)),
        response.status_code,
        hide(shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}..."),
        None if (known := response.headers.get("X-Request-Id")) is None else hide(known),
    )
    return Answer(name, response.status_code, response.headers, document, exchange)


def curl(request: httpx.Request) -> str:
    """Return the command of curl that makes a request, with the token from `SB_AUTH_TOKEN`."""
    words = ["curl", "-sS"]
    if request.method == "HEAD":
        words += ["--head"]
    elif request.method != "GET":
        words += ["-X", request.method]
    line = shlex.join(words)
    if TOKEN_HEADER in request.headers:
        line += f' -H "{TOKEN_HEADER}: $SB_AUTH_TOKEN"'
    for name in ("Content-Type", "Origin", "Authorization"):
        if name in request.headers:
            line += f" -H {shlex.quote(f'{name}: {request.headers[name]}')}"
    if request.content:
        line += f" --data-binary {_quoted(request.content)}"
    return f"{line} {shlex.quote(str(request.url))}"


def _quoted(content: bytes) -> str:
    try:
        text = content.decode()
        shown = json.dumps(json.loads(text), ensure_ascii=False)
        return shlex.quote(shown if len(shown) <= 2000 else f"{shown[:2000]}...")
    except UnicodeDecodeError:
        return (
            "$'" + "".join(chr(byte) if 32 <= byte < 127 and byte != 39 else f"\\x{byte:02x}" for byte in content) + "'"
        )
    except ValueError:
        return shlex.quote(text)


def seconds_until(reset: float, date: str | None) -> float | None:
    """Return how many seconds are left until the rate limit resets, by the service's own clock; None if absurd."""
    try:
        now = time.time() if date is None else parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        now = time.time()
    left = reset - now
    return left + 1.0 if 0 <= left <= WINDOW else None
