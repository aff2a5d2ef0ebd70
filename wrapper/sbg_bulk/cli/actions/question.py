"""The question before something is copied, moved or deleted: what and where it is, how many files and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import define

from sbg_bulk.cli.options.confirm import deletion
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.errors import ApiError, InputError
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.text import counted, plain, size

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.resources import File
    from sbg_bulk.runs.choice import Choice
    from sbg_bulk.runs.draft import Draft

MOST: Final = 50
"""Requests that a question may cost: to count what is below folders takes at least one for each."""

NAMED: Final = 3
"""As many things that were given by their ids are named, with their paths."""

DEEPEST: Final = 10
"""Folders above a thing that are looked up for its path."""


@define
class Amount:
    """How much is moved or deleted.

    Attributes:
        files: how many files that is, those below folders included.
        folders: how many folders are named, not counting those below them.
        size: the bytes of the files.
        sized: whether those of every file are known.
        whole: whether everything below the folders has been counted.
        requests: how many requests it took to count that.
    """

    files: int = 0
    folders: int = 0
    size: int = 0
    sized: bool = True
    whole: bool = True
    requests: int = 0

    def add(self, size: int | None) -> None:
        """Count a file of so many bytes, or of an unknown number."""
        self.files += 1
        self.size += size or 0
        self.sized = self.sized and size is not None

    def __str__(self) -> str:
        least = "" if self.whole else "at least "
        told = f"{least}{counted(self.files, 'file')}"
        if self.size:
            told += f" ({'' if self.whole and self.sized else 'at least '}{size(self.size)})"
        return told


def question(request: TransferRequest, choice: Choice, amount: Amount) -> str:
    """Return what is asked before something chosen is copied, moved or deleted.

    Args:
        request: what was asked for.
        choice: what was chosen.
        amount: how much that is.
    """
    if len(choice) == 1:
        (item,) = choice.items
        what = _one(item.is_folder, item.source, amount)
    else:
        where = "in" if choice.to is None else "from"
        what = f"{several(amount)} {where} {_sources(choice.sources)}"
    return _asked(request.job_type, what, None if choice.to is None else str(choice.to))


def question_about_ids(client: Client, request: TransferRequest) -> str:
    """Return what is asked before things that were given by their ids are moved or deleted in one job."""
    return _asked(request.job_type, _described(client, request.sources), request.destination.text)


def question_about_rows(client: Client, request: TransferRequest, draft: Draft) -> str:
    """Return what is asked before the rows of a manifest are moved or deleted.

    What many rows name is not looked up: then their number is told.
    """
    rows = f"{counted(len(draft), 'row')} of {draft.plan.manifest}"
    what = f"the files and folders in {rows}"
    if len(draft) <= MOST * PAGE_LIMIT and (amount := _amount_of_ids(client, list(draft.files()))) is not None:
        what = f"{several(amount)} in {rows}"
    verifying = f" Verification will use {counted(len(draft), 'request')} more." if request.verify else ""
    return _asked(request.job_type, what, request.destination.text or "the destinations in the manifest") + verifying


def _asked(job_type: str, what: str, to: str | None) -> str:
    return deletion(what) if job_type == "DELETE" else plain(f"{job_type.capitalize()} {what} to {to}?")


def _one(is_folder: bool, path: str, amount: Amount) -> str:
    if is_folder:
        return f"the folder {path} with {amount}"
    return f"the file {path}{f' ({size(amount.size)})' if amount.size else ''}"


def several(amount: Amount) -> str:
    """Return how much that is, with the folders among it."""
    return f"{amount} and {counted(amount.folders, 'folder')}" if amount.folders else str(amount)


def _sources(sources: Sequence[str]) -> str:
    return ", ".join(sources[:NAMED]) + (f" and {len(sources) - NAMED:,} more" if len(sources) > NAMED else "")


def _described(client: Client, ids: Sequence[str]) -> str:
    if len(ids) > NAMED:
        amount = _amount_of_ids(client, ids)
        named = f"{', '.join(ids[:NAMED])} ..."
        return f"{len(ids):,} files or folders ({named})" if amount is None else f"{several(amount)} ({named})"
    return ", ".join(_named(client, one) for one in ids)


def _named(client: Client, identity: str) -> str:
    try:
        found = client.file(identity)
    except ApiError:
        return identity  # the job tells what is wrong with it
    amount = Amount()
    if found.is_folder:
        _count_below(client, [found.id], amount)
    else:
        amount.add(found.size)
    return _one(found.is_folder, _path(client, found), amount)


def _path(client: Client, file: File) -> str:
    """Return a path as far as it can be found out, with a request for each folder above."""
    names, above = [file.name], file.parent
    try:
        while above is not None and len(names) <= DEEPEST:
            folder = client.file(above)
            above = folder.parent
            # The folder of a project, which nothing is above, is the project.
            if above is not None:
                names.insert(0, folder.name)
    except ApiError:
        pass
    start = [] if file.project is None else [file.project]
    return "/".join([*start, *(["..."] if above is not None else []), *names])


def _amount_of_ids(client: Client, ids: Sequence[str]) -> Amount | None:
    """Return how much ids mean; None if that cannot be told, as of one that names nothing."""
    try:
        with counting("Counting files") as on_request:
            choice = client.choose(ids, whole=True, on_request=on_request)
    except (ApiError, InputError):
        return None
    return amount_of(client, choice)


def amount_of(client: Client, choice: Choice) -> Amount:
    """Return how much was chosen, with what is below folders. It takes `MOST` requests at most.

    Args:
        client: counts what is below folders.
        choice: what was chosen.
    """
    amount, folders = Amount(), []
    for item in choice.items:
        if item.is_folder:
            folders.append(item.id)
        else:
            amount.add(item.size)
    amount.folders = len(folders)
    if folders:
        _count_below(client, folders, amount)
    return amount


def _count_below(client: Client, folders: Iterable[str], amount: Amount) -> None:
    """Count the files below folders, with `MOST` requests at most. What cannot be listed is not counted."""
    left, requests = list(folders), 0
    with counting("Counting files") as on_request:
        while left and requests < MOST:
            requests += 1
            try:
                for number, entry in enumerate(client.files(parent=left.pop(), details=True), 1):
                    if entry.is_folder:
                        left.append(entry.id)
                    else:
                        amount.add(entry.size)
                    if number % PAGE_LIMIT == 0:
                        # The next page takes another.
                        if requests == MOST:
                            amount.whole = False
                            break
                        requests += 1
            except ApiError:
                amount.whole = False
            on_request(requests)
    amount.requests = requests
    amount.whole = amount.whole and not left
