"""Every method of the clients: what it sends, and what it makes of a plain answer."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from sbg_bulk import AsyncClient, Client, CopyItem, File, Job, MoveItem, Project, RateLimit, User
from tests.support import samples
from tests.support.clients import ENDPOINT, TOKEN, perform
from tests.support.samples import FILES, JOB_ID, page
from tests.support.scripts import Answer, ok

JOB = Job(
    id=JOB_ID,
    type="COPY",
    state="FINISHED",
    href=f"{ENDPOINT}/async/files/copy/{JOB_ID}",
    result=Job.from_answer(samples.job()).result,  # type: ignore[union-attr] # it has an id
    total_files=3,
    completed_files=3,
    failed_files=0,
    started_on=datetime(2019, 2, 20, 12, 3, 50, tzinfo=UTC),
    finished_on=datetime(2019, 2, 20, 12, 4, 10, tzinfo=UTC),
)
RUNNING = evolve(JOB, state="RUNNING")
FOLDER_ID = "5c6d4227e4b0385632389300"

Case = tuple[str, tuple[Any, ...], dict[str, Any], Answer, str, str, Any]

DETAILS = {"details": True}

CASES: list[Case] = [
    ("jobs_page", (), {}, page([samples.job()]), "GET", "/async/files?offset=0&limit=25", None),
    ("jobs_page", (50, 100), {}, page([samples.job()]), "GET", "/async/files?offset=50&limit=100", None),
    ("jobs", (), {}, page([samples.job()]), "GET", "/async/files?offset=0&limit=100", None),
    ("job", (JOB_ID,), {"type": "copy"}, ok(samples.job()), "GET", f"/async/files/copy/{JOB_ID}", None),
    ("job", (JOB_ID,), {"type": "MOVE"}, ok(samples.job(type="MOVE")), "GET", f"/async/files/move/{JOB_ID}", None),
    (
        "job",
        (JOB_ID,),
        {"type": "DELETE"},
        ok(samples.job(type="DELETE")),
        "GET",
        f"/async/files/delete/{JOB_ID}",
        None,
    ),
    ("wait", (RUNNING,), {}, ok(samples.job()), "GET", f"/async/files/copy/{JOB_ID}", None),
    ("iter_finished", ([RUNNING],), {}, ok(samples.job()), "GET", f"/async/files/copy/{JOB_ID}", None),
    (
        "copy",
        (FILES[:1],),
        {"project": "a/b"},
        ok(samples.job(), 202),
        "POST",
        "/async/files/copy",
        {"items": [{"file": FILES[0], "project": "a/b"}]},
    ),
    (
        "copy",
        ([{"file": FILES[0], "parent": FOLDER_ID, "project": "", "name": "new"}, CopyItem(FILES[1], project="c/d")],),
        {"project": "a/b"},
        ok(samples.job()),
        "POST",
        "/async/files/copy",
        {"items": [{"file": FILES[0], "parent": FOLDER_ID, "name": "new"}, {"file": FILES[1], "project": "c/d"}]},
    ),
    (
        "move",
        ([MoveItem(FILES[0], parent=FOLDER_ID), FILES[1]],),
        {"parent": FILES[2]},
        ok(samples.job(type="MOVE"), 201),
        "POST",
        "/async/files/move",
        {"items": [{"file": FILES[0], "parent": FOLDER_ID}, {"file": FILES[1], "parent": FILES[2]}]},
    ),
    (
        "delete",
        ([FILES[0], {"file": FILES[1]}],),
        {},
        ok(samples.job(type="DELETE"), 204),
        "POST",
        "/async/files/delete",
        {"items": [{"file": FILES[0]}, {"file": FILES[1]}]},
    ),
    ("files_page", ("a/b",), {}, page([samples.file()]), "GET", "/files?project=a%2Fb&offset=0&limit=25", None),
    ("files", ("a/b",), {"name": "x.bam"}, page([]), "GET", "/files?project=a%2Fb&name=x.bam&offset=0&limit=100", None),
    ("files", (), {"parent": FOLDER_ID}, page([]), "GET", f"/files?parent={FOLDER_ID}&offset=0&limit=100", None),
    ("files", ("a/b",), DETAILS, page([]), "GET", "/files?project=a%2Fb&fields=_all&offset=0&limit=100", None),
    ("file", (FILES[0],), {}, ok(samples.file()), "GET", f"/files/{FILES[0]}", None),
    (
        "create_folder",
        ("new",),
        {"project": "a/b"},
        ok(samples.file(type="folder"), 201),
        "POST",
        "/files",
        {"name": "new", "type": "folder", "project": "a/b"},
    ),
    (
        "create_folder",
        ("new",),
        {"parent": FOLDER_ID},
        ok(samples.file(type="folder")),
        "POST",
        "/files",
        {"name": "new", "type": "folder", "parent": FOLDER_ID},
    ),
    ("projects", (), {}, page([samples.project()]), "GET", "/projects?offset=0&limit=100", None),
    ("projects", (), {"name": "my"}, page([]), "GET", "/projects?name=my&offset=0&limit=100", None),
    ("project", ("a/b",), {}, ok(samples.project()), "GET", "/projects/a/b", None),
    ("volumes", (), {}, page([samples.volume()]), "GET", "/storage/volumes?offset=0&limit=100", None),
    ("volume", ("a/v-w",), {}, ok(samples.volume()), "GET", "/storage/volumes/a/v-w", None),
    (
        "objects",
        ("a/v:in/x y",),
        {"recursive": True},
        samples.objects("in/x y.bam"),
        "GET",
        "/storage/volumes/a/v/list?prefix=in%2Fx+y&limit=100",
        None,
    ),
    (
        "imports",
        (),
        {"project": "a/b", "state": "FAILED"},
        page([samples.import_job()]),
        "GET",
        "/storage/imports?project=a%2Fb&state=FAILED&offset=0&limit=100",
        None,
    ),
    ("import_job", ("i",), {}, ok(samples.import_job()), "GET", "/storage/imports/i", None),
    ("exports", (), {"volume": "a/v"}, page([]), "GET", "/storage/exports?volume=a%2Fv&offset=0&limit=100", None),
    ("export_job", ("e",), {}, ok(samples.export_job()), "GET", "/storage/exports/e", None),
    ("drs_import", ("d",), {}, ok(samples.drs_import()), "GET", "/bulk/drs/imports/d", None),
    ("user", (), {}, ok(samples.user()), "GET", "/user", None),
    ("rate_limit", (), {}, ok(samples.rate_limit()), "GET", "/rate_limit", None),
]


def name(value: object) -> str | None:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("method", "args", "kwargs", "answer", "verb", "address", "body"), CASES, ids=name)
def test_a_method_sends_what_the_contract_says(
    method: str, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Answer, verb: str, address: str, body: Any
) -> None:
    outcome = perform([answer], method, *args, **kwargs)
    assert outcome.raised is None
    assert outcome.slept == []
    (request,) = outcome.requests
    assert (request.method, request.url) == (verb, ENDPOINT + address)
    assert request.header("X-SBG-Auth-Token") == TOKEN
    assert request.header("Accept") == "application/json"
    assert request.body == b"" if body is None else request.json == body


def public(client: type) -> dict[str, inspect.Signature]:
    """The methods of a client that a user calls, with what they take and give."""
    functions = inspect.getmembers(client, inspect.isfunction)
    return {name: inspect.signature(function) for name, function in functions if not name.startswith("_")}


def test_every_method_is_among_these_cases() -> None:
    # These consist of many calls, and have tests of their own.
    runs = {"run", "resume", "retry", "verify", "import_files", "import_drs", "export_files", "set_metadata", "tag"}
    choices = {"locate", "destination", "choose", "plan", "tree", "usage", "choose_imports", "choose_exports"}
    comparisons = {"compare", "sync_plan", "sync"}
    details = {"metadata", "tags", "changes"}
    assert set(public(Client)) - {"close"} - runs - choices - comparisons - details == {case[0] for case in CASES}


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    blocking, awaiting = public(Client), public(AsyncClient)
    assert blocking.keys() == awaiting.keys()
    for method, signature in blocking.items():
        assert signature.parameters == awaiting[method].parameters, method
        result = str(signature.return_annotation)
        awaited = f"Async{result}" if result.startswith("Iterator") else result
        assert awaiting[method].return_annotation == awaited, method


def test_a_job_is_read_with_all_it_has() -> None:
    assert perform([ok(samples.job())], "job", JOB_ID, type="COPY").value == JOB
    assert [entry.id for entry in JOB.result or ()] == list(FILES)
    assert JOB.finished
    assert JOB.succeeded
    assert JOB.failures == ()


def test_a_file_is_read_with_all_it_has() -> None:
    assert perform([ok(samples.file())], "file", FILES[0]).value == File(
        id=FILES[0],
        name="sample.bam",
        type="file",
        project="rfranklin/my-project",
        parent=FOLDER_ID,
        size=1024,
        created_on=datetime(2019, 2, 19, 8, tzinfo=UTC),
        modified_on=datetime(2019, 2, 19, 8, 0, 1, tzinfo=UTC),
    )


def test_a_project_is_read_with_all_it_has() -> None:
    assert perform([ok(samples.project())], "project", "rfranklin/my-project").value == Project(
        id="rfranklin/my-project",
        name="My project",
        root_folder=FOLDER_ID,
        permissions={"read": True, "copy": True, "write": True, "execute": False, "admin": False},
        created_on=datetime(2019, 2, 18, 8, tzinfo=UTC),
        modified_on=datetime(2019, 2, 18, 8, 0, 1, tzinfo=UTC),
    )


def test_the_user_and_the_budget_are_read() -> None:
    assert perform([ok(samples.user())], "user").value == User(
        "rfranklin", "rosalind@example.org", "Rosalind", "Franklin"
    )
    assert perform([ok(samples.rate_limit())], "rate_limit").value == RateLimit(1000, 997, 1550664230)


@pytest.mark.parametrize(
    ("method", "args", "data"),
    [
        ("job", (JOB,), samples.job()),
        ("file", (FILES[0],), samples.file(new={"since": 2027})),
        ("project", ("a/b",), samples.project()),
        ("user", (), samples.user()),
        ("rate_limit", (), samples.rate_limit()),
    ],
    ids=name,
)
def test_raw_is_what_the_server_sent(method: str, args: tuple[Any, ...], data: dict[str, Any]) -> None:
    assert perform([ok(data)], method, *args).value.raw == data


def test_raw_of_an_entry_of_a_list_is_what_the_server_sent() -> None:
    (job,) = perform([page([samples.failed_job()])], "jobs").value
    assert job.raw == samples.failed_job()
    assert [entry.raw for entry in job.result] == samples.failed_job()["result"]


@pytest.mark.parametrize("reference", [JOB, f"{ENDPOINT}/async/files/copy/{JOB_ID}", f" {JOB_ID} "], ids=str)
def test_a_job_may_be_named_by_itself_its_address_or_its_id(reference: Job | str) -> None:
    outcome = perform([ok(samples.job())], "job", reference)
    assert [request.path for request in outcome.requests] == [f"/v2/async/files/copy/{JOB_ID}"]


def test_without_its_type_a_job_is_looked_for_among_all_types() -> None:
    missing = ok({"status": 404, "code": 10211, "message": "no such job", "more_info": ""}, 404)
    outcome = perform([missing, missing, ok(samples.job(type="DELETE"))], "job", JOB_ID)
    kinds = [request.path.split("/")[-2] for request in outcome.requests]
    assert kinds == ["copy", "move", "delete"]
    assert outcome.value.type == "DELETE"
