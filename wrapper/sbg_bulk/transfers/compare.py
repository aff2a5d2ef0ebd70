"""Compare what finished jobs made, moved or deleted with what submissions asked for, by reading it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

from attrs import define, field

from sbg_bulk.api.steps import Flow
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.numbered import asked_names
from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File
from sbg_bulk.transfers.match import Match, likeness, weigh

_DEEPEST: Final = 50
"""Folders that are looked into one above the other."""

Roots = Mapping[str, str | None]
"""The ids of the root folders of projects, as far as they are known."""


@define
class Comparison:
    """Compares finished jobs with submissions.

    Attributes:
        details: what has been read of copies and their sources, which stay as they are.
    """

    details: FileDetails
    _lately: FileDetails = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Compare jobs from now on that have ended by now.

        What was seen while a job ran proves nothing of what it moved or deleted.
        """
        self._lately = self.details.emptied()

    def glance(self, jobs: Sequence[Job], items: Sequence[Item]) -> Flow[None]:
        """Read one thing of each of several jobs: for few requests, that rules most of them out.

        Args:
            jobs: finished jobs.
            items: those of a submission.
        """
        ours = {item.file for item in items}
        first = (next((one for one in _made(job) if one not in ours), None) for job in jobs)
        yield from self._details(items).load(one for one in first if one is not None)

    def compare(self, job: Job, items: Sequence[Item], folders: Mapping[str, str]) -> Flow[Match]:
        """Return whether a job that copied or moved is the one, by the things that it tells of.

        Args:
            job: the job, which has finished.
            items: those of the submission.
            folders: the names that folders among them get, by their ids, of those that were there to be moved.
        """
        entries = job.result or ()
        made = _made(job)
        moved = {item.file for item in items if isinstance(item, MoveItem)}
        details = self._details(items)
        strangers = [one for one in made if one not in moved]
        if strangers and strangers[0] in details.known:
            yield from details.load(item.file for item in items)
            if _is_of_none(details.known[strangers[0]], items, details.known):
                return Match.NO
        yield from details.load((*strangers, *(item.file for item in items)))
        roots = yield from self._roots(items)
        named: defaultdict[str, list[Item]] = defaultdict(list)
        lost = [item for item in items if details.known[item.file] is None]
        for item in items:
            if source := details.known[item.file]:
                named[_name(item, source)].append(item)

        def asked_for(made: File | None) -> Match:
            # Comparing each with all takes too long where a hundred jobs are held against a hundred submissions.
            if made is None:
                return Match.UNCLEAR
            fitting = chain.from_iterable(named.get(name, ()) for name in {"", *asked_names(made.name)})
            among = fitting if made.name else chain.from_iterable(named.values())
            kinds = {_alike(made, item, details.known[item.file], roots) for item in among}
            return next((one for one in (Match.YES, Match.UNCLEAR) if one in kinds), Match.NO)

        found = [Match.YES if one in moved else asked_for(details.known[one]) for one in made]
        if set(found) == {Match.NO} and len(found) > len(lost):
            # What can't be read may have become anything, but each thing one other at most, if not a folder of them.
            return Match.OTHER
        for place, verdict in enumerate(found):
            if verdict is Match.NO and (strange := details.known[made[place]]):
                kinds = {_alike(strange, item, None, roots) for item in lost}
                found[place] = Match.UNCLEAR if Match.UNCLEAR in kinds else Match.NO
        if Match.YES in found and moved:
            # Where our files were moved, folders that may be ours are.
            found = [one for one in found if one is not Match.UNCLEAR]
        verdict = weigh(found, whole=len(entries) == len(items))
        if set(found) == {Match.UNCLEAR} and len(entries) == len(items) and not moved.intersection(made):
            wanted = [(item, folders[item.file]) for item in lost if item.file in folders]
            if (yield from self._instead_of([details.known[one] for one in made], wanted, roots)):
                return Match.MOVED
        return Match.OTHER if verdict is Match.NO else verdict

    def _instead_of(self, made: Sequence[File | None], wanted: Sequence[tuple[Item, str]], roots: Roots) -> Flow[bool]:
        """Return whether each thing made is the folder that one item asks for, and what that item names is gone."""
        places = [(_place(item, roots), name) for item, name in wanted]
        items = dict(zip(places, (item for item, _ in wanted), strict=True))
        if len(items) < len(places):
            return False
        fitting: list[Item] = []
        for thing in made:
            item = items.pop((thing.parent, thing.name), None) if thing is not None and thing.is_folder else None
            if thing is None or thing.parent is None or item is None:
                return False
            fitting.append(item)
        for item in fitting:
            # What may only not be seen any more is there.
            if not (yield from self._lately.is_gone(item.file)):
                return False
        return bool(fitting)

    def look_closely(self, job: Job, items: Sequence[Item]) -> Flow[Match]:
        """Return whether a job that tells of nothing that was asked for is certainly not the one: NO or UNCLEAR.

        It is the one only if it has done nothing but folders, and tells of the files in them instead.
        """
        details = self._details(items)
        yield from details.load(item.file for item in items)
        roots: Roots = {}
        if not isinstance(items[0], DeleteItem):
            roots = yield from self._roots(items)
        sources = {item.file: details.known[item.file] for item in items}
        folders = [item for item in items if _may_be_a_folder_done(item, sources[item.file], roots)]
        made, failed = _made(job), job.failed_files
        if not made:
            # It may have done folders that are empty. The others must have failed then.
            if failed is not None and max(failed, len(job.failures)) < len(items) - len(folders):
                return Match.NO
            if isinstance(items[0], CopyItem):
                folders = [item for item in folders if sources[item.file] is not None]
        if not folders:
            return Match.NO
        all_done = job.succeeded and failed == 0
        if all_done and any(_stayed(item, sources[item.file], roots) for item in items):
            # It was not asked for what is where it was.
            return Match.NO
        if isinstance(items[0], DeleteItem):
            return Match.UNCLEAR
        yield from details.load(made)
        outside = yield from self._outside([one for each in made if (one := details.known[each])], folders, roots)
        lost = [item for item in items if sources[item.file] is None]
        # What is in no folder of ours may still be what an item has become that cannot be read, one for each.
        strange = [one for one in outside if all(_alike(one, item, None, roots) is Match.NO for item in lost)]
        return Match.NO if strange or len(outside) > len(lost) else Match.UNCLEAR

    def _details(self, items: Sequence[Item]) -> FileDetails:
        return self.details if isinstance(items[0], CopyItem) else self._lately

    def _roots(self, items: Sequence[Item]) -> Flow[Roots]:
        for item in items:
            assert not isinstance(item, DeleteItem)
            if item.project is not None:
                yield from self.details.root(item.project)
        return self.details.roots

    def _outside(self, made: Sequence[File], folders: Sequence[Item], roots: Roots) -> Flow[list[File]]:
        """Return which of these things are certainly in no folder that one of these items has become."""
        details = self._details(folders)
        places = {_place(item, roots) for item in folders}
        # What a folder was that was moved cannot be read any more.
        sources = details.known if isinstance(folders[0], CopyItem) else {}
        outside: list[File] = []
        reached: list[tuple[File, File]] = []
        for one in made:
            if all(_in_another_project(one, item) for item in folders):
                outside.append(one)
            else:
                reached.append((one, one))
        for _ in range(_DEEPEST):
            inner: list[tuple[File, File, str]] = []
            for one, above in reached:
                if above.parent is not None and above.parent not in roots.values() and places != {above.parent}:
                    inner.append((one, above, above.parent))
                elif above.parent is not None or (yield from self._is_root(above)):
                    outside.append(one)
            if not inner:
                break
            yield from details.load(parent for *_, parent in inner)
            reached = [
                (one, folder)
                for one, _, parent in inner
                if (folder := details.known[parent]) is not None
                and all(_alike(folder, item, sources.get(item.file), roots) is Match.NO for item in folders)
            ]
        return outside

    def _is_root(self, folder: File) -> Flow[bool]:
        """Return whether a folder is certainly in no other: what names none may only not tell."""
        return folder.project is not None and (yield from self.details.root(folder.project)) == folder.id


def _made(job: Job) -> list[str]:
    return [entry.id for entry in job.result or () if entry.ok and entry.id is not None]


def _is_of_none(made: File | None, items: Sequence[Item], sources: Mapping[str, File | None]) -> bool:
    """Return whether a file is certainly a copy of none of these items, as all are files of another size.

    Its name and its place may have been changed since; its size cannot be.
    """
    if made is None or made.size is None or made.is_folder:
        return False
    found = [sources[item.file] for item in items]
    return all(one is not None and not one.is_folder and one.size not in (None, made.size) for one in found)


def _name(item: Item, source: File | None) -> str:
    """Return the name that an item asks for; an empty one if that is not known."""
    assert isinstance(item, CopyItem | MoveItem)
    return item.name or ("" if source is None else source.name)


def _place(item: Item, roots: Roots) -> str | None:
    """Return the id of the folder that an item asks for; None if that is not known."""
    assert isinstance(item, CopyItem | MoveItem)
    return item.parent or roots.get(item.project or "")


def _in_another_project(made: File, item: Item) -> bool:
    assert isinstance(item, CopyItem | MoveItem)
    return item.project is not None and made.project is not None and made.project != item.project


def _may_be_a_folder_done(item: Item, source: File | None, roots: Roots) -> bool:
    """Return whether an item may name a folder that was copied, moved or deleted, by what its source is now."""
    if source is None:
        return True
    if isinstance(item, DeleteItem) or _stayed(item, source, roots):
        return False
    is_file = source.size is not None if source.type is None else source.type.lower() == "file"
    if isinstance(item, MoveItem):
        # A moved folder has a new id; one that is at its destination under its old one is not to be relied on.
        return not is_file and source.parent is not None
    return not is_file


def _stayed(item: Item, source: File | None, roots: Roots) -> bool:
    """Return whether what was to be moved or deleted is certainly where it was."""
    if source is None or isinstance(item, CopyItem):
        return False
    if isinstance(item, DeleteItem):
        return True
    place = _place(item, roots)
    return None not in (source.parent, place) and source.parent != place


def _alike(made: File, item: Item, source: File | None, roots: Roots) -> Match:
    """Return whether what a job made or moved is what an item asked for."""
    assert isinstance(item, CopyItem | MoveItem)
    if isinstance(item, MoveItem) and made.type is not None and not made.is_folder:
        return Match.NO  # a moved file keeps its id
    root = roots.get(item.project or "")
    if likeness(made, item, None, root) is Match.NO:
        return Match.NO
    if isinstance(item, MoveItem):
        # A folder that still has its old id has not been moved.
        return Match.UNCLEAR if source is None else Match.NO
    return likeness(made, item, source, root)
