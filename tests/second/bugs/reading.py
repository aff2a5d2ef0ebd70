"""Bugs of calls that read, of who may, and of what all answers have."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.contract.wire import Asked, Told
from tests.second.bugs.planting import Family, documents_of, error, items_of, replacing, rewritten, standing, without
from tests.second.server.nodes import Node, Refusal
from tests.second.service import SOURCE, TOKEN, Service

FILES: Final = Family("files")
LISTS: Final = Family("lists")
ACCESS: Final = Family("access")
LIMITS: Final = Family("limits and errors")


def _is_list(told: Told) -> bool:
    return told.status == 200 and isinstance(told.body, dict) and "links" in told.body and "prefixes" not in told.body


def _folder(asked: Asked) -> dict[str, Any]:
    """Return the body of a call that makes a folder; empty if it is another call."""
    body = asked.json if asked.path == "/files" and asked.method == "POST" else None
    return body if isinstance(body, dict) else {}


def _respelled(asked: Asked, name: str, old: str, new: str) -> None:
    asked.query = [(key, new if (key, value) == (name, old) else value) for key, value in asked.query]


# Files and folders


@FILES.asking("folder-made")
def folders_are_made_beside(asked: Asked) -> None:
    """Some folders are created in the root of the project, whatever was requested."""
    body = _folder(asked)
    if body.get("name") in ("a", "f") and "parent" in body:
        asked.body = json.dumps({"name": body["name"], "type": "folder", "project": SOURCE}).encode()


@FILES.asking("folder-made")
def names_of_folders_are_in_capitals(asked: Asked) -> None:
    """The name of a new folder is changed to capitals."""
    if isinstance(_folder(asked).get("name"), str):
        rewritten(asked, name=asked.json["name"].upper())


@FILES.breaking("name-taken")
def a_folder_of_the_name_will_do(service: Service) -> None:
    """Creating a folder whose name already exists returns the existing one."""

    def made(original: Any, name: str, parent: Node) -> Any:
        there = [one for one in parent.children if one.name == name]
        return there[0] if there else original(name, parent)

    replacing(service.world, "new_folder", made)


@FILES.asking("bad-body")
def long_names_of_folders_are_cut(asked: Asked) -> None:
    """The name of a new folder is cut after 255 characters."""
    if isinstance(_folder(asked).get("name"), str):
        rewritten(asked, name=asked.json["name"][:255])


@FILES.asking("bad-body")
def folders_need_no_type(asked: Asked) -> None:
    """A folder is created from a body without a type."""
    if "type" not in _folder(asked) and _folder(asked):
        rewritten(asked, type="folder")


@FILES.breaking("bad-body")
def folders_are_made_in_files(service: Service) -> Any:
    """A folder to be created in a file is created beside it."""

    def asked(request: Asked) -> None:
        if request.path == "/files" and request.method == "POST" and isinstance(request.json, dict):
            node = service.world.nodes.get(str(request.json.get("parent")))
            if node is not None and not node.is_folder and node.parent is not None:
                rewritten(request, parent=node.parent.id)

    return standing(service, asked=asked)


@FILES.telling("conformance")
def details_have_no_name(asked: Asked, told: Told) -> None:
    """The details of a folder have no name."""
    if asked.path.startswith("/files/") and told.status == 200 and told.body.get("type") == "folder":
        del told.body["name"]


@FILES.telling("conformance")
def sizes_are_texts(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The size of a file is a string."""
    for one in documents_of(told):
        if isinstance(one.get("size"), int):
            one["size"] = str(one["size"])


@FILES.telling("entry-details")
def entries_name_another_project(asked: Asked, told: Told) -> None:
    """Lists show all files in the project `rfranklin/target`."""
    if asked.path == "/files" and asked.method == "GET" and _is_list(told):
        for one in told.body["items"]:
            one["project"] = "rfranklin/target"


@FILES.telling("not-found")
def files_that_are_not_there_are_wrong(asked: Asked, told: Told) -> None:
    """The details of a file that does not exist are refused with 400."""
    if asked.path.startswith("/files/") and told.status == 404 and not asked.path.endswith("/list"):
        told.status, told.body["status"] = 400, 400


@FILES.telling("not-found")
def unknown_projects_are_forbidden(asked: Asked, told: Told) -> None:
    """A project that does not exist is refused with 403."""
    if asked.path.startswith("/projects/") and told.status == 404:
        told.status, told.body["status"], told.body["code"] = 403, 403, 3001


@FILES.asking("no-server-error")
def long_ids_are_too_much(asked: Asked) -> Told | None:
    """An id of 300 characters gets a server error."""
    return error(500, 90004) if len(asked.path) > 250 else None


@FILES.asking("edges", "no-server-error")
def only_plain_names_are_looked_for(asked: Asked) -> Told | None:
    """A filter by a name that is not ASCII gets a server error."""
    return None if (asked.get("name") or "").isascii() else error(500, 90004)


# Lists


@LISTS.breaking("one-level")
def projects_are_listed_with_what_is_below(service: Service) -> Any:
    """The list of a project has the files of a folder in it too."""

    def told(asked: Asked, answer: Told) -> None:
        if asked.path == "/files" and asked.get("project") and _is_list(answer) and not asked.get("name"):
            for folder in service.source.children:
                for file in folder.children[:1]:
                    entry = {"href": "http://second.localhost/v2/files/x", "id": file.id, "name": file.name}
                    answer.body["items"].append({**entry, "type": "file", "parent": folder.id})

    return standing(service, told=told)


@LISTS.telling("same-content")
def folders_do_not_list_folders(asked: Asked, told: Told) -> None:
    """The list of a folder has no folders."""
    if asked.path.endswith("/list") and asked.path.startswith("/files/") and told.status == 200:
        told.body["items"] = [one for one in told.body["items"] if one.get("type") != "folder"]


@LISTS.telling("same-content")
def the_address_of_a_project_lists_less(asked: Asked, told: Told) -> None:
    """The list at the URL of a project lacks its last entry."""
    if asked.path.endswith("/files") and asked.path.startswith("/projects/") and told.status == 200:
        told.body["items"] = told.body["items"][:-1]


@LISTS.breaking("name-filter")
def names_need_only_begin_so(service: Service) -> Any:
    """`name` finds what begins with it."""

    def asked(request: Asked) -> None:
        names = [value for key, value in request.query if key == "name"]
        found = [one for one in service.world.nodes.values() if names and one.name.startswith(names[0])]
        if request.path == "/files" and len(names) == 1:
            request.query += [("name", one.name) for one in found]

    return standing(service, asked=asked)


@LISTS.asking("name-filter")
def the_last_name_counts(asked: Asked) -> None:
    """Of several names, a filter takes the last."""
    names = [pair for pair in asked.query if pair[0] == "name"]
    asked.query = [pair for pair in asked.query if pair not in names[:-1]]


@LISTS.asking("more-filters")
def any_tag_will_do(asked: Asked) -> None:
    """A filter by a tag is ignored."""
    without(asked, "tag")


@LISTS.asking("more-filters")
def any_value_will_do(asked: Asked) -> None:
    """A filter by a value of the metadata is ignored."""
    without(asked, "metadata")


@LISTS.asking("more-filters")
def a_name_is_filter_enough(asked: Asked) -> None:
    """Beside a name, other filters are ignored."""
    if asked.get("name"):
        without(asked, "tag", "metadata")


@LISTS.asking("fields")
def all_fields_are_the_usual_ones(asked: Asked) -> None:
    """Lists of files treat `fields=_all` as the usual fields."""
    if asked.path == "/files" and asked.get("fields") == "_all":
        without(asked, "fields")


@LISTS.asking("fields")
def fields_are_all_or_nothing(asked: Asked) -> None:
    """Any `fields` is taken for `_all`."""
    if asked.path == "/files" and asked.get("fields"):
        _respelled(asked, "fields", str(asked.get("fields")), "_all")


@LISTS.telling("total")
def the_total_is_of_the_page(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The total is the number of entries of the page."""
    if _is_list(told) and "x-total-matching-query" in told.headers:
        told.headers["x-total-matching-query"] = str(len(told.body["items"]))


@LISTS.telling("total")
def the_last_page_has_no_total(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The last page has no header with the total."""
    if _is_list(told) and {link.get("rel") for link in told.body["links"]} == {"prev"}:
        told.headers.pop("x-total-matching-query", None)


@LISTS.telling("total")
def the_total_of_projects_is_a_hundred(asked: Asked, told: Told) -> None:
    """The total of a list of projects is always 100."""
    if asked.path == "/projects" and _is_list(told):
        told.headers["x-total-matching-query"] = "100"


@LISTS.telling("links")
def next_leads_to_the_same_page(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """`next` leads to the same page."""
    if _is_list(told):
        for link in told.body["links"]:
            if link["rel"] == "next":
                link["href"] = told.body["href"]


@LISTS.telling("links")
def next_is_named_for_ever(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The last page has a `next` too."""
    if _is_list(told) and told.body["items"] and not any(link["rel"] == "next" for link in told.body["links"]):
        told.body["links"].append({"href": told.body["href"], "rel": "next", "method": "GET"})


@LISTS.telling("links")
def prev_leads_on(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """`prev` leads to where `next` does."""
    if _is_list(told):
        following = [link["href"] for link in told.body["links"] if link["rel"] == "next"]
        for link in told.body["links"]:
            if link["rel"] == "prev" and following:
                link["href"] = following[0]


@LISTS.telling("links")
def links_lead_to_another_list(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The links of a list lead to the list of projects."""
    if _is_list(told):
        for link in told.body["links"]:
            link["href"] = "http://second.localhost/v2/projects?offset=0&limit=1"


@LISTS.asking("pages", "total", "edges")
def offsets_end_at_two(asked: Asked) -> None:
    """An offset beyond 2 is taken for 2."""
    if (asked.get("offset") or "0").isdigit() and int(asked.get("offset") or 0) > 2:
        _respelled(asked, "offset", str(asked.get("offset")), "2")


@LISTS.telling("pages", "total")
def the_last_entry_is_never_listed(asked: Asked, told: Told) -> None:
    """The last entry of a list of projects is on no page."""
    if asked.path == "/projects" and _is_list(told) and not any(one["rel"] == "next" for one in told.body["links"]):
        told.body["items"] = told.body["items"][:-1]


@LISTS.telling("pages")
def pages_of_seven_go_backwards(asked: Asked, told: Told) -> None:
    """A page of seven has its entries in the opposite order."""
    if asked.get("limit") == "7" and _is_list(told):
        told.body["items"].reverse()


@LISTS.telling("pages", "conformance")
def an_entry_is_repeated(asked: Asked, told: Told) -> None:
    """A page of a hundred files has its first entry twice."""
    if asked.path == "/files" and asked.get("limit") == "100" and _is_list(told) and len(told.body["items"]) > 1:
        told.body["items"].insert(1, told.body["items"][0])


@LISTS.asking("default-page")
def two_are_a_page(asked: Asked) -> None:
    """Without a limit, a list of files or projects has two entries."""
    if asked.path in ("/files", "/projects") and asked.method == "GET" and asked.get("limit") is None:
        asked.query.append(("limit", "2"))


@LISTS.asking("default-page")
def lists_begin_at_one(asked: Asked) -> None:
    """Without an offset, a list of jobs begins with the second."""
    if asked.path == "/async/files" and asked.method == "GET" and asked.get("offset") is None:
        asked.query.append(("offset", "1"))


@LISTS.breaking("limit")
def a_page_has_one_more(service: Service) -> Any:
    """A page has one entry more than its limit."""

    def asked(request: Asked) -> None:
        limit = request.get("limit") or ""
        if limit.isdigit() and 0 < int(limit) < 100 and request.path in ("/files", "/projects"):
            _respelled(request, "limit", limit, str(int(limit) + 1))

    return standing(service, asked=asked)


def _taking(name: str, value: str, instead: str, *paths: str) -> Any:
    def asked(request: Asked) -> None:
        if not paths or request.path in paths:
            _respelled(request, name, value, instead)

    return asked


@LISTS.asking("bad-query")
def a_limit_of_101_is_taken(asked: Asked) -> None:
    """A limit of 101 is taken for 100 in lists of jobs."""
    _taking("limit", "101", "100", "/async/files")(asked)


@LISTS.asking("bad-query")
def a_limit_of_0_is_taken(asked: Asked) -> None:
    """A limit of 0 is taken for 25 in lists of files."""
    _taking("limit", "0", "25", "/files")(asked)


@LISTS.asking("bad-query")
def an_offset_of_minus_1_is_taken(asked: Asked) -> None:
    """An offset of -1 is taken for 0 in lists of projects."""
    _taking("offset", "-1", "0", "/projects")(asked)


@LISTS.asking("bad-query")
def words_are_numbers(asked: Asked) -> None:
    """A limit that is a word is ignored."""
    if asked.get("limit") == "many":
        without(asked, "limit")


@LISTS.asking("bad-query")
def unknown_filters_pass(asked: Asked) -> None:
    """A filter of files that is not known is ignored."""
    known = ("project", "parent", "name", "tag", "metadata", "origin", "fields", "offset", "limit")
    if asked.path == "/files" and asked.method == "GET":
        asked.query = [pair for pair in asked.query if pair[0].partition(".")[0] in known]


@LISTS.asking("bad-query")
def the_parent_goes_first(asked: Asked) -> None:
    """Of project and parent, a list of files takes the parent."""
    if asked.path == "/files" and asked.get("project") and asked.get("parent"):
        without(asked, "project")


@LISTS.asking("bad-query")
def without_a_place_all_is_listed(asked: Asked) -> None:
    """Without project and parent, a list of files has those of a project of the user's."""
    if asked.path == "/files" and asked.method == "GET" and not {"project", "parent"} & {*dict(asked.query)}:
        asked.query.append(("project", SOURCE))


@LISTS.telling("bad-query")
def files_are_empty_folders(asked: Asked, told: Told) -> None:
    """A file is listed as an empty folder."""
    if asked.path.startswith("/files") and told.status == 400 and told.body["code"] == 5022:
        told.status, told.body = 200, {"href": "http://second.localhost/v2/files", "items": [], "links": []}
        told.headers["x-total-matching-query"] = "0"


@LISTS.telling("not-found")
def jobs_that_are_not_there_are_empty(asked: Asked, told: Told) -> None:
    """A move that does not exist is returned as an empty one."""
    if asked.path.startswith("/async/files/move/") and told.status == 404:
        job = {"href": "http://second.localhost/v2/async/files/move/0", "id": "0", "type": "MOVE"}
        told.status, told.body = 200, {**job, "state": "SUBMITTED"}


# Who may


@ACCESS.asking("no-token")
def projects_of_an_owner_are_public(asked: Asked) -> None:
    """Lists of the projects of an owner need no token."""
    if asked.path.startswith("/projects/") and asked.path.count("/") == 2:
        asked.token = asked.token or TOKEN


@ACCESS.asking("no-token")
def edits_in_bulk_are_public(asked: Asked) -> None:
    """Edits in bulk need no token."""
    if asked.path == "/bulk/files/edit":
        asked.token = asked.token or TOKEN


@ACCESS.asking("no-token")
def imports_are_public(asked: Asked) -> None:
    """An import is started without a token."""
    if asked.path == "/storage/imports" and asked.method == "POST":
        asked.token = asked.token or TOKEN


@ACCESS.asking("no-token")
def submissions_of_moves_are_public(asked: Asked) -> None:
    """A move is submitted without a token."""
    if asked.path == "/async/files/move":
        asked.token = asked.token or TOKEN


@ACCESS.asking("wrong-token")
def any_token_reads_projects(asked: Asked) -> None:
    """The details of a project are shown for any token."""
    if asked.path.startswith("/projects/") and asked.path.count("/") == 3 and asked.token:
        asked.token = TOKEN if asked.token != "another-token" else asked.token


@ACCESS.asking("wrong-token")
def any_token_makes_folders(asked: Asked) -> None:
    """A folder is created with any token."""
    if asked.path == "/files" and asked.method == "POST" and asked.token:
        asked.token = TOKEN


@ACCESS.telling("no-token", "wrong-token")
def strangers_are_forbidden(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """A request without a token is refused with 403."""
    if told.status == 401:
        told.status, told.body["status"], told.body["code"] = 403, 403, 90002


@ACCESS.telling("no-token", "wrong-token")
def refusals_have_data(asked: Asked, told: Told) -> None:
    """The list of projects is in the body of its 401."""
    if asked.path == "/projects" and told.status == 401:
        told.body["items"] = [{"id": SOURCE}]


@ACCESS.asking("private")
def files_are_everybodys(asked: Asked) -> None:
    """The details of files are shown to every user."""
    if asked.path.startswith("/files/") and asked.token == "another-token":
        asked.token = TOKEN


@ACCESS.asking("private")
def files_of_projects_are_everybodys(asked: Asked) -> None:
    """The list at the URL of a project is shown to every user."""
    if asked.path.endswith("/files") and asked.path.startswith("/projects/") and asked.token == "another-token":
        asked.token = TOKEN


@ACCESS.asking("private")
def lists_of_jobs_are_everybodys(asked: Asked) -> None:
    """Every user is shown the list of one user's jobs."""
    if asked.path == "/async/files" and asked.token == "another-token":
        asked.token = TOKEN


@ACCESS.telling("token-kept")
def errors_tell_the_token(asked: Asked, told: Told) -> None:
    """The message of a 404 has the token in it."""
    if told.status == 404 and isinstance(told.body, dict):
        told.body["message"] = f"nothing for {asked.token}"


@ACCESS.telling("token-kept")
def cookies_tell_the_token(asked: Asked, told: Told) -> None:
    """The token is returned in a cookie."""
    if asked.path == "/user" and asked.token:
        told.headers["set-cookie"] = f"session={asked.token}"


@ACCESS.telling("cors")
def every_site_may_read(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """Every site may read responses, with the credentials of its visitors."""
    told.headers["access-control-allow-origin"] = "*"
    told.headers["access-control-allow-credentials"] = "true"


@ACCESS.asking("accepted")
def volumes_refuse_the_token(asked: Asked) -> Told | None:
    """The list of volumes refuses a token that is valid."""
    return error(401, 90001) if asked.path == "/storage/volumes" else None


# The rate limit, and errors


@LIMITS.breaking("rate-count")
def bulk_calls_cost_five(service: Service) -> Any:
    """A bulk call costs five requests."""

    def asked(request: Asked) -> None:
        if request.path.startswith("/bulk/files") and request.token == TOKEN:
            service.world.spend(TOKEN, 4)

    return standing(service, asked=asked)


@LIMITS.breaking("rate-count")
def writing_costs_nothing(service: Service) -> Any:
    """A call that writes costs no request."""

    def asked(request: Asked) -> None:
        if request.method == "POST" and request.token == TOKEN:
            service.world.window(TOKEN).used -= 1

    return standing(service, asked=asked)


@LIMITS.breaking("rate-count")
def to_ask_for_the_rate_costs(service: Service) -> Any:
    """Reading /rate_limit costs a request."""

    def asked(request: Asked) -> None:
        if request.path == "/rate_limit" and request.token == TOKEN:
            service.world.spend(TOKEN)

    return standing(service, asked=asked)


@LIMITS.telling("rate-headers")
def lists_of_files_have_no_rate(asked: Asked, told: Told) -> None:
    """Lists of files lack the rate limit headers."""
    if asked.path == "/files" and asked.method == "GET":
        for name in ("limit", "remaining", "reset"):
            told.headers.pop(f"x-ratelimit-{name}", None)


@LIMITS.telling("rate-headers", "conformance")
def the_reset_is_a_date(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """X-RateLimit-Reset is a date."""
    if "x-ratelimit-reset" in told.headers:
        told.headers["x-ratelimit-reset"] = "Sun, 29 Nov 2026 08:00:00 GMT"


@LIMITS.telling("rate-agrees")
def the_rate_is_always_full(asked: Asked, told: Told) -> None:
    """/rate_limit says that nothing was used."""
    if asked.path == "/rate_limit" and told.status == 200:
        told.body["rate"]["remaining"] = told.body["rate"]["limit"]


@LIMITS.telling("error-body")
def errors_have_no_status(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The body of a 400 has no status."""
    if told.status == 400:
        told.body.pop("status", None)


@LIMITS.telling("error-code", "conformance")
def codes_are_texts(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The code of an error is a string."""
    if told.status >= 400 and isinstance(told.body, dict) and "code" in told.body:
        told.body["code"] = str(told.body["code"])


@LIMITS.telling("error-body", "conformance")
def errors_are_plain_text(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """A 404 is plain text."""
    if told.status == 404:
        told.headers["content-type"], told.content = "text/plain", b"not found"


@LIMITS.telling("conformance")
def made_is_not_modified(asked: Asked, told: Told) -> None:
    """The details of a user return 304 and a body."""
    if asked.path == "/user" and told.status == 200:
        told.status = 304


@LIMITS.asking("methods")
def to_delete_is_to_read(asked: Asked) -> None:
    """DELETE on the list of projects returns the same as GET."""
    if asked.method == "DELETE" and asked.path == "/projects":
        asked.method = "GET"


@LIMITS.telling("methods")
def methods_are_not_implemented_for_bulk(asked: Asked, told: Told) -> None:
    """A method that a bulk call does not have is refused with 400."""
    if asked.path.startswith("/bulk/files") and told.status == 405:
        told.status, told.body["status"] = 400, 400


@LIMITS.telling("allow-header")
def allow_names_the_wrong_methods(asked: Asked, told: Told) -> None:
    """A 405 allows the method that was refused."""
    if told.status == 405:
        told.headers["allow"] = asked.method


@LIMITS.telling("unknown-path")
def unknown_paths_are_wrong(asked: Asked, told: Told) -> None:
    """A path that does not exist gets 400."""
    if told.status == 404 and asked.path.count("/") == 1:
        told.status, told.body["status"] = 400, 400


@LIMITS.asking("media-type")
def the_media_type_is_ignored(asked: Asked) -> None:
    """A text/plain body is taken for JSON."""
    if asked.media_type == "text/plain":
        asked.media_type = "application/json"


@LIMITS.asking("no-server-error")
def what_is_not_json_breaks_it(asked: Asked) -> Told | None:
    """A body that is not JSON gets a server error."""
    return error(500, 90004) if asked.method == "POST" and asked.json is None else None


@LIMITS.asking("bad-body")
def empty_bodies_are_empty_objects(asked: Asked) -> Told | None:
    """A submission without a body gets 404."""
    return error(404, 90003) if asked.path == "/async/files/move" and not asked.body else None


@LIMITS.asking("no-server-error")
def ids_have_to_be_ascii(asked: Asked) -> Told | None:
    """An id that is not ASCII gets a server error."""
    return None if asked.path.isascii() else error(500, 90004)


@LIMITS.breaking("bad-body")
def wrong_bodies_are_conflicts(service: Service) -> Any:
    """A body of the wrong shape is refused with 422."""

    def told(asked: Asked, answer: Told) -> None:
        if asked.method == "POST" and answer.status == 400 and answer.body.get("code") == 5033 and items_of(asked):
            answer.status, answer.body["status"] = 422, 422

    return standing(service, told=told)


@LIMITS.breaking("no-server-error")
def deep_offsets_break_it(service: Service) -> None:
    """An offset far beyond the end gets a server error."""
    original = service.world.ordered

    def ordered(entries: Any) -> Any:
        return _Short(original(entries))

    service.world.ordered = ordered  # type: ignore[method-assign]


class _Short(list[Any]):
    """A list that cannot be cut far beyond its end."""

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice) and (index.start or 0) > 1000:
            raise Refusal(500, 90004, "index out of range")
        return super().__getitem__(index)
