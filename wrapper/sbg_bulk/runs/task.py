"""Know a task again: was the same asked for before, by a run on this machine that is not finished?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from attrs import asdict, frozen

from sbg_bulk.errors import InputError
from sbg_bulk.files.filters import Filters
from sbg_bulk.runs import store
from sbg_bulk.text import command_line


@frozen
class Unfinished:
    """A run that is not finished.

    Attributes:
        run: its id.
        journal: its journal.
        done: how many of its rows have come to an end.
        rows: how many there are.
        in_use: whether another process is working on it.
    """

    run: str
    journal: Path
    done: int
    rows: int
    in_use: bool


def asked(
    sources: Iterable[str],
    to: str | None,
    filters: Filters | None = None,
    *,
    recursive: bool = False,
    flatten: bool = False,
) -> str:
    """Return what was asked for as one text, which is the same if it is asked for again.

    Args:
        sources: paths and ids as they were given, in any order; or the path of a manifest.
        to: the destination as it was given; None for a deletion, or where rows say themselves.
        filters: what is wanted. Since when does not count: a time before now is another one each time.
        recursive: whether subfolders are meant too.
        flatten: whether all goes into one folder.
    """
    given = {} if filters is None else {key: value for key, value in asdict(filters).items() if key != "newer_than"}
    where = None if to is None else to.strip("/")
    return json.dumps([sorted({one.strip("/") for one in sources}), where, given, recursive, flatten], default=str)


def unfinished(job_type: str, endpoint: str, task: str) -> Unfinished | None:
    """Return the newest run in the usual folder that has this task and is not finished; None if there is none."""
    return _newest({"task": task, "job_type": job_type, "endpoint": endpoint})


def last_unfinished(endpoint: str) -> Unfinished | None:
    """Return the newest run in the usual folder that is not finished; None if there is none on this platform.

    One that another process is working on is only returned if there is no other.
    """
    return _newest({"endpoint": endpoint}, in_use=False) or _newest({"endpoint": endpoint})


def _newest(plan: Mapping[str, str], in_use: bool | None = None) -> Unfinished | None:
    """Return the newest unfinished run whose plan says this; one that is in use or not, if that is asked for."""
    found = (run for path in reversed(store.known()) if (run := _look(path, plan)) is not None)
    return next((run for run in found if in_use in (None, run.in_use)), None)


@contextmanager
def alone(job_type: str, endpoint: str, task: str) -> Iterator[None]:
    """Hold a task while the block runs: no other process on this machine begins it meanwhile.

    Raises:
        InputError: another process holds it.
    """
    name = sha256(json.dumps([job_type, endpoint, task]).encode()).hexdigest()[:32]
    path = store.folder().with_name("locks") / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error):
        yield  # where nothing can be written no run can be begun either, and that is told by then
        return
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise InputError(
                f"Another process is working on the same sources and destination. Wait for it to finish, or check "
                f"its progress: {command_line('runs', 'list')}"
            ) from None
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _look(path: Path, wanted: Mapping[str, str]) -> Unfinished | None:
    """Look into a journal beside whoever works on it; None if it is another's task, finished, or cannot be read."""
    try:
        # Immutable: the lock of a process that works on the run is not asked about.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            plan = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM run")}
            if any(plan.get(key) != value for key, value in wanted.items()):
                return None
            [(rows, done)] = connection.execute("SELECT count(*), count(outcome) FROM row")
        return None if rows == done else Unfinished(plan["run"], path, done, rows, in_use(path))
    except (sqlite3.Error, ValueError, KeyError, OSError):
        return None


def in_use(path: Path) -> bool:
    """Return whether a process is working on the run of a journal."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False
