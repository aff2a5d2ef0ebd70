"""What is refused, of calls that write: each constraint of each body, at its edges and beyond them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sbg_bulk.contract.access import NOBODY, check_refused
from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.known import Known
from sbg_bulk.contract.others import Others
from sbg_bulk.contract.refusals import check_media_type, check_methods, refused
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.tree import Crawler
from sbg_bulk.contract.watching import SUBMITTERS
from sbg_bulk.contract.wrong_starts import HARMLESS, check_starts

Body = tuple[str, Any]
"""What is wrong with a body, and the body."""

MADE = "Bodies, ü 5+%41&'1"
"""A folder whose name has both cases, and what has a meaning elsewhere."""

NOT_UTF8 = b'{"items": [{"file": "\xff\xfe"}]}'

MOST_BULK = 100
"""Files that a bulk call takes, by the documentation."""


def check_bodies(service: Service, scratch: Scratch, known: Known, second: str | None = None) -> None:
    """Send what is excluded, and see that it is refused and that nothing comes of it.

    Args:
        service: the service.
        scratch: the scratch folder.
        known: what there is.
        second: the token of another user, who may nothing; None without one.
    """
    crawler = Crawler(service)
    jobs = set(service.call("list_async_jobs", query={"limit": 100}).ids())
    folder = scratch.make_folder(MADE, scratch.home)
    others = None if second is None else Others(service, scratch, known, second)
    if others is not None:
        others.try_all()
    made = {"bodies"} if others is None else {"bodies", *others.made}
    before = crawler.settled(
        lambda: _content(crawler, scratch.home, folder), lambda now: made <= {name for above, name in now}
    )
    _check_access(service)
    for job_type, name in SUBMITTERS.items():
        _check_submission(service, name, job_type, folder, known)
    _check_folders(service, scratch, folder, known)
    if service.serves("bulk_get_files"):
        _check_bulk(service, known)
    check_starts(service, folder, known)
    check_methods(service, writing=True)
    if others is not None:
        others.compare()
    after = _content(crawler, scratch.home, folder)
    service.report.hold(
        "one-submit-one-job",
        before == after,
        "a refused request changed the scratch folder",
        expected="a refused request does nothing",
        came=f"new: {sorted(after - before)}, gone: {sorted(before - after)}",
    )
    # It is made by services that go by the documentation's "should".
    body = {"name": "__made", "type": "folder", "parent": folder}
    answer = service.call("create_folder", body=body)
    refused(service, "double-underscore", answer, "with a name that begins with __", 400)
    listed = service.call("list_async_jobs", query={"limit": 100})
    if service.alone:
        new = {*listed.ids()} - jobs
        service.report.hold(
            "one-submit-one-job",
            not new,
            "a refused submission started a job",
            expected="no new job",
            came=", ".join(sorted(new)),
            exchange=listed.exchange,
        )


def _content(crawler: Crawler, *folders: str) -> set[tuple[str, str]]:
    """Return what is directly in folders: their ids, with the names in them."""
    return {(folder, str(one.get("name"))) for folder in folders for one in crawler.content(folder)}


def _check_access(service: Service) -> None:
    """Make each call that writes as nobody, with things that do not exist."""
    item = {"file": NOTHING, "parent": NOTHING}
    bodies: Mapping[str, Any] = {
        "submit_copy_job": {"items": [item]},
        "submit_move_job": {"items": [item]},
        "submit_delete_job": {"items": [{"file": NOTHING}]},
        "create_folder": {"name": "sbg-bulk-contract", "type": "folder", "parent": NOTHING},
        "bulk_get_files": {"file_ids": [NOTHING]},
        "bulk_edit_files": {"items": [{"id": NOTHING, "tags": []}]},
        "bulk_update_files": {"items": [{"id": NOTHING, "tags": []}]},
        "bulk_delete_files": {"file_ids": [NOTHING]},
        "bulk_get_imports": {"import_ids": [NOTHING]},
        "bulk_get_exports": {"export_ids": [NOTHING]},
        **HARMLESS,
    }
    for name, body in bodies.items():
        for token in (None, NOBODY) if service.serves(name) else ():
            check_refused(service, service.call(name, body=body, token=token), token)


def _check_submission(service: Service, name: str, job_type: str, folder: str, known: Known) -> None:
    for what, body in _wrong_submissions(job_type, folder, known):
        refused(service, "bad-body", service.call(name, body=body), f"with {what}", 400)
    _check_raw(service, name)


def _wrong_submissions(job_type: str, folder: str, known: Known) -> Iterator[Body]:
    good: dict[str, Any] = {"file": NOTHING}
    if job_type != "DELETE":
        good["parent"] = folder
    yield "no items", {"items": []}
    yield "an empty object", {}
    yield "items that are not a list", {"items": good}
    yield "a list instead of an object", [good]
    yield "an item that is not an object", {"items": ["x"]}
    yield "an item without a file", {"items": [{key: value for key, value in good.items() if key != "file"}]}
    yield "an empty file", {"items": [{**good, "file": ""}]}
    yield "a file that is a number", {"items": [{**good, "file": 1}]}
    yield "the same item twice", {"items": [good, good]}
    if job_type == "DELETE":
        return
    project = known.project or "nobody/nothing"
    yield "an item named twice, with two destinations", {"items": [good, {**good, "parent": NOTHING}]}
    yield "an item without a destination", {"items": [{"file": NOTHING}]}
    yield "an item with two destinations", {"items": [{**good, "project": project}]}
    yield "a project that is not owner/project", {"items": [{"file": NOTHING, "project": "nobody"}]}
    yield "a name with a slash", {"items": [{**good, "name": "a/b"}]}
    yield "a name of 256 characters", {"items": [{**good, "name": "n" * 256}]}
    yield "a name that is not a string", {"items": [{**good, "name": 7}]}
    yield "a valid and an invalid item", {"items": [good, {"file": f"1{NOTHING[1:]}"}]}


def _check_raw(service: Service, name: str) -> None:
    """Send what is not JSON, or says that it is something else."""
    for what, content in (
        ("a body that is not JSON", b"{"),
        ("an empty body", b""),
        ("bytes that are not UTF-8", NOT_UTF8),
        ("null in place of an object", b"null"),
    ):
        refused(service, "bad-body", service.call(name, content=content), f"with {what}", 400)
    check_media_type(service, name)


def _check_folders(service: Service, scratch: Scratch, folder: str, known: Known) -> None:
    good = {"name": "made", "type": "folder", "parent": folder}
    without = {key: {name: value for name, value in good.items() if name != key} for key in good}
    wrong: list[tuple[str, Any, tuple[int, ...]]] = [
        ("without a name", without["name"], (400,)),
        ("without a type", without["type"], (400,)),
        ("without a parent or project", without["parent"], (400,)),
        ("with both a parent and a project", {**good, "project": scratch.project}, (400,)),
        ("with an empty name", {**good, "name": ""}, (400,)),
        ("with a slash in the name", {**good, "name": "a/b"}, (400,)),
        ("with a name of 256 characters", {**good, "name": "n" * 256}, (400,)),
        ("with another type", {**good, "type": "file"}, (400,)),
        ("with a name that is not a string", {**good, "name": 7}, (400,)),
        ("with a list instead of an object", [good], (400,)),
        ("with a project that is not owner/project", {**without["parent"], "project": "nobody"}, (400,)),
    ]
    if known.file is not None:
        wrong.append(("in a file", {**good, "parent": known.file}, (400,)))
    for what, body, statuses in wrong:
        refused(service, "bad-body", service.call("create_folder", body=body), what, *statuses)
    _check_raw(service, "create_folder")
    absent = f"{known.username or 'nobody'}/sbg-bulk-contract-nothing"
    for what, place in (
        ("in a folder that does not exist", {"parent": NOTHING}),
        ("in a project that does not exist", {"project": absent}),
    ):
        answer = service.call("create_folder", body={**without["parent"], **place})
        refused(service, "not-found", answer, what, 404)
    taken = service.call("create_folder", body={"name": MADE, "type": "folder", "parent": scratch.home})
    refused(service, "name-taken", taken, "with a name that already exists", 409)


def _check_bulk(service: Service, known: Known) -> None:
    many = [f"{number:024x}" for number in range(MOST_BULK + 1)]
    for name in ("bulk_get_files", "bulk_delete_files"):
        wrong: list[Body] = [
            ("no files", {"file_ids": []}),
            ("no list", {"file_ids": NOTHING}),
            ("an id that is a number", {"file_ids": [NOTHING, 1]}),
            (f"{MOST_BULK + 1} files", {"file_ids": many}),
            ("nothing", {}),
        ]
        for what, body in wrong:
            refused(service, "bad-body", service.call(name, body=body), f"with {what}", 400)
    for name in ("bulk_edit_files", "bulk_update_files"):
        wrong = [
            ("no files", {"items": []}),
            ("a file without an id", {"items": [{"tags": []}]}),
            ("a value that is a number", {"items": [{"id": NOTHING, "metadata": {"sample_id": 1}}]}),
            ("a list instead of an object", [{"id": NOTHING, "tags": []}]),
            ("a name with a slash", {"items": [{"id": NOTHING, "name": "a/b"}]}),
            ("a name of 256 characters", {"items": [{"id": NOTHING, "name": "n" * 256}]}),
            ("tags that are not a list", {"items": [{"id": NOTHING, "tags": "x"}]}),
            (f"{MOST_BULK + 1} files", {"items": [{"id": one, "tags": []} for one in many]}),
        ]
        for what, body in wrong if service.serves(name) else []:
            refused(service, "bad-body", service.call(name, body=body), f"with {what}", 400)
    for name in ("bulk_get_files", "bulk_edit_files", "bulk_update_files", "bulk_delete_files"):
        if service.serves(name):
            refused(service, "bad-body", service.call(name, content=b"{"), "with a body that is not JSON", 400)
            check_media_type(service, name)
    content = json.dumps({"file_ids": [NOTHING]}).encode()
    answer = service.call("bulk_get_files", content=content, media_type="application/json; charset=utf-8")
    service.report.hold(
        "edges",
        answer.ok,
        f"bulk_get_files with application/json; charset=utf-8 returned {answer.status}",
        expected="2xx",
        exchange=answer.exchange,
    )
    _compare_bulk(service, many[:MOST_BULK], known.file)


def _compare_bulk(service: Service, many: Sequence[str], file_id: str | None) -> None:
    """Read as many as may be, none of which exists but the last one."""
    ids = [*many[:-1], file_id or many[-1]]
    answer = service.call("bulk_get_files", body={"file_ids": ids})
    service.report.hold(
        "edges",
        answer.ok,
        f"bulk_get_files for {len(ids)} files returned {answer.status}",
        expected="2xx",
        exchange=answer.exchange,
    )
    found = [entry["resource"] for entry in answer.listed() if isinstance(entry.get("resource"), Mapping)]
    errors = [entry for entry in answer.listed() if isinstance(entry.get("error"), Mapping)]
    there = int(file_id is not None)
    details = answer if file_id is None else service.call("get_file", path={"file_id": file_id})
    ours: Mapping[str, Any] = next((one for one in found if one.get("id") == file_id), {})
    different = sorted(name for name in ours.keys() & details.body.keys() if ours[name] != details.body[name])
    service.report.hold(
        "bulk-read",
        len(found) == there and bool(ours) == bool(there) and not different and len(errors) == len(ids) - there,
        "bulk_get_files and get_file differ, or it lacks an error for a file that does not exist",
        expected=f"{there} resource, the same as from get_file, and {len(ids) - there} errors",
        came=f"differences in {', '.join(different)}: {answer.exchange}" if ours else None,
        exchange=answer.exchange,
    )
