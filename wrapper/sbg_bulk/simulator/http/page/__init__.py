"""The page to try the API on: an interactive reference, and beside it a live view of the simulator.

It is served at `/` by the simulator itself and needs nothing from elsewhere. Its own files are in `static`, written by
hand and sent as they are; the reference is drawn by Swagger UI, whose files come from a package. The page carries a
token, so that it goes only to who may see it (`sbg_bulk.simulator.http.local`).

The browser is told to ask no other host for anything. Thus no call tried out on the page, and no token with it, can
reach a real platform, whatever the contract or a mistake on the page says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.http.page import reference
from sbg_bulk.simulator.http.request import Request
from sbg_bulk.simulator.service.reply import Reply, answer
from sbg_bulk.simulator.state import State

ADDRESS = "/"
FILES = "/_page/"
"""The address of the page's files, and of `reference.json`: the contract as the reference shows it."""

_STATIC = Path(__file__).parent / "static"
_TYPES: Mapping[str, bytes] = MappingProxyType(
    {
        ".css": b"text/css; charset=utf-8",
        ".html": b"text/html; charset=utf-8",
        ".js": b"text/javascript; charset=utf-8",
        ".svg": b"image/svg+xml",
    }
)
# Swagger UI draws its icons from data: addresses.
_POLICY = b"; ".join(
    (
        b"default-src 'none'",
        b"script-src 'self'",
        b"style-src 'self'",
        b"img-src 'self' data:",
        b"connect-src 'self'",
        b"base-uri 'none'",
        b"form-action 'none'",
        b"frame-ancestors 'none'",
    )
)


def is_page(path: str) -> bool:
    """Return whether a request's path leads to the page or to one of its files."""
    return path == ADDRESS or path.startswith(FILES)


def handle(state: State, request: Request) -> Reply:
    """Answer a request to the page. Raises ApiError for what is not there, and for what is not read."""
    if request.method not in ("GET", "HEAD"):
        raise ApiError(90006, "The page is read-only: use GET.", headers=[(b"allow", b"GET, HEAD")])
    name = "index.html" if request.path == ADDRESS else request.path.removeprefix(FILES)
    if name == "reference.json":
        with state.lock:
            return answer(reference.describe(state))
    file = _files().get(name)
    if file is None:
        raise ApiError(90003, f"There is nothing at {request.path}.")
    headers = [(b"content-type", _TYPES[file.suffix]), (b"content-security-policy", _POLICY)]
    return Reply(200, file.read_bytes(), headers)


def _files() -> Mapping[str, Path]:
    """Return all files that are served, by name; only names in here lead to a file."""
    return {file.name: file for file in (*_STATIC.iterdir(), *reference.swagger_ui())}
