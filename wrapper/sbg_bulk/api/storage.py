"""Read volumes, what is on them, and imports and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar
from urllib.parse import unquote, urlsplit

from attrs import Factory, define, field, frozen

from sbg_async_api import models
from sbg_bulk.api import lookups, operations, pages
from sbg_bulk.api.operations import Operation
from sbg_bulk.api.pages import ALL_FIELDS, Listing
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply
from sbg_bulk.errors import InputError, PagingError, ServerError
from sbg_bulk.items import check_id, check_project, check_volume
from sbg_bulk.limits import BULK_LIMIT, PAGE_LIMIT
from sbg_bulk.models import parse
from sbg_bulk.models.storage import DrsImport, ExportJob, ImportJob, Volume, VolumeJob, VolumeObject

BARREN_PAGES: Final = 100
"""How many pages with nothing new may follow one another. Storages filter what they show, but not for ever."""

J = TypeVar("J", bound=VolumeJob)


def volumes() -> Listing[Volume]:
    """Return the list of the volumes that the token's user may see."""
    return Listing(operations.LIST_VOLUMES, Volume.from_answer, {})


def volume(policy: RequestPolicy, volume_id: str) -> Flow[Volume]:
    """Read a volume by its id, `owner/name`."""
    owner, name = _halves(volume_id)
    make = Volume.from_answer
    found = lookups.one(policy, operations.GET_VOLUME, "volume", make, volume_owner=owner, volume_name=name)
    return (yield from found)


def drs_import(policy: RequestPolicy, import_id: str) -> Flow[DrsImport]:
    """Read an import by DRS."""
    check_id("import", import_id)
    make = DrsImport.from_answer
    return (yield from lookups.one(policy, operations.GET_DRS_IMPORT, "import", make, import_id=import_id))


def _halves(volume_id: str) -> tuple[str, str]:
    check_volume(volume_id)
    owner, _, name = volume_id.partition("/")
    return owner, name


# What is on a volume


@define
class ObjectPager:
    """The pages of what is on a volume under a prefix, one after the other, each as full as it can be.

    Attributes:
        policy: how long to go on trying, for each page.
        volume: the volume's id.
        prefix: what the locations begin with; empty for all.
        details: whether to ask for what the storage says of the objects. A page that the service cannot make with that
            is read without.
        limit: how many entries a page has at most, 1 to 100.
    """

    policy: RequestPolicy
    volume: str
    prefix: str = ""
    details: bool = False
    limit: int = PAGE_LIMIT
    _token: str | None = field(default=None, init=False)
    _ended: bool = field(default=False, init=False)
    _tokens: set[str] = field(factory=set, init=False)
    _last: list[str] = field(factory=list, init=False)
    _barren: int = field(default=0, init=False)

    @property
    def ended(self) -> bool:
        """Return whether there are no more pages."""
        return self._ended

    def next(self) -> Flow[list[VolumeObject] | None]:
        """Read the next page: objects and folders, in the order of their locations; None if there are no more.

        Raises:
            PagingError: the pages do not come to an end, or do not say how to go on.
            ApiError, ConnectionFailed, UnreadableAnswer: see `api.request.request`.
        """
        if self._ended:
            return None
        entries, token = yield from self._page()
        locations = [entry.location for entry in entries]
        # A folder may be shown on each of the pages that its contents would fill.
        fresh = [] if locations == self._last else [one for one in entries if [one.location] != self._last[-1:]]
        self._barren = 0 if fresh else self._barren + 1
        self._last = locations or self._last
        if token in self._tokens or (token is not None and self._barren >= BARREN_PAGES):
            raise PagingError(
                f"The list of {self.volume}:{self.prefix} cannot be read to the end: the server keeps "
                f"returning the same page. [{operations.LIST_VOLUME_OBJECTS.name}]"
            )
        self._token, self._ended = token, token is None
        if token is not None:
            self._tokens.add(token)
        return fresh

    def _page(self) -> Flow[tuple[list[VolumeObject], str | None]]:
        owner, name = _halves(self.volume)
        arguments: dict[str, Any] = {"volume_owner": owner, "volume_name": name, "limit": self.limit}
        if self.prefix:
            arguments["prefix"] = self.prefix
        if self._token is not None:
            arguments["continuation_token"] = self._token
        operation = operations.LIST_VOLUME_OBJECTS
        if self.details:
            more = {**arguments, "fields": ALL_FIELDS}
            try:
                return (yield from request(self.policy, operation, _read_objects, gives_up_at=(500,), **more))
            except ServerError as error:
                if error.status != 500:
                    raise
        return (yield from request(self.policy, operation, _read_objects, **arguments))


def _read_objects(reply: Reply) -> tuple[list[VolumeObject], str | None]:
    """Return the entries of a page in their order, and the token of the next one."""
    answer = reply.answer()
    lists = [found for key in ("items", "prefixes") if isinstance(found := answer.get(key), list)]
    if not lists:
        raise reply.unreadable("it contains no list of objects")
    entries = [entry for parts in lists for part in parts if (entry := VolumeObject.from_answer(part)) is not None]
    links = answer.get("links")
    addresses = [link.get("next") for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    address = next((one for one in addresses if isinstance(one, str) and one), None)
    return sorted(entries, key=lambda entry: entry.location), None if address is None else _token(address)


def _token(address: str) -> str:
    """Return the token in the address of the next page. The address itself is never requested."""
    try:
        query = urlsplit(address).query
    except ValueError:
        query = ""
    # In a token `+` is no space, as it would be in a form: tokens have no spaces, and many are base64.
    found = [unquote(one.partition("=")[2]) for one in query.split("&") if one.startswith("continuation_token=")]
    if not found or not found[-1]:
        raise PagingError(
            "The list cannot be read to the end: a page links to a next page without a token. "
            f"[{operations.LIST_VOLUME_OBJECTS.name}]"
        )
    return found[-1]


# Imports and exports


@frozen
class TransferKind(Generic[J]):
    """Imports or exports: the calls that read them.

    Attributes:
        name: what one of them is called.
        page: reads a page of their list.
        get: reads one.
        bulk_get: reads up to a hundred.
        read: makes one of an answer.
        selection: makes the body of `bulk_get` of their ids.
    """

    name: str
    page: Operation
    get: Operation
    bulk_get: Operation
    read: Callable[[object], J | None]
    selection: Callable[[list[str]], object]

    def listing(
        self,
        states: Sequence[str] = (),
        volume: str | None = None,
        project: str | None = None,
        *,
        details: bool = True,
    ) -> Listing[J]:
        """Return the list of the user's: those in these states, of this volume and project, with all that is told."""
        given = {"state": list(states), "volume": volume, "project": project}
        arguments = {key: value for key, value in given.items() if value}
        listing = Listing(self.page, self.read, arguments)
        return Listing(self.page, self.read, {**arguments, "fields": ALL_FIELDS}, listing) if details else listing


IMPORTS: Final = TransferKind(
    "import",
    operations.LIST_IMPORTS,
    operations.GET_IMPORT,
    operations.BULK_GET_IMPORTS,
    ImportJob.from_answer,
    lambda ids: models.ImportSelection(import_ids=ids),
)

EXPORTS: Final = TransferKind(
    "export",
    operations.LIST_EXPORTS,
    operations.GET_EXPORT,
    operations.BULK_GET_EXPORTS,
    ExportJob.from_answer,
    lambda ids: models.ExportSelection(export_ids=ids),
)


def transfer(policy: RequestPolicy, kind: TransferKind[J], transfer_id: str) -> Flow[J]:
    """Read one import or export."""
    check_id(kind.name, transfer_id)
    identity = {f"{kind.name}_id": transfer_id}
    return (yield from lookups.one(policy, kind.get, kind.name, kind.read, **identity))


def transfers(
    policy: RequestPolicy,
    kind: TransferKind[J],
    *,
    volume: str | None = None,
    project: str | None = None,
    state: str | Iterable[str] | None = None,
    details: bool = False,
) -> Flow[None]:
    """Produce imports or exports, each once, reading a page when its first entry is asked for.

    Args:
        policy: how to send requests.
        kind: which of them.
        volume: only those from or to this volume.
        project: only those into this project; of imports only.
        state: only those in this state, or in one of these, in any case.
        details: whether all that there is to know of them is needed. Lists may show only id and state; what they leave
            out is read then, a hundred for a request.

    Raises:
        InputError: an id is malformed.
        ApiError, ConnectionFailed, UnreadableAnswer, PagingError: see `api.pages.entries`.
    """
    given = [state] if isinstance(state, str) else list(state or ())
    if not all(isinstance(one, str) and one.strip() for one in given):
        raise InputError(f"state: expected a state or a list of states, not {state!r}.")
    states = [one.strip().upper() for one in given]
    if volume is not None:
        check_volume(volume)
    if project is not None:
        check_project(project)

    def wanted(job: J) -> bool:
        # A service may ignore what it is asked for.
        there = job.source.volume or job.destination.volume
        return (not states or job.state in states) and (None in (volume, there) or volume == there)

    listing = kind.listing(states, volume, project, details=details)
    complete = _Details(policy, kind).complete if details else None
    yield from pages.entries(policy, listing, wanted, complete=complete)


@define
class _Details(Generic[J]):
    """What makes up for lists that show only id and state."""

    policy: RequestPolicy
    kind: TransferKind[J]
    _bulk: lookups.InBulk = field(default=Factory(lambda self: lookups.InBulk(self.policy), takes_self=True))

    def complete(self, listed: Sequence[J]) -> Flow[Sequence[J]]:
        """Return the same imports or exports, with their details as far as the service tells them."""
        lacking = [job.id for job in listed if not job.detailed]
        known: dict[str, J] = {}
        singly: list[str] = []
        while lacking and not self._bulk.one_by_one:
            batch, lacking = lacking[:BULK_LIMIT], lacking[BULK_LIMIT:]
            entries = yield from self._bulk.read(self.kind.bulk_get, self.kind.selection(batch))
            singly += batch if entries is None else []
            # The order of the entries is documented nowhere: each says which it is.
            found = (self.kind.read(parse.part(entry, "resource")) for entry in entries or ())
            known.update((job.id, job) for job in found if job is not None)
        for job_id in (*singly, *lacking):
            known[job_id] = yield from transfer(self.policy, self.kind, job_id)
        return [known.get(job.id, job) for job in listed]
