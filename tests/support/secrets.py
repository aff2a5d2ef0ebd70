"""Looks for a secret in all that a program can show of a thing."""

from __future__ import annotations

import pickle
from contextlib import suppress
from typing import Any

import httpx

from sbg_bulk.models.base import FromServer


def shown(thing: Any) -> str:
    """What a log, a report or a file would hold of a thing: its texts, its pickle, its traceback's causes."""
    texts: list[str] = []
    seen: set[int] = set()
    _collect(thing, texts, seen)
    return "\n".join(texts)


def _collect(thing: Any, texts: list[str], seen: set[int]) -> None:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    texts += [repr(thing), str(thing), f"{thing}"]
    with suppress(Exception):  # what cannot be pickled shows nothing
        texts.append(pickle.dumps(thing).decode("latin-1"))
    if isinstance(thing, BaseException):
        parts = [*thing.args, thing.__cause__, thing.__context__, *vars(thing).values()]
        if isinstance(thing, httpx.RequestError):
            parts.append(thing.request)
    elif isinstance(thing, httpx.Request):
        parts = [str(thing.url), dict(thing.headers), thing.content, thing.extensions]
    elif isinstance(thing, httpx.Response):
        parts = [dict(thing.headers), thing.content, thing.request, thing.extensions, *thing.history]
    elif isinstance(thing, dict):
        parts = [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set):
        parts = list(thing)
    elif isinstance(thing, FromServer):
        parts = [thing.raw]
    else:
        parts = []
    for part in parts:
        _collect(part, texts, seen)
