"""The folder of journals, the names of runs, and what a journal is about, without opening it.

Nothing here loads the engine: the shell's completion asks for it while somebody types.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing, suppress
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import platformdirs

from sbg_bulk.errors import InputError, SettingsError
from sbg_bulk.text import command_line

SUFFIX: Final = ".sbg-run"

_TO_THE_SECOND: Final = len("20261128-170500")
"""Characters of the id of a run that tell when it was begun; those behind them are of no order."""

_SHOWN: Final = 5
"""Runs that are named where several are meant."""

_FINISHED: Final = """
SELECT (SELECT max(last) FROM submission) IS (SELECT max(place) FROM row)
    AND NOT EXISTS (SELECT 1 FROM submission WHERE state IN ('intended', 'running'))
    AND NOT EXISTS (SELECT 1 FROM submission AS void WHERE state = 'void' AND NOT EXISTS (
        SELECT 1 FROM submission AS later WHERE later.first = void.first AND later.id > void.id))
"""
"""Whether all rows were submitted and all jobs have ended, from indexes alone: a run may have a million rows."""

_JOBS: Final = """
SELECT (SELECT value FROM run WHERE key = 'run'), (SELECT value FROM run WHERE key = 'endpoint'), job
FROM submission WHERE job IS NOT NULL
"""
"""The jobs of a run, each with the run's id and its platform."""

_ROW_JOBS: Final = _JOBS.replace("submission", "row")
"""The same of the jobs that are each for a row."""


def folder() -> Path:
    """Return where journals are kept unless a place is named: in the user's state folder.

    Raises:
        SettingsError: the home folder is not known.
    """
    try:
        found = platformdirs.user_state_path("sbg-bulk", appauthor=False) / "runs"
    except RuntimeError:
        found = None
    # Some versions leave the ~ as it is where there is no home folder.
    if found is None or found.parts[0] == "~":
        raise SettingsError(
            "There is no home folder to keep runs in: HOME is not set, and the system does not know your user. Set "
            "HOME or XDG_STATE_HOME, or name a file for the run's journal."
        )
    return found


def find(run: str | Path) -> Path:
    """Return the path of the journal that a run's id, the beginning of one, or a path means.

    Raises:
        InputError: there is none, or several ids begin so.
    """
    if isinstance(run, Path) or Path(run).name != run or run.endswith(SUFFIX):
        path = Path(run)
        if _is_file(path):
            return path
        raise InputError(f"There is no journal {path}.")
    for path in (folder() / f"{run}{SUFFIX}", Path(run)):
        if _is_file(path):
            return path
    begin_so = [path for path in known() if run and path.stem.startswith(run)]
    if len(begin_so) == 1:
        return begin_so[0]
    if begin_so:
        shown = ", ".join(path.stem for path in begin_so[-_SHOWN:])
        more = f", and {len(begin_so) - _SHOWN:,} older" if len(begin_so) > _SHOWN else ""
        raise InputError(f"{run} matches {len(begin_so):,} runs: {shown}{more}. Give more characters of the id.")
    raise InputError(
        f"There is no run {run} in {folder()}; see {command_line('runs', 'list')}, or give the path of its journal."
    )


def _is_file(path: Path) -> bool:
    """Return whether there is a file that may be seen; what cannot be the path of one is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def known() -> list[Path]:
    """Return the paths of the journals in the usual folder, oldest first."""
    by_second = groupby(sorted(folder().glob(f"*{SUFFIX}")), key=lambda path: path.name[:_TO_THE_SECOND])
    return [path for _, same in by_second for path in _oldest_first(list(same))]


def _oldest_first(same: list[Path]) -> list[Path]:
    """Return journals that were begun in one second in the order in which they were last written."""
    if len(same) > 1:
        with suppress(OSError):  # one that was deleted meanwhile
            same.sort(key=lambda path: path.stat().st_mtime_ns)
    return same


def last() -> Path:
    """Return the path of the newest journal in the usual folder.

    Raises:
        InputError: there is none.
    """
    found = known()
    if not found:
        raise InputError(f"There are no runs in {folder()}.")
    return found[-1]


def log(journal: Path) -> Path:
    """Return where the messages of a run go that is carried in the background: beside its journal."""
    return journal.with_name(f"{journal.name.removesuffix(SUFFIX)}.log")


def reference(run: str, journal: Path) -> str:
    """Return what names a run: its id, or its journal's path if that is not where runs are kept."""
    journal = journal.absolute()
    with suppress(SettingsError):
        return run if journal == folder() / f"{run}{SUFFIX}" else str(journal)
    return str(journal)


def destination_of(task: str | None) -> str | None:
    """Return the destination in a task (`sbg_bulk.runs.task.asked`), as it was given; None if there is none."""
    to = _part_of(task, 1)
    return to if isinstance(to, str) else None


def sources_of(task: str | None) -> tuple[str, ...]:
    """Return the sources in a task, as they were given; none if they are not known."""
    sources = _part_of(task, 0)
    return tuple(map(str, sources)) if isinstance(sources, list) else ()


def _part_of(task: str | None, place: int) -> object:
    try:
        return None if task is None else json.loads(task)[place]
    except (ValueError, LookupError, TypeError):
        return None


def title(journal: Path) -> str | None:
    """Return what a run does, such as `COPY samples.csv`, read beside whoever works on it; None if unreadable."""
    plan = dict(select(journal, "SELECT key, value FROM run WHERE key IN ('job_type', 'manifest')"))
    try:
        return f"{json.loads(plan['job_type'])} {Path(json.loads(plan['manifest'])).name}"
    except (LookupError, TypeError, ValueError):
        return None


def finished(journal: Path) -> bool | None:
    """Return whether nothing is left of a run, read beside whoever works on it; None if unreadable."""
    return next((bool(answer) for (answer,) in select(journal, _FINISHED)), None)


def runs_of_jobs(endpoint: str, *, of_rows: bool = False) -> dict[str, str]:
    """Return which run each job belongs to, by the job's id, as the journals in the usual folder tell.

    They are read beside whoever works on them; one that cannot be read is passed over.

    Args:
        endpoint: the platform whose jobs are meant.
        of_rows: whether jobs are meant that are each for a row, such as imports and exports.
    """
    found: dict[str, str] = {}
    with suppress(SettingsError):
        for journal in known():
            for run, where, job in select(journal, _ROW_JOBS if of_rows else _JOBS):
                if where == json.dumps(endpoint):
                    found[job] = json.loads(run)
    return found


def select(journal: Path, query: str, arguments: Sequence[str] = ()) -> list[Any]:
    """Return what a query finds in a journal, beside whoever works on it; nothing if it cannot be read."""
    import sqlite3  # completion must be fast, and few commands ask

    try:
        # Immutable: the lock of a process that works on the run is not asked about.
        with closing(sqlite3.connect(f"{journal.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            return connection.execute(query, arguments).fetchall()
    except (sqlite3.Error, OSError):
        return []
