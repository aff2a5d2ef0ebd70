"""A walk through the life of jobs: submitted, watched, and compared with what they have done.

Which items, in which order, looked at when and how, is drawn with the seed. All that a walk makes and changes is in the
scratch folder; files of the project are copied from.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from attrs import evolve

from sbg_bulk.contract.effects import Effects
from sbg_bulk.contract.files import check_names, check_one_level
from sbg_bulk.contract.known import kind_of
from sbg_bulk.contract.outside import Outside
from sbg_bulk.contract.pages import Collection, check_pages
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.tree import Crawler, Entry, Tree
from sbg_bulk.contract.watching import Planned, Watcher

SOURCES = 6
"""Most files of the project that are copied from."""

MOST_JOBS = 3
"""Most jobs that bring them in."""

LONG = "l" * 251 + ".bam"
"""A name of 255 characters, the most that there may be."""

EMPTY = "in/a/b/Leer-\u00fc-" + "e" * 248
"""A folder without content, with the longest name that there may be."""

FOLDERS = ("in", "out", "in/a", "in/a/b", EMPTY, "in/a/b/deep", "in/f", "in/f/g", "in/f/g/h", "in/other")

SOURCE_PLACES = (
    ("in", "one.bam"),
    ("in/a", "two.bam"),
    ("in/a/b", "three.bam"),
    ("in/a/b/deep", "deep.bam"),
    ("in", "vier-\u00fc-\u0447\u0435\u0442\u044b\u0440\u0435.bam"),
    ("in/f", "five 5+%41&;'.bam"),
    ("in", LONG),
    ("in", "Seven.BAM"),
    ("in/a", "eight.bam"),
    ("in/f/g/h", "nine.bam"),
    ("in", "ten.bam"),
)
"""Where files of the project are copied to, and under which names."""


def walk(service: Service, scratch: Scratch, seed: int) -> None:
    """Submit jobs of each type, watch them, and compare them with what they have done.

    Raises:
        AbandonError: something was found that leaves nothing to go on with.
    """
    rng = random.Random(seed)  # noqa: S311 - to be repeatable
    _Walk(service, scratch, rng).run()


class _Walk:
    def __init__(self, service: Service, scratch: Scratch, rng: random.Random) -> None:
        self._service = service
        self._scratch = scratch
        self._rng = rng
        self._watcher = Watcher(service, rng, scratch.under_way)
        self._crawler = Crawler(service)
        self._tree = Tree()
        self._effects = Effects(service, self._crawler, self._tree, scratch.home)
        self._missing = 0
        self._outside = Outside(service, scratch)

    def run(self) -> None:
        """Make the rounds: the jobs of each go on at once, and none touches what another one does."""
        for path in FOLDERS:
            self._make(path)
        self._outside.look()
        self._do(*self._copies_in(self._find_sources()))
        self._do(("COPY", self._copies_out()), ("MOVE", self._moves_out()))
        there = self._outside.find_copy()
        self._make("in/a/b/later")
        alike = [self._nothing()]
        last = [("MOVE", self._merge(there)), *self._deletions(), ("COPY", alike), ("COPY", alike)]
        gone = [str(one.path) for job_type, planned in last if job_type == "DELETE" for one in planned]
        self._do(*last)
        if there is not None:
            self._scratch.astray.clear()
        self._read_lists([path.rpartition("/")[2] for path in gone if path.startswith("out/")])

    def _make(self, path: str) -> None:
        above, _, name = path.rpartition("/")
        if above and above not in self._tree.entries:
            return  # told as missing
        made = self._scratch.make_folder(name, self._id(above) if above else self._scratch.home, read=False)
        self._tree.entries[path] = Entry("folder", None, made, None, "folder-made")

    def _do(self, *jobs: tuple[str, Sequence[Planned]]) -> None:
        running = [self._watcher.submit(job_type, planned) for job_type, planned in jobs]
        self._watcher.follow(running)
        self._scratch.under_way[:] = [(one.type, one.history.job_id) for one in running if not one.history.finished]
        self._effects.compare(running)

    def _read_lists(self, gone: Sequence[str]) -> None:
        """Hold the lists of the scratch folder, whose content is known, against each other.

        Args:
            gone: names of what was deleted from the folder `out`.
        """
        out = {"file_id": self._id("out")}
        listed = self._service.call("list_folder", path=out, query={"limit": 100})
        check_pages(self._service, Collection("list_folder", path=out), brief=True)
        check_names(self._service, {"parent": self._id("out")}, listed, gone)
        above = self._outside.compare()
        inside = self._service.call("list_files", query={"parent": self._scratch.home, "limit": 100})
        top = [str(entry.id) for path, entry in self._tree.entries.items() if "/" not in path]
        self._service.report.hold(
            "same-content",
            {*top} <= {*inside.ids()},
            "list_files with parent lacks entries that list_folder has",
            expected=f"the {len(top)} entries",
            exchange=inside.exchange,
        )
        check_one_level(self._service, inside, above.ids())
        check_one_level(self._service, listed, inside.ids())

    # What there is to work with

    def _id(self, path: str) -> str:
        entry = self._tree.entries.get(path)
        # What is not there, as a finding says already, fails from here on as what never was.
        return entry.id if entry is not None and entry.id is not None else f"{0:024x}"

    def _files(self, folder: str) -> Iterator[str]:
        """Produce the paths of the files directly in a folder, in an order that is drawn."""
        found = [path for path, entry in self._tree.entries.items() if entry.kind == "file"]
        found = [path for path in found if path.rpartition("/")[0] == folder]
        self._rng.shuffle(found)
        yield from found

    def _find_sources(self) -> list[str]:
        """Return the ids of files of the project, also of those one folder below its root."""
        entries = list(self._outside.listed)
        folders: list[str] = []
        found: list[str] = []
        while entries and len(found) < SOURCES:
            entry = entries.pop(0)
            file_id = str(entry.get("id"))
            if file_id == self._scratch.home:
                pass
            elif kind_of(self._service, entry) == "file":
                self._crawler.note(entry)
                found.append(file_id)
            else:
                folders.append(file_id)
            if not entries and folders and not found:
                entries = self._crawler.content(folders.pop(0))
        if not found:
            self._service.report.note(
                f"{self._scratch.project} has no file to copy, so only folders were checked: put a file in it"
            )
        return found

    def _nothing(self) -> Planned:
        """Return an item that does not exist."""
        self._missing += 1
        name = f"missing-{self._missing}"
        source = f"{self._rng.getrandbits(96):024x}"
        return Planned(source, None, f"out/{name}", self._id("out"), name, "the source does not exist")

    def _mixed(self, planned: list[Planned]) -> list[Planned]:
        """Return items in an order that is drawn, with such among them as do not exist."""
        self._rng.shuffle(planned)
        for _ in range(self._rng.randint(1, 2)):
            planned.insert(self._rng.randint(0, len(planned)), self._nothing())
        return planned

    def _to(self, path: str, folder: str, name: str | None = None, fails: str | None = None) -> Planned:
        """Return the item that brings what is at a path to a folder."""
        to = f"{folder}/{name or path.rpartition('/')[2]}"
        return Planned(self._id(path), path, to, self._id(folder), name, fails)

    # The rounds

    def _copies_in(self, sources: Sequence[str]) -> Iterator[tuple[str, list[Planned]]]:
        """Produce the jobs that bring files in. Each names a file of the project once."""
        count = max(1, len(sources))
        for first in range(0, min(len(SOURCE_PLACES), MOST_JOBS * count) if sources else 1, count):
            planned = [
                Planned(source, None, f"{folder}/{name}", self._id(folder), name)
                for source, (folder, name) in zip(sources, SOURCE_PLACES[first:], strict=False)
            ]
            yield "COPY", self._mixed(planned)

    def _copies_out(self) -> list[Planned]:
        planned = [
            self._to("in/a", "out", "copy"),
            self._to("in/a/b", "in/other"),
            self._to(EMPTY, "out", fails="the destination does not exist"),
            self._to("in", "in/a", "inside", fails="a folder cannot be put into itself"),
        ]
        nowhere = f"{self._scratch.project}-sbg-bulk-contract-nothing"
        lost = Planned(self._id("in/other"), "in/other", "", fails="the project does not exist", project=nowhere)
        planned.append(lost)
        single = list(self._files("in/a/b"))[:1]
        planned += [self._outside.copy(self._id(path), self._tree.entries[path]) for path in single]
        planned[2] = evolve(planned[2], parent=f"{self._rng.getrandbits(96):024x}")
        for number, path in enumerate(self._files("in/a")):
            fails = None if number else "the destination is a file"
            # What has been copied has the name of its source still, to tell them apart when one is deleted.
            item = self._to(path, "out", None if number else "copied-0", fails)
            planned.append(item if fails is None else evolve(item, parent=item.source))
        # An item of a submission is named once.
        return self._mixed(list({one.source: one for one in reversed(planned)}.values()))

    def _moves_out(self) -> list[Planned]:
        planned = [self._to("in/f", "out", "f, moved")]
        for number, path in enumerate(self._files("in")):
            match number:
                case 0:
                    planned.append(self._to(path, "out", "moved.bam"))
                case 1:
                    planned.append(self._to(path, "out"))
                case 2:
                    item = self._to(path, "out", "stays.bam", "the destination is a file")
                    planned.append(evolve(item, parent=item.source))
        return self._mixed(planned)

    def _merge(self, outside: Planned | None) -> list[Planned]:
        """Move a folder to where one of its name is, with files of the same names in it; and what is in the way.

        Args:
            outside: moves what was copied out of the scratch folder into it; None if there is none.
        """
        planned = [self._to("in/a/b", "in/other"), self._nothing()]
        planned.append(self._to("in/other", "in/other/b", "inside", fails="a folder does not go into itself"))
        taken = "out/moved.bam" in self._tree.entries
        planned += [self._to(path, "out", "moved.bam") for path in [*self._files("in")][: 2 * taken]]
        return [*planned, *([] if outside is None else [outside])]

    def _deletions(self) -> Iterator[tuple[str, list[Planned]]]:
        """Produce a job of a folder with content, files and what does not exist, and one of a single thing."""
        single, *files = [Planned(self._id(path), path, "") for path in self._deleted()]
        yield "DELETE", self._mixed([Planned(self._id("out/copy"), "out/copy", ""), *files[:2]])
        yield "DELETE", [single]

    def _deleted(self) -> Iterator[str]:
        """Produce the paths of what is deleted one by one: not what a move is to clash with."""
        yield from (path for path in self._files("out") if path != "out/moved.bam")
        # The folder that has nothing else in it is to stay.
        yield from self._files("out/f, moved/g/h")
        yield "out/f, moved/g"
