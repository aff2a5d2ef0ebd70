"""What there is on the service to ask for: a project, a file, a folder, a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import define, field

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.service import Service

READERS: Final[Mapping[str, str]] = {"COPY": "get_copy_job", "MOVE": "get_move_job", "DELETE": "get_delete_job"}
"""The call that reads a job, by the job's type."""

VOLUME_PARTS: Final = ("volume_owner", "volume_name")

MOST_FILES = 6
"""Files of a project that are looked for."""

MOST_PROJECTS = 10
"""Projects that are looked through for a file."""


@define
class Known:
    """What there is to ask for; None where there is nothing.

    Attributes:
        username: the user's name.
        project: a project's id.
        root: the id of its root folder.
        file: the id of a file in it.
        folder: the id of a folder in it that is not its root.
        volume: a volume's id.
        files: ids of more files of its root, with that one.
        transfers: ids of an import, an export and an import by DRS, by the call that reads them.
        jobs: ids and types of jobs.
        shared: whether the second user is a member of the project; None if that was not asked.
    """

    username: str | None = None
    project: str | None = None
    root: str | None = None
    file: str | None = None
    folder: str | None = None
    volume: str | None = None
    files: list[str] = field(factory=list)
    transfers: dict[str, str] = field(factory=dict)
    jobs: list[tuple[str, str]] = field(factory=list)
    shared: bool | None = None

    def path(self, operation: str, *, real: bool = True) -> dict[str, str] | None:
        """Return the parameters of an operation's path, of things that there are; None if there are none.

        Args:
            operation: the operationId.
            real: whether things that there are are named; otherwise such that there are not.
        """
        owner, _, name = (self.project or "").partition("/")
        jobs = {READERS[job_type]: job_id for job_id, job_type in self.jobs if job_type in READERS}
        found: Mapping[str, Mapping[str, str | None]] = {
            "get_file": {"file_id": self.file or self.folder or self.root},
            "list_folder": {"file_id": self.root or self.folder},
            "get_project": {"owner": owner, "project": name},
            "list_project_files": {"owner": owner, "project": name},
            "list_owner_projects": {"owner": self.username},
            "get_volume": dict(zip(VOLUME_PARTS, (self.volume or "").partition("/")[::2], strict=True)),
            "list_volume_objects": dict(zip(VOLUME_PARTS, (self.volume or "").partition("/")[::2], strict=True)),
            "get_import": {"import_id": self.transfers.get("get_import")},
            "get_export": {"export_id": self.transfers.get("get_export")},
            "get_drs_import": {"import_id": self.transfers.get("get_drs_import")},
            **{reader: {"job_id": jobs.get(reader)} for reader in READERS.values()},
        }
        parts = found.get(operation, {})
        if not real:
            return {part: "0" if part == "job_id" else NOTHING for part in parts}
        given = {part: value for part, value in parts.items() if value}
        return given if len(given) == len(parts) else None


def kind_of(service: Service, entry: Mapping[str, Any]) -> str:
    """Return `file` or `folder`; lists may leave it out."""
    told = entry.get("type")
    if not isinstance(told, str) and isinstance(entry.get("id"), str):
        told = service.call("get_file", path={"file_id": str(entry["id"])}).field("type")
    return str(told).lower()


def find_known(service: Service, project: str | None) -> Known:
    """Look for what there is.

    Args:
        service: the service.
        project: the project to look in; None for any of the user's.
    """
    known = Known(service.call("get_user").text("username"))
    projects = [project] if project else service.call("list_projects", query={"limit": MOST_PROJECTS}).ids()
    for candidate in projects:
        owner, _, name = candidate.partition("/")
        if not owner or not name:
            continue
        details = service.call("get_project", path={"owner": owner, "project": name})
        known.project, known.root = candidate, details.text("root_folder")
        _look_into(service, known, candidate)
        if known.file is not None:
            break
    if service.serves("list_volumes"):
        known.volume = next(iter(service.call("list_volumes", query={"limit": 1}).ids()), None)
    return known


def find_jobs(service: Service, known: Known) -> None:
    """Look for jobs, imports and exports that there are by now."""
    for entry in service.call("list_async_jobs", query={"limit": 100}).listed():
        if all(kind != entry.get("type") for _, kind in known.jobs):
            known.jobs.append((str(entry.get("id")), str(entry.get("type"))))
    for listing, reader in (("list_imports", "get_import"), ("list_exports", "get_export")):
        for transfer_id in service.call(listing, query={"limit": 1}).ids() if service.serves(listing) else []:
            known.transfers[reader] = transfer_id
    known.transfers |= service.made


def _look_into(service: Service, known: Known, project: str) -> None:
    listed: Answer = service.call("list_files", query={"project": project, "limit": 25})
    for entry in listed.listed():
        kind, file_id = kind_of(service, entry), entry.get("id")
        if not isinstance(file_id, str):
            continue
        known.root = known.root or (parent if isinstance(parent := entry.get("parent"), str) else None)
        if kind == "file":
            known.file = known.file or file_id
            known.files.append(file_id)
        elif kind == "folder":
            known.folder = known.folder or file_id
        if len(known.files) >= MOST_FILES and known.folder:
            return
