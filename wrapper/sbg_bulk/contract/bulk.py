"""Edits, updates and deletions of files in bulk, each read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.filters import ask, check_filtered_pages
from sbg_bulk.contract.refusals import refused
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.started import errors, resources
from sbg_bulk.contract.tree import Crawler

KEY, OTHER_KEY = "sample_id", "case_id"
ODD = "Größe 50% a&b=c+d"
"""A tag that has to be encoded in a query."""

EDITED = "Edited, ü 5+%41&x.bam"
UPDATED = "Updated, ü.BAM"

LONGEST = "ü" * 250 + ", 5+%"
"""The name of a folder, of 255 letters."""

ODD_KEY = "Case Größe"
"""A key of metadata with both cases, a space and what is not ASCII."""

LONG = "  Wert ü" + "ß" * 140 + "x" * 10 + " "
"""A value of metadata of 300 bytes, the most that there may be, with spaces at its ends."""

CROWD = 30
"""Files that do not exist, among those that do: all of a call are dealt with, also after those that fail."""

KEPT = ("size", "created_on", "origin", "storage", "project", "parent", "type")
"""What no change in bulk changes."""
NAMED = ("name", "tags", "metadata")


@define
class _Bulk:
    _service: Service
    _scratch: Scratch
    _folder: str
    _files: Sequence[str]
    _seen: dict[str, Mapping[str, Any]] = field(factory=dict)

    def run(self) -> None:
        """Edit, update and delete copies in the scratch folder."""
        first, second, third = self._files[:3]
        if self._service.serves("bulk_edit_files"):
            self._edit(first, second, third)
        if self._service.serves("bulk_update_files"):
            self._update(first, second, third)
        if self._service.serves("bulk_delete_files"):
            self._delete(third)

    def _look(self) -> None:
        """See all the files again, with one request where lists tell all."""
        entries = Crawler(self._service).content(self._folder)
        self._seen = {str(one.get("id")): one for one in entries if {"tags", "metadata"} <= one.keys()}

    def _read(self, file: str) -> dict[str, Any]:
        body = self._seen.get(file) or self._service.call("get_file", path={"file_id": file}).body
        return _comparable(body)

    def _edit(self, first: str, second: str, third: str) -> None:
        self._look()
        before = {one: self._read(one) for one in self._files}
        edits: list[dict[str, Any]] = [
            {"id": first, "name": EDITED, "tags": ["Contract", "two words"]},
            *_crowd(),
            {"id": second, "metadata": {KEY: LONG, OTHER_KEY: "a" * 300, ODD_KEY: "x"}},
        ]
        self._change("bulk_edit_files", edits, CROWD)
        self._expect(first, before[first], "bulk-edit", name=EDITED, tags=["Contract", "two words"])
        with_all = {**before[second]["metadata"], KEY: LONG, OTHER_KEY: "a" * 300, ODD_KEY: "x"}
        self._expect(second, before[second], "bulk-edit", metadata=with_all)
        for other in self._files[2:]:
            self._expect(other, before[other], "bulk-edit")
        self._check_details(first)
        before = {one: self._read(one) for one in (first, second)}
        without = {key: value for key, value in with_all.items() if key != KEY}
        edits = [
            {"id": second, "metadata": {KEY: None}, "tags": ["kept"], "name": ""},
            {"file_id": first, "tags": [], "metadata": None, "name": None},
            {"id": third, "name": EDITED},
        ]
        self._change("bulk_edit_files", edits, 1)
        self._expect(second, before[second], "bulk-edit", metadata=without, tags=["kept"])
        self._expect(first, before[first], "bulk-edit", tags=[])
        third_now = self._read(third)
        self._service.report.hold(
            "bulk-errors",
            third_now["name"] != EDITED,
            "an edit gave a file a name that already exists",
            expected="an error, and the old name",
            came=str(third_now),
        )
        self._filter(first, second, third)
        self._exceed(first, second, third)

    def _exceed(self, first: str, second: str, third: str) -> None:
        """Set what is longer than may be, and what has no id beside what has one: nothing comes of either."""
        self._look()
        before = {one: self._read(one) for one in (first, second, third)}
        edits: list[dict[str, Any]] = [
            {"id": first, "metadata": {KEY: "ß" * 151}},
            {"id": second, "metadata": {"k" * 101: "x"}},
            # What leaves out all stays as it is.
            {"id": third, "tags": None, "metadata": {}},
        ]
        answer = self._service.call("bulk_edit_files", body={"items": edits})
        wrong = {"items": [{"id": third, "tags": ["refused"]}, {"id": "", "tags": []}]}
        refused(self._service, "bad-body", self._service.call("bulk_edit_files", body=wrong), "with an empty id", 400)
        self._look()
        for file in (first, second, third):
            self._service.report.hold(
                "bulk-errors",
                self._read(file) == before[file],
                "an edit that must fail, or changes nothing, changed a file",
                expected=str(before[file])[:300],
                came=str(self._read(file))[:300],
                exchange=answer.exchange,
            )

    def _filter(self, first: str, second: str, third: str) -> None:
        """Filter by tags and metadata that are alike, just as they were set."""
        edits: list[dict[str, Any]] = [
            {"id": first, "tags": [ODD, "common"], "metadata": {KEY: "Wert ü-1", ODD_KEY: "c-1"}},
            {"id": second, "tags": ["common", ODD.swapcase()], "metadata": {KEY: "Wert ü-10", ODD_KEY: "c-1"}},
            {"id": third, "tags": [ODD[:6]], "metadata": {KEY: "WERT Ü-1", ODD_KEY: "c-2"}},
        ]
        self._service.call("bulk_edit_files", body={"items": edits})
        place = {"parent": self._folder}
        entries = [{**one, "name": self._read(str(one["id"]))["name"]} for one in edits]
        for query in (
            {"tag": [ODD], "name": [str(entries[0]["name"])]},
            {f"metadata.{KEY}": ["Wert ü-1"]},
            {
                "tag": [ODD[:6], "common"],
                f"metadata.{ODD_KEY}": ["c-1"],
                f"metadata.{KEY}": ["WERT Ü-1", "Wert ü-1", "c-1"],
            },
        ):
            ask(self._service, place, query, entries)
        check_filtered_pages(self._service, place, {"tag": [ODD[:6], ODD, ODD.swapcase()]}, entries)

    def _update(self, first: str, second: str, third: str) -> None:
        """Update files, of which the second has tags and metadata, and the third is to get a name that is taken."""
        self._look()
        before = {one: {**self._read(one), "tags": [], "metadata": {}} for one in (first, second)}
        kept = self._read(third)["name"]
        updates = [
            {"id": first, "tags": ["contract"], "name": UPDATED},
            *_crowd(),
            {"id": third, "name": before[second]["name"]},
            {"id": second, "metadata": {KEY: "contract-3"}},
        ]
        self._change("bulk_update_files", updates, CROWD + 1)
        self._expect(first, before[first], "bulk-update", tags=["contract"], name=UPDATED)
        self._expect(second, before[second], "bulk-update", metadata={KEY: "contract-3"})
        self._service.report.hold(
            "bulk-errors",
            self._read(third)["name"] == kept,
            "an update gave a file a name that already exists",
            expected=str(kept),
            came=str(self._read(third)),
        )

    def _read_in_bulk(self, files: Sequence[str], gone: str) -> None:
        """Read files with one call, among what does not exist, and hold them against what lists say of them."""
        if not self._service.serves("bulk_get_files"):
            return
        ids = [files[0], *(one["id"] for one in _crowd()), *files[1:], gone]
        answer = self._service.call("bulk_get_files", body={"file_ids": ids})
        found = {str(one.get("id")): one for one in resources(answer)}
        different = {name for one in files for name in _differences(self._seen.get(one, {}), found.get(one, {}))}
        self._service.report.hold(
            "bulk-read",
            answer.ok and found.keys() == {*files} and errors(answer) == len(ids) - len(files) and not different,
            "bulk_get_files and the list of the folder differ",
            expected=f"{len(files)} files as they are listed, and {len(ids) - len(files)} errors",
            came=f"differences in {', '.join(sorted(different))}: {answer.exchange}" if different else None,
            exchange=answer.exchange,
        )

    def _delete(self, third: str) -> None:
        folder = self._scratch.make_folder(LONGEST, self._scratch.home, read=False)
        inside = self._scratch.make_folder("inside", folder, read=False)
        empty = self._scratch.make_folder("Copies", self._scratch.home, read=False, kind="FOLDER")
        body = {"name": self._read(self._files[1])["name"], "type": "folder", "parent": self._folder}
        taken = self._service.call("create_folder", body=body)
        refused(self._service, "name-taken", taken, "with the name of a file", 409)
        wrong = {"file_ids": [third, ""]}
        refused(self._service, "bad-body", self._service.call("bulk_delete_files", body=wrong), "with an empty id", 400)
        seen = self._service.call("get_file", path={"file_id": third})
        self._service.report.hold(
            "bulk-delete",
            seen.ok,
            "a refused bulk deletion deleted a file",
            expected="the file",
            exchange=seen.exchange,
        )
        crowd = [one["id"] for one in _crowd()]
        refused_too = self._change("bulk_delete_files", [third, *crowd, folder, empty], len(crowd) + 1, open_=1)
        left = [str(one.get("id")) for one in Crawler(self._service).content(self._folder)]
        kept = [one for one in self._files if one != third]
        self._service.report.hold(
            "bulk-delete",
            sorted(left) == sorted(kept),
            "the folder of a file that was deleted in bulk has other entries than those that are left",
            expected=", ".join(sorted(kept)),
            came=", ".join(sorted(left)),
        )
        self._read_in_bulk(kept, third)
        # Whether an empty folder can be deleted in bulk is a guess.
        for file, there in ((third, False), (empty, refused_too > 0), (inside, True)):
            read = self._service.call("get_file", path={"file_id": file})
            self._service.report.hold(
                "bulk-delete",
                read.ok if there else read.status == 404,
                "a bulk deletion deleted something else, or a folder that was not empty"
                if there
                else "a file or folder deleted in bulk can still be read",
                expected="the file or folder" if there else "404",
                exchange=read.exchange,
            )

    def _change(self, name: str, items: Sequence[Any], failing: int, *, open_: int = 0) -> int:
        """Make a bulk call, and check that there is an entry for each item. Return how many failed that may.

        Args:
            name: the call.
            items: what is to be done.
            failing: how many of them fail.
            open_: how many more may.
        """
        key = "file_ids" if name == "bulk_delete_files" else "items"
        answer: Answer = self._service.call(name, body={key: list(items)})
        done, more = [*resources(answer)], errors(answer) - failing
        self._look()
        self._service.report.hold(
            "bulk-errors",
            answer.ok and 0 <= more <= open_ and len(done) == len(items) - failing - more,
            f"{name} lacks an entry for a file, or an error for an item that must fail",
            expected=f"{len(items) - failing} files and {failing} errors",
            exchange=answer.exchange,
        )
        if name != "bulk_delete_files":
            self._compare(name, items, done, answer)
        return more

    def _compare(
        self, name: str, items: Sequence[Mapping[str, Any]], done: Sequence[Mapping[str, Any]], answer: Answer
    ) -> None:
        """Check that the entries show the files as they are now."""
        by_id = {one.get("id"): one for one in done}
        for item in items:
            # The tables of the documentation have another name for it.
            own = item.get("id") or item["file_id"]
            told, now = by_id.get(own, {}), self._seen.get(str(own), {})
            different = _differences(now, told)
            self._service.report.hold(
                "bulk-edit" if name == "bulk_edit_files" else "bulk-update",
                not different,
                f"an entry of {name} does not show the file as it is now: {', '.join(different)}",
                expected=str({one: now[one] for one in different}),
                exchange=answer.exchange,
            )

    def _check_details(self, file: str) -> None:
        """Check that the details of an edited file are what its entry is."""
        entry = self._read(file)
        self._seen.pop(file, None)
        told = self._read(file)
        self._service.report.hold(
            "bulk-edit",
            told == entry,
            "the details of an edited file and its entry differ",
            expected=str(entry),
            came=str(told),
        )

    def _expect(self, file: str, before: Mapping[str, Any], promise: str, **changed: Any) -> None:
        """Check that a file has what has changed, and the rest as it was."""
        wanted, found = {**before, **changed}, self._read(file)
        for name in (*NAMED, *KEPT):
            kept = name not in changed
            self._service.report.hold(
                "bulk-edit-keeps" if kept and promise == "bulk-edit" else promise,
                found[name] == (sorted(wanted[name]) if name == "tags" else wanted[name]),
                f"the {name} of a file {'changed' if kept else 'is not what was set'}",
                expected=str(wanted[name]),
                came=str(found[name]),
            )


def _crowd() -> list[dict[str, str]]:
    return [{"id": f"{number:024x}"} for number in range(CROWD)]


def _comparable(file: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be compared of a file: no tags and no metadata are told in several ways."""
    metadata = file.get("metadata")
    kept = {key: value for key, value in metadata.items() if value is not None} if metadata else {}
    found = {"name": file.get("name"), "tags": sorted(file.get("tags") or []), "metadata": kept}
    return found | {name: file.get(name) for name in KEPT}


def _differences(file: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    """Return the properties that both have and that differ."""
    ours, theirs = _comparable(file), _comparable(told)
    return [name for name in ours if name in file and name in told and ours[name] != theirs[name]]


def check_bulk(service: Service, scratch: Scratch, folder: str, files: Sequence[str]) -> None:
    """Edit, update and delete files in bulk.

    Args:
        service: the service.
        scratch: the scratch folder.
        folder: the folder in it that has the files.
        files: copies; three are needed.
    """
    _Bulk(service, scratch, folder, files).run()
