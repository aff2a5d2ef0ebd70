"""What is refused, of calls that read: each constraint of each parameter, at its edges and beyond them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.known import READERS, Known
from sbg_bulk.contract.schema import Operation, methods
from sbg_bulk.contract.service import Service

FAR = 2**31
"""An offset that no list reaches, and that some numbers do not."""

NO_NUMBERS = ("many", "1.5", "")
"""Values of a query that are no whole numbers."""

WHOLLY = ("list_async_jobs", "list_files")
"""Lists that are asked with all of these."""

NO_TEXT = "%ff%fe"
"""Bytes that are no UTF-8, encoded."""

ODD_IDS = (NOTHING, "ключ-ü-鍵", "x" * 300, "a b%2Fc", "0")
"""Ids that nothing has, of forms that a service may not have thought of."""

UNKNOWN_PATHS = tuple(
    f"{above}/sbg-bulk-contract-nothing"
    for above in ("", "/async", f"/files/{NOTHING}", "/async/files/copy/0", f"/storage/imports/{NOTHING}")
)
"""Paths that the contract does not have, at its top and below what it has."""

HEADS = (("HEAD", "/async/files"), ("HEAD", "/user"), ("OPTIONS", "/projects"))
"""Methods that are used where GET is allowed, with the paths."""

FORM = "application/x-www-form-urlencoded"

FORMS = ("submit_move_job", "create_folder", "bulk_update_files", "start_export")
"""Calls that are sent one; others are sent a text."""


def check_refusals(service: Service, known: Known) -> None:
    """Ask for what is excluded, and for what is just not."""
    for name, operation in service.operations.items():
        if operation.method.upper() == "GET" and service.serves(name):
            _check_numbers(service, known, operation, name)
    _check_places(service, known)
    _check_ids(service, known)
    check_methods(service, writing=False)


def refused(service: Service, promise: str, answer: Answer, what: str, *statuses: int) -> bool:
    """Hold a refusal against what was expected. Returns whether it is that."""
    return service.report.hold(
        promise,
        answer.status in statuses,
        f"{answer.operation} {what} returned {answer.status}",
        expected=" or ".join(map(str, statuses)),
        exchange=answer.exchange,
    )


def check_media_type(service: Service, name: str) -> None:
    """Send a body that says that it is something else: a form where that comes to the same, else a text."""
    media_type = FORM if name in FORMS else "text/plain"
    answer = service.call(name, content=b"items", media_type=media_type)
    refused(service, "media-type", answer, f"with a {media_type} body", 415)


def _numbers(operation: Operation) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Produce the parameters of a query that are numbers, with their schemas."""
    for parameter in operation.query:
        schema = parameter.definition.get("schema", {})
        if schema.get("type") == "integer":
            yield str(parameter.name), schema


def _no_numbers(name: str, parameter: str) -> tuple[str, ...]:
    """Return values that are no whole numbers: all of them where lists are long, elsewhere one, which goes round."""
    if name in WHOLLY:
        return NO_NUMBERS
    return (NO_NUMBERS[(len(name) + len(parameter)) % len(NO_NUMBERS)],)


def _check_numbers(service: Service, known: Known, operation: Operation, name: str) -> None:
    path = known.path(name)
    query = _query(known, name)
    if path is None or query is None:
        return
    least: dict[str, object] = {}
    most: dict[str, object] = {}
    for parameter, schema in _numbers(operation):
        minimum, maximum = schema.get("minimum"), schema.get("maximum")
        beyond: list[object] = [*_no_numbers(name, parameter)]
        if minimum is not None:
            beyond.append(minimum - 1)
            least[parameter] = minimum
        if maximum is not None:
            beyond.append(maximum + 1)
        most[parameter] = FAR if maximum is None else maximum
        for value in beyond:
            answer = service.call(name, path=path, query={**query, parameter: str(value)})
            refused(
                service,
                "bad-query",
                answer,
                f"with {f'{parameter}={value}' if value != '' else f'an empty {parameter}'}",
                400,
            )
    for edges in (least, most) if least or most else ():
        answer = service.call(name, path=path, query={**query, **edges})
        told = " and ".join(f"{parameter}={value}" for parameter, value in edges.items())
        refused(service, "edges", answer, f"with {told}", 200)
        if FAR in edges.values() and answer.ok:
            service.report.hold(
                "edges",
                not answer.listed(),
                f"{name} returned entries after the last one",
                expected="no entries",
                exchange=answer.exchange,
            )


def _query(known: Known, name: str) -> dict[str, Any] | None:
    if name == "list_files":
        return None if known.project is None else {"project": known.project}
    return {}


def _check_places(service: Service, known: Known) -> None:
    """Check what a list of files takes for the place that is listed."""
    ask: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
        ("without project and parent", {}, (400,)),
        ("with an empty project", {"project": ""}, (400,)),
        ("with an empty parent", {"parent": ""}, (400,)),
        ("with a project that is not owner/project", {"project": "nobody"}, (400,)),
    ]
    if known.project and known.root:
        ask.append(("with project and parent", {"project": known.project, "parent": known.root}, (400,)))
    if known.project:
        unknown = {"project": known.project, "sbg-bulk-contract": "1"}
        ask.append(("with an unknown filter", unknown, (400,)))
    if known.file:
        ask.append(("with a file as parent", {"parent": known.file}, (400,)))
    for what, query, statuses in ask:
        refused(service, "bad-query", service.call("list_files", query=query), what, *statuses)
    absent = f"{known.username or 'nobody'}/sbg-bulk-contract-nothing"
    for what, query in (
        ("of a project that does not exist", {"project": absent}),
        ("of a folder that does not exist", {"parent": NOTHING}),
    ):
        refused(service, "not-found", service.call("list_files", query=query), what, 404)
    if known.file:
        listed = service.call("list_folder", path={"file_id": known.file})
        refused(service, "bad-query", listed, "of a file", 400)
    if known.project:
        address = f"{service.base_url}/files?project={quote(known.project, safe='')}&name={NO_TEXT}"
        # Whether such a name is refused, or no file has it, is not documented.
        garbled = service.call("list_files", address=address)
        refused(service, "edges", garbled, "with a name that is not UTF-8", 200, 400)
        named = service.call("list_files", query={"project": known.project, "name": "имя-ü-名.bam"})
        if refused(service, "edges", named, "with a name that is not ASCII", 200):
            service.report.hold(
                "edges",
                not named.listed(),
                "list_files with a name that no file has returned entries",
                expected="no entries",
                exchange=named.exchange,
            )


def _check_ids(service: Service, known: Known) -> None:
    parts = {"get_file": "file_id", "list_folder": "file_id", **dict.fromkeys(READERS.values(), "job_id")}
    parts |= {"get_import": "import_id", "get_export": "export_id", "get_drs_import": "import_id"}
    for number, (name, part) in enumerate(parts.items()):
        # What is wrong with ids of a form is so for more than one call.
        odds = (*ODD_IDS[:2], ODD_IDS[2 + number % 3])
        for odd in odds if service.serves(name) else ():
            answer = service.call(name, path={part: odd})
            shown = odd if odd.isascii() and len(odd) < 30 else "a malformed id"
            refused(service, "not-found", answer, f"of {shown}", 404)
    owner = known.username or "nobody"
    for name in ("get_project", "list_project_files"):
        for project in ("sbg-bulk-contract-nothing", "проект-ü"):
            answer = service.call(name, path={"owner": owner, "project": project})
            refused(service, "not-found", answer, "of a project that does not exist", 404)
    for name in ("get_volume", "list_volume_objects") if service.serves("list_volumes") else ():
        answer = service.call(name, path={"volume_owner": owner, "volume_name": "sbg-bulk-contract-nothing"})
        refused(service, "not-found", answer, "of a volume that does not exist", 404)
    if service.serves("list_owner_projects"):
        answer = service.call("list_owner_projects", path={"owner": "sbg-bulk-contract-nobody"})
        # An empty list says as much.
        statuses = (404,) if answer.listed() else (404, 200)
        refused(service, "not-found", answer, "of a user that does not exist", *statuses)


# Methods and paths


def check_methods(service: Service, *, writing: bool) -> None:
    """Use methods that the contract does not have, on every path, and a path that it does not have.

    Args:
        service: the service.
        writing: whether methods are used that may write; otherwise those that may not.
    """
    names = {operation.path: name for name, operation in service.operations.items()}
    for template, allowed in methods().items():
        if not service.serves(names[template]):
            continue
        path = template.format_map(_Nothing())
        for method in _writers(template, len(path)) if writing else {"GET"} - allowed:
            answer = service.probe(method, path)
            # A thing that does not exist may be what is told first, also if the path may be taken for that of one.
            statuses = (405, 501, 404) if "{" in template or _is_of_another(template, method) else (405, 501)
            refused_ = service.report.hold(
                "methods",
                answer.status in statuses,
                f"{method} returned {answer.status}",
                expected="405",
                exchange=answer.exchange,
                place=f"{method} {template}",
            )
            if refused_ and answer.status == 405:
                told = {one.strip().upper() for one in answer.headers.get("Allow", "").split(",")}
                service.report.hold(
                    "allow-header",
                    allowed <= told and method not in told,
                    f"a 405 has {'an incomplete Allow' if 'Allow' in answer.headers else 'no Allow'}",
                    expected=f"Allow: {', '.join(sorted(allowed))}",
                    came=f"Allow: {answer.headers.get('Allow')}",
                    exchange=answer.exchange,
                    place=f"{method} {template}",
                )
    if not writing:
        # A service may well have these too. That none of them is a server error is checked with every answer. Without
        # leave to write, only GET is sent.
        for method, path in HEADS if service.writes else ():
            service.probe(method, path)
        for unknown in UNKNOWN_PATHS:
            answer = service.probe("GET", unknown)
            service.report.hold(
                "unknown-path",
                answer.status == 404,
                f"a path that is not in the contract returned {answer.status}",
                expected="404",
                exchange=answer.exchange,
            )


def _writers(template: str, number: int) -> tuple[str, ...]:
    """Return methods that no path of the contract has: most where other services of this API have some."""
    if template == "/async/files":
        return ("POST", "PATCH", "DELETE")
    if template.startswith("/files"):
        return ("PUT", "PATCH", "DELETE")
    if template.startswith(("/projects", "/async")):
        return (*("PUT", "PATCH")[number % 2 :][:1], "DELETE") if "{" in template else ("PUT", "PATCH", "DELETE")
    return ("PUT", "DELETE")[number % 2 :][:1] if "{" in template else ("PUT", "DELETE")


def _is_of_another(template: str, method: str) -> bool:
    """Return whether a path may be taken for one with a parameter, which has the method."""
    for other, allowed in methods().items():
        pattern = re.sub(r"\\{[^/]*\\}", "[^/]+", re.escape(other))
        if other != template and method in allowed and re.fullmatch(pattern, template):
            return True
    return False


class _Nothing(dict[str, str]):
    """Has for every parameter of a path an id that nothing has."""

    def __missing__(self, name: str) -> str:
        return "0" if name == "job_id" else NOTHING
