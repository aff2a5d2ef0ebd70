"""The question before something is copied, moved or deleted: what and where it is, how many files and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from sbg_bulk.cli.options.confirm import deletion
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.output.console import tell
from sbg_bulk.cli.output.volume_choices import refused_lines, volume_lines
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.errors import ApiError, InputError
from sbg_bulk.items import DRS_IMPORT, EXPORT_COPY, EXPORT_REPLACE, IMPORT, VERBS
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.models.amount import Amount
from sbg_bulk.runs.left_out import Refused
from sbg_bulk.text import counted, plain, size
from sbg_bulk.volume_jobs.choose import refusal

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.resources import File
    from sbg_bulk.runs.draft import Draft
    from sbg_bulk.runs.left_out import Chosen
    from sbg_bulk.transfers.choice import Choice
    from sbg_bulk.volume_jobs.choice import VolumeChoice

MOST: Final = 50
"""Requests that a question may cost: to count what is below folders takes at least one for each."""

NAMED: Final = 3
"""As many things that were given by their ids are named, with their paths."""

DEEPEST: Final = 10
"""Folders above a thing that are looked up for its path."""


def question(request: TransferRequest, choice: Choice | VolumeChoice, amount: Amount) -> str:
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
        what = f"{amount} {where} {_sources(choice.sources)}"
    return _asked(request.job_type, what, None if choice.to is None else str(choice.to))


def question_about_ids(client: Client, request: TransferRequest) -> str:
    """Return what is asked before things that were given by their ids are moved or deleted in one job."""
    return _asked(request.job_type, _described(client, request.sources), request.destination.text)


def question_about_rows(client: Client, request: TransferRequest, draft: Draft) -> str:
    """Return what is asked before the rows of a manifest are moved, deleted or replaced; say what they would use."""
    verifying = f" Verification will use {counted(len(draft), 'more request')}." if request.verify else ""
    rows = Rows.of(client, draft)
    if about := [*volume_lines(draft.used, request.job_type), *refused_lines(rows.refused, skipped=False)]:
        tell("\n".join(about))
    return _asked(request.job_type, rows.text, destinations(request)) + verifying


def destinations(request: TransferRequest) -> str:
    """Return where the rows of a manifest go."""
    return request.destination.text or "the destinations in the manifest"


@frozen
class Rows:
    """What the rows of a manifest are.

    Attributes:
        draft: the rows.
        items: what was found of them, by id; none if that could not be told.
        amount: how much that is; None if it could not be told.
        refused: what of it the platform would refuse to export, as far as it was looked up.
        requests: how many requests it took.
    """

    draft: Draft
    items: Mapping[str, Chosen]
    amount: Amount | None
    refused: tuple[Refused, ...] = ()
    requests: int = 0

    @classmethod
    def of(cls, client: Client | None, draft: Draft) -> Rows:
        """Look up what the rows of a manifest are, of many the first; that takes twice `MOST` requests at most.

        Args:
            client: looks them up; without one nothing is.
            draft: the rows.
        """
        if draft.plan.job_type in (IMPORT, DRS_IMPORT):
            return cls(draft, {}, None)  # what is on volumes and in repositories is not looked up
        ids = list(islice(draft.files(), MOST * PAGE_LIMIT))
        choice = None if client is None else _choice_of_ids(client, ids)
        if client is None or choice is None:
            return cls(draft, {}, None)
        for item in choice.items:
            if item.is_folder:
                draft.saw_folder(item.id, "")
        items = {item.id: item for item in choice.items}
        whole = len(ids) == len(draft)
        if draft.plan.job_type in (EXPORT_COPY, EXPORT_REPLACE):
            # What would be refused, and what is in folders, is not exported.
            amount = Amount.of(item.size for item in choice.items if refusal(item) is None)
            return cls(draft, items, evolve(amount, complete=whole), _refused(draft, items), choice.requests)
        amount, below = amount_of(client, choice)
        return cls(draft, items, evolve(amount, complete=amount.complete and whole), requests=choice.requests + below)

    @property
    def text(self) -> str:
        """Return what is named in a question."""
        rows = f"{counted(len(self.draft), 'row')} of {self.draft.plan.manifest}"
        unknown = "the objects" if self.draft.plan.job_type == DRS_IMPORT else "the files and folders"
        what = unknown if self.amount is None else str(self.amount)
        return f"{what} in {rows}" if self.draft.place is None else f"{what} from {self.draft.place} in {rows}"


def _refused(draft: Draft, items: Mapping[str, Chosen]) -> tuple[Refused, ...]:
    """Return which rows of a manifest of exports the platform would refuse, named as the manifest does."""
    rows = ((row, items.get(row.file)) for row in draft.first(len(items)))
    reasons = ((row, refusal(found)) for row, found in rows if found is not None)
    return tuple(Refused(row.source or row.file, reason) for row, reason in reasons if reason is not None)


def _asked(job_type: str, what: str, to: str | None) -> str:
    if job_type == "DELETE":
        return deletion(what)
    if job_type == EXPORT_REPLACE:
        return plain(
            f"Export {what} to {to}, and delete the platform's copies? Aliases take their place. This cannot be undone."
        )
    return plain(f"{VERBS[job_type].capitalize()} {what} to {to}?")


def _one(is_folder: bool, path: str, amount: Amount) -> str:
    if is_folder:
        return f"the folder {path} with {amount.in_files}"
    return f"the file {path}{f' ({size(amount.size)})' if amount.size else ''}"


def chosen_text(choice: Choice | VolumeChoice) -> str:
    """Return how much was chosen, where nobody has counted what is below folders."""
    amount = Amount.of(item.size for item in choice.items if not item.is_folder)
    folders = len(choice) - amount.files
    told = [str(amount)] if amount.files or not folders else []
    told += [f"{counted(folders, 'folder')} with all {'its' if folders == 1 else 'their'} contents"] if folders else []
    return " and ".join(told)


def _sources(sources: Sequence[str]) -> str:
    return ", ".join(sources[:NAMED]) + (f" and {len(sources) - NAMED:,} more" if len(sources) > NAMED else "")


def _described(client: Client, ids: Sequence[str]) -> str:
    if len(ids) > NAMED:
        choice = _choice_of_ids(client, ids)
        named = f"{', '.join(ids[:NAMED])} ..."
        what = f"{len(ids):,} files or folders" if choice is None else amount_of(client, choice)[0]
        return f"{what} ({named})"
    return ", ".join(_named(client, one) for one in ids)


def _named(client: Client, identity: str) -> str:
    try:
        found = client.file(identity)
    except ApiError:
        return identity  # the job tells what is wrong with it
    amount = _count_below(client, [found.id])[0] if found.is_folder else Amount.of([found.size])
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


def _choice_of_ids(client: Client, ids: Sequence[str]) -> Choice | None:
    """Return what ids mean; None if that cannot be told, as of one that names nothing."""
    try:
        with counting("Counting files") as on_request:
            return client.choose(ids, whole=True, on_request=on_request)
    except (ApiError, InputError):
        return None


def amount_of(client: Client, choice: Choice | VolumeChoice) -> tuple[Amount, int]:
    """Return how much was chosen, with what is below folders, and the requests that took: `MOST` at most.

    Args:
        client: counts what is below folders.
        choice: what was chosen.
    """
    folders = [item.id for item in choice.items if item.is_folder]
    amount = Amount.of((item.size for item in choice.items if not item.is_folder), len(folders))
    if not folders:
        return amount, 0
    below, requests = _count_below(client, folders)
    return amount + below, requests


def _count_below(client: Client, folders: Iterable[str]) -> tuple[Amount, int]:
    """Count the files below folders, with `MOST` requests at most. What cannot be listed is not counted."""
    left, sizes, requests, complete = list(folders), list[int | None](), 0, True
    with counting("Counting files") as on_request:
        while left and requests < MOST:
            requests += 1
            try:
                for number, entry in enumerate(client.files(parent=left.pop(), details=True), 1):
                    if entry.is_folder:
                        left.append(entry.id)
                    else:
                        sizes.append(entry.size)
                    if number % PAGE_LIMIT == 0:
                        # The next page takes another.
                        if requests == MOST:
                            complete = False
                            break
                        requests += 1
            except ApiError:
                complete = False
            on_request(requests)
    return evolve(Amount.of(sizes), complete=complete and not left), requests
