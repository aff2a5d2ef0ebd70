"""Bugs of what lists select and show: filters, properties, links, and things in the wrong place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from tests.contract.wire import Asked, Told
from tests.second.bugs.planting import documents_of, error, replacing, standing
from tests.second.bugs.reading import ACCESS, FILES, LIMITS, LISTS
from tests.second.bugs.storage import EXPORTS, IMPORTS, VOLUMES
from tests.second.server.app import application
from tests.second.service import TARGET, TOKEN, USER, Service

OTHER: Final = "another-token"

Like = Callable[[str, str], bool]
"""Whether what somebody asks for and what a file has are taken for the same."""


def _is_list(asked: Asked, told: Told, *paths: str) -> bool:
    return asked.path in paths and told.status == 200 and isinstance(told.body.get("items"), list)


def _filters(asked: Asked) -> set[str]:
    names = {name for name, _ in asked.query}
    return {one for one in names if one in ("name", "tag") or one.startswith("metadata.")}


# Filters of files


def _widened(service: Service, asked: Asked, kind: str, like: Like) -> None:
    """Have a filter of files also ask for all that is like the values that it has."""
    if asked.path != "/files" or asked.method != "GET":
        return
    files = list(service.world.nodes.values())
    found: list[tuple[str, str]] = []
    for name, value in asked.query:
        given: list[str] = []
        if name == kind == "tag":
            given = [tag for one in files for tag in one.tags]
        elif name == kind == "name":
            given = [one.name for one in files]
        elif name.startswith("metadata.") and kind == "metadata":
            given = [one.metadata[name[9:]] for one in files if name[9:] in one.metadata]
        found += [(name, value), *((name, one) for one in given if one != value and like(value, one))]
    asked.query = list(dict.fromkeys(found))


def _same_letters(wanted: str, given: str) -> bool:
    return wanted.lower() == given.lower()


def _begins(wanted: str, given: str) -> bool:
    return given.startswith(wanted)


def _widening(kind: str, like: Like) -> Callable[[Service], Any]:
    return lambda service: standing(service, asked=lambda asked: _widened(service, asked, kind, like))


@FILES.breaking("more-filters")
def tags_are_alike_whatever_their_case(service: Service) -> Any:
    """The filter by tag does not care for upper and lower case."""
    return _widening("tag", _same_letters)(service)


@FILES.breaking("more-filters")
def tags_are_alike_by_their_beginning(service: Service) -> Any:
    """The filter by tag finds tags that begin with the value."""
    return _widening("tag", _begins)(service)


@FILES.breaking("more-filters")
def metadata_is_alike_whatever_its_case(service: Service) -> Any:
    """The filter by metadata does not care for upper and lower case."""
    return _widening("metadata", _same_letters)(service)


@FILES.breaking("more-filters")
def metadata_is_alike_by_its_beginning(service: Service) -> Any:
    """The filter by metadata finds values that begin with the one requested."""
    return _widening("metadata", _begins)(service)


@FILES.breaking("name-filter")
def names_are_alike_whatever_their_case(service: Service) -> Any:
    """The filter by name does not care for upper and lower case."""
    return _widening("name", _same_letters)(service)


@FILES.asking("more-filters")
def the_last_value_of_metadata_counts(asked: Asked) -> None:
    """Of a metadata filter that is repeated, only the last value counts."""
    last = dict(asked.query)
    asked.query = [pair for pair in asked.query if not pair[0].startswith("metadata.") or last[pair[0]] == pair[1]]


@FILES.asking("more-filters")
def one_key_of_metadata_counts(asked: Asked) -> None:
    """Of filters by several keys of metadata, only the first one counts."""
    first = next((name for name, _ in asked.query if name.startswith("metadata.")), None)
    asked.query = [pair for pair in asked.query if not pair[0].startswith("metadata.") or pair[0] == first]


@FILES.asking("more-filters")
def tags_hide_names(asked: Asked) -> None:
    """With a tag, the filter by name is ignored."""
    if {"tag", "name"} <= _filters(asked):
        asked.query = [pair for pair in asked.query if pair[0] != "name"]


@FILES.asking("more-filters")
def metadata_hides_tags(asked: Asked) -> None:
    """With a filter by metadata, the one by tag is ignored."""
    if any(one.startswith("metadata.") for one in _filters(asked)):
        asked.query = [pair for pair in asked.query if pair[0] != "tag"]


@FILES.asking("more-filters")
def tags_hide_metadata(asked: Asked) -> None:
    """With a tag, filters by metadata are ignored."""
    if "tag" in _filters(asked):
        asked.query = [pair for pair in asked.query if not pair[0].startswith("metadata.")]


@FILES.asking("more-filters")
def tasks_are_no_filter(asked: Asked) -> None:
    """The filter by task is ignored."""
    asked.query = [pair for pair in asked.query if pair[0] != "origin.task"]


@FILES.breaking("more-filters")
def filters_know_the_tags_of_yesterday(service: Service) -> Any:
    """The filter by tag finds the tags that files had when they were first listed."""
    before: dict[str, list[str]] = {}

    def asked(request: Asked) -> None:
        for one in service.world.nodes.values():
            before.setdefault(one.id, list(one.tags))
        if request.path == "/files" and "tag" in _filters(request):
            wanted = {value for name, value in request.query if name == "tag"}
            now = {tag for one in service.world.nodes.values() if wanted & {*before[one.id]} for tag in one.tags}
            request.query = [pair for pair in request.query if pair[0] != "tag"]
            request.query += [("tag", one) for one in now or {"none"}]

    return standing(service, asked=asked)


# Links


def _with_query(told: Told, change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]], *rels: str) -> None:
    """Change the queries of links."""
    for link in _links(told):
        if link["rel"] in rels:
            path, _, query = link["href"].partition("?")
            link["href"] = f"{path}?{urlencode(change(parse_qsl(query, keep_blank_values=True)))}"


def _links(told: Told) -> Iterator[dict[str, Any]]:
    links = told.body.get("links") if isinstance(told.body, dict) else None
    yield from (one for one in links or [] if isinstance(one, dict) and "rel" in one)


@LISTS.telling("links")
def next_has_one_of_the_names(asked: Asked, told: Told) -> None:
    """The link next has only the last of several names."""
    if asked.path == "/files":
        _with_query(told, lambda pairs: list(dict(pairs).items()), "next")


@LISTS.telling("links")
def next_has_one_of_the_tags(asked: Asked, told: Told) -> None:
    """The link next has only the first of several tags."""
    first = asked.get("tag") and next(value for name, value in asked.query if name == "tag")
    if asked.path == "/files":
        _with_query(told, lambda pairs: [one for one in pairs if one[0] != "tag" or one[1] == first], "next")


@LISTS.telling("links")
def next_has_other_fields(asked: Asked, told: Told) -> None:
    """The link next lacks `fields`."""
    if asked.path == "/files":
        _with_query(told, lambda pairs: [one for one in pairs if one[0] != "fields"], "next")


@LISTS.telling("links")
def links_are_not_encoded(asked: Asked, told: Told) -> None:
    """The values in the link next are not encoded."""
    if asked.path == "/files":
        for link in _links(told):
            path, _, query = link["href"].partition("?")
            link["href"] = f"{path}?" + "&".join(f"{name}={value}" for name, value in parse_qsl(query))


@LISTS.telling("links")
def links_are_to_be_posted(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The links of a list have the method POST."""
    for link in _links(told):
        link["method"] = "POST"


@LISTS.telling("links")
def prev_is_always_the_first_page(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The link prev leads to the first page from wherever it is."""
    _with_query(told, lambda pairs: [*(one for one in pairs if one[0] != "offset"), ("offset", "0")], "prev")


@LISTS.telling("links")
def prev_is_before_the_beginning(asked: Asked, told: Told) -> None:
    """The link prev has an offset below 0 where less than a page is before."""
    offset, limit = int(asked.get("offset") or 0), int(asked.get("limit") or 25) if told.status == 200 else 0
    if asked.path == "/files":
        before = ("offset", str(offset - limit))
        _with_query(told, lambda pairs: [*(one for one in pairs if one[0] != "offset"), before], "prev")


def _pages_of(*paths: str) -> Callable[[Asked], None]:
    def asked(request: Asked) -> None:
        given = dict(request.query)
        offset, limit = given.get("offset", "0"), given.get("limit", "25")
        if request.path in paths and offset.isdigit() and limit.isdigit() and 0 < int(limit) <= 100:
            page = str(int(offset) // int(limit) * int(limit))
            request.query = [*(one for one in request.query if one[0] != "offset"), ("offset", page)]

    return asked


@LISTS.asking("pages", "total")
def an_offset_is_a_page_of_jobs(asked: Asked) -> None:
    """The list of jobs begins at the last multiple of the limit before the offset."""
    _pages_of("/async/files")(asked)


@LISTS.asking("pages", "total")
def an_offset_is_a_page_of_projects(asked: Asked) -> None:
    """The list of projects begins at the last multiple of the limit before the offset."""
    _pages_of("/projects")(asked)


# Properties


@FILES.asking("fields")
def the_last_of_the_fields_counts(asked: Asked) -> None:
    """Of several names in `fields` of a list of files, only the last one counts."""
    fields = asked.get("fields")
    if asked.path == "/files" and fields and asked.method == "GET":
        asked.query = [*(one for one in asked.query if one[0] != "fields"), ("fields", fields.rpartition(",")[2])]


def _without_fields(asked: Asked, path: str) -> None:
    if asked.path == path and asked.get("fields") != "_all":
        asked.query = [one for one in asked.query if one[0] != "fields"]


@FILES.asking("fields")
def users_have_all_fields(asked: Asked) -> None:
    """`fields` is ignored where the user is read."""
    _without_fields(asked, "/user")


@FILES.asking("fields")
def rate_limits_have_all_fields(asked: Asked) -> None:
    """`fields` is ignored where the rate limit is read."""
    _without_fields(asked, "/rate_limit")


@FILES.asking("fields")
def projects_have_the_usual_fields(asked: Asked) -> None:
    """`fields` is ignored in the list of projects."""
    _without_fields(asked, "/projects")


@FILES.asking("fields")
def projects_of_owners_have_the_usual_fields(asked: Asked) -> None:
    """`fields` is ignored in the list of an owner's projects."""
    _without_fields(asked, f"/projects/{USER}")


@FILES.asking("fields")
def project_details_have_all_fields(asked: Asked) -> None:
    """`fields` is ignored where a project is read."""
    if asked.path.count("/") == 3 and asked.path.startswith("/projects/"):
        _without_fields(asked, asked.path)


@VOLUMES.asking("fields")
def volumes_have_the_usual_fields(asked: Asked) -> None:
    """`fields` is ignored in the list of volumes."""
    _without_fields(asked, "/storage/volumes")


@IMPORTS.asking("fields")
def imports_have_all_fields(asked: Asked) -> None:
    """`fields` is ignored where an import is read."""
    if asked.path.startswith("/storage/imports/"):
        _without_fields(asked, asked.path)


@EXPORTS.asking("fields")
def exports_have_all_fields(asked: Asked) -> None:
    """`fields` is ignored where an export is read."""
    if asked.path.startswith("/storage/exports/"):
        _without_fields(asked, asked.path)


@FILES.telling("conformance")
def fields_leave_nothing_else(asked: Asked, told: Told) -> None:
    """With `fields`, the details of a user have nothing else, not even the name."""
    fields = asked.get("fields")
    if asked.path == "/user" and fields and told.status == 200:
        told.body = {name: value for name, value in told.body.items() if name in fields.split(",")}


@FILES.telling("entry-details")
def folders_have_no_type(asked: Asked, told: Told) -> None:
    """The details of a folder have no type."""
    if asked.path.startswith("/files/") and told.status == 200 and told.body.get("type") == "folder":
        del told.body["type"]


@FILES.breaking("entry-details")
def roots_are_their_own_parents(service: Service) -> Any:
    """The details of a project's root folder name itself as its parent."""
    roots = {one.root.id for one in service.world.projects.values()}

    def told(asked: Asked, answer: Told) -> None:
        if answer.status == 200 and asked.path.removeprefix("/files/") in roots:
            answer.body["parent"] = answer.body["id"]

    return standing(service, told=told)


@FILES.telling("entry-details")
def projects_have_no_root(asked: Asked, told: Told) -> None:
    """The details of a project have no root_folder."""
    if asked.path.startswith("/projects/") and told.status == 200:
        told.body.pop("root_folder", None)


# Things in the wrong place


@FILES.breaking("as-asked")
def deep_entries_are_in_the_root(service: Service) -> Any:
    """The entries of a folder two levels down name the root folder as their parent."""
    root = service.source

    def told(asked: Asked, answer: Told) -> None:
        folder = service.world.nodes.get(asked.path.removeprefix("/files/").removesuffix("/list"))
        if answer.status == 200 and folder is not None and folder.parent not in (None, root):
            for one in answer.body.get("items", ()):
                if "parent" in one:
                    one["parent"] = root.id

    return standing(service, told=told)


@FILES.telling("as-asked")
def entries_are_of_another_project(asked: Asked, told: Told) -> None:
    """The entries of a project's list at its URL name another project."""
    if asked.path.startswith("/projects/") and _is_list(asked, told, asked.path):
        for one in told.body["items"]:
            if "project" in one:
                one["project"] = TARGET


@FILES.telling("as-asked", "entry-href")
def projects_are_known_by_their_short_names(asked: Asked, told: Told) -> None:
    """The id of a project is only the second half."""
    if asked.path.startswith("/projects") and told.status == 200 and not asked.path.endswith("/files"):
        for one in documents_of(told):
            if "id" in one:
                one["id"] = one["id"].partition("/")[2]


@FILES.breaking("as-asked")
def owners_have_all_projects(service: Service) -> Any:
    """The list of an owner's projects has those of all owners."""
    service.world.add_project("jwatson/shared", USER)

    def asked(request: Asked) -> None:
        if request.path == f"/projects/{USER}":
            request.path = "/projects"

    return standing(service, asked=asked)


@FILES.telling("entry-href")
def folders_lead_to_their_parents(asked: Asked, told: Told) -> None:
    """The href of a folder in a list is that of its parent."""
    for one in documents_of(told) if told.status == 200 and asked.path.startswith("/files") else ():
        if one.get("type") == "folder" and one.get("parent"):
            one["href"] = one["href"].replace(one["id"], one["parent"])


@VOLUMES.telling("entry-href")
def volumes_lead_to_their_names(asked: Asked, told: Told) -> None:
    """The href of a volume lacks its owner."""
    for one in documents_of(told) if told.status == 200 and asked.path.startswith("/storage/volumes") else ():
        if "access_mode" in one:
            one["href"] = one["href"].replace(f"{USER}/", "")


@IMPORTS.telling("entry-href")
def imports_lead_to_exports(asked: Asked, told: Told) -> None:
    """The href of an import ends in that of another one."""
    for one in documents_of(told) if told.status == 200 and asked.path.startswith("/storage/imports") else ():
        if "state" in one:
            one["href"] += "0"


@IMPORTS.telling("echo")
def imports_never_tell_of_autorename(asked: Asked, told: Told) -> None:
    """An import says that it has no autorename, whatever was sent."""
    for one in documents_of(told) if "imports" in asked.path else ():
        if "source" in one:
            one["autorename"] = False


@EXPORTS.telling("echo")
def exports_never_tell_of_overwrite(asked: Asked, told: Told) -> None:
    """An export says that it has no overwrite, whatever was sent."""
    for one in documents_of(told) if "exports" in asked.path else ():
        if "source" in one:
            one["overwrite"] = False


# Filters of projects


def _parts(asked: Asked) -> dict[str, str]:
    return dict(asked.query) if asked.path.startswith("/projects") and asked.method == "GET" else {}


@FILES.breaking("more-filters")
def names_of_projects_begin_with_it(service: Service) -> Any:
    """The filter by name finds projects whose name begins with the value, not those that contain it."""

    def told(asked: Asked, answer: Told) -> None:
        part = _parts(asked).get("name", "").lower()
        if part and answer.status == 200:
            found = [one for one in answer.body["items"] if one["name"].lower().startswith(part)]
            answer.body["items"] = found
            answer.headers["x-total-matching-query"] = str(len(found))

    return standing(service, told=told)


@FILES.asking("more-filters")
def names_hide_tags_of_projects(asked: Asked) -> None:
    """With a name, the filter of projects by tag is ignored."""
    if {"name", "tags"} <= _parts(asked).keys():
        asked.query = [one for one in asked.query if one[0] != "tags"]


@FILES.asking("more-filters")
def projects_of_owners_are_not_filtered(asked: Asked) -> None:
    """Filters are ignored in the list of an owner's projects."""
    if asked.path == f"/projects/{USER}":
        asked.query = [one for one in asked.query if one[0] not in ("name", "tags")]


@FILES.asking("more-filters")
def projects_need_the_last_tag(asked: Asked) -> None:
    """Of several tags of projects, only the last one counts."""
    last = _parts(asked).get("tags")
    asked.query = [one for one in asked.query if last is None or one[0] != "tags" or one[1] == last]


# Who may, and what is refused


@ACCESS.asking("private")
def details_of_projects_are_everybodys(asked: Asked) -> None:
    """The details of a project are shown to every user."""
    if asked.path.startswith("/projects/") and asked.path.count("/") == 3 and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def projects_of_owners_are_everybodys(asked: Asked) -> None:
    """The list of an owner's projects is the same for every user."""
    if asked.path == f"/projects/{USER}" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def folders_are_everybodys_by_parent(asked: Asked) -> None:
    """A list of files is shown to every user who names the folder."""
    if asked.path == "/files" and asked.get("parent") and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("wrong-token")
def the_case_of_a_token_does_not_matter(asked: Asked) -> None:
    """A token in the other case is as good."""
    if asked.token and asked.token.lower() == TOKEN.lower():
        asked.token = TOKEN


@ACCESS.asking("wrong-token")
def the_beginning_of_a_token_is_enough(asked: Asked) -> None:
    """A token that lacks its last letter is as good."""
    if asked.token and TOKEN.startswith(asked.token) and len(asked.token) > 5:
        asked.token = TOKEN


@ACCESS.breaking("wrong-token")
def any_bearer_will_do(service: Service) -> Any:
    """Any token of single sign-on is taken for the first user's."""
    served = application(service.world)

    async def standing_before(scope: Any, receive: Any, send: Any) -> None:
        bearers = [name for name, _ in scope["headers"] if name.lower() == b"authorization"]
        known = [(b"x-sbg-auth-token", TOKEN.encode())] if bearers else []
        await served({**scope, "headers": [*known, *scope["headers"]]}, receive, send)

    return standing_before


def _number_is(asked: Asked, wrong: Callable[[str], bool], right: str | None, *paths: str) -> None:
    if asked.path in paths:
        asked.query = [
            (name, right if name in ("limit", "offset") and wrong(value) and right else value)
            for name, value in asked.query
            if right is not None or name not in ("limit", "offset") or not wrong(value)
        ]


@LIMITS.asking("bad-query")
def numbers_are_rounded(asked: Asked) -> None:
    """A limit or offset of 1.5 is taken for 1 in the list of files."""
    _number_is(asked, lambda value: "." in value, "1", "/files")


@LIMITS.asking("bad-query")
def empty_numbers_are_none(asked: Asked) -> None:
    """An empty limit or offset is taken for the default in the list of jobs."""
    _number_is(asked, lambda value: value == "", None, "/async/files")


@LIMITS.breaking("no-server-error")
def heads_break_it(service: Service) -> Any:
    """HEAD gets a server error."""
    return standing(service, asked=lambda asked: error(500, 90004) if asked.method == "HEAD" else None)


@LIMITS.breaking("no-server-error")
def options_break_it(service: Service) -> Any:
    """OPTIONS gets a server error."""
    return standing(service, asked=lambda asked: error(500, 90004) if asked.method == "OPTIONS" else None)


@LIMITS.asking("methods")
def files_are_put(asked: Asked) -> Told | None:
    """PUT on a file is answered with 200."""
    put = asked.method == "PUT" and asked.path.startswith("/files/")
    return Told(200, {"content-type": "application/json"}, {}) if put else None


@LIMITS.asking("no-server-error", "edges")
def names_have_to_be_text(asked: Asked) -> Told | None:
    """A query that is not UTF-8 gets a server error."""
    return error(500, 90004) if any("\ufffd" in value for _, value in asked.query) else None


@FILES.breaking("folder-made")
def names_of_folders_are_in_lower_case(service: Service) -> None:
    """A new folder gets its name in lower case."""
    replacing(service.world, "new_folder", lambda make, name, parent: make(name.lower(), parent))
