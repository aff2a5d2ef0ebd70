"""The scratch folder: all that a check makes and changes is in it, and it is deleted in the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import field, frozen

from sbg_bulk.contract.known import READERS
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.stops import AbandonError, CannotCheck

CLEANING_CALLS = 150

PREFIX = "sbg-bulk-contract-"
"""What the name of a scratch folder begins with."""

HURRIED = 30.0
"""Seconds that the deletion may take if the check ends early, for example with Ctrl-C."""

UNANSWERED = 5.0
"""Seconds in which something may still appear that was asked for just before the check ended."""


@frozen
class Scratch:
    """The scratch folder.

    Attributes:
        service: the service.
        project: the project that it is in.
        name: its name.
        home: its id.
        folders: the ids of folders in it, by their names.
        astray: names of files that were put into the root of the project.
        under_way: the type and the id of each job that may still put one there; an empty id until it is known.
    """

    service: Service
    project: str
    name: str
    home: str
    folders: dict[str, str] = field(factory=dict)
    astray: list[str] = field(factory=list)
    under_way: list[tuple[str, str]] = field(factory=list)

    def make_folder(self, name: str, parent: str, *, read: bool = True, kind: str = "folder") -> str:
        """Make a folder and return its id.

        Args:
            name: its name.
            parent: the folder to make it in.
            read: whether it is read back; not where what is there is compared anyway.
            kind: the type that is sent: in upper case it is understood too.

        Raises:
            AbandonError: it cannot be made.
        """
        hold = self.service.report.hold
        made = self.service.call("create_folder", body={"name": name, "type": kind, "parent": parent})
        folder = made.text("id")
        if not made.ok or folder is None:
            hold(
                "folder-made",
                False,
                f"a folder could not be created: {made.status}",
                expected="2xx, and the folder",
                exchange=made.exchange,
            )
            raise AbandonError
        shown = self.service.call("get_file", path={"file_id": folder}) if read else made
        shown_kind = str(shown.field("type") or "folder").lower()
        hold(
            "folder-made",
            shown.ok and (shown.field("name"), shown_kind, shown.field("parent") or parent) == (name, "folder", parent),
            "a new folder has a different name or place, or is none",
            expected=f"the folder {name} in {parent}",
            exchange=shown.exchange,
        )
        self.folders.setdefault(name, folder)
        return folder


@contextmanager
def scratch_folder(service: Service, project: str) -> Iterator[Scratch]:
    """Have a scratch folder in a project, and delete it in the end, whatever has happened.

    Raises:
        CannotCheck: it cannot be made.
    """
    name = f"{PREFIX}{uuid.uuid4().hex[:12]}"
    scratch: Scratch | None = None
    limit, refused = HURRIED, False
    try:
        made = service.call("create_folder", body={"name": name, "type": "folder", "project": project})
        home = made.text("id")
        if not made.ok or home is None:
            refused = not made.ok
            why = {403: "no permission to write to it", 404: "the project was not found, or is not shared with you"}
            told = why.get(made.status, f"HTTP {made.status}")
            raise CannotCheck(f"no folder can be created in {project}: {told}")
        scratch = Scratch(service, project, name, home)
        yield scratch
        limit = service.budget.job_timeout
    finally:
        if not refused:
            # The check may have ended before it knew the answer.
            _clean_up(scratch or Scratch(service, project, name, ""), limit)


def _astray(scratch: Scratch, until: float) -> list[str]:
    """Return the ids of what is in the root of the project for the check, once the jobs that put it there ended."""
    service = scratch.service
    if not scratch.astray:
        return []
    if any(not job_id for _, job_id in scratch.under_way):
        # The check ended before it knew which job it had submitted.
        until = min(until, service.now() + UNANSWERED)
    for job_type, job_id in scratch.under_way:
        while service.now() < until and job_id:
            job = service.call(READERS[job_type], path={"job_id": job_id})
            if not job.ok or job.field("state") == "FINISHED":
                break
            service.wait(1.0)
    while True:
        found = _named(scratch, scratch.astray)
        if found or service.now() >= until or all(job_id for _, job_id in scratch.under_way):
            return found
        service.wait(1.0)


def _named(scratch: Scratch, names: Sequence[str]) -> list[str]:
    """Return the ids of what has one of these names in the root of the project."""
    query = {"project": scratch.project, "name": [*names], "limit": 100}
    listed = scratch.service.call("list_files", query=query)
    return [str(one.get("id")) for one in listed.listed() if one.get("name") in names]


def _clean_up(scratch: Scratch, limit: float) -> None:
    service, place = scratch.service, f"{scratch.project}/{scratch.name}"
    left = f"{place} could not be deleted: delete it by hand"
    service.release(CLEANING_CALLS)
    try:
        homes = [scratch.home] if scratch.home else _named(scratch, [scratch.name])
        doomed = [*homes, *_astray(scratch, service.now() + limit)]
        if not doomed:
            left = ""
            return
        submitted = service.call("submit_delete_job", body={"items": [{"file": one} for one in doomed]})
        began, pause, gone = service.now(), 0.15, False
        while not gone and service.now() - began < limit:
            if submitted.ok:
                service.call(READERS["DELETE"], path={"job_id": str(submitted.field("id"))})
                left = f"{place} is not deleted yet: check whether job {submitted.field('id')} deletes it"
            gone = all(service.call("get_file", path={"file_id": one}).status == 404 for one in doomed)
            if not gone:
                service.wait(pause)
                pause = min(10.0, pause * 1.3)
        service.report.hold(
            "cleaned-up",
            gone,
            "the scratch folder cannot be deleted",
            expected="a job that deletes it",
            exchange=submitted.exchange,
        )
        left = "" if gone else left
    finally:
        if left:
            service.report.note(left)
