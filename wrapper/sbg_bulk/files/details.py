"""Read many files and folders in full: a hundred for a request, or one by one where the service refuses that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import Factory, define, field

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.models.job import ItemError
from sbg_bulk.models.resources import File

_NOT_TO_BE_HAD: Final = (403, 404)
"""The statuses of what is not there, or not for this user."""


@define
class FileDetails:
    """What has been read of files, folders and projects' root folders. Nothing is read twice.

    Attributes:
        policy: how to send requests.
        known: what has been read, by id; None for what is not there, or may not be seen.
        roots: the ids of projects' root folders, as far as they have been asked for and may be seen.
    """

    policy: RequestPolicy
    known: dict[str, File | None] = field(factory=dict)
    roots: dict[str, str | None] = field(factory=dict)
    _bulk: lookups.InBulk = field(default=Factory(lambda self: lookups.InBulk(self.policy), takes_self=True))

    def emptied(self) -> FileDetails:
        """Return one that knows the projects' root folders alone."""
        return FileDetails(self.policy, roots=self.roots, bulk=self._bulk)

    def load(self, ids: Iterable[str], *, singly: bool = True) -> Flow[None]:
        """Read what is not known yet of these files and folders.

        Args:
            ids: theirs.
            singly: whether they are read one by one where the service refuses to read many at once. Otherwise they stay
                unknown then.

        Raises:
            ApiError, ConnectionFailed, UnreadableAnswer: see `api.request.request`.
        """
        wanted = [one for one in dict.fromkeys(ids) if one not in self.known]
        while wanted and not self._bulk.one_by_one:
            batch, wanted = wanted[:BULK_LIMIT], wanted[BULK_LIMIT:]
            entries = yield from self._bulk.files(batch)
            left = batch if entries is None else self._take(batch, entries)
            if singly:
                yield from self._each(left)
        if singly:
            yield from self._each(wanted)

    def root(self, project: str) -> Flow[str | None]:
        """Return the id of a project's root folder; None if the project may not be seen, or does not say."""
        if project not in self.roots:
            try:
                self.roots[project] = (yield from lookups.project(self.policy, project)).root_folder
            except (errors.NotFound, errors.Forbidden):
                self.roots[project] = None
        return self.roots[project]

    def is_gone(self, file: str) -> Flow[bool]:
        """Return whether the service says now that there is no such file or folder, and not that it may not be seen."""
        try:
            yield from lookups.file(self.policy, file)
        except errors.NotFound:
            return True
        except errors.Forbidden:
            pass
        return False

    def _take(self, batch: Sequence[str], entries: Sequence[Any]) -> list[str]:
        """Keep what was answered, each by its own id, and return the ids of which nothing was said."""
        asked, refused = set(batch), 0
        for entry in entries:
            file = File.from_answer(entry.get("resource")) if isinstance(entry, dict) else None
            if file is not None and file.id in asked:
                self.known[file.id] = file
            elif isinstance(entry, dict) and entry.get("error") is not None:
                refused += ItemError.from_answer(entry["error"]).status in _NOT_TO_BE_HAD
        left = [one for one in batch if one not in self.known]
        if len(left) != refused:
            return left
        # An error does not say whose it is. It is everybody's of whom nothing else was said.
        self.known.update(dict.fromkeys(left))
        return []

    def _each(self, ids: Iterable[str]) -> Flow[None]:
        for one in ids:
            try:
                self.known[one] = yield from lookups.file(self.policy, one)
            except (errors.NotFound, errors.Forbidden):
                self.known[one] = None
