"""Read many files and folders in full: a hundred for a request, or one by one where the service refuses that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import define, field

from sbg_async_api.models.file_selection import FileSelection
from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.operations import BULK_GET_FILES
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply
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
    """

    policy: RequestPolicy
    known: dict[str, File | None] = field(factory=dict)
    _roots: dict[str, str | None] = field(factory=dict)
    _one_by_one: bool = False

    def load(self, ids: Iterable[str]) -> Flow[None]:
        """Read what is not known yet of these files and folders.

        Raises:
            ApiError, ConnectionFailed, UnreadableAnswer: see `api.request.request`.
        """
        wanted = [one for one in dict.fromkeys(ids) if one not in self.known]
        while wanted and not self._one_by_one:
            batch, wanted = wanted[:BULK_LIMIT], wanted[BULK_LIMIT:]
            try:
                entries: list[Any] = yield from request(
                    self.policy, BULK_GET_FILES, _entries, body=FileSelection(file_ids=batch)
                )
            except (errors.BadRequest, errors.Forbidden, errors.NotFound):
                self._one_by_one = True
                wanted = [*batch, *wanted]
                break
            except errors.ServerError as error:
                if error.status != 501:
                    raise
                self._one_by_one = True
                wanted = [*batch, *wanted]
                break
            left = self._take(batch, entries)
            yield from self._each(left)
        yield from self._each(wanted)

    def root(self, project: str) -> Flow[str | None]:
        """Return the id of a project's root folder; None if the project may not be seen, or does not say."""
        if project not in self._roots:
            try:
                self._roots[project] = (yield from lookups.project(self.policy, project)).root_folder
            except (errors.NotFound, errors.Forbidden):
                self._roots[project] = None
        return self._roots[project]

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


def _entries(reply: Reply) -> list[Any]:
    items = reply.answer().get("items")
    if not isinstance(items, list):
        raise reply.unreadable("there is no list of items in it")
    return items
