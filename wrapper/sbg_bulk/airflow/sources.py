"""What the run of a task is made of: a manifest, rows of another task, or a choice by paths and filters."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from airflow.sdk import ObjectStoragePath

from sbg_bulk.client.changes import listed, manifest_of
from sbg_bulk.client.sync import Client
from sbg_bulk.errors import InputError
from sbg_bulk.items import COPY, DELETE, EXPORT_COPY, EXPORT_REPLACE, IMPORT, METADATA, MOVE, TAGS
from sbg_bulk.runs.draft import Draft
from sbg_bulk.runs.forms import ReadFormat
from sbg_bulk.text import counted
from sbg_bulk.transfers.choice import Choice
from sbg_bulk.volume_jobs.choice import VolumeChoice

LOG: Final = logging.getLogger(__name__)

Manifest: TypeAlias = Path | IO[bytes]

Source: TypeAlias = Manifest | Draft | Choice | VolumeChoice

MOST_SHOWN: Final = 100
"""Things left out that the log names; all are counted."""

SYNC: Final = "sync"
"""The argument of a choice that stands for the source of `Client.sync_plan`."""

EXPECTED: Final = (
    "source: expected the path or URL of a manifest, a list of rows (mappings) or of ids and paths, or a mapping, the "
    "arguments of a choice"
)


def manifest(given: Any, form: ReadFormat | None) -> tuple[Manifest, ReadFormat | None] | None:
    """Return a manifest and its format; None if there are no rows.

    Args:
        given: its path or URL, or rows.
        form: its format; None to go by its first lines, and its name.

    Raises:
        InputError: it is none of these.
    """
    if isinstance(given, ObjectStoragePath) or (isinstance(given, str) and "://" in given):
        found: IO[bytes] = ObjectStoragePath(given).open("rb")
        return found, form
    if isinstance(given, str | Path):
        if not str(given).strip():
            raise InputError(f"{EXPECTED}, not an empty text.")
        return Path(given), form
    if not isinstance(given, Sequence) or isinstance(given, bytes):
        raise InputError(f"{EXPECTED}, not {type(given).__name__}.")
    rows = list(given)
    try:
        read, form = manifest_of(rows, form)
    except (InputError, TypeError, ValueError) as error:
        raise InputError(f"{EXPECTED}. These rows are not: {error}") from None
    assert not isinstance(read, Draft)
    return (read, form) if rows else None


def checked(function: Callable[..., Any], *given: Any, **options: Any) -> None:
    """Raise InputError if a function does not take these arguments."""
    try:
        inspect.signature(function).bind(*given, **options)
    except TypeError as error:
        raise InputError(f"{function.__name__}: {error}.") from None


def choice(client: Client, job_type: str, wanted: Mapping[str, Any], to: str | None, parents: bool) -> Source | None:
    """Choose by paths and filters what a run of a type is made of; None if nothing is left to be done.

    Args:
        client: what looks it up.
        job_type: the type of the run.
        wanted: the arguments of `Client.choose`, `choose_exports` or `choose_imports`; or, with `sync`, those of
            `Client.sync_plan`, of which COPY does what is missing and DELETE removes what is in the way.
        to: the destination, unless it is among them.
        parents: whether to create the destination if it is missing.

    Raises:
        InputError: nothing can be chosen for such a run, or there is no such argument.
    """
    given = dict(wanted)
    where: dict[str, Any] = {"to": to, "parents": parents}
    if SYNC in given:
        if job_type not in (COPY, DELETE):
            raise InputError(f"source: a choice with {SYNC} is for runs of COPY and of DELETE, not of {job_type}.")
        plan = _called(client.sync_plan, given.pop(SYNC), **where | given)
        _tell("Left as it is", plan.left)
        found = plan.missing if job_type == COPY else plan.removed
        return found if len(found) else None
    match job_type:
        case "COPY" | "MOVE" | "DELETE":
            found = _called(client.choose, **where | {"moves": job_type == MOVE} | given)
        case _ if job_type in (EXPORT_COPY, EXPORT_REPLACE):
            found = _called(client.choose_exports, **{"to": to} | given)
        case _ if job_type == IMPORT:
            found = _called(client.choose_imports, **where | given)
        case _ if job_type in (METADATA, TAGS):
            found = _called(client.choose, **{"type": "file"} | given)
        case _:
            raise InputError(f"source: nothing can be chosen for a run of {job_type}. Give a manifest, or rows.")
    tell_left_out(found)
    if not len(found):
        return None
    return listed(found) if job_type in (METADATA, TAGS) else found


def tell_left_out(found: Any) -> None:
    """Log what was left out of a choice, or of a draft that was checked."""
    if found.existing:
        LOG.info("Skipped: %s already at the destination.", counted(found.existing, "file"))
    _tell("Skipped", found.different)
    _tell("Skipped", getattr(found, "refused", ()))
    _tell("Skipped", found.pending)


def _tell(what: str, left: Sequence[object]) -> None:
    for one in left[:MOST_SHOWN]:
        LOG.warning("%s: %s", what, one)
    if len(left) > MOST_SHOWN:
        LOG.warning("%s: %s more", what, f"{len(left) - MOST_SHOWN:,}")


def _called(method: Callable[..., Any], *given: Any, **options: Any) -> Any:
    checked(method, *given, **options)
    return method(*given, **options)
