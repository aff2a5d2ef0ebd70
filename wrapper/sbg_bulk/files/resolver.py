"""Find what paths name: one request for each folder on the way, however many paths go through it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from math import ceil, inf
from typing import Final
from unicodedata import normalize
from urllib.parse import quote

from attrs import define, field

from sbg_bulk.api import pages
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.api.subjects import closest
from sbg_bulk.errors import InputError, SbgBulkError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.paths import Location
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.models.resources import File
from sbg_bulk.text import command_line, either

WILD: Final = re.compile(r"[*?\[\]{}\\]")
"""What is special in a pattern, and rare in a name."""

_LIKE_A_FILE: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,5}$")
"""Ends the names of most files, and of few folders."""

_KEEPING_NAMES: Final = (
    "Files keep their names: to put one into {0}, give that folder. To rename files, use the name column of a manifest."
)

LONGEST_QUERY: Final = 2000
"""Characters of names, encoded, that are asked for with one request. Servers refuse addresses that are much longer."""


@define
class PathResolver:
    """A finder of what is where, which remembers all that it has asked.

    Attributes:
        policy: how to send requests.
        found: what is at a place; None if there is nothing. Projects and folders that paths begin in are not in it.
    """

    policy: RequestPolicy
    found: dict[Location, File | None] = field(factory=dict)
    _details: FileDetails = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._details = FileDetails(self.policy)

    def look_up(self, locations: Iterable[Location]) -> Flow[None]:
        """Find what is at these places, and at those on the way to them.

        Raises:
            ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
        """
        lineages = [one.lineage() for one in dict.fromkeys(locations)]
        for depth in range(1, max(map(len, lineages), default=0)):
            by_folder: dict[Location, dict[str, bool]] = {}
            for places in lineages:
                if len(places) > depth:
                    names = by_folder.setdefault(places[depth - 1], {})
                    # What has something below it must be a folder.
                    name = places[depth].name
                    names[name] = names.get(name, False) or len(places) > depth + 1
            for folder, names in by_folder.items():
                yield from self._look_into(
                    folder, {n: f for n, f in names.items() if folder.below(n) not in self.found}
                )

    def folder_id(self, place: Location) -> str | None:
        """Return the id of the folder that is there; None for a project's root, and where there is none."""
        if not place.names:
            return place.folder
        found = self.found.get(place)
        return found.id if found is not None and found.is_folder else None

    def is_there(self, place: Location) -> bool:
        """Return whether there is a folder or project. Where paths begin there always is, as far as is known."""
        return not place.names or self.folder_id(place) is not None

    def missing(self, place: Location) -> Location | None:
        """Return the first folder on the way to a place, or the place itself, that is not there; None if all are.

        Raises:
            InputError: a file stands in the way.
        """
        for here in place.lineage()[1:]:
            found = self.found.get(here)
            if found is None:
                return here
            if not found.is_folder and here != place:
                raise InputError(f"{here} is a file, not a folder.")
        return None

    def existing(self, place: Location) -> File:
        """Return what is at a place.

        Raises:
            InputError: there is nothing.
        """
        missing = self.missing(place)
        if missing is not None:
            raise _nothing(missing, place)
        found = self.found[place]
        assert found is not None
        return found

    def check(self, place: Location) -> Flow[None]:
        """Raise InputError unless there is something at a place that was looked up, with what may have been meant.

        That takes one request more, if there is nothing.
        """
        missing = self.missing(place)
        if missing is None:
            return
        if WILD.search(missing.name):
            raise _nothing(missing, place)
        names: list[str] = []
        with suppress(SbgBulkError):
            listing = pages.files(*self._start(missing.parent), None)
            names = [one.name for one in (yield from pages.page(self.policy, listing, 0, PAGE_LIMIT)).items]
        raise _nothing(missing, place, closest(missing.name, names))

    def folder(self, place: Location) -> None:
        """Raise InputError unless there is a folder, or paths begin there.

        Raises:
            InputError: there is nothing, or a file.
        """
        if place.names and not self.existing(place).is_folder:
            raise InputError(f"{place} is a file, not a folder.")

    def contents(self, place: Location, fields: str | None = None, *, typed: bool = True) -> Flow[list[File]]:
        """List everything directly in a folder or a project's root that is there.

        Args:
            place: the folder or project.
            fields: which properties the entries are to have; see `api.pages.files`.
            typed: whether it matters which are files and which are folders. Those of which the list does not tell are
                asked for, a hundred for a request.

        Raises:
            InputError: of one the service does not tell either when it is asked for.
            ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
        """
        entries = yield from pages.everything(self.policy, pages.files(*self._start(place), None, fields))
        return (yield from self._typed(entries)) if typed else entries

    def some(self, place: Location) -> Flow[tuple[list[File], Location | None]]:
        """Read a page of a folder or a project's root: the files, with tags and metadata, and the place of a folder."""
        listing = pages.files(*self._start(place), None, pages.ALL_FIELDS)
        entries = yield from self._typed([*(yield from pages.page(self.policy, listing, 0, PAGE_LIMIT)).items])
        folders = {place.below(one.name): one for one in entries if one.is_folder}
        self.found.update(folders)
        files = yield from self.with_description([one for one in entries if not one.is_folder])
        return files, next(iter(folders), None)

    def described(
        self, place: Location, tags: Sequence[str], metadata: Mapping[str, Sequence[str]]
    ) -> Flow[list[File]]:
        """List the files directly in a folder or a project's root that have these tags and metadata.

        The service chooses. What it does not show of a file is asked for, a hundred for a request, and looked at: a
        service that does not know the filters would show all files.
        """
        listing = pages.files(*self._start(place), None, pages.ALL_FIELDS, tags=tags, metadata=metadata)
        entries = yield from self._typed((yield from pages.everything(self.policy, listing)))
        return (yield from self.with_description([entry for entry in entries if not entry.is_folder]))

    def with_description(self, files: Sequence[File]) -> Flow[list[File]]:
        """Return the same files with their tags and metadata, a hundred for a request where they are not known."""
        return (yield from self._completed(files, lambda one: one.tags is None or one.metadata is None))

    def with_sizes(self, files: Sequence[File]) -> Flow[list[File]]:
        """Return the same files with their sizes, a hundred for a request where they are not known."""
        return (yield from self._completed(files, lambda one: one.size is None and not one.is_folder))

    def sizes(self, ids: Collection[str]) -> Flow[dict[str, int | None]]:
        """Return the sizes of files, a hundred for a request; without those that no such request tells."""
        yield from self._details.load(ids, singly=False)
        return {one: file.size for one in ids if (file := self._details.known.get(one)) is not None}

    def with_dates(self, files: Sequence[File]) -> Flow[list[File]]:
        """Return the same files with their dates, a hundred for a request where they are not known."""
        return (yield from self._completed(files, lambda one: one.changed_on is None))

    def _completed(self, files: Sequence[File], lacks: Callable[[File], bool]) -> Flow[list[File]]:
        """Return the same files, those read in full that lack something."""
        bare = {one.id for one in files if lacks(one)}
        yield from self._details.load(bare)
        return [(self._details.known.get(one.id) or one) if one.id in bare else one for one in files]

    def read(self, ids: Iterable[str]) -> Flow[dict[str, File | None]]:
        """Read files and folders by their ids, a hundred for a request; None for what is not there."""
        wanted = list(ids)
        yield from self._details.load(wanted)
        return {one: self._details.known[one] for one in wanted}

    def root_id(self, project: str) -> Flow[str | None]:
        """Return the id of a project's root folder; None if the service does not say."""
        return (yield from self._details.root(project))

    def among(self, place: Location, names: Collection[str]) -> Flow[dict[str, list[File]]]:
        """Find which entries of a folder or a project's root have one of these names, with their sizes.

        The folder is listed, or asked for the names, whichever takes fewer requests.
        """
        pager = pages.Pager(self.policy, pages.files(*self._start(place), None, pages.ALL_FIELDS))
        batches = list(_batches(names))
        found: dict[str, File] = {}
        while (page := (yield from pager.next())) is not None:
            found.update((entry.id, entry) for entry in page.items)
            if pager.offset is None or page.total is None or page.total - pager.offset <= len(batches) * PAGE_LIMIT:
                continue
            for batch in batches:
                listing = pages.files(*self._start(place), batch, pages.ALL_FIELDS)
                entries = yield from pages.everything(self.policy, listing)
                found.update((entry.id, entry) for entry in entries)
                if any(entry.name not in names for entry in entries):
                    break  # the service shows all whatever is asked for
            break
        by_name: dict[str, list[File]] = {}
        for entry in (yield from self._typed([entry for entry in found.values() if entry.name in names])):
            by_name.setdefault(entry.name, []).append(entry)
        return by_name

    def _start(self, place: Location) -> tuple[str | None, str | None]:
        """Return the project and the folder's id that a place is asked for with, one of which is None."""
        parent = self.folder_id(place)
        return (place.project, None) if parent is None else (None, parent)

    def _typed(self, entries: list[File]) -> Flow[list[File]]:
        """Return the entries, each with its type: without one an entry is never taken for a file."""
        unknown = [entry.id for entry in entries if not entry.type]
        if not unknown:
            return entries
        yield from self._details.load(unknown)
        read = [entry if entry.type else self._details.known[entry.id] or entry for entry in entries]
        for entry in read:
            if not entry.type:
                raise InputError(
                    f"The platform does not say whether {entry.name!r} ({entry.id}) is a file or a folder, so it was "
                    f"not touched."
                )
        return read

    def _look_into(self, folder: Location, names: dict[str, bool]) -> Flow[None]:
        """Find what of these names is in a folder; those with True must be folders, if there are any."""
        if not names or not self.is_there(folder):
            self.found.update((folder.below(name), None) for name in names)
            return
        # What looks the same may be written in two ways, as systems compose letters or do not.
        forms = {form: names[name] for name in names for form in _forms(name)}
        found: dict[str, File] = {}
        unsure: set[str] = set()
        for some in _batches(forms):
            exact, _ = yield from self._find(folder, some, {form: forms[form] for form in some}, found)
            unsure.update(some if exact and len(some) > 1 else ())
        # A service may look for one name of several only. What is in the folder shows that too, all at once.
        untold = (form for name in names for form in takewhile(lambda form: form not in found, _forms(name)))
        left = {form: forms[form] for form in untold if form in unsure}
        if len(left) > 1:
            _, whole = yield from self._find(folder, None, left, found, len(left))
            left = {} if whole else {form: deeper for form, deeper in left.items() if form not in found}
        for form, deeper in left.items():
            yield from self._find(folder, [form], {form: deeper}, found)
        for name in names:
            self.found[folder.below(name)] = next((found[form] for form in _forms(name) if form in found), None)

    def _find(
        self,
        folder: Location,
        asked: Sequence[str] | None,
        names: Mapping[str, bool],
        found: dict[str, File],
        at_most: float = inf,
    ) -> Flow[tuple[bool, bool]]:
        """Add the entries of a folder that have these names to what was found.

        Args:
            folder: where they are.
            asked: the names that the service is asked for; None for all entries.
            names: those that count; with True it matters whether one is a folder.
            found: the entries by their names.
            at_most: how many requests it may take. It is given up when it is seen to take more.

        Returns:
            Whether the service has shown no others, and whether what was not found is not there.
        """
        pager = pages.Pager(self.policy, pages.files(*self._start(folder), asked, pages.ALL_FIELDS))
        exact, spent = True, 0
        while (page := (yield from pager.next())) is not None:
            for entry in (yield from self._typed([entry for entry in page.items if entry.name in names])):
                if entry.name not in found or (names[entry.name] and entry.is_folder):
                    found[entry.name] = entry
            exact = exact and all(entry.name in names for entry in page.items)
            if all(name in found and (found[name].is_folder or not deeper) for name, deeper in names.items()):
                break
            spent += 1
            # Where no total is told there is another page at least.
            rest = 1 if page.total is None else ceil((page.total - (pager.offset or 0)) / PAGE_LIMIT)
            if pager.offset is not None and spent + rest > at_most:
                return exact, False
        return exact, True


def requests_to_look_up(places: Iterable[Location]) -> int:
    """Return how many requests `PathResolver.look_up` takes, at least, to find these places and those above them."""
    by_folder: dict[Location, set[str]] = {}
    for place in set(places):
        for here in place.lineage()[1:]:
            by_folder.setdefault(here.parent, set()).add(here.name)
    return sum(
        ceil(len(some) / PAGE_LIMIT)
        for names in by_folder.values()
        for some in _batches(form for name in names for form in _forms(name))
    )


def no_folder(place: Location) -> InputError:
    """Return the error that a destination, or a folder on the way to it, is not there and is not to be made."""
    create = f"Folder {place} does not exist. Create it with {either('--parents', 'parents=True')}."
    return InputError(f"{create} {_KEEPING_NAMES.format(place.parent)}" if _LIKE_A_FILE.search(place.name) else create)


def check_new_names(place: Location, first: Location) -> None:
    """Raise InputError if a folder that would have to be made would have spaces around its name.

    That is how a path looks that was put together with blanks around its slashes. A folder that is there may have them.

    Args:
        place: what was given as a destination.
        first: the first folder on the way to it that is not there.
    """
    for folder in place.lineage()[len(first.names) :]:
        if folder.name != folder.name.strip():
            raise InputError(
                f"Folder {str(folder)!r} does not exist, and it was not created: {folder.name!r} has spaces around it. "
                f"Remove them from the path."
            )


def file_as_destination(place: Location) -> InputError:
    """Return the error that what was given as a destination is a file."""
    return InputError(f"{place} is a file, not a folder. {_KEEPING_NAMES.format(place.parent)}")


def _nothing(place: Location, whole: Location, like: str | None = None) -> InputError:
    """Return the error that there is nothing at a place, and what may have been meant.

    Args:
        place: the first that is not there, on the way to what was asked for.
        whole: what was asked for.
        like: a name that is there.
    """
    if WILD.search(place.name):
        pattern = "/".join(whole.names[len(place.names) - 1 :])
        select = either(
            f"--include {shlex.quote(pattern)} (an option of copy, move, delete, sync, check and ls)",
            f"match=[{pattern!r}]",
        )
        return InputError(
            f"There is no {place.name!r} in {place.parent}: wildcards do not work in paths. Give {place.parent} and "
            f"{select}."
        )
    folder = place.parent.folder if not place.parent.names else None
    listing = either(
        command_line("files", "list", folder or str(place.parent)),
        f"client.files({str(place.parent)!r})" if folder is None else f"client.files(parent={folder!r})",
    )
    return InputError(
        f"There is no {place.name!r} in {place.parent}.{f' Did you mean {like!r}?' if like else ''} List it with: "
        f"{listing}"
    )


def _forms(name: str) -> Sequence[str]:
    """Return a name as it is written, and in the other forms of Unicode if it has any."""
    return list(dict.fromkeys((name, normalize("NFC", name), normalize("NFD", name))))


def _batches(names: Iterable[str]) -> Iterator[Sequence[str]]:
    """Produce the names in parts that fit into an address."""
    batch: list[str] = []
    length = 0
    for name in names:
        size = len(quote(name)) + len("&name=")
        if batch and length + size > LONGEST_QUERY:
            yield batch
            batch, length = [], 0
        batch.append(name)
        length += size
    if batch:
        yield batch
