"""Bugs that show in single requests and answers, and in what jobs leave behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sbg_bulk.simulator import Folder, Simulator
from tests.contract.bugs import noticed_by
from tests.contract.deployments import PROJECT, TOKEN
from tests.contract.wire import Alter, Asked, Before, Told, before

ERROR = {"code": 90000, "message": "", "more_info": ""}


def error(status: int) -> Told:
    return Told(status, {"content-type": "application/json"}, {"status": status, **ERROR})


def asking(*promises: str) -> Callable[[Before], Before]:
    """Register a bug that changes requests, or answers them itself."""

    def register(change: Before) -> Before:
        def plant(simulator: Simulator) -> Any:
            return before(simulator.app, asked=change)

        plant.__name__ = change.__name__
        noticed_by(*promises)(plant)
        return change

    return register


def telling(*promises: str) -> Callable[[Alter], Alter]:
    """Register a bug that changes answers."""

    def register(change: Alter) -> Alter:
        def plant(simulator: Simulator) -> Any:
            return before(simulator.app, told=change)

        plant.__name__ = change.__name__
        noticed_by(*promises)(plant)
        return change

    return register


def jobs_of(told: Told) -> list[Any]:
    """Return the jobs in an answer: itself, or the entries of a list."""
    body = told.body if isinstance(told.body, dict) else {}
    found = [body, *(body.get("items") or [])]
    return [one for one in found if isinstance(one, dict) and "state" in one]


# Who may


@asking("no-token")
def one_route_needs_no_token(asked: Asked) -> None:
    if asked.path == "/projects":
        asked.token = asked.token or TOKEN


@asking("wrong-token")
def one_route_takes_any_token(asked: Asked) -> None:
    if asked.path.startswith("/files/") and asked.path.endswith("/list") and asked.token is not None:
        asked.token = TOKEN


@asking("no-token")
def deletions_need_no_token(asked: Asked) -> None:
    if asked.path == "/async/files/delete":
        asked.token = asked.token or TOKEN


@asking("private")
def copy_jobs_are_everybodys(asked: Asked) -> None:
    if asked.path.startswith("/async/files/copy/") and asked.token == "other-token":
        asked.token = TOKEN


@telling("token-kept")
def token_in_a_header(asked: Asked, told: Told) -> None:
    told.headers["x-debug"] = f"token={asked.token}"


@telling("cors")
def any_site_may_read(asked: Asked, told: Told) -> None:  # noqa: ARG001
    told.headers |= {"access-control-allow-origin": "https://elsewhere.example"}
    told.headers["access-control-allow-credentials"] = "true"


# What is refused


def _respelling(name: str, old: str, new: str) -> Before:
    def change(asked: Asked) -> None:
        asked.query = [(key, new if (key, value) == (name, old) else value) for key, value in asked.query]

    return change


@asking("bad-query")
def limit_of_101(asked: Asked) -> None:
    _respelling("limit", "101", "100")(asked)


@asking("bad-query")
def limit_of_0(asked: Asked) -> None:
    if asked.path == "/projects":
        _respelling("limit", "0", "1")(asked)


@asking("bad-query")
def negative_offset(asked: Asked) -> None:
    _respelling("offset", "-1", "0")(asked)


@asking("bad-query")
def limit_that_is_a_word(asked: Asked) -> None:
    _respelling("limit", "many", "25")(asked)


@asking("bad-query")
def project_and_parent(asked: Asked) -> None:
    if asked.get("project") and asked.get("parent"):
        asked.query = [pair for pair in asked.query if pair[0] != "parent"]


@asking("bad-query")
def unknown_filters_are_ignored(asked: Asked) -> None:
    asked.query = [pair for pair in asked.query if pair[0] != "sbg-bulk-contract"]


@asking("edges")
def limit_of_100_is_refused(asked: Asked) -> Told | None:
    return error(400) if asked.path == "/async/files" and asked.get("limit") == "100" else None


@telling("not-found")
def unknown_folders_are_empty(asked: Asked, told: Told) -> None:
    if asked.path.endswith("/list") and told.status == 404:
        told.status, told.body = 200, {"href": "http://localhost", "items": [], "links": []}


@telling("unknown-path")
def unknown_paths_are_empty(asked: Asked, told: Told) -> None:
    if asked.path == "/sbg-bulk-contract-nothing":
        told.status, told.body = 200, {}


@asking("methods")
def put_reads(asked: Asked) -> None:
    if asked.method == "PUT" and asked.path == "/user":
        asked.method = "GET"


@telling("allow-header")
def no_allow(asked: Asked, told: Told) -> None:  # noqa: ARG001
    told.headers.pop("allow", None)


@asking("no-server-error")
def only_ascii(asked: Asked) -> Told | None:
    text = asked.path + "".join(value for _, value in asked.query)
    return None if text.isascii() else error(500)


def _items(asked: Asked) -> list[Any]:
    body = asked.json
    items = body.get("items") if isinstance(body, dict) else None
    return items if isinstance(items, list) and asked.path.startswith("/async/files/") else []


@asking("bad-body")
def items_named_twice(asked: Asked) -> None:
    items = _items(asked)
    if items and all(isinstance(one, dict) and isinstance(one.get("file"), str) for one in items):
        asked.body = json.dumps({"items": list({one["file"]: one for one in items}.values())}).encode()


@asking("bad-body")
def two_destinations(asked: Asked) -> None:
    items = _items(asked)
    if items and all(isinstance(one, dict) for one in items) and items[0].get("project") and items[0].get("parent"):
        for one in items:
            one.pop("project", None)
        asked.body = json.dumps({"items": items}).encode()


@asking("bad-body")
def long_names_are_cut(asked: Asked) -> None:
    items = _items(asked)
    if items and all(isinstance(one, dict) and isinstance(one.get("name", ""), str) for one in items):
        cut = [{**one, "name": one["name"][:255]} if "name" in one else one for one in items]
        asked.body = json.dumps({"items": cut}).encode()


@telling("bad-body")
def no_items_are_a_job(asked: Asked, told: Told) -> None:
    if asked.path == "/async/files/delete" and asked.json == {"items": []} and told.status == 400:
        job = {"href": "http://localhost", "id": "1", "type": "DELETE", "state": "FINISHED"}
        told.status, told.body = 202, job


@asking("media-type")
def any_media_type(asked: Asked) -> None:
    if asked.media_type == "text/plain":
        asked.media_type = "application/json"


@asking("no-server-error")
def undecodable_bodies(asked: Asked) -> Told | None:
    return error(500) if b"\xff" in asked.body else None


@telling("name-taken")
def folders_of_one_name(asked: Asked, told: Told) -> None:  # noqa: ARG001
    if told.status == 409:
        told.status = 400
        told.body["status"] = 400


@telling("bad-body")
def bulk_of_101(asked: Asked, told: Told) -> None:
    if asked.path == "/bulk/files/get" and len((asked.json or {}).get("file_ids", [])) == 101:
        told.status, told.body = 200, {"items": []}


# Errors and the rate limit


@telling("error-code")
def no_codes(asked: Asked, told: Told) -> None:  # noqa: ARG001
    if told.status == 404:
        del told.body["code"]


@telling("error-body", "conformance")
def errors_are_pages(asked: Asked, told: Told) -> None:
    if told.status == 404 and asked.path.startswith("/files/"):
        told.headers["content-type"] = "text/html"
        told.content = b"<html>Not found</html>"


@telling("rate-headers")
def no_rate_headers_on_one_route(asked: Asked, told: Told) -> None:
    if asked.path == "/projects":
        told.headers.pop("x-ratelimit-remaining", None)


@telling("rate-count")
def the_rate_does_not_count(asked: Asked, told: Told) -> None:  # noqa: ARG001
    if "x-ratelimit-remaining" in told.headers:
        told.headers["x-ratelimit-remaining"] = "90000"


@telling("rate-agrees")
def rate_limit_is_stale(asked: Asked, told: Told) -> None:
    if asked.path == "/rate_limit" and told.status == 200:
        told.body["rate"]["remaining"] += 7


# Lists


@telling("total")
def no_total_on_further_pages(asked: Asked, told: Told) -> None:
    if (asked.get("offset") or "0") != "0":
        told.headers.pop("x-total-matching-query", None)


@telling("total")
def total_is_one_more(asked: Asked, told: Told) -> None:  # noqa: ARG001
    if "x-total-matching-query" in told.headers:
        told.headers["x-total-matching-query"] = str(int(told.headers["x-total-matching-query"]) + 1)


@telling("links")
def first_page_has_no_next(asked: Asked, told: Told) -> None:
    if asked.get("offset") == "0" and isinstance(told.body, dict) and "links" in told.body:
        told.body["links"] = []


@telling("pages")
def small_pages_have_another_order(asked: Asked, told: Told) -> None:
    if asked.get("limit") == "2" and isinstance(told.body, dict) and "items" in told.body:
        told.body["items"].reverse()


@asking("default-page")
def three_by_default(asked: Asked) -> None:
    if asked.path.startswith("/files") and asked.get("limit") is None and asked.method == "GET":
        asked.query.append(("limit", "3"))


@telling("same-content")
def the_list_of_a_folder_lacks_one(asked: Asked, told: Told) -> None:
    if asked.path.endswith("/list") and told.status == 200 and told.body["items"]:
        told.body["items"].pop()


@noticed_by("one-level")
def lists_are_recursive(simulator: Simulator) -> Any:
    """The list of a project has what is in its folders too."""
    archive = simulator.world.projects[PROJECT].root.children["archive"]
    assert isinstance(archive, Folder)
    below = next(iter(archive.children.values()))
    entry = {"href": f"{simulator.base_url}/files/{below.id}", "id": below.id, "name": below.name, "type": "file"}

    def told(asked: Asked, answer: Told) -> None:
        if (
            asked.path == "/files"
            and asked.get("project") == PROJECT
            and answer.status == 200
            and not asked.get("name")
        ):
            answer.body["items"].insert(0, entry)

    return before(simulator.app, told=told)


def _ignoring(asked: Asked, name: str) -> None:
    asked.query = [pair for pair in asked.query if pair[0].partition(".")[0] != name]


@asking("name-filter")
def names_are_ignored(asked: Asked) -> None:
    _ignoring(asked, "name")


@asking("name-filter")
def only_the_first_name_counts(asked: Asked) -> None:
    names = [pair for pair in asked.query if pair[0] == "name"]
    asked.query = [pair for pair in asked.query if pair not in names[1:]]


@asking("more-filters")
def tags_are_ignored(asked: Asked) -> None:
    _ignoring(asked, "tag")


@asking("more-filters")
def metadata_is_ignored(asked: Asked) -> None:
    _ignoring(asked, "metadata")


@asking("fields")
def fields_are_ignored(asked: Asked) -> None:
    if not asked.path.startswith("/async"):
        _ignoring(asked, "fields")


@telling("entry-details")
def names_in_lists_are_in_capitals(asked: Asked, told: Told) -> None:
    if asked.path == "/files" and told.status == 200 and asked.method == "GET":
        for entry in told.body["items"]:
            entry["name"] = entry["name"].upper()


@telling("entry-href")
def hrefs_of_projects_lead_to_the_user(asked: Asked, told: Told) -> None:
    if asked.path.startswith("/projects/") and told.status == 200 and "root_folder" in told.body:
        told.body["href"] = told.body["href"].partition("/projects/")[0] + "/user"


@telling("bulk-read")
def bulk_sizes_are_wrong(asked: Asked, told: Told) -> None:
    if asked.path == "/bulk/files/get" and told.status == 200:
        for entry in told.body["items"]:
            if "resource" in entry:
                entry["resource"]["size"] = 1


# Jobs


@telling("dates")
def jobs_end_before_they_start(asked: Asked, told: Told) -> None:  # noqa: ARG001
    for job in jobs_of(told):
        if job["state"] == "FINISHED":
            job["finished_on"] = "2001-01-01T00:00:00Z"


@telling("dates")
def finished_jobs_have_no_end(asked: Asked, told: Told) -> None:  # noqa: ARG001
    for job in jobs_of(told):
        job["finished_on"] = None


@telling("job-href")
def hrefs_of_jobs_lead_to_the_list(asked: Asked, told: Told) -> None:  # noqa: ARG001
    for job in jobs_of(told):
        job["href"] = job["href"].rpartition("/")[0].rpartition("/")[0]


@telling("result-given")
def jobs_have_no_result(asked: Asked, told: Told) -> None:  # noqa: ARG001
    for job in jobs_of(told):
        job["result"] = None


@telling("result-names")
def results_name_others(asked: Asked, told: Told) -> None:  # noqa: ARG001
    for job in jobs_of(told):
        for entry in job.get("result") or []:
            if "resource" in entry:
                entry["resource"]["id"] = "f" * 24


@telling("conformance")
def a_result_has_a_null(asked: Asked, told: Told) -> None:  # noqa: ARG001
    for job in jobs_of(told):
        if job.get("result"):
            job["result"][0] = None


@telling("counts-add-up")
def more_done_than_there_is(asked: Asked, told: Told) -> None:  # noqa: ARG001
    for job in jobs_of(told):
        if job.get("total_files"):
            job["total_files"] -= 1


@asking("one-submit-one-job")
def a_second_submission_is_dropped(asked: Asked) -> None:
    """The same body as before gives the same job."""
    if asked.path == "/async/files/copy" and len(_items(asked)) == 1:
        asked.method, asked.path, asked.body = "GET", "/async/files/copy/0", b""


# What jobs do


def _altering_world(simulator: Simulator, name: str, change: Callable[..., Any]) -> None:
    original = getattr(simulator.world, name)
    setattr(simulator.world, name, lambda *given: change(original, *given))


@noticed_by("copy-effects")
def copies_are_flat(simulator: Simulator) -> None:
    """A copied folder is empty."""

    def copy(original: Any, source: Any, *given: Any) -> Any:
        made = original(source, *given)
        for child in list(getattr(made, "children", {}).values()):
            simulator.world.delete(child)
        return made

    _altering_world(simulator, "copy", copy)


@noticed_by("copy-effects")
def copies_lose_bytes(simulator: Simulator) -> None:
    def copy(original: Any, source: Any, *given: Any) -> Any:
        made = original(source, *given)
        if hasattr(made, "size"):
            made.size = 7
        return made

    _altering_world(simulator, "copy", copy)


@noticed_by("copy-metadata")
def copies_lose_metadata(simulator: Simulator) -> None:
    def copy(original: Any, *given: Any) -> Any:
        made = original(*given)
        if hasattr(made, "metadata"):
            made.metadata = {}
        return made

    _altering_world(simulator, "copy", copy)


@noticed_by("copy-effects")
def copies_keep_their_names(simulator: Simulator) -> None:
    def copy(original: Any, source: Any, to: Any, _: str, at: float) -> Any:
        return original(source, to, source.name, at)

    _altering_world(simulator, "copy", copy)


@noticed_by("move-effects")
def moves_are_copies(simulator: Simulator) -> None:
    """What is moved is still where it was."""

    def move(_: Any, source: Any, to: Any, name: str) -> Any:
        return simulator.world.copy(source, to, name, 0.0)

    _altering_world(simulator, "move", move)


@noticed_by("move-effects")
def moved_files_get_new_ids(simulator: Simulator) -> None:
    world = simulator.world

    def move(original: Any, source: Any, to: Any, name: str) -> Any:
        if isinstance(source, Folder):
            return original(source, to, name)
        made = world.copy(source, to, name, 0.0)
        world.delete(source)
        return made

    _altering_world(simulator, "move", move)


@noticed_by("move-merges")
def merges_lose_files(simulator: Simulator) -> None:
    """A folder that is moved to where one of its name is replaces it."""

    def move(original: Any, source: Any, to: Any, name: str) -> Any:
        there = to.children.get(name)
        if isinstance(source, Folder) and isinstance(there, Folder) and there is not source:
            simulator.world.delete(there)
        return original(source, to, name)

    _altering_world(simulator, "move", move)


@noticed_by("move-merges")
def folders_are_not_merged(simulator: Simulator) -> None:
    def move(original: Any, source: Any, to: Any, name: str) -> Any:
        taken = isinstance(source, Folder) and name in to.children and to.children[name] is not source
        return original(source, to, f"1_{name}" if taken else name)

    _altering_world(simulator, "move", move)


@noticed_by("folder-id")
def moved_folders_keep_their_ids(simulator: Simulator) -> Any:
    """The old id of a moved folder reads the new one."""
    now: dict[str, str] = {}

    def move(original: Any, source: Any, to: Any, name: str) -> Any:
        old = source.id
        made = original(source, to, name)
        if isinstance(source, Folder):
            now[old] = made.id
        return made

    def asked(request: Asked) -> None:
        parts = request.path.split("/")
        if len(parts) == 3 and parts[1] == "files" and parts[2] in now:
            request.path = f"/files/{now[parts[2]]}"

    _altering_world(simulator, "move", move)
    return before(simulator.app, asked=asked)


@noticed_by("delete-effects")
def deletions_leave_what_is_below(simulator: Simulator) -> None:
    """What was in a deleted folder is in the folder above."""

    def delete(original: Any, node: Any) -> None:
        if isinstance(node, Folder) and node.parent is not None:
            for child in list(node.children.values()):
                simulator.world.move(child, node.parent, child.name)
        original(node)

    _altering_world(simulator, "delete", delete)


@noticed_by("untouched")
def copies_are_made_twice(simulator: Simulator) -> None:
    def copy(original: Any, source: Any, to: Any, name: str, at: float) -> Any:
        original(source, to, "twin", at)
        return original(source, to, name, at)

    _altering_world(simulator, "copy", copy)


@noticed_by("failed-items")
def files_take_files(simulator: Simulator) -> Any:
    """What is to go into a file goes beside it."""

    def asked(request: Asked) -> None:
        items = _items(request)
        changed: list[Mapping[str, Any]] = []
        for one in items:
            node = simulator.world.nodes.get(str(one.get("parent"))) if isinstance(one, dict) else None
            parent = node.parent.id if node is not None and hasattr(node, "size") and node.parent else None
            changed.append({**one, "parent": parent} if parent else one)
        if items and changed != items:
            request.body = json.dumps({"items": changed}).encode()

    return before(simulator.app, asked=asked)


@noticed_by("items-done")
def odd_names_fail(simulator: Simulator) -> Any:
    """Items whose names are not ASCII fail."""

    def asked(request: Asked) -> None:
        items = _items(request)
        if any(isinstance(one, dict) and not str(one.get("name", "")).isascii() for one in items):
            changed = [one if str(one.get("name", "")).isascii() else {**one, "file": "f" * 24} for one in items]
            request.body = json.dumps({"items": changed}).encode()

    return before(simulator.app, asked=asked)


@asking("folder-made")
def folders_are_made_in_the_root(asked: Asked) -> None:
    body = asked.json
    if asked.path == "/files" and asked.method == "POST" and isinstance(body, dict) and body.get("name") == "other":
        del body["parent"]
        asked.body = json.dumps({**body, "project": PROJECT}).encode()
