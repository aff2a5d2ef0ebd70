"""Change the tags and the metadata of up to a hundred files at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from sbg_async_api import models
from sbg_bulk.api import operations
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply
from sbg_bulk.models.job import ItemError
from sbg_bulk.models.resources import File


@frozen
class Edit:
    """A file, and all tags and metadata that it is to have; None removes a key."""

    file: str
    tags: Sequence[str]
    metadata: Mapping[str, Any]


@frozen
class Edited:
    """What an edit was answered with: the files as they are now, by their ids, and the errors, in no order."""

    files: Mapping[str, File]
    errors: Sequence[ItemError]


def edit_files(policy: RequestPolicy, edits: Sequence[Edit]) -> Flow[Edited]:
    """Change files, a hundred at most.

    All that a file is to have is sent, though what is not named should stay as it is: whether it does is documented in
    two ways (https://docs.sevenbridges.com/reference/edit-details-of-multiple-files).

    Raises:
        Uncertain: it is not known whether they were changed.
        ApiError, ConnectionFailed: they were not.
    """
    body = models.FileEdits(items=[_body(one) for one in edits])
    return (yield from request(policy, operations.BULK_EDIT_FILES, _read, body=body))


def _body(edit: Edit) -> models.FileEdit:
    metadata = models.FileEditNewMetadata()
    metadata.additional_properties = dict(edit.metadata)
    return models.FileEdit(edit.file, tags=list(edit.tags), metadata=metadata)


def _read(reply: Reply) -> Edited:
    items = reply.answer().get("items")
    if not isinstance(items, list):
        raise reply.unreadable("it contains no list of items")
    parts = [part for part in items if isinstance(part, dict)]
    files = [file for part in parts if (file := File.from_answer(part.get("resource"))) is not None]
    errors = [ItemError.from_answer(part["error"]) for part in parts if part.get("error") is not None]
    return Edited({file.id: file for file in files}, errors)
