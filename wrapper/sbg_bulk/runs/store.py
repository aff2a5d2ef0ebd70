"""The folder of journals, the names of runs, and what a journal is about, without opening it.

Nothing here loads the engine: the shell's completion asks for it while somebody types.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Final

import platformdirs

from sbg_bulk.errors import InputError

SUFFIX: Final = ".sbg-run"


def folder() -> Path:
    """Return where journals are kept unless a place is named: in the user's state folder."""
    return platformdirs.user_state_path("sbg-bulk", appauthor=False) / "runs"


def find(run: str | Path) -> Path:
    """Return the path of the journal that a run's id or a path means.

    Raises:
        InputError: there is none.
    """
    if isinstance(run, Path) or Path(run).name != run or run.endswith(SUFFIX):
        path = Path(run)
        if path.is_file():
            return path
        raise InputError(f"There is no journal {path}.")
    for path in (folder() / f"{run}{SUFFIX}", Path(run)):
        if path.is_file():
            return path
    raise InputError(f"There is no run {run} in {folder()}; see sbg-bulk runs list, or name its journal's path.")


def known() -> list[Path]:
    """Return the paths of the journals in the usual folder, oldest first."""
    return sorted(folder().glob(f"*{SUFFIX}"))


def reference(run: str, journal: Path) -> str:
    """Return what names a run: its id, or its journal's path if that is not where runs are kept."""
    journal = journal.absolute()
    return run if journal == folder() / f"{run}{SUFFIX}" else str(journal)


def title(journal: Path) -> str | None:
    """Return what a run does, such as `COPY samples.csv`, read beside whoever works on it; None if unreadable."""
    import sqlite3  # only completion asks, and it must be fast

    try:
        # Immutable: the lock of a process that works on the run is not asked about. What is read here never changes.
        with closing(sqlite3.connect(f"{journal.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            plan = dict(connection.execute("SELECT key, value FROM run WHERE key IN ('job_type', 'manifest')"))
            return f"{json.loads(plan['job_type'])} {Path(json.loads(plan['manifest'])).name}"
    except (sqlite3.Error, LookupError, TypeError, ValueError, OSError):
        return None
