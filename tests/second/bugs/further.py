"""Bugs of all families that stand beside what the checks look at first: other ways in, other places, other moments."""

from __future__ import annotations

from typing import Any, Final

from tests.contract.wire import Asked, Told
from tests.second.bugs.jobs import JOBS, SUBMISSIONS, jobs_of
from tests.second.bugs.planting import documents_of, error, objects_of, replacing, rewritten, standing
from tests.second.bugs.reading import ACCESS, FILES, LIMITS, LISTS
from tests.second.bugs.storage import EXPORTS, IMPORTS, VOLUMES
from tests.second.server.nodes import Node
from tests.second.service import SOURCE, TARGET, TOKEN, USER, Service

OTHER: Final = "another-token"
"""The token of a user who is no member of any project here."""


def _is_list(told: Told) -> bool:
    return told.status == 200 and isinstance(told.body, dict) and isinstance(told.body.get("items"), list)


# Who may


@ACCESS.asking("private")
def others_copy_files(asked: Asked) -> None:
    """Another user may copy any file."""
    if asked.path == "/async/files/copy" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.breaking("private")
def others_delete_files(service: Service) -> None:
    """A deletion does not ask whose the file is."""
    replacing(service.world, "_do", _as_owner)


def _as_owner(do: Any, job: Any, item: Any, when: float) -> Any:
    if job.type != "DELETE" or job.owner == USER:
        return do(job, item, when)
    owner, job.owner = job.owner, USER
    try:
        return do(job, item, when)
    finally:
        job.owner = owner


@ACCESS.asking("private")
def others_read_in_bulk(asked: Asked) -> None:
    """A read in bulk shows files to every user."""
    if asked.path == "/bulk/files/get" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_edit_in_bulk(asked: Asked) -> None:
    """An edit in bulk changes files of every user."""
    if asked.path == "/bulk/files/edit" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_make_folders(asked: Asked) -> None:
    """Every user makes folders in any project."""
    if asked.path == "/files" and asked.method == "POST" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_list_files(asked: Asked) -> None:
    """A list of files is shown to every user who names the project."""
    if asked.path == "/files" and asked.method == "GET" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_see_volumes(asked: Asked) -> None:
    """The objects of a volume are listed for every user."""
    if asked.path.startswith("/storage/volumes/") and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_see_all_imports(asked: Asked) -> None:
    """The list of imports has those of all users."""
    if asked.path == "/storage/imports" and asked.method == "GET" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_see_projects(asked: Asked) -> None:
    """The list of projects has those of all users."""
    if asked.path == "/projects" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_read_imports_by_drs(asked: Asked) -> None:
    """An import by DRS can be read by every user."""
    if asked.path.startswith("/bulk/drs/imports/") and asked.method == "GET" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("wrong-token")
def tokens_are_compared_by_their_beginning(asked: Asked) -> None:
    """What begins with a token is as good as it."""
    if asked.token and asked.token.startswith(TOKEN):
        asked.token = TOKEN


@ACCESS.asking("wrong-token", "no-token")
def an_empty_token_is_the_first_users(asked: Asked) -> None:
    """An empty token is taken for that of the first user."""
    if asked.token is not None and not asked.token.strip():
        asked.token = TOKEN


# What is refused


@LIMITS.asking("methods")
def jobs_are_deleted(asked: Asked) -> Told | None:
    """DELETE on a job is answered with 204."""
    removes = asked.method == "DELETE" and asked.path.startswith("/async/files/")
    return Told(204, {"content-type": "application/json"}, None, b"") if removes else None


@LIMITS.asking("methods")
def patches_are_taken(asked: Asked) -> Told | None:
    """PATCH on the list of files is answered with 200."""
    if asked.method == "PATCH" and asked.path == "/files":
        return Told(200, {"content-type": "application/json"}, {})
    return None


@LIMITS.telling("unknown-path")
def deeper_paths_are_empty_lists(asked: Asked, told: Told) -> None:
    """A path below that of a job is answered with an empty object."""
    if told.status == 404 and asked.path.count("/") > 4 and asked.path.startswith("/async/"):
        told.status, told.body = 200, {}


@LIMITS.asking("bad-body", "no-server-error")
def edits_that_are_not_json_fail(asked: Asked) -> Told | None:
    """A bulk edit that is not JSON is answered with a server error."""
    return error(500, 90004) if asked.path == "/bulk/files/edit" and asked.json is None else None


@LIMITS.asking("media-type")
def bulk_reads_take_any_text(asked: Asked) -> None:
    """A read in bulk takes its body for JSON, whatever it says that it is."""
    if asked.path == "/bulk/files/get" and asked.media_type:
        asked.media_type = "application/json"
        if asked.json is None:
            asked.body = b'{"file_ids": ["000000000000000000000000"]}'


@LIMITS.asking("media-type")
def forms_are_taken_for_json(asked: Asked) -> None:
    """A body that is sent as a form is taken for JSON."""
    if asked.media_type.startswith("application/x-www-form-urlencoded"):
        asked.media_type = "application/json"


@LIMITS.asking("edges")
def a_charset_is_another_media_type(asked: Asked) -> Told | None:
    """`application/json; charset=utf-8` is refused with 415."""
    return error(415, 90008) if "charset" in asked.media_type else None


@LIMITS.asking("edges", "no-server-error")
def offsets_have_31_bits(asked: Asked) -> Told | None:
    """An offset of more than 31 bits is answered with a server error."""
    offset = asked.get("offset") or ""
    return error(500, 90004) if offset.isdigit() and int(offset) >= 2**31 else None


@LIMITS.asking("edges", "no-server-error")
def odd_prefixes_are_too_much(asked: Asked) -> Told | None:
    """A prefix of objects that is not ASCII is answered with a server error."""
    return None if (asked.get("prefix") or "").isascii() else error(500, 90004)


@JOBS.asking("bad-body")
def a_file_may_go_to_two_places(asked: Asked) -> None:
    """An item that is named twice, with two destinations, is taken twice."""
    items = objects_of(asked)
    if asked.path in SUBMISSIONS and len({str(one.get("parent")) for one in items}) > 1:
        kept = {str(one.get("file")): one for one in items}
        rewritten(asked, items=list(kept.values()))


@JOBS.asking("bad-body")
def null_is_a_body(asked: Asked) -> None:
    """A submission whose body is `null` is taken for one of nothing that exists."""
    if asked.path in SUBMISSIONS and asked.body == b"null":
        item = {"file": "0" * 24, "parent": "0" * 24}
        asked.body = b'{"items": [%s]}' % str(item).replace("'", '"').encode()


# What a job is


@JOBS.telling("dates")
def jobs_have_no_start(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """A finished job has no start."""
    for one in jobs_of(told):
        if one.get("state") == "FINISHED":
            one["started_on"] = None


@JOBS.telling("dates")
def starts_are_in_another_zone(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The dates of a job are two hours ahead."""
    for one in jobs_of(told):
        for name in ("started_on", "finished_on"):
            if isinstance(one.get(name), str):
                day, hour = one[name].split("T")
                one[name] = f"{day}T{min(23, int(hour[:2]) + 2):02}{hour[2:]}" if int(hour[:2]) < 22 else one[name]


@JOBS.telling("finished-is-final", "dates")
def starts_move_on(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The start of a job is later each time that it is read."""
    for one in jobs_of(told):
        if isinstance(one.get("started_on"), str) and one.get("state") != "FINISHED":
            starts_move_on.__dict__["seen"] = seen = (starts_move_on.__dict__.get("seen", 0) + 1) % 60
            one["started_on"] = f"{one['started_on'][:17]}{seen:02}Z"


@JOBS.telling("result-names")
def all_results_are_the_first(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The entries of a result all name the file of the first."""
    for one in jobs_of(told):
        named = [entry for entry in one.get("result") or [] if "resource" in entry]
        for entry in named:
            entry["resource"] = named[0]["resource"]


@JOBS.breaking("result-names")
def results_are_of_the_job_before(service: Service) -> Any:
    """The result of a copy is that of the copy before it."""

    def told(_: Asked, answer: Told) -> None:
        for one in jobs_of(answer):
            before = [job for job in service.world.jobs.values() if job.type == "COPY" and job.id < one["id"]]
            if one["type"] == "COPY" and one["state"] == "FINISHED" and before:
                done = [deed.made for deed in before[-1].deeds if deed.made]
                there = [made for made in done if made in service.world.nodes]
                named = [entry for entry in one["result"] or [] if "resource" in entry]
                for entry, made in zip(named, there, strict=False):
                    entry["resource"] = {"href": f"http://second.localhost/v2/files/{made}", "id": made}

    return standing(service, told=told)


@JOBS.breaking("own-jobs-only", "readable", "listed-once")
def jobs_are_gone_after_ten_seconds(service: Service) -> Any:
    """A job can be read, and is listed, for ten seconds after its end."""

    def told(asked: Asked, answer: Told) -> None:
        now, jobs = service.world.clock(), service.world.jobs
        gone = {one.id for one in jobs.values() if one.ends + 10 < now}
        if asked.path == "/async/files" and _is_list(answer):
            answer.body["items"] = [one for one in answer.body["items"] if one["id"] not in gone]
            if int(asked.get("limit") or 25) > len(answer.body["items"]) and asked.get("offset") in (None, "0"):
                answer.headers["x-total-matching-query"] = str(len(answer.body["items"]))
        elif asked.path.startswith("/async/files/") and asked.path.rpartition("/")[2] in gone:
            missing = error(404, 10211)
            answer.status, answer.body = missing.status, missing.body

    return standing(service, told=told)


@JOBS.breaking("listed-once")
def deletions_are_listed_when_they_end(service: Service) -> None:
    """The list has deletions only when they have ended."""
    world = service.world
    replacing(
        world,
        "listed_jobs",
        lambda original, user: [one for one in original(user) if one.type != "DELETE" or world.ended(one)],
    )


@JOBS.telling("job-href", "details-match-list")
def hrefs_in_lists_are_of_the_list(asked: Asked, told: Told) -> None:
    """The address of a job in the list is that of the list."""
    if asked.path == "/async/files" and _is_list(told):
        for one in told.body["items"]:
            one["href"] = "http://second.localhost/v2/async/files"


# What a job does


@JOBS.breaking("copy-effects", "items-done")
def copies_to_a_project_go_to_a_folder(service: Service) -> None:
    """What is to be copied to a project goes to the first folder in it."""

    def target(original: Any, item: Any, user: str) -> Node:
        found: Node = original(item, user)
        if item.project is None:
            return found
        return next((one for one in found.children if one.is_folder), found)

    replacing(service.world, "_target", target)


@JOBS.breaking("items-done")
def only_folders_are_destinations(service: Service) -> None:
    """A copy to a project fails."""

    def target(original: Any, item: Any, user: str) -> Any:
        return original(item if item.project is None else type(item)(item.file, "nothing", None, item.name), user)

    replacing(service.world, "_target", target)


@JOBS.breaking("copy-metadata")
def copied_folders_lose_metadata(service: Service) -> None:
    """A file that is copied with its folder has no metadata."""

    def copy(original: Any, source: Node, *given: Any) -> Node:
        made: Node = original(source, *given)
        if source.is_folder:
            for one in made.files():
                one.metadata = {}
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("move-effects", "untouched")
def moved_files_lose_metadata(service: Service) -> None:
    """A moved file has no metadata."""

    def move(original: Any, source: Node, *given: Any) -> Any:
        source.metadata = {}
        return original(source, *given)

    replacing(service.world, "_move", move)


@JOBS.breaking("untouched", "copy-effects")
def copies_take_metadata_away(service: Service) -> None:
    """The source of a copy loses its metadata when the copy is there."""

    def copy(original: Any, source: Node, *given: Any) -> Node:
        made: Node = original(source, *given)
        source.metadata = {}
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("untouched")
def copies_leave_something_in_the_root(service: Service) -> None:
    """A copy leaves a file in the root of the project."""

    def copy(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        made = original(source, target, name, when)
        root = service.world.projects[target.project].root
        if target is not root and not any(one.name == "copy.tmp" for one in root.children):
            service.world.add_file("copy.tmp", root)
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("untouched")
def deletions_take_one_from_the_root(service: Service) -> None:
    """A deletion takes the first folder of the project's root along."""

    def do(original: Any, job: Any, item: Any, when: float) -> Any:
        deed = original(job, item, when)
        root = service.world.projects[SOURCE].root
        empty = [one for one in root.children if one.name == "lanes"]
        if job.type == "DELETE" and empty:
            service.world.remove(empty[0])
        return deed

    replacing(service.world, "_do", do)


@JOBS.breaking("untouched")
def copies_reach_another_project(service: Service) -> None:
    """A copy is made in another project of the user's too."""

    def copy(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        other = service.world.projects[TARGET].root
        if target.project == SOURCE and not source.is_folder:
            original(source, other, name, when)
        return original(source, target, name, when)

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects", "move-effects")
def names_are_unquoted(service: Service) -> None:
    """A new name is taken for one that is quoted as in a URL."""

    def submit(original: Any, user: str, job_type: str, items: Any, **named: Any) -> Any:
        from urllib.parse import unquote_plus

        plain = [type(one)(one.file, one.parent, one.project, one.name and unquote_plus(one.name)) for one in items]
        return original(user, job_type, plain, **named)

    replacing(service.world, "submit", submit)


@JOBS.breaking("move-effects")
def moved_folders_keep_their_names(service: Service) -> None:
    """A new name of a moved folder is ignored."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        return original(source, target, source.name if source.is_folder else name, when)

    replacing(service.world, "_move", move)


@JOBS.breaking("move-merges")
def merges_lose_what_is_deeper(service: Service) -> None:
    """Where folders are merged, the files of the folders in them are lost."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        if source.is_folder and any(one.name == name and one.is_folder for one in target.children):
            for folder in [one for one in source.children if one.is_folder]:
                for file in [one for one in folder.children if not one.is_folder]:
                    service.world.remove(file)
        return original(source, target, name, when)

    replacing(service.world, "_move", move)


@JOBS.breaking("failed-items")
def folders_move_into_themselves(service: Service) -> None:
    """A folder that is moved into itself is gone."""

    def do(original: Any, job: Any, item: Any, when: float) -> Any:
        node, target = service.world.nodes.get(item.file), service.world.nodes.get(str(item.parent))
        deed = original(job, item, when)
        if job.type == "MOVE" and deed.error and node is not None and target is not None and target.is_within(node):
            service.world.remove(node)
        return deed

    replacing(service.world, "_do", do)


@JOBS.breaking("move-effects", "move-merges", "untouched")
def moves_overwrite_files(service: Service) -> None:
    """A file that is moved by itself takes the place of one of its name."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        for one in [one for one in target.children if one.name == name and one is not source]:
            if not source.is_folder and not one.is_folder and source.parent is not None and not source.parent.parent:
                continue
            if not source.is_folder and not one.is_folder and given_alone.get(source.id):
                service.world.remove(one)
        return original(source, target, name, when)

    given_alone: dict[str, bool] = {}

    def do(original: Any, job: Any, item: Any, when: float) -> Any:
        given_alone[item.file] = True
        return original(job, item, when)

    replacing(service.world, "_move", move)
    replacing(service.world, "_do", do)


# What lists say


@LISTS.asking("more-filters")
def projects_are_not_filtered(asked: Asked) -> None:
    """The filter of projects by name is ignored."""
    if asked.path.startswith("/projects"):
        asked.query = [pair for pair in asked.query if pair[0] != "name"]


@LISTS.asking("more-filters")
def tags_of_projects_are_ignored(asked: Asked) -> None:
    """The filter of projects by tags is ignored."""
    if asked.path == "/projects":
        asked.query = [pair for pair in asked.query if pair[0] != "tags"]


@LISTS.telling("more-filters", "name-filter")
def two_filters_find_nothing(asked: Asked, told: Told) -> None:
    """A name and a tag together find nothing."""
    if asked.path == "/files" and asked.get("name") and asked.get("tag") and _is_list(told):
        told.body["items"], told.headers["x-total-matching-query"] = [], "0"


@LISTS.breaking("total", "name-filter")
def totals_forget_the_filter(service: Service) -> Any:
    """The total of a list with a filter is that of the list without it."""

    def told(asked: Asked, answer: Told) -> None:
        if asked.path == "/files" and asked.get("name") and asked.get("project") and _is_list(answer):
            root = service.world.projects.get(str(asked.get("project")))
            answer.headers["x-total-matching-query"] = str(len(root.root.children) if root else 0)

    return standing(service, told=told)


@LISTS.telling("links")
def links_forget_the_filter(asked: Asked, told: Told) -> None:
    """The links of a list with a filter lead to the list without it."""
    if asked.path == "/files" and asked.get("name") and _is_list(told):
        for link in told.body.get("links") or []:
            base, _, query = link["href"].partition("?")
            kept = [pair for pair in query.split("&") if not pair.startswith("name=")]
            link["href"] = f"{base}?{'&'.join(kept)}"


@LISTS.asking("fields")
def details_ignore_fields(asked: Asked) -> None:
    """`fields` of the details of a file is ignored."""
    if asked.path.startswith("/files/") and not asked.path.endswith("/list"):
        asked.query = [pair for pair in asked.query if pair[0] != "fields"]


@LISTS.asking("fields")
def folders_ignore_fields(asked: Asked) -> None:
    """`fields` of the list of a folder is ignored."""
    if asked.path.startswith("/files/") and asked.path.endswith("/list"):
        asked.query = [pair for pair in asked.query if pair[0] != "fields"]


@LISTS.telling("entry-details")
def projects_are_listed_under_other_names(asked: Asked, told: Told) -> None:
    """The list of projects has their short names where their details have the names."""
    if asked.path == "/projects" and _is_list(told):
        for one in told.body["items"]:
            one["name"] = f"{one['name']} (listed)"


@FILES.telling("entry-href")
def hrefs_of_files_lead_to_folders(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The address of a file is that of the folder that it is in."""
    for one in documents_of(told):
        if one.get("type") == "file" and one.get("parent"):
            one["href"] = f"http://second.localhost/v2/files/{one['parent']}"


@LIMITS.telling("rate-count", "rate-agrees")
def more_is_left_than_there_is(asked: Asked, told: Told) -> None:
    """More requests are left than there are."""
    if "x-ratelimit-remaining" in told.headers:
        told.headers["x-ratelimit-remaining"] = str(int(told.headers["x-ratelimit-remaining"]) + 500)
        if asked.path == "/rate_limit" and told.status == 200:
            told.body["rate"]["remaining"] += 500


@LIMITS.telling("rate-count")
def the_window_always_begins_now(asked: Asked, told: Told) -> None:
    """The window of the rate limit is said to end another second later with each answer."""
    if "x-ratelimit-reset" in told.headers:
        the_window_always_begins_now.__dict__["seen"] = seen = the_window_always_begins_now.__dict__.get("seen", 0) + 1
        told.headers["x-ratelimit-reset"] = str(int(told.headers["x-ratelimit-reset"]) + seen % 200)
        if asked.path == "/rate_limit" and told.status == 200:
            told.body["rate"]["reset"] = int(told.headers["x-ratelimit-reset"])


# Families


@VOLUMES.telling("volume-pages", "volume-prefix")
def next_forgets_the_prefix(asked: Asked, told: Told) -> None:
    """The next page of the objects of a prefix is of all objects."""
    if asked.path.endswith("/list") and asked.path.startswith("/storage/") and asked.get("prefix") and _is_list(told):
        for link in told.body.get("links") or []:
            if link.get("next"):
                base, _, query = link["next"].partition("?")
                kept = [pair for pair in query.split("&") if not pair.startswith("prefix=")]
                link["next"] = f"{base}?{'&'.join(kept)}"


@IMPORTS.telling("transfer-readable")
def imports_that_are_not_there_have_no_entry(asked: Asked, told: Told) -> None:
    """An import that is read in bulk and does not exist has no entry."""
    if asked.path == "/bulk/storage/imports/get" and _is_list(told):
        told.body["items"] = [one for one in told.body["items"] if "resource" in one]


@EXPORTS.breaking("export-alias", "export-effects")
def exported_files_are_renamed(service: Service) -> None:
    """A file that becomes an alias gets the name of its object."""

    def write(original: Any, start: Any, file: Node) -> Any:
        made = original(start, file)
        if not start.copy_only:
            file.name = start.location.rpartition("/")[2]
        return made

    replacing(service.world.moving, "write", write)


@JOBS.breaking("name-filter")
def deleted_files_are_found_by_name(service: Service) -> Any:
    """A deleted file is found by its name still."""
    gone: list[tuple[str, str, str]] = []

    def remove(original: Any, node: Node) -> None:
        if node.parent is not None and not node.is_folder:
            gone.append((node.parent.id, node.id, node.name))
        original(node)

    def told(asked: Asked, answer: Told) -> None:
        if asked.path == "/files" and asked.get("name") and _is_list(answer):
            names = [value for key, value in asked.query if key == "name"]
            for parent, node_id, name in gone:
                if parent == asked.get("parent") and name in names:
                    href = f"http://second.localhost/v2/files/{node_id}"
                    answer.body["items"].append({"href": href, "id": node_id, "name": name, "type": "file"})

    replacing(service.world, "remove", remove)
    return standing(service, told=told)


@FILES.telling("entry-details")
def details_have_no_type(asked: Asked, told: Told) -> None:
    """The details of a file do not say whether it is a folder."""
    if asked.path.startswith("/files/") and not asked.path.endswith("/list") and told.status == 200:
        told.body.pop("type", None)
