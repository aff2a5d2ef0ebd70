"""What another user may do in the scratch folder: nothing."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from sbg_bulk.contract.access import is_member
from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.known import READERS, Known
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.started import resources
from sbg_bulk.contract.tree import Crawler
from sbg_bulk.contract.watching import SUBMITTERS

PAUSE, MOST_LOOKS = 0.5, 20
"""Seconds between looks at what another user has submitted, and how many there are."""


@define
class Others:
    """Another user, who is no member of the project.

    Args:
        service: the service.
        scratch: the scratch folder.
        known: what there is.
        token: the token of that user.

    Attributes:
        made: the names of folders that were made for it.
    """

    _service: Service
    _scratch: Scratch
    _known: Known
    _token: str
    made: list[str] = field(factory=list, init=False)
    _place: str | None = field(default=None, init=False)
    _kept: str = field(default="", init=False)
    _jobs: list[tuple[str, str]] = field(factory=list, init=False)

    def try_all(self) -> None:
        """Try to write: into a folder, to what is in it, and to a file, which would be given what it has."""
        if is_member(self._service, self._known, self._token):
            return
        self._place = self._scratch.make_folder("private", self._scratch.home, read=False)
        self.made = ["private"]
        self._kept = self._scratch.make_folder("kept", self._place, read=False)
        self._refuse("create_folder", {"name": "made", "type": "folder", "parent": self._place})
        item = {"file": self._kept, "parent": self._place, "name": "taken"}
        for job_type, body in (("COPY", item), ("MOVE", item), ("DELETE", {"file": self._kept})):
            # It is a job of that user's own; what is wrong with its items is for the job to find out.
            answer = self._call(SUBMITTERS[job_type], {"items": [body]})
            self._jobs += [(job_type, str(answer.field("id")))] if answer.ok else []
        if self._service.serves("bulk_delete_files"):
            self._refuse("bulk_delete_files", {"file_ids": [self._kept]})
        if self._known.file is None:
            return
        if self._service.serves("bulk_get_files"):
            self._refuse("bulk_get_files", {"file_ids": [self._known.file]})
        file = self._service.call("get_file", path={"file_id": self._known.file})
        # It would get what it has.
        same = {"id": self._known.file, "tags": file.field("tags"), "metadata": file.field("metadata")}
        for name in ("bulk_edit_files", "bulk_update_files"):
            if self._service.serves(name) and isinstance(same["tags"], list) and isinstance(same["metadata"], dict):
                self._refuse(name, {"items": [same]})
        self._try_transfers()

    def _try_transfers(self) -> None:
        """Try to bring objects into the folder, and to read what was started: by single calls and in bulk."""
        serves, made = self._service.serves, self._service.made
        volume = self._known.volume or "sbg-bulk-contract/nothing"
        started = {"source": {"volume": volume, "location": "nothing.bam"}, "destination": {"parent": self._place}}
        if serves("list_imports"):
            self._refuse("start_import", started)
            if serves("bulk_start_imports"):
                self._refuse("bulk_start_imports", {"items": [started]})
        for name, ids, reader in (
            ("bulk_get_imports", "import_ids", "get_import"),
            ("bulk_get_exports", "export_ids", "get_export"),
        ):
            if serves(name) and reader in made:
                self._refuse(name, {ids: [made[reader]]})

    def compare(self) -> None:
        """See what came of it, when the jobs have ended."""
        if self._place is None:
            return
        for job_type, job_id in self._jobs:
            for _ in range(MOST_LOOKS):
                read = self._service.call(READERS[job_type], path={"job_id": job_id}, token=self._token)
                # That it cannot be read is not what is asked here.
                if not read.ok or read.field("state") == "FINISHED":
                    break
                self._service.wait(PAUSE)
        crawler, place = Crawler(self._service), self._place
        entries = crawler.settled(lambda: crawler.content(place), bool)
        found = sorted((str(one.get("id")), str(one.get("name"))) for one in entries)
        self._service.report.hold(
            "private",
            found == [(self._kept, "kept")],
            "another user changed the contents of your folder",
            expected="the folder as it was",
            came=", ".join(name for _, name in found) or "nothing in it",
        )

    def _call(self, name: str, body: Any) -> Answer:
        return self._service.call(name, body=body, token=self._token)

    def _refuse(self, name: str, body: Any) -> None:
        answer = self._call(name, body)
        done = answer.ok and (name in ("create_folder", "start_import") or any(True for _ in resources(answer)))
        self._service.report.hold(
            "private",
            not done,
            f"{name} lets another user read or change your data",
            expected="403 or 404, or an error entry",
            exchange=answer.exchange,
        )
