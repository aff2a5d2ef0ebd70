"""Where the journals of a task's runs are kept, so that they outlive its attempts and its workers.

Each task of each DAG run has a folder of its own, and so has each of its mapped instances. On a path that all workers
share, the engine's own lock keeps a second attempt out. In an object store a journal is one object: it is brought to
the worker, taken back before each submission, and kept to one worker by a lease.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
from airflow.configuration import conf
from airflow.sdk import ObjectStoragePath
from attrs import frozen

from sbg_bulk.airflow.lease import SECONDS, Lease
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Reply, Sleep, Step
from sbg_bulk.errors import JournalError, SettingsError
from sbg_bulk.families import family_of
from sbg_bulk.runs import create
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.store import SUFFIX
from sbg_bulk.settings.settings import Settings

SECTION: Final = "sbg_bulk"

FIRST: Final = f"run{SUFFIX}"
"""The journal of the run itself. Those of what failed in it are `run.retry-1`, `run.retry-2`, ..."""


@frozen
class Kept:
    """The files of a task while a worker works on them.

    Attributes:
        folder: where they are on this machine.
        root: where they are kept, for people and links: a path or a URL.
        driver: makes the driver of a client that keeps the journal before it submits.
    """

    folder: Path
    root: str
    driver: Callable[[Settings, httpx.Timeout], BlockingDriver]

    @property
    def latest(self) -> Path | None:
        """Return the journal of the last run; None if there is none."""
        if not (self.folder / FIRST).exists():
            return None
        return self._retry(self.retries) if self.retries else self.folder / FIRST

    @property
    def retries(self) -> int:
        """Return how often what failed was tried again."""
        number = 0
        while self._retry(number + 1).exists():
            number += 1
        return number

    @property
    def journals(self) -> list[Path]:
        """Return the journals of the run and of its retries, in this order."""
        return [self.folder / FIRST, *map(self._retry, range(1, self.retries + 1))]

    def shown(self, path: Path) -> str:
        """Return where one of the files is kept."""
        return f"{self.root}/{path.name}"

    def _retry(self, number: int) -> Path:
        return self.folder / f"run.retry-{number}{SUFFIX}"

    def new(self) -> Path:
        """Return a path of no other attempt's, for a journal that is `publish`ed when its run has been created."""
        handle, name = tempfile.mkstemp(prefix="run.", suffix=".new", dir=self.folder)
        os.close(handle)
        path = Path(name)
        path.unlink()
        return path

    def publish(self, made: Path) -> None:
        """Have a new journal be that of the run. If another attempt was first, that one's is.

        Raises:
            JournalError: the file system cannot do so.
        """
        try:
            with suppress(FileExistsError):
                # Unlike a renaming, it never takes the place of another.
                os.link(made, self.folder / FIRST)
        except OSError as error:
            raise JournalError(
                f"{self.folder} cannot hold journals: its file system does not support hard links ({error.strerror}). "
                f"Use another one, or the URL of an object store."
            ) from None
        finally:
            made.unlink(missing_ok=True)

    def retry(self) -> None:
        """Make a run of what failed in the last one.

        Raises:
            RunInUse: another attempt works on it.
            InputError: nothing failed in it.
        """
        latest = self.latest
        assert latest is not None
        later = self._retry(self.retries + 1)
        made = later.with_suffix(".new")
        # The lock of the earlier one keeps out who would do the same.
        with Journal.open(latest) as earlier:
            if later.exists():
                return
            if earlier.remembered("retry") is None or not made.exists():
                made.unlink(missing_ok=True)
                create.retry(earlier, family_of(earlier), made).close()
            made.replace(later)


def place(given: str | None, *names: str) -> str:
    """Return where the files of a task are kept.

    Args:
        given: the root, a path or the URL of an object store; None for what Airflow's configuration says.
        names: what tells the task apart: its DAG, its DAG run, its own id, its map index.

    Raises:
        SettingsError: nothing says where.
    """
    root = given or conf.get(SECTION, "journals", fallback=None)
    if not root:
        raise SettingsError(
            "The folder for journals is not set. Set `journals` in the section [sbg_bulk] of Airflow's configuration "
            "(AIRFLOW__SBG_BULK__JOURNALS) to a folder that all workers share, or to the URL of an object store."
        )
    return "/".join((root.rstrip("/"), *(quote(name, safe="") for name in names)))


def link(root: str, place: str, name: str) -> str:
    """Return the URL of a file at a place, for people."""
    served = conf.get(SECTION, "reports_url", fallback=None)
    if served and place.startswith(root):
        return f"{served.rstrip('/')}{quote(place[len(root.rstrip('/')) :])}/{name}"
    return f"{place}/{name}" if "://" in place else Path(place, name).absolute().as_uri()


@contextmanager
def opened(where: str) -> Iterator[Kept]:
    """Have the files of a task on this machine.

    Raises:
        RunInUse: another attempt has them, in an object store.
        JournalError: they cannot be kept.
    """
    if "://" in where:
        with _in_store(where) as kept:
            yield kept
        return
    folder = Path(where)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(f"{folder} cannot be written: {error.strerror}.") from None
    yield Kept(folder, where, BlockingDriver)


def _put(target: Any, content: bytes) -> None:
    """Write an object so that whoever is killed meanwhile leaves the earlier one."""
    if target.protocol not in ("file", "local"):
        # Stores show an object when all of it is there.
        target.write_bytes(content)
        return
    new = target.with_name(f"{target.name}.new")
    new.write_bytes(content)
    Path(new.path).replace(target.path)


@contextmanager
def _in_store(where: str) -> Iterator[Kept]:
    store: Any = ObjectStoragePath(where)
    store.mkdir(parents=True, exist_ok=True)
    lease = Lease(store)
    lease.take()
    try:
        with tempfile.TemporaryDirectory(prefix="sbg-bulk-") as name:
            folder, known = Path(name), dict[str, int]()
            for one in store.iterdir():
                if one.name.endswith(SUFFIX):
                    (folder / one.name).write_bytes(one.read_bytes())
                    known[one.name] = (folder / one.name).stat().st_mtime_ns

            def keep() -> None:
                """Take back what has changed. The engine changes nothing meanwhile."""
                lease.renew()
                for path in sorted(folder.iterdir()):
                    if path.name.endswith((".new", "-journal")):
                        continue
                    changed = path.stat().st_mtime_ns
                    if known.get(path.name) != changed:
                        _put(store / path.name, path.read_bytes())
                        known[path.name] = changed

            class KeepingDriver(BlockingDriver):
                """A driver that has the journal in the store before it sends what must not be repeated.

                It keeps the lease through pauses, and through many requests that change nothing.
                """

                def _perform(self, step: Step) -> object:
                    if not isinstance(step, Sleep):
                        lease.renew()
                        return super()._perform(step)
                    left = step.seconds
                    while left > 0:
                        part = min(left, SECONDS / 3)
                        super()._perform(Sleep(part))
                        lease.renew()
                        left -= part
                    return None

                def _call(self, step: Call) -> Reply:
                    if not step.operation.repeatable:
                        keep()
                    return super()._call(step)

            try:
                yield Kept(folder, where, KeepingDriver)
            finally:
                keep()
    finally:
        lease.release()
