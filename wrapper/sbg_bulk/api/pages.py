"""Lists: one page, or all entries of all pages as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from attrs import define, frozen

from sbg_async_api import models
from sbg_bulk.api import operations
from sbg_bulk.api.operations import Operation
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply, produce
from sbg_bulk.errors import InputError, PagingError, ServerError
from sbg_bulk.items import check_id, check_project
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.models import parse
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File, Page, Project

REPEATS: Final = 2
"""How often a page may be the same as the one before it: entries that come meanwhile may push it there once."""


ALL_FIELDS: Final = "_all"

USED_FIELDS: Final = "href,id,name,project,parent,type,size,created_on,modified_on,tags,metadata"
"""The properties of a file that this package reads, of all that there are."""


class Identified(Protocol):
    """An entry of a list."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)


@frozen
class Listing(Generic[T]):
    """A list of the API.

    Attributes:
        operation: the call that reads a page of it.
        entry: makes an entry of a part of the page; None if it cannot be read.
        arguments: those of the call, apart from `offset` and `limit`.
        leaner: the same list with fewer properties, for a page with an entry over which the service fails.
    """

    operation: Operation
    entry: Callable[[object], T | None]
    arguments: Mapping[str, Any]
    leaner: Listing[T] | None = None


def jobs() -> Listing[Job]:
    """Return the list of all jobs of the token's user."""
    return Listing(operations.LIST_ASYNC_JOBS, Job.from_answer, {})


def files(
    project: str | None,
    parent: str | None,
    name: str | Sequence[str] | None = None,
    fields: str | None = None,
    *,
    tags: Sequence[str] = (),
    metadata: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Listing[File]:
    """Return the list of what is directly in a project's root or in a folder.

    Args:
        project: the project's id; exclusive with `parent`.
        parent: the folder's id.
        name: only entries of exactly this name, or of one of these.
        fields: which properties the entries are to have; `_all` for dates and sizes too. A service may ignore it. A
            page that it cannot make with them is read with fewer.
        tags: only files with one of these tags.
        metadata: only files with these values of metadata; of several values of a key, any.

    Raises:
        InputError: not exactly one of project and parent is given, or its id is malformed.
    """
    if (project is None) == (parent is None):
        raise InputError("Give either project (owner/project) or parent (a folder's id).")
    if project is not None:
        check_project(project)
    else:
        check_id("parent", parent)
    names = [name] if isinstance(name, str) else name
    given = {"project": project, "parent": parent, "name": None if names is None else list(names), "fields": fields}
    arguments: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if tags:
        arguments["tag"] = list(tags)
    if metadata:
        asked = models.ListFilesMetadata()
        asked.additional_properties = {f"metadata.{key}": list(values) for key, values in metadata.items()}  # type: ignore[misc]
        arguments["metadata"] = asked
    leaner = None
    if fields is not None:
        fewer = USED_FIELDS if fields == ALL_FIELDS else None
        leaner = files(project, parent, name, fewer, tags=tags, metadata=metadata)
    return Listing(operations.LIST_FILES, File.from_answer, arguments, leaner)


def projects(name: str | None) -> Listing[Project]:
    """Return the list of the projects that the token's user is a member of."""
    arguments = {} if name is None else {"name": name}
    return Listing(operations.LIST_PROJECTS, Project.from_answer, arguments)


def page(policy: RequestPolicy, listing: Listing[T], offset: int, limit: int) -> Flow[Page[T]]:
    """Read one page.

    Args:
        policy: how long to go on trying.
        listing: which list.
        offset: how many entries to skip, from 0.
        limit: how many entries to read at most, 1 to 100.

    Raises:
        InputError: offset or limit is out of range.
        PagingError: the page's link to the next one would loop or leave entries out.
        ApiError, ConnectionFailed, UnreadableAnswer: see `request`.
    """
    if offset < 0:
        raise InputError(f"offset: expected 0 or more, not {offset}.")
    if not 1 <= limit <= PAGE_LIMIT:
        raise InputError(f"limit: expected 1 to {PAGE_LIMIT}, not {limit}.")

    def read(reply: Reply) -> Page[T]:
        parts, links = _parts(reply)
        entries = tuple(entry for part in parts if (entry := listing.entry(part)) is not None)
        total = parse.count(reply.headers.get("X-Total-Matching-Query"))
        return Page(
            items=entries,
            offset=offset,
            next_offset=_next_offset(listing, offset, len(parts), links, total),
            total=total,
            size=len(reply.content),
            unread=len(parts) - len(entries),
        )

    arguments = {**listing.arguments, "offset": offset, "limit": limit}
    if listing.leaner is None:
        return (yield from request(policy, listing.operation, read, **arguments))
    try:
        return (yield from request(policy, listing.operation, read, gives_up_at=(500,), **arguments))
    except ServerError as error:
        if error.status != 500:
            raise
    return (yield from page(policy, listing.leaner, offset, limit))


@define
class Pager(Generic[T]):
    """The pages of a list, one after the other, each as full as it can be.

    Attributes:
        policy: how long to go on trying, for each page.
        listing: which list.
        offset: where the next page begins; None after the last.
    """

    policy: RequestPolicy
    listing: Listing[T]
    offset: int | None = 0
    _ids: tuple[str, ...] = ()
    _repeats: int = 0

    def next(self) -> Flow[Page[T] | None]:
        """Read the next page; None if there are no more.

        Raises:
            PagingError: the same page comes again and again.
            InputError, ApiError, ConnectionFailed, UnreadableAnswer: see `page`.
        """
        if self.offset is None:
            return None
        found = yield from page(self.policy, self.listing, self.offset, PAGE_LIMIT)
        self.offset = found.next_offset
        ids = tuple(entry.id for entry in found.items)
        self._repeats = self._repeats + 1 if ids and ids == self._ids else 0
        self._ids = ids
        if self._repeats >= REPEATS:
            raise PagingError(
                f"The list cannot be read to the end: the page at offset {found.offset} repeats earlier entries, so "
                f"the server ignores the offset. [{self.listing.operation.name}]"
            )
        return found


def entries(
    policy: RequestPolicy,
    listing: Listing[T],
    wanted: Callable[[T], bool] = lambda _: True,
    at_most: int | None = None,
    complete: Callable[[Sequence[T]], Flow[Sequence[T]]] | None = None,
) -> Flow[None]:
    """Produce the entries of all pages, each once, reading a page when its first entry is asked for.

    Args:
        policy: how long to go on trying, for each page.
        listing: which list.
        wanted: which entries to produce.
        at_most: how many entries to produce; None for all.
        complete: makes up for what a page does not tell of its entries.

    Raises:
        What `page` raises.
    """
    if at_most is not None and at_most < 0:
        raise InputError(f"limit: expected 0 or more, not {at_most}.")
    seen: set[str] = set()
    pager = Pager(policy, listing)
    while len(seen) != at_most and (found := (yield from pager.next())) is not None:
        for entry in found.items if complete is None else (yield from complete(found.items)):
            # Jobs submitted meanwhile push others onto the next page, where they come again.
            if entry.id not in seen and wanted(entry):
                seen.add(entry.id)
                yield from produce(entry)
                if len(seen) == at_most:
                    return


def everything(policy: RequestPolicy, listing: Listing[T]) -> Flow[list[T]]:
    """Return the entries of all pages, each once, as it was seen last. Raises what `page` raises."""
    found: dict[str, T] = {}
    pager = Pager(policy, listing)
    while (read := (yield from pager.next())) is not None:
        found.update((entry.id, entry) for entry in read.items)
    return list(found.values())


def _parts(reply: Reply) -> tuple[list[Any], list[Any] | None]:
    """Return the unread entries of a page, and its links; None for these if it has no list of them."""
    answer = reply.answer()
    items, links = answer.get("items"), answer.get("links")
    if not isinstance(items, list):
        raise reply.unreadable("it contains no list of items")
    return items, links if isinstance(links, list) else None


def _next_offset(
    listing: Listing[Any], offset: int, found: int, links: list[Any] | None, total: int | None
) -> int | None:
    """Return where the next page begins. The links' addresses are never requested, only their offset is read."""
    end = offset + found
    href = next(_next_addresses(links or []), None)
    if href is None:
        # The total tells the last page, and so do links that all lead elsewhere than on. Where a service says neither,
        # the list is read until there is nothing more: a page may be shorter than was asked for.
        more = end < total if total is not None else not links or not _lead_elsewhere(links)
        return end if found and more else None
    here = f"The list cannot be read to the end: the page at offset {offset}, which ends at {end},"
    name = f"[{listing.operation.name}]"
    try:
        following = parse.count(parse_qs(urlsplit(href).query).get("offset", [""])[-1])
    except ValueError:
        following = None
    if following is None:
        raise PagingError(f"{here} links to a next page without an offset. {name}")
    if following <= offset:
        raise PagingError(f"{here} gives {following} as the next offset: the list would never end. {name}")
    if following > end:
        raise PagingError(
            f"{here} gives {following} as the next offset: {following - end} entries would be skipped. The list "
            f"may have just changed; list it again. {name}"
        )
    return following


def _lead_elsewhere(links: list[Any]) -> bool:
    """Return whether each link says where it leads, and none to the next page, not even without its address."""
    read = [parse.read(models.Link, part) for part in links]
    return all(link is not None and isinstance(link.rel, str) and link.rel != "next" for link in read)


def _next_addresses(links: list[Any]) -> Iterator[str]:
    for part in links:
        link = parse.read(models.Link, part)
        if link is not None and link.rel == "next" and isinstance(link.href, str):
            yield link.href
