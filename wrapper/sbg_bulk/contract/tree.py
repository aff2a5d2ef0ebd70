"""What is expected to be in the scratch folder, and what is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, TypeVar

from attrs import define, evolve, field, frozen

from sbg_bulk.contract.service import Service

LOOKS, LAG = 2, 1.5
"""How often lists are read again that may lag behind, and the seconds between."""

Read = TypeVar("Read")

_NUMBERED = re.compile(r"^(\d+_)+")


@frozen
class Entry:
    """A file or folder in the scratch folder.

    Attributes:
        kind: `file` or `folder`.
        size: in bytes; None for a folder, or if nobody knows.
        id: its id; None for any.
        strange: an id that it must not have: that of what it is a copy of.
        promise: the promise by which it is there.
        about: its metadata, as a text; None if nobody knows.
        tags: its tags, as a text; None if nobody knows.
    """

    kind: str
    size: int | None = None
    id: str | None = None
    strange: str | None = None
    promise: str = "untouched"
    about: str | None = None
    tags: str | None = None


@frozen
class Flaw:
    """Something that is not as expected.

    Attributes:
        promise: the promise that is broken.
        cause: how, without names.
        detail: what and where.
    """

    promise: str
    cause: str
    detail: str


@define
class Tree:
    """The scratch folder: entries by their paths in it, such as `in/a/sample.bam`.

    Attributes:
        entries: what is to be there.
        left: places that something was to leave, or not to reach, with the promise that says so.
    """

    entries: dict[str, Entry] = field(factory=dict)
    left: dict[str, str] = field(factory=dict)

    def below(self, path: str) -> Iterator[tuple[str, Entry]]:
        """Produce what is at a path and below it: the rest of each path, and the entry."""
        for known, entry in list(self.entries.items()):
            if known == path or known.startswith(f"{path}/"):
                yield known[len(path) :], entry

    def copy(self, source: str, to: str) -> None:
        """Have a copy of what is at a path at another one."""
        for rest, entry in self.below(source):
            # Whether a copy has the tags of its source is not documented.
            self.entries[to + rest] = evolve(entry, id=None, strange=entry.id, promise="copy-effects", tags=None)

    def remove(self, path: str, promise: str) -> None:
        """Have nothing at a path."""
        for rest, _ in self.below(path):
            del self.entries[path + rest]
        self.left[path] = promise

    def move(self, source: str, to: str) -> None:
        """Have what is at a path at another one, merged with what is there."""
        merged = to in self.entries
        moved = list(self.below(source))
        self.remove(source, "move-effects")
        for rest, entry in moved:
            place = to + rest
            if entry.kind == "folder":
                if place not in self.entries:
                    promise = "move-merges" if merged else "move-effects"
                    self.entries[place] = evolve(entry, id=None, strange=None, promise=promise)
                continue
            promise = "move-merges" if merged else "move-effects"
            if place in self.entries:
                folder, _, name = place.rpartition("/")
                number = next(n for n in count(1) if f"{folder}/{n}_{name}" not in self.entries)
                place = f"{folder}/{number}_{name}"
            self.entries[place] = evolve(entry, strange=None, promise=promise)

    def fits(self, actual: Mapping[str, list[Entry]]) -> bool:
        """Return whether all is as expected."""
        return not any(True for _ in self._flaws(actual))

    def compare(self, actual: Mapping[str, list[Entry]]) -> list[Flaw]:
        """Return what is not as expected. Afterwards all that is there is expected."""
        flaws = list(self._flaws(actual))
        self.entries = {path: evolve(found[0], promise="untouched") for path, found in actual.items()}
        self.left = {}
        return flaws

    def _flaws(self, actual: Mapping[str, list[Entry]]) -> Iterator[Flaw]:
        extra = {path: list(found) for path, found in actual.items()}
        for path, wanted in self.entries.items():
            place = self._place(path, wanted, extra)
            if place is None:
                yield Flaw(wanted.promise, f"a {wanted.kind} is missing where it should be", f"nothing at {path}")
                continue
            found = extra[place].pop(0)
            yield from _differences(path, wanted, found)
        for path, rest in extra.items():
            for found in rest:
                promise = self._left_by(path)
                told = "is where nothing should be" if promise == "untouched" else "is still, or already, there"
                yield Flaw(promise, f"a {found.kind} {told}", f"{found.kind} {found.id} at {path}")

    def _place(self, path: str, wanted: Entry, actual: Mapping[str, list[Entry]]) -> str | None:
        """Return where an entry is: at its path or, renamed in a clash, under another prefix."""
        if actual.get(path):
            return path
        bare = unnumbered(path)
        if wanted.promise != "move-merges" or bare == path:
            return None
        # How a second clash is numbered is not documented: `2_a.bam`, or `1_1_a.bam`.
        places = [one for one, found in actual.items() if found and one != bare and unnumbered(one) == bare]
        return next((one for one in places if actual[one][0].id == wanted.id), next(iter(places), None))

    def _left_by(self, path: str) -> str:
        while path:
            if path in self.left:
                return self.left[path]
            path = path.rpartition("/")[0]
        return "untouched"


def unnumbered(path: str) -> str:
    """Return a path without the numbers that a name gets in clashes."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{_NUMBERED.sub('', name)}"


def _differences(path: str, wanted: Entry, found: Entry) -> Iterator[Flaw]:
    if wanted.kind != found.kind:
        yield Flaw(wanted.promise, f"a {wanted.kind} has become a {found.kind}", path)
    if wanted.size is not None and found.size is not None and wanted.size != found.size:
        yield Flaw(wanted.promise, "a file has the wrong size", f"{path}: {found.size} bytes, not {wanted.size}")
    if wanted.id is not None and wanted.id != found.id:
        yield Flaw(wanted.promise, f"a {wanted.kind} has the wrong id", f"{path}: {found.id}, not {wanted.id}")
    if wanted.about is not None and found.about is not None and wanted.about != found.about:
        # What a copy has of its source is another promise than that a file keeps what it has.
        promise = "copy-metadata" if wanted.promise == "copy-effects" else wanted.promise
        yield Flaw(promise, "a file has different metadata", f"{path}: {found.about}, not {wanted.about}")
    if wanted.tags is not None and found.tags is not None and wanted.tags != found.tags:
        yield Flaw(wanted.promise, "a file has different tags", f"{path}: {found.tags}, not {wanted.tags}")
    if wanted.strange is not None and wanted.strange == found.id:
        yield Flaw(wanted.promise, "a copy has the id of its source", f"{path}: {found.id}")


def about_of(one: Mapping[str, Any]) -> str | None:
    """Return metadata of a file, as they can be compared; None if they are not told."""
    metadata = one.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    return str(sorted((key, value) for key, value in metadata.items() if value is not None))


class Crawler:
    """Reads folders with all that is below them.

    Attributes:
        facts: kind and size of what was seen, by id: neither changes, and lists may leave both out.
        abouts: metadata of what was seen, by id, as far as lists tell them.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.facts: dict[str, tuple[str, int | None]] = {}
        self.abouts: dict[str, str] = {}

    def settled(self, read: Callable[[], Read], right: Callable[[Read], bool]) -> Read:
        """Return what was read when it was right, or when there was time enough: lists may lag behind."""
        found = read()
        for _ in range(LOOKS):
            if right(found):
                break
            self._service.wait(LAG)
            found = read()
        return found

    def crawl(self, folder: str) -> dict[str, list[Entry]]:
        """Return what is below a folder: entries by their paths in it. Two of one name are under the same path."""
        found: dict[str, list[Entry]] = {}
        todo = [("", folder)]
        while todo:
            above, folder_id = todo.pop()
            for one in self.content(folder_id):
                self._check_parent(one, folder_id)
                path = f"{above}/{one.get('name')}".removeprefix("/")
                entry = self._entry(one)
                found.setdefault(path, []).append(entry)
                if entry.kind == "folder" and entry.id is not None and len(found) < 1000:
                    todo.append((path, entry.id))
        return found

    def _check_parent(self, one: Mapping[str, Any], folder: str) -> None:
        """Check that an entry of a folder says that it is in there."""
        self._service.report.hold(
            "one-level",
            one.get("parent") in (folder, None),
            "an entry of a folder's list has the id of another folder as its parent",
            expected=f"parent {folder}",
            came=str(dict(one)),
        )

    def content(self, folder: str) -> list[Mapping[str, Any]]:
        """Return the entries of a folder, of all pages."""
        found: list[Mapping[str, Any]] = []
        while len(found) < 1000:
            query = {"offset": len(found), "limit": 100, "fields": "_all"}
            page = self._service.call("list_folder", path={"file_id": folder}, query=query).listed()
            found += page
            if not page or len(page) < 50:
                # Fewer than even a service with short pages has: it is the last one.
                return found
        return found

    def fact(self, file_id: str) -> tuple[str, int | None]:
        """Return kind and size of a file, read one by one if it was in no list."""
        if file_id not in self.facts:
            self._note(file_id, self._service.call("get_file", path={"file_id": file_id}).body)
        return self.facts[file_id]

    def note(self, one: Mapping[str, Any]) -> None:
        """Take from the entry of a list what kind and size a file has."""
        self._entry(one)

    def _note(self, file_id: str, details: Mapping[str, Any]) -> None:
        size = details.get("size")
        self.facts[file_id] = (str(details.get("type")).lower(), size if isinstance(size, int) else None)

    def _entry(self, one: Mapping[str, Any]) -> Entry:
        file_id = one.get("id")
        if not isinstance(file_id, str):
            return Entry("file")
        kind, size = one.get("type"), one.get("size")
        if isinstance(kind, str) and (isinstance(size, int) or kind.lower() == "folder"):
            self._note(file_id, one)
        about = about_of(one)
        if about is not None:
            self.abouts.setdefault(file_id, about)
        tags = one.get("tags")
        told = str(sorted(map(str, tags))) if isinstance(tags, list) else None
        return Entry(*self.fact(file_id), file_id, about=about, tags=told)
