"""Imports from volumes and exports to them, with what they leave in the scratch folder and on the volume read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.started import EXPORT, IMPORT, Started, Starter, errors
from sbg_bulk.contract.storage import Volumes
from sbg_bulk.contract.transfer_lists import check_lists
from sbg_bulk.contract.tree import Crawler, Entry

NAMED = "Named, ü 5+%41&x.dat"
COPY_ONLY = {"copy_only": "true"}

Place = tuple[str, str]
"""A volume and a location on it."""


def alias_of(details: Mapping[str, Any]) -> Place | None:
    """Return what a file is an alias of; None if its content is the platform's."""
    storage = details.get("storage")
    if not isinstance(storage, Mapping) or str(storage.get("type")).upper() != "VOLUME":
        return None
    return str(storage.get("volume")), str(storage.get("location"))


@define
class Imports:
    """Imports into the scratch folder.

    Args:
        service: the service.
        scratch: the scratch folder.
        volumes: what there is to import.
        seed: what is drawn with.

    Attributes:
        aliases: the ids of files that were imported.
    """

    _service: Service
    _scratch: Scratch
    _volumes: Volumes
    _seed: int
    aliases: list[str] = field(factory=list)
    _folder: str = ""
    _all: list[Started] = field(factory=list)

    def run(self) -> None:
        """Import objects, a folder, and what is not there; then once more where the names are taken."""
        starter = Starter(self._service, IMPORT)
        found = self._volumes.with_objects(self._seed)
        if found is None:
            self._service.report.note("no volume has an object, so imports were not checked")
            return
        volume, locations = found
        first, second, third = (locations[number % len(locations)] for number in range(3))
        self._folder = self._scratch.make_folder("imports", self._scratch.home, read=False)
        items = [self._item(volume, first, NAMED), self._item(volume, second, "other.dat")]
        wanted = {NAMED: [first], "other.dat": [second], third.rpartition("/")[2]: [third]}
        started = self._start_some(starter, volume, items)
        started += starter.start_all([self._item(volume, third)])
        gone = starter.start(self._item(volume, f"sbg-bulk-contract/{NOTHING}", "gone.dat"))
        self._follow(starter, started, gone)
        self._expect(volume, wanted, "import-effects", started)
        self._clashes(starter, volume, wanted, first, second)
        self._import_folder(starter)
        check_lists(self._service, starter, self._all, volume, project=self._scratch.project)

    def _item(self, volume: str, location: str, name: str | None = None, **flags: bool) -> dict[str, Any]:
        named = {} if name is None else {"name": name}
        source = {"volume": volume, "location": location}
        return {"source": source, "destination": {"parent": self._folder, **named}, **flags}

    def _follow(self, starter: Starter, started: Sequence[Started], failing: Started | None) -> None:
        """Follow jobs, of which one is to fail unless it was refused already."""
        starter.follow([*started, *filter(None, [failing])])
        self._all += [*started, *filter(None, [failing])]
        for one in started:
            self._service.report.hold(
                "import-effects",
                one.completed,
                "a valid import did not end as COMPLETED",
                expected="COMPLETED",
                came=str(one.last),
            )
        self._service.report.hold(
            "transfer-fails",
            failing is None or not failing.completed,
            "an invalid import ended as COMPLETED",
            expected="FAILED, or a refusal",
            came=str(failing and failing.last),
        )

    def _start_some(self, starter: Starter, volume: str, items: list[dict[str, Any]]) -> list[Started]:
        """Start imports with one call, beside an item of no volume: it may refuse that one, or the whole."""
        if not self._service.serves("bulk_start_imports"):
            return starter.start_all(items)
        nowhere = f"{volume.partition('/')[0]}/sbg-bulk-contract-nothing"
        before = {one.get("id") for one in starter.listed(volume=volume)}
        answer, taken = starter.bulk([items[0], self._item(nowhere, "x", "bad.dat"), *items[1:]])
        hold = self._service.report.hold
        if not answer.ok:
            after = {one.get("id") for one in starter.listed(volume=volume)}
            hold(
                "starts",
                after == before or not self._service.alone,
                "a refused call started imports",
                expected="none of them",
                exchange=answer.exchange,
            )
            return starter.start_all(items)
        failed = errors(answer)
        hold(
            "bulk-errors",
            len(taken) + failed == len(items) + 1 and failed <= 1,
            f"{answer.operation} did not return an entry for each item",
            expected=f"{len(items)} imports, and an error",
            exchange=answer.exchange,
        )
        bad = [one for one in taken if one.sent.get("source", {}).get("volume") == nowhere]
        starter.follow(bad)
        hold(
            "transfer-fails",
            not any(one.completed for one in bad),
            "an invalid import ended as COMPLETED",
            expected="an error",
            exchange=answer.exchange,
        )
        return [one for one in taken if one not in bad]

    def _clashes(self, starter: Starter, volume: str, wanted: dict[str, list[str]], first: str, second: str) -> None:
        """Import to names that are taken: refused, renamed, or in place of what has the name."""
        taken = starter.start(self._item(volume, second, NAMED))
        renamed, over = starter.start_all(
            [
                self._item(volume, first, NAMED, autorename=True),
                self._item(volume, first, "other.dat", overwrite=True),
            ]
        )
        starter.follow([one for one in (taken, renamed, over) if one is not None])
        self._all += [one for one in (taken, renamed, over) if one is not None]
        hold = self._service.report.hold
        for what, right, one in (
            ("to a name that already exists ended as COMPLETED", taken is None or not taken.completed, taken),
            (
                "with autorename got no other name",
                renamed.completed and renamed.made.get("name") not in (NAMED, None),
                renamed,
            ),
            ("with overwrite did not replace the file with its name", over.completed, over),
        ):
            hold("import-clash", right, f"an import {what}", expected="another end", came=str(one and one.last))
        if renamed.completed:
            wanted.setdefault(str(renamed.made.get("name")), []).append(first)
        if over.completed:
            wanted["other.dat"] = [first]
        self._expect(volume, wanted, "import-clash", [renamed, over])

    def _expect(self, volume: str, wanted: Mapping[str, list[str]], promise: str, started: Sequence[Started]) -> None:
        """Compare the folder of the imports with what should be in it."""
        hold = self._service.report.hold
        crawler = Crawler(self._service)
        expected = sorted(name for name, places in wanted.items() for _ in places)
        entries = crawler.settled(lambda: crawler.content(self._folder), lambda now: _names(now) == expected)
        found = {str(one.get("name")): str(one.get("id")) for one in entries}
        names = _names(entries)
        right = hold(
            promise,
            names == expected,
            "imported files do not have the requested names",
            expected=", ".join(sorted(wanted)),
            came=", ".join(names),
        )
        self.aliases = list(found.values())
        for one in started:
            hold(
                "transfer-outcome",
                not one.completed or one.made.get("id") in found.values(),
                "an import names a different file than it created",
                expected="the id of the new file",
                came=str(one.last),
            )
        for name, places in wanted.items() if right else ():
            details = self._service.call("get_file", path={"file_id": found[name]})
            hold(
                promise,
                details.field("storage") is None or alias_of(details.body) in [(volume, place) for place in places],
                "an imported file is not an alias of the object",
                expected=f"storage of the type VOLUME, with {volume} and {places[0]}",
                exchange=details.exchange,
            )

    def _import_folder(self, starter: Starter) -> None:
        """Import a folder, if there is one that is small."""
        folder = self._volumes.small_folder()
        if folder is None:
            self._service.report.note("no volume has a small folder, so importing a folder was not checked")
            return
        volume, location, keys = folder
        place = self._scratch.make_folder("imported", self._scratch.home, read=False)
        item = {"source": {"volume": volume, "location": location}, "destination": {"parent": place, "name": "whole"}}
        started = starter.start_all([{**item, "preserve_folder_structure": True}])
        starter.follow(started)
        crawler, expected = Crawler(self._service), sorted(f"whole/{key.removeprefix(location)}" for key in keys)
        tree = crawler.settled(lambda: crawler.crawl(place), lambda now: _files(now) == expected)
        files = {path: one.id for path, entries in tree.items() for one in entries if one.kind == "file"}
        found = _files(tree)
        self._service.report.hold(
            "import-folder",
            found == expected,
            "a folder was imported without some of its contents, or to another place",
            expected=f"{len(keys)} files in the folder whole",
            came=", ".join(found),
        )
        for path in [
            one for one in found if one.removeprefix("whole/") in {key.removeprefix(location) for key in keys}
        ][-1:]:
            details = self._service.call("get_file", path={"file_id": str(files[path])})
            key = location + path.removeprefix("whole/")
            self._service.report.hold(
                "import-folder",
                details.field("storage") is None or alias_of(details.body) == (volume, key),
                "a file in an imported folder is not an alias of its object",
                expected=f"storage of the type VOLUME, with {volume} and {key}",
                exchange=details.exchange,
            )


def _names(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted(str(one.get("name")) for one in entries)


def _files(tree: Mapping[str, Sequence[Entry]]) -> list[str]:
    return sorted(path for path, entries in tree.items() for one in entries if one.kind == "file")


@define
class Exports:
    """Exports of files of the scratch folder.

    Args:
        service: the service.
        scratch: the scratch folder.
        volumes: the user's volumes.
        volume: the volume that may be written to.
        files: copies in the scratch folder; three are needed.
        aliases: aliases of objects, which cannot be exported.
        names: the names of the copies, by their ids.
    """

    _service: Service
    _scratch: Scratch
    _volumes: Volumes
    _volume: str
    _files: Sequence[str]
    _aliases: Sequence[str]
    _names: Mapping[str, str]

    def run(self) -> None:
        """Export files, keeping them and not, and what cannot be exported; then once more where the key is taken."""
        starter = Starter(self._service, EXPORT)
        kept, other, given = self._files[:3]
        before = self._service.call("get_file", path={"file_id": given}).body
        where = f"{self._scratch.name}/"
        items = [self._item(kept, f"{where}kept.bam"), self._item(other, f"{where}deep/er/other.bam")]
        # Told also if the check ends before they are there.
        self._service.report.note(f"three objects were exported to {self._volume}/{where}: delete them by hand")
        started = starter.start_all(items, COPY_ONLY)
        gives = starter.start(self._item(given, f"{where}given.bam"))
        started += [] if gives is None else [gives]
        self._follow(starter, started)
        self._expect_objects({f"{where}kept.bam", f"{where}deep/", f"{where}given.bam"})
        # Whether the alias has the id of the file still is not documented.
        given, was = str((gives.made.get("id") if gives is not None else None) or given), given
        self._names = {**self._names, given: self._names[was]}
        self._expect_storage({kept: None, other: None, given: (self._volume, f"{where}given.bam")}, before)
        if gives is not None and gives.made.get("storage") is not None:
            self._service.report.hold(
                "export-alias",
                alias_of(gives.made) == (self._volume, f"{where}given.bam"),
                "the result of an export without copy_only is not the alias",
                expected=f"storage of the type VOLUME, with {where}given.bam",
                came=str(gives.made),
            )
        over = starter.start_all([{**self._item(other, f"{where}kept.bam"), "overwrite": True}], COPY_ONLY)
        self._follow(starter, over)
        doomed = [
            ("export-clash", "to an existing object", self._item(other, f"{where}given.bam")),
            ("export-refused", "of a folder", self._item(self._scratch.home, f"{where}folder")),
            ("export-refused", "of a file that has become an alias", self._item(given, f"{where}again.bam")),
        ]
        doomed += [
            ("export-refused", "of an imported file", self._item(alias, f"{where}alias.bam"))
            for alias in self._aliases[:1]
        ]
        doomed += [
            ("export-refused", "to a read-only volume", self._item(other, f"{where}x.bam", volume))
            for volume in self._volumes.ids
            if not self._volumes.writable(volume)
        ][:1]
        doing = [starter.start(item, COPY_ONLY) for _, _, item in doomed]
        starter.follow([one for one in doing if one is not None])
        for (promise, what, _), one in zip(doomed, doing, strict=True):
            self._service.report.hold(
                promise,
                one is None or not one.completed,
                f"an export {what} ended as COMPLETED",
                expected="FAILED, or a refusal",
                came=str(one and one.last),
            )
            started += [] if one is None else [one]
        self._expect_objects({f"{where}kept.bam", f"{where}deep/", f"{where}given.bam"})
        check_lists(self._service, starter, started, self._volume)

    def _item(self, file: str, location: str, volume: str | None = None) -> dict[str, Any]:
        return {"source": {"file": file}, "destination": {"volume": volume or self._volume, "location": location}}

    def _follow(self, starter: Starter, started: Sequence[Started]) -> None:
        starter.follow(started)
        for one in started:
            self._service.report.hold(
                "export-effects",
                one.completed,
                "a valid export did not end as COMPLETED",
                expected="COMPLETED",
                came=str(one.last),
            )

    def _expect_objects(self, wanted: set[str]) -> None:
        locations, prefixes, page, _ = self._volumes.listed(self._volume, prefix=f"{self._scratch.name}/")
        shown = {*locations, *prefixes}
        # Where lists do not end at the next slash, all that is below is listed.
        shown = {"/".join([*one.split("/")[:2], ""]) if one.count("/") > 1 else one for one in shown}
        self._service.report.hold(
            "export-effects",
            shown == wanted,
            "the objects on the volume are not those that were exported",
            expected=", ".join(sorted(wanted)),
            came=", ".join(sorted(shown)),
            exchange=page.exchange,
        )

    def _expect_storage(self, wanted: Mapping[str, Place | None], before: Mapping[str, Any]) -> None:
        for file, place in wanted.items():
            details = self._service.call("get_file", path={"file_id": file})
            told = alias_of(details.body)
            self._service.report.hold(
                "export-keeps" if place is None else "export-alias",
                details.ok and (details.field("storage") is None or told == place),
                "a file exported with copy_only is no longer on the platform's storage"
                if place is None
                else "a file exported without copy_only is not an alias of the object",
                expected="storage of the type PLATFORM" if place is None else f"storage with {place[0]} and {place[1]}",
                exchange=details.exchange,
            )
            different = disagreement(before, details.body).split(", ")
            lost = {"tags", "metadata", "size"} & {*different} if file == before.get("id") else set()
            self._service.report.hold(
                "export-alias",
                not lost,
                f"a file that has become an alias has other {', '.join(sorted(lost))}",
                expected=str({one: before[one] for one in lost}),
                exchange=details.exchange,
            )
            name = self._names.get(file)
            self._service.report.hold(
                "export-alias",
                name is None or details.field("name") == name,
                "an exported file has a different name",
                expected=str(name),
                exchange=details.exchange,
            )
