"""The service's answers as JSON: each field of a file, folder, job, project or user is written here.

Every address in them is absolute, and begins with `base`: `http://host/v2`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.service.reply import encode
from sbg_bulk.simulator.variant import PLAIN, Variant
from sbg_bulk.simulator.world.actions import permissions
from sbg_bulk.simulator.world.described import DrsImport
from sbg_bulk.simulator.world.jobs import Job, JobState, Outcome
from sbg_bulk.simulator.world.limits import Budget
from sbg_bulk.simulator.world.transfers import Import, Transfer
from sbg_bulk.simulator.world.tree import File, Node, Project, User, project_of
from sbg_bulk.simulator.world.volumes import Volume


def date(seconds: float) -> str:
    """Write a time in Unix seconds as the API does, without fractions: `2019-02-20T12:03:50Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_ALWAYS: Mapping[str, Set[str]] = MappingProxyType(
    {
        "node": frozenset({"href", "id", "name"}),
        "project": frozenset({"href", "id", "name"}),
        "job": frozenset({"href", "id", "type", "state"}),
        "user": frozenset({"href", "username"}),
        "rate_limit": frozenset({"rate"}),
        "volume": frozenset({"href", "id"}),
        "object": frozenset({"href", "location"}),
        "transfer": frozenset({"href", "id", "state"}),
    }
)
"""What is there whatever `fields` says, by kind of document: what the contract requires."""


def select(kind: str, document: dict[str, Any], fields: str) -> dict[str, Any]:
    """Return the document with these properties, separated by commas, or `_all`. Names that it lacks are left out."""
    wanted = {name.strip() for name in fields.split(",")}
    if "_all" in wanted:
        return document
    wanted |= _ALWAYS[kind]
    return {name: value for name, value in document.items() if name in wanted}


def encoded_job(each: Job, base: str, variant: Variant) -> bytes:
    """Write a job as JSON. Kept until the job changes: most jobs in a list have ended, and a page shows a hundred."""
    if each.rendered is None or each.rendered[0] != base:
        each.rendered = (base, encode(job(each, base, variant)))
    return each.rendered[1]


def job(job: Job, base: str, variant: Variant = PLAIN) -> dict[str, Any]:
    """Describe a job, with the results of its items once it has finished, as a variant tells them."""
    finished = job.state is JobState.FINISHED
    counts = job.total, job.completed, job.failed
    if variant.counts_of == "items":
        failed = sum(isinstance(outcome, ApiError) for outcome in job.outcomes)
        counts = len(job.weights), len(job.outcomes) - failed, failed
    return {
        "href": f"{base}/async/files/{job.type.lower()}/{job.id}",
        "id": job.id,
        "type": job.type,
        "state": job.state,
        "result": [_entry(outcome, base) for outcome in _outcomes(job, variant)] if finished else None,
        "total_files": counts[0],
        "completed_files": counts[1],
        "failed_files": counts[2],
        "started_on": date(job.submitted_on),
        "finished_on": None if job.finished_on is None else date(job.finished_on),
    }


def _outcomes(job: Job, variant: Variant) -> Sequence[Outcome]:
    """Return what a result has entries for, in their order."""
    found = list(job.outcomes)
    if variant.result_entries == "files" and job.files:
        pairs = zip(job.outcomes, job.files, strict=True)
        found = [one for outcome, files in pairs for one in ([outcome] if isinstance(outcome, ApiError) else files)]
    elif variant.result_entries in ("done", "failed"):
        failed = variant.result_entries == "failed"
        found = [outcome for outcome in found if isinstance(outcome, ApiError) is failed]
    if variant.result_order == "reversed":
        found.reverse()
    elif variant.result_order == "shuffled":
        random.Random(job.id).shuffle(found)  # noqa: S311 - the same each time
    return found


def _entry(outcome: Outcome, base: str) -> dict[str, Any]:
    if isinstance(outcome, ApiError):
        return {"error": outcome.body()}
    return {"resource": {"href": f"{base}/files/{outcome}", "id": outcome}}


def node(node: Node, base: str) -> dict[str, Any]:
    """Describe a file or folder as lists show it."""
    return {
        "href": f"{base}/files/{node.id}",
        "id": node.id,
        "name": node.name,
        "type": "file" if isinstance(node, File) else "folder",
        "project": project_of(node).id,
        "parent": None if node.parent is None else node.parent.id,
    }


def node_details(each: Node, base: str) -> dict[str, Any]:
    """Describe a file or folder with all that is known of it."""
    return node(each, base) | {
        "size": each.size if isinstance(each, File) else None,
        "created_on": date(each.created_on),
        "modified_on": date(each.modified_on),
        "storage": _storage(each),
        "origin": {"task": each.task} if isinstance(each, File) and each.task is not None else {},
        "tags": each.tags if isinstance(each, File) else [],
        "metadata": each.metadata if isinstance(each, File) else {},
    }


def _storage(each: Node) -> dict[str, str]:
    if isinstance(each, File) and each.alias_of is not None:
        volume, location = each.alias_of
        return {"type": "VOLUME", "volume": volume, "location": location}
    return {"type": "PLATFORM"}


def project(project: Project, base: str) -> dict[str, Any]:
    """Describe a project as lists show it."""
    return {
        "href": f"{base}/projects/{quote(project.id)}",
        "id": project.id,
        "name": project.name,
        "created_by": project.created_by,
        "created_on": date(project.created_on),
        "modified_on": date(project.modified_on),
    }


def project_details(each: Project, user: User, base: str) -> dict[str, Any]:
    """Describe a project with all that the user may know of it."""
    may = permissions(user, each)
    details = project(each, base) | {
        "description": each.description,
        "type": "v2",
        "tags": each.tags,
        "settings": {"locked": False, "controlled": False, "use_interruptible_instances": True},
        "root_folder": each.root.id,
        "permissions": {
            "read": may.read,
            "copy": may.copy,
            "write": may.write,
            "execute": may.execute,
            "admin": may.admin,
        },
    }
    # Left out where there is none: an official client reads no other value than a UUID.
    return details if each.billing_group is None else details | {"billing_group": each.billing_group}


def user(user: User, base: str) -> dict[str, Any]:
    """Describe a user."""
    return {
        "href": f"{base}/users/{quote(user.username)}",
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "affiliation": user.affiliation,
    }


def rate_limit(budget: Budget) -> dict[str, Any]:
    """Describe what is left of the user's requests, and of computation instances, of which there are plenty here."""
    return {
        "rate": {"limit": budget.limit, "remaining": budget.remaining, "reset": budget.reset},
        "instance_limit": {"limit": -1, "remaining": 100_000},
    }


def volume(each: Volume, base: str) -> dict[str, Any]:
    """Describe a volume as lists show it."""
    return {
        "href": f"{base}/storage/volumes/{quote(each.id)}",
        "id": each.id,
        "name": each.id.partition("/")[2],
        "access_mode": each.access_mode,
        "service": {"type": each.service.upper(), "bucket": each.bucket, "prefix": ""},
        "active": each.active,
    }


def volume_details(each: Volume, base: str) -> dict[str, Any]:
    """Describe a volume with all that is known of it."""
    return volume(each, base) | {
        "description": each.description,
        "created_on": date(each.created_on),
        "modified_on": date(each.modified_on),
    }


def volume_object(each: Volume, key: str, base: str) -> dict[str, Any]:
    """Describe an object of a volume with all that is known of it."""
    return {
        "href": f"{base}/storage/volumes/{quote(each.id)}/object?{urlencode({'location': key})}",
        "location": key,
        "volume": each.id,
        "type": {"s3": "s3", "gcs": "gcp"}[each.service],
        "metadata": {"size": each.objects.size(key), "last_modified": date(each.modified_on)},
    }


def volume_prefix(each: Volume, prefix: str, base: str) -> dict[str, Any]:
    """Describe what a list of objects shows of those with the same beginning."""
    href = f"{base}/storage/volumes/{quote(each.id)}/list?{urlencode({'prefix': prefix})}"
    return {"href": href, "prefix": prefix, "volume": each.id}


def transfer(each: Transfer, base: str) -> dict[str, Any]:
    """Describe an import or an export with all that is known of it. What it has not come to is left out."""
    wanted = each.wanted
    kind = "imports" if isinstance(wanted, Import) else "exports"
    told: dict[str, Any] = {
        "href": f"{base}/storage/{kind}/{each.id}",
        "id": each.id,
        "state": each.state,
        "overwrite": wanted.overwrite,
        "started_on": date(each.submitted_on),
        "finished_on": None if each.finished_on is None else date(each.finished_on),
    }
    place = {"volume": wanted.volume, "location": wanted.location}
    if isinstance(wanted, Import):
        to = {"parent": wanted.parent, "project": wanted.project, "name": wanted.name}
        told |= {"source": place, "destination": {key: value for key, value in to.items() if value is not None}}
        told |= {"autorename": wanted.autorename, "preserve_folder_structure": wanted.preserve is not False}
    else:
        told |= {"source": {"file": wanted.file}, "destination": place, "properties": dict(wanted.properties)}
    if each.error is not None:
        told["error"] = each.error.body()
    if each.result is not None:
        told["result"] = _still_there(each.result, base)
    return told


def _still_there(each: Node, base: str) -> dict[str, Any]:
    """Describe the file that a transfer has come to, or what is left to say of it once it is deleted."""
    try:
        return node_details(each, base)
    except LookupError:
        return {"href": f"{base}/files/{each.id}", "id": each.id, "name": each.name}


def drs_import(each: DrsImport, base: str) -> dict[str, Any]:
    """Describe an import by DRS. What it has not come to is left out, as the service does; a result is always there."""
    outcomes = each.outcomes if each.ended else ()
    told = {
        "href": f"{base}/bulk/drs/imports/{each.id}",
        "id": each.id,
        "result": [_entry(outcome, base) for outcome in outcomes if outcome is not None],
        "state": each.state,
    }
    if each.state is not JobState.SUBMITTED:
        told["started_on"] = date(each.submitted_on)
    return told if each.finished_on is None else told | {"finished_on": date(each.finished_on)}


def drs_job(each: DrsImport, base: str) -> dict[str, Any]:
    """Describe an import by DRS as an entry of the list of jobs."""
    return drs_import(each, base) | {"href": f"{base}/async/files/import/{each.id}", "type": "IMPORT"}


def page_href(address: str, query: Sequence[tuple[str, str]], offset: int, limit: int) -> str:
    """Return the address of a page: what was asked for, from this offset."""
    kept = [(name, value) for name, value in query if name not in ("offset", "limit")]
    return address_of(address, [*kept, ("offset", str(offset)), ("limit", str(limit))])


def address_of(address: str, query: Sequence[tuple[str, str]]) -> str:
    """Return an address with a query, if there is one."""
    return f"{address}?{urlencode(query)}" if query else address


def links(
    address: str, query: Sequence[tuple[str, str]], offset: int, limit: int, total: int, shown: int
) -> Sequence[dict[str, str]]:
    """Return the links from a page, with so many entries at most, to the next one and to the one before, if any."""
    there: list[dict[str, str]] = []
    if offset + shown < total:
        there.append({"href": page_href(address, query, offset + shown, limit), "rel": "next", "method": "GET"})
    if offset > 0:
        there.append({"href": page_href(address, query, max(0, offset - limit), limit), "rel": "prev", "method": "GET"})
    return there
