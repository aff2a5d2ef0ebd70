"""Know by earlier runs of this machine what is at a destination already, without listing its folders.

Journals keep the ids of what their jobs copied. A hundred of these files are read with one request, and a folder is
listed with one. Nothing is believed but what the service says of the files now: a journal that is missing, damaged or
out of date costs requests at most.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from math import ceil
from pathlib import Path
from typing import Final

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import SettingsError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.limits import BULK_LIMIT, PAGE_LIMIT
from sbg_bulk.models.resources import File
from sbg_bulk.runs import store
from sbg_bulk.runs.left_out import Chosen

_MOST: Final = 100
"""Journals that are looked into, the newest ones. Each takes some milliseconds."""

_JOBS: Final = """
SELECT row.file, row.job FROM row JOIN copied ON copied.job = row.job LEFT JOIN folder ON folder.number = row.folder
WHERE row.file IN (SELECT value FROM json_each(?))
    AND coalesce(folder.id, row.parent) IN (SELECT value FROM json_each(?))
    AND EXISTS (SELECT 1 FROM run WHERE key = 'endpoint' AND value = ?)
"""
"""Which of some files were copied to one of some folders, by which jobs."""

_IDS: Final = "SELECT ids FROM copied WHERE job IN (SELECT value FROM json_each(?))"


def entirely_there(
    policy: RequestPolicy, wanted: Mapping[str, Sequence[Chosen]], endpoint: str | None
) -> Flow[dict[str, dict[str, list[File]]]]:
    """Return what has the names of things, of the folders of which it is proved that they have all of them.

    A folder has one if a file that is there now says that it is in this folder, and has the name and the size. Folders
    of which that cannot be shown with fewer requests than it takes to list them are left out.

    Args:
        policy: how to send requests.
        wanted: what goes to each folder, by the folder's id, which is known to be that of the folder now.
        endpoint: the platform whose runs count; None if none does.

    Returns:
        As `PathResolver.among` of each folder, by the folder's id.

    Raises:
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    missing = {
        folder: {(item.name, item.size) for item in items}
        for folder, items in wanted.items()
        if len(items) < PAGE_LIMIT and not any(item.is_folder or item.size is None for item in items)
    }
    there: dict[str, dict[str, list[File]]] = {folder: {} for folder in missing}
    ids: list[str] = []
    if endpoint is not None and len(missing) > 1:
        files = [item.id for folder in missing for item in wanted[folder]]
        ids = yield from record(partial(_copied, files, list(missing), endpoint))
    details = FileDetails(policy)
    while ids and ceil(len(ids) / BULK_LIMIT) < sum(map(bool, missing.values())):
        batch, ids = ids[:BULK_LIMIT], ids[BULK_LIMIT:]
        yield from details.load(batch, singly=False)
        fitting = 0
        for file in map(details.known.get, batch):
            # Without a type an entry is never taken for a file.
            if file is None or not file.type or file.is_folder or file.parent not in missing:
                continue
            if (file.name, file.size) in missing[file.parent]:
                missing[file.parent].discard((file.name, file.size))
                there[file.parent][file.name] = [file]
                fitting += 1
        if not fitting:
            # The service does not read many at once, or what was copied is no more where it was put.
            break
    return {folder: files for folder, files in there.items() if not missing[folder]}


def _copied(files: Iterable[str], folders: Sequence[str], endpoint: str) -> list[str]:
    """Return the ids of what was copied by the jobs that copied these files to these folders, as the journals tell.

    Of a file that was copied several times that is the last one.
    """
    journals: list[Path] = []
    with suppress(SettingsError):
        journals = store.known()[: -_MOST - 1 : -1]
    left, found = dict.fromkeys(files), dict[str, None]()
    for journal in journals:
        if not left:
            break
        arguments = tuple(map(json.dumps, (list(left), folders, endpoint)))
        jobs = {file: job for file, job in store.select(journal, _JOBS, arguments) if isinstance(job, str)}
        for (ids,) in store.select(journal, _IDS, (json.dumps(list(dict.fromkeys(jobs.values()))),)) if jobs else ():
            with suppress(ValueError, TypeError):
                found.update((one, None) for one in json.loads(ids) if isinstance(one, str) and one.isascii())
        left = {file: None for file in left if file not in jobs}
    return list(found)
