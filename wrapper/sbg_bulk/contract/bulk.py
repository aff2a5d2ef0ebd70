"""Edits, updates and deletions of files in bulk, each read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.filters import ask, check_filtered_pages
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.started import errors, resources
from sbg_bulk.contract.tree import Crawler

KEY, OTHER_KEY = "sample_id", "case_id"
ODD = "Größe 50% a&b=c+d"
"""A tag that has to be encoded in a query."""

EDITED = "Edited, ü 5+%41&x.bam"
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
            self._update(first, second)
        if self._service.serves("bulk_delete_files"):
            self._delete(first, third)

    def _look(self) -> None:
        """See all the files again, with one request where lists tell all."""
        entries = Crawler(self._service).content(self._folder)
        self._seen = {str(one.get("id")): one for one in entries if {"tags", "metadata"} <= one.keys()}

    def _read(self, file: str) -> dict[str, Any]:
        body = self._seen.get(file) or self._service.call("get_file", path={"file_id": file}).body
        metadata = body.get("metadata")
        kept = {key: value for key, value in metadata.items() if value is not None} if metadata else {}
        return {"name": body.get("name"), "tags": sorted(body.get("tags") or []), "metadata": kept}

    def _edit(self, first: str, second: str, third: str) -> None:
        self._look()
        before = {one: self._read(one) for one in (first, second, third)}
        edits: list[dict[str, Any]] = [
            {"id": first, "name": EDITED, "tags": ["contract", "two words"]},
            {"id": NOTHING, "tags": ["contract"]},
            {"id": second, "metadata": {KEY: "contract-1", OTHER_KEY: "contract-2"}},
        ]
        self._change("bulk_edit_files", edits, 1)
        self._expect(first, before[first], "bulk-edit", name=EDITED, tags=["contract", "two words"])
        with_both = {**before[second]["metadata"], KEY: "contract-1", OTHER_KEY: "contract-2"}
        self._expect(second, before[second], "bulk-edit", metadata=with_both)
        self._expect(third, before[third], "bulk-edit")
        self._check_details(first)
        before = {one: self._read(one) for one in (first, second)}
        without = {key: value for key, value in with_both.items() if key != KEY}
        edits = [
            {"id": second, "metadata": {KEY: None}, "tags": ["kept"]},
            {"id": first, "tags": []},
            {"id": third, "name": EDITED},
        ]
        self._change("bulk_edit_files", edits, 1)
        self._expect(second, before[second], "bulk-edit", metadata=without, tags=["kept"])
        self._expect(first, before[first], "bulk-edit", tags=[])
        third_now = self._read(third)
        self._filter(first, second, third)
        self._service.report.hold(
            "bulk-errors",
            third_now["name"] != EDITED,
            "an edit gave a file a name that already exists",
            expected="an error, and the old name",
            came=str(third_now),
        )

    def _filter(self, first: str, second: str, third: str) -> None:
        """Filter by tags and metadata that are alike, just as they were set."""
        edits: list[dict[str, Any]] = [
            {"id": first, "tags": [ODD, "common"], "metadata": {KEY: "v-1", OTHER_KEY: "c-1"}},
            {"id": second, "tags": ["common", ODD.swapcase()], "metadata": {KEY: "v-10", OTHER_KEY: "c-1"}},
            {"id": third, "tags": [ODD[:6]], "metadata": {KEY: "V-1", OTHER_KEY: "c-2"}},
        ]
        self._service.call("bulk_edit_files", body={"items": edits})
        place = {"parent": self._folder}
        for query in (
            {"tag": [ODD]},
            {f"metadata.{KEY}": ["v-1"]},
            {"tag": [ODD[:6], "common"], f"metadata.{OTHER_KEY}": ["c-1"], f"metadata.{KEY}": ["V-1", "v-1", "c-1"]},
        ):
            ask(self._service, place, query, edits)
        check_filtered_pages(self._service, place, {"tag": [ODD[:6], ODD, ODD.swapcase()]}, edits)

    def _update(self, first: str, second: str) -> None:
        """Update two files, of which the second has tags and metadata."""
        self._look()
        before = {one: {**self._read(one), "tags": [], "metadata": {}} for one in (first, second)}
        updates = [
            {"id": first, "tags": ["contract"]},
            {"id": NOTHING, "tags": []},
            {"id": second, "metadata": {KEY: "contract-3"}},
        ]
        self._change("bulk_update_files", updates, 1)
        self._expect(first, before[first], "bulk-update", tags=["contract"])
        self._expect(second, before[second], "bulk-update", metadata={KEY: "contract-3"})

    def _delete(self, first: str, third: str) -> None:
        folder = self._scratch.make_folder("full", self._scratch.home, read=False)
        inside = self._scratch.make_folder("inside", folder, read=False)
        self._change("bulk_delete_files", [third, NOTHING, folder], 2)
        left = [str(one.get("id")) for one in Crawler(self._service).content(self._folder)]
        kept = [one for one in self._files if one != third]
        self._service.report.hold(
            "bulk-delete",
            sorted(left) == sorted(kept),
            "the folder of a file that was deleted in bulk has other entries than those that are left",
            expected=", ".join(sorted(kept)),
            came=", ".join(sorted(left)),
        )
        for file, there in ((third, False), (first, True), (folder, True), (inside, True)):
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

    def _change(self, name: str, items: Sequence[Any], failing: int) -> None:
        """Make a bulk call, and check that there is an entry for each item."""
        key = "file_ids" if name == "bulk_delete_files" else "items"
        answer: Answer = self._service.call(name, body={key: list(items)})
        done = [*resources(answer)]
        self._look()
        self._service.report.hold(
            "bulk-errors",
            answer.ok and errors(answer) == failing and len(done) == len(items) - failing,
            f"{name} lacks an entry for a file, or an error for an item that must fail",
            expected=f"{len(items) - failing} files and {failing} errors",
            exchange=answer.exchange,
        )
        if name != "bulk_delete_files":
            self._compare(name, items, done, answer)

    def _compare(
        self, name: str, items: Sequence[Mapping[str, Any]], done: Sequence[Mapping[str, Any]], answer: Answer
    ) -> None:
        """Check that the entries show the files as they are now."""
        by_id = {one.get("id"): one for one in done}
        for item in items:
            told = by_id.get(item["id"], {})
            right = all(told[key] == item[key] for key in ("name", "tags") if key in item and key in told)
            self._service.report.hold(
                "bulk-edit" if name == "bulk_edit_files" else "bulk-update",
                right,
                f"an entry of {name} does not show the change",
                expected=str(item),
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
        for name in NAMED:
            kept = name not in changed
            self._service.report.hold(
                "bulk-edit-keeps" if kept and promise == "bulk-edit" else promise,
                found[name] == (sorted(wanted[name]) if name == "tags" else wanted[name]),
                f"the {name} of a file {'changed' if kept else 'is not what was set'}",
                expected=str(wanted[name]),
                came=str(found[name]),
            )


def check_bulk(service: Service, scratch: Scratch, folder: str, files: Sequence[str]) -> None:
    """Edit, update and delete files in bulk.

    Args:
        service: the service.
        scratch: the scratch folder.
        folder: the folder in it that has the files.
        files: copies; three are needed.
    """
    _Bulk(service, scratch, folder, files).run()
