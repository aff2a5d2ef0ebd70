"""The second server keeps the contract, whatever its variant: only what a variant says that it withholds is amiss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final

import httpx
import pytest
from attrs import frozen

from scripts.lib.spec import JSON, OPERATIONS, Node, inline, load_spec
from tests.second.server.app import application
from tests.second.server.transport import serving
from tests.second.server.variant import Variant
from tests.second.server.world import World
from tests.second.service import OBJECT, SOURCE, TARGET, TOKEN, USER, VOLUME, Clock, Service, fill, variants
from tests.second.variants import VARIANTS
from tests.spec.validation import faults

SPEC: Final = load_spec()


@frozen
class Exchange:
    """A request, by its operation's id, and its answer."""

    operation: str
    response: httpx.Response


def spec_for(variant: Variant) -> Node:
    """Return the contract without what the variant withholds or writes in another form."""
    spec = deepcopy(SPEC)
    for deviation in variant.deviations:
        schema = spec["components"]["schemas"][deviation.schema]
        if deviation.absent:
            schema["required"].remove(deviation.name)
        else:
            schema["properties"][deviation.name] = {}
    if variant.bulk_refused is not None:
        for path in [one for one, calls in spec["paths"].items() if one.startswith("/bulk/") and "post" in calls]:
            responses = spec["paths"][path]["post"]["responses"]
            responses[str(variant.bulk_refused)] = responses["400"]
    return spec


def complaints(exchange: Exchange, spec: Node) -> list[str]:
    """Return in what an answer breaks the contract."""
    (operation,) = [one for one in OPERATIONS if one.id == exchange.operation]
    responses = spec["paths"][operation.path][operation.method]["responses"]
    response = exchange.response
    definition = responses.get(str(response.status_code), responses.get(f"{response.status_code // 100}XX"))
    if definition is None:
        return [f"{operation.id}: status {response.status_code}"]
    definition = inline(definition, spec)
    found = faults(response.json(), definition["content"][JSON]["schema"])
    for name, header in definition["headers"].items():
        value = response.headers.get(name)
        if value is not None and header["schema"]["type"] == "integer":
            found += faults(int(value), header["schema"])
    return [f"{operation.id}: {one}" for one in found]


def day(service: Service) -> Iterator[Exchange]:
    """Go through a day on which everything is asked for, and much of it in a wrong way."""
    folder, first = service.add_tree(), service.files[0]
    spare = service.world.add_project(f"{USER}/spare")
    spare.tags.append("old")
    spares = [service.world.add_file(f"{name}.bam", spare.root) for name in "abcd"]
    full, empty = (service.world.add_folder(name, spare.root) for name in ("full", "empty"))
    spares[0].task = service.world.add_file("e.bam", full).task = "task-1"
    service.world.add_file("f000.bam", service.target)
    headers = {"X-SBG-Auth-Token": TOKEN}
    with httpx.Client(
        base_url=service.url, transport=service.transport, headers=headers, follow_redirects=True
    ) as http:

        def ask(operation: str, path: str, method: str = "GET", **more: Any) -> Exchange:
            return Exchange(operation, http.request(method, path, **more))

        def post(operation: str, path: str, **body: Any) -> Exchange:
            return ask(operation, path, "POST", json=body)

        yield ask("get_user", "/user")
        yield ask("get_user", "/user", headers={"X-SBG-Auth-Token": "nobody's"})
        yield ask("get_rate_limit", "/rate_limit")
        yield ask("list_projects", "/projects", params={"name": "SOURCE"})
        yield ask("list_projects", "/projects", params={"limit": 2, "offset": 1})
        yield ask("list_projects", "/projects", params={"tags": ["new", "old"], "fields": "created_on,tags"})
        yield ask("list_owner_projects", f"/projects/{USER}", params={"name": "a"})
        yield ask("list_owner_projects", "/projects/jwatson", params={"fields": "_all"})
        yield ask("list_owner_projects", "/projects/nobody")
        yield ask("list_project_files", f"/projects/{SOURCE}/files", params={"limit": 2})
        yield ask("list_project_files", f"/projects/{USER}/none/files")
        yield ask("list_project_files", f"/projects/{SOURCE}/files", params={"limit": 0})
        yield ask("get_project", f"/projects/{SOURCE}")
        yield ask("get_project", f"/projects/{SOURCE}", params={"fields": "root_folder"})
        yield ask("get_project", "/projects/rfranklin/none")
        yield ask("get_project", "/projects/jwatson/private")
        for fields in ({}, {"fields": "_all"}, {"fields": "size"}):
            yield ask("list_files", "/files", params={"project": SOURCE, "limit": 3, "offset": 2, **fields})
        yield ask("list_files", "/files", params={"parent": folder.id, "name": "deep"})
        for query in ({}, {"project": SOURCE, "parent": first}, {"project": "x"}, {"parent": first}, {"parent": ""}):
            yield ask("list_files", "/files", params=query)
        yield ask("list_files", "/files", params={"project": SOURCE, "limit": 100})
        yield ask("list_files", "/files", params={"project": SOURCE, "limit": 101})
        yield ask("list_folder", f"/files/{folder.id}/list")
        yield ask("list_folder", f"/files/{first}/list")
        yield ask("get_file", f"/files/{first}")
        yield ask("get_file", f"/files/{folder.id}")
        yield ask("get_file", "/files/none")
        ids = [spares[0].id, "none", full.id, spares[1].id]
        for file_ids in (ids, [first, service.world.projects["jwatson/private"].root.id], [], [""], "x", ids * 26):
            yield post("bulk_get_files", "/bulk/files/get", file_ids=file_ids)
        yield ask("bulk_get_files", "/bulk/files/get", "POST", content=b"", headers={"Content-Type": "text/plain"})
        changes = [
            {"id": spares[0].id, "name": "A.bam", "tags": ["tumor", "batch 1"], "metadata": {"sample_id": "CA-1"}},
            {"file_id": spares[1].id, "metadata": {"sample_id": "CA-1", "case_id": None}},
            {"id": spares[2].id, "name": "d.bam"},
            {"id": spares[3].id, "metadata": {"k" * 101: "v"}},
            {"id": full.id, "name": "empty"},
            {"id": "none"},
        ]
        yield post("bulk_edit_files", "/bulk/files/edit", items=changes)
        for wrong in ({"name": "x"}, {"id": first, "name": "a/b"}, {"id": first, "tags": "x"}, "x"):
            yield post("bulk_edit_files", "/bulk/files/edit", items=[wrong])
        yield post("bulk_edit_files", "/bulk/files/edit", items=[{"id": spares[0].id, "metadata": {"case_id": "7"}}])
        filters: list[dict[str, Any]] = [
            {"tag": ["tumor", "x"]},
            {"metadata.sample_id": "CA-1"},
            {"metadata.sample_id": "CA-1", "metadata.case_id": ["6", "7"]},
            {"origin.task": "task-1"},
            {"taste": "sweet"},
        ]
        for query in filters:
            yield ask("list_files", "/files", params={"project": spare.id, "fields": "_all", **query})
        yield post("bulk_delete_files", "/bulk/files/delete", file_ids=[spares[3].id, full.id, "none", spare.root.id])
        yield post("bulk_delete_files", "/bulk/files/delete", file_ids=[spares[3].id, ""])
        yield post("bulk_delete_files", "/bulk/files/delete", file_ids=[empty.id])
        yield post(
            "bulk_update_files", "/bulk/files/update", items=[{"id": spares[0].id, "tags": ["new"]}, {"id": "x"}]
        )
        if service.world.variant.storage:
            yield from _storage(service, ask, post)
        yield post("create_folder", "/files", name="new", type="folder", project=TARGET)
        yield post("create_folder", "/files", name="new", type="FOLDER", project=TARGET)
        yield post("create_folder", "/files", name="a/b", type="folder", project=TARGET)
        yield post("submit_copy_job", "/async/files/copy", items=[])
        yield post("submit_copy_job", "/async/files/copy", items=[{"file": first}])
        yield post("submit_copy_job", "/async/files/copy", items=[{"file": first, "project": TARGET}] * 2)
        yield ask("submit_copy_job", "/async/files/copy", "POST", content=b"{", headers={"Content-Type": JSON})
        yield ask("submit_move_job", "/async/files/move", "POST", content=b"{}")
        copies = [{"file": file, "project": TARGET, "parent": ""} for file in (first, "none", folder.id)]
        submitted = [
            post("submit_copy_job", "/async/files/copy", items=copies),
            post("submit_move_job", "/async/files/move", items=[{"file": service.files[1], "project": TARGET}]),
            post("submit_delete_job", "/async/files/delete", items=[{"file": service.files[2]}, {"file": "none"}]),
        ]
        yield from submitted
        for _ in range(12):
            service.clock.sleep(1.5)
            for kind, exchange in zip(("copy", "move", "delete"), submitted, strict=True):
                if "id" in exchange.response.json():
                    job = exchange.response.json()["id"]
                    yield ask(f"get_{kind}_job", f"/async/files/{kind}/{job}")
            yield ask("list_async_jobs", "/async/files", params={"limit": 2})
            yield ask("list_async_jobs", "/async/files", params={"offset": 1})
        again = post("submit_copy_job", "/async/files/copy", items=[{"file": first, "project": TARGET}])
        yield again
        service.clock.sleep(20)
        yield ask("get_copy_job", f"/async/files/copy/{again.response.json().get('id', 'none')}")
        yield ask("list_files", "/files", params={"project": TARGET})
        yield ask("list_async_jobs", "/async/files", params={"offset": -1})
        yield ask("get_copy_job", "/async/files/copy/none")
        service.world.spend(TOKEN, service.world.limit - service.world.window(TOKEN).used)
        yield ask("get_user", "/user")
        yield ask("get_rate_limit", "/rate_limit")


def _storage(service: Service, ask: Callable[..., Exchange], post: Callable[..., Exchange]) -> Iterator[Exchange]:
    """Have files brought in and out, and some of it refused."""
    place = service.world.add_project(f"{USER}/brought").root
    file = service.world.add_file("out.bam", place)
    alias = service.world.add_file("alias.bam", place)
    alias.alias = (VOLUME, "first.bam")
    yield ask("list_volumes", "/storage/volumes")
    yield ask("list_volumes", "/storage/volumes", params={"fields": "_all", "limit": 1})
    for volume in (VOLUME, f"{USER}/none", "jwatson/theirs"):
        yield ask("get_volume", f"/storage/volumes/{volume}")
        yield ask("list_volume_objects", f"/storage/volumes/{volume}/list", params={"limit": 2})
    for asked_for in ({}, {"prefix": "runs/"}, {"continuation_token": "x"}, {"continuation_token": "after-first.bam"}):
        yield ask("list_volume_objects", f"/storage/volumes/{VOLUME}/list", params=asked_for)
    bring = {"source": {"volume": VOLUME, "location": "first.bam"}, "destination": {"parent": place.id}}
    folder = {"source": {"volume": VOLUME, "location": "runs/"}, "destination": {"project": place.project}}
    gone = {"source": {"volume": VOLUME, "location": "none"}, "destination": {"project": place.project}}
    write = {"source": {"file": file.id}, "destination": {"volume": VOLUME, "location": "out/out.bam"}}
    stay = {"source": {"file": alias.id}, "destination": {"volume": VOLUME, "location": "out/alias.bam"}}
    item = {"drs_uri": OBJECT, "project": place.project, "metadata": {"sample_id": "1"}}
    imports: tuple[dict[str, Any], ...]
    imports = ({**bring, "autorename": False}, folder, gone, {}, {**bring, "destination": {"project": "x/none"}})
    started = [post("start_import", "/storage/imports", **one) for one in imports]
    exports: tuple[dict[str, Any], ...] = (write, stay, {"source": {}, "destination": {}})
    started += [post("start_export", "/storage/exports", **one) for one in exports]
    yield from started
    yield post("bulk_start_imports", "/bulk/storage/imports/create", items=[{**bring, "autorename": True}, gone])
    yield post("bulk_start_exports", "/bulk/storage/exports/create", items=[{**write, "overwrite": True}, stay])
    for items in ([item, {**item, "drs_uri": "drs://none.example/1"}], [], [{"drs_uri": "x", "project": TARGET}]):
        started.append(post("start_drs_import", "/bulk/drs/imports/create", items=items, tags=["t"]))
        yield started[-1]
    for _ in range(3):
        ids = [one.response.json().get("id", "none") for one in started]
        for one in ids[:4]:
            yield ask("get_import", f"/storage/imports/{one}")
        yield ask("get_export", f"/storage/exports/{ids[5]}")
        yield ask("get_export", "/storage/exports/none")
        yield ask("get_drs_import", f"/bulk/drs/imports/{ids[8]}")
        yield ask("get_drs_import", "/bulk/drs/imports/none")
        yield post("bulk_get_imports", "/bulk/storage/imports/get", import_ids=ids[:4])
        yield post("bulk_get_exports", "/bulk/storage/exports/get", export_ids=[ids[5], "none"])
        service.clock.sleep(1.5)
    queries: tuple[dict[str, Any], ...]
    queries = ({}, {"fields": "_all"}, {"state": ["FAILED", "RUNNING"], "fields": "_all"}, {"volume": "x"})
    for query in queries:
        yield ask("list_imports", "/storage/imports", params=query)
        yield ask("list_exports", "/storage/exports", params=query)
    yield post("bulk_get_imports", "/bulk/storage/imports/get", import_ids=[])


@pytest.mark.parametrize("variant", variants())
def test_every_answer_of_a_day_fits_the_contract(variant: Variant) -> None:
    spec = spec_for(variant)
    exchanges = list(day(Service(variant, files=6)))
    assert [one for exchange in exchanges for one in complaints(exchange, spec)] == []


def test_a_day_has_every_call_and_every_kind_of_refusal() -> None:
    exchanges = list(day(Service(VARIANTS["plain"], files=6)))
    served = {one.id for one in OPERATIONS}
    assert {exchange.operation for exchange in exchanges} == served
    assert served == {one.operation for one in exchanges if one.response.is_success}
    statuses = {exchange.response.status_code for exchange in exchanges}
    assert statuses == {200, 400, 401, 403, 404, 409, 415, 429}


def test_what_is_brought_in_and_out_on_a_day_is_there() -> None:
    service = Service(VARIANTS["plain"], files=6)
    list(day(service))
    place = service.world.projects[f"{USER}/brought"].root
    brought = {one.path.removeprefix(f"{place.path}/"): one for one in place.files()}
    assert brought.keys() == {
        *("out.bam", "alias.bam", "first.bam", "_1_first.bam", "reads.bam"),
        *("runs/a/1.bam", "runs/a/2.bam", "runs/b/1.bam", "runs/b/2.bam"),
    }
    assert brought["first.bam"].alias == (VOLUME, "first.bam")
    assert brought["out.bam"].alias == (VOLUME, "out/out.bam")
    assert (brought["reads.bam"].tags, brought["reads.bam"].metadata) == (["t"], {"sample_id": "1"})
    assert "out/out.bam" in service.world.moving.volumes[VOLUME].objects


def test_the_jobs_of_a_day_do_what_they_were_asked_for() -> None:
    service = Service(VARIANTS["plain"], files=6)
    list(day(service))
    assert [one.name for one in service.source.children] == ["f000.bam", "f003.bam", "f004.bam", "f005.bam", "lanes"]
    there = ["f000.bam", "new", "1_f000.bam", "f001.bam", "lanes", "2_f000.bam"]
    assert [one.name for one in service.target.children] == there
    assert len(list(service.target.files())) == 9


def told(exchange: Exchange) -> list[Any]:
    """Return name, tags and metadata of each thing that an answer is about, or the code of its error."""
    entries = [one.get("resource") or one.get("error") or one for one in exchange.response.json()["items"]]
    return [one["code"] if "code" in one else (one["name"], one.get("tags"), one.get("metadata")) for one in entries]


def test_bulk_calls_and_filters_do_what_they_were_asked_for() -> None:
    exchanges = [one for one in day(Service(VARIANTS["plain"], files=6)) if one.response.is_success]

    def all_told(operation: str) -> list[list[Any]]:
        return [told(one) for one in exchanges if one.operation == operation]

    sample = {"sample_id": "CA-1"}
    edited = ("A.bam", ["tumor", "batch 1"], sample)
    whole = ("A.bam", ["tumor", "batch 1"], sample | {"case_id": "7"})
    other: tuple[str, list[str], dict[str, str]] = ("b.bam", [], sample)
    assert all_told("bulk_get_files")[0] == [("a.bam", [], {}), 5002, ("full", None, None), ("b.bam", [], {})]
    assert all_told("bulk_edit_files") == [[edited, other, 5003, 5006, 5023, 5002], [whole]]
    assert all_told("list_files")[-5:-1] == [[whole], [other, whole], [whole], [whole]]
    assert all_told("bulk_delete_files") == [[("d.bam", [], {}), 5021, 5002, 5001], [("empty", None, None)]]
    assert all_told("list_owner_projects")[0] == [(name, None, None) for name in ("spare", "target")]
    assert [one[0] for one in all_told("list_project_files")[0]] == ["lanes", "f005.bam"]


def _deviating() -> list[Any]:
    return [pytest.param(one, id=name) for name, one in VARIANTS.items() if list(one.deviations)]


@pytest.mark.parametrize("variant", _deviating())
def test_a_variant_that_says_that_it_deviates_does(variant: Variant) -> None:
    exchanges = list(day(Service(variant, files=6)))
    found = {one for exchange in exchanges for one in complaints(exchange, SPEC)}
    for deviation in variant.deviations:
        assert any(deviation.name in one for one in found)


@pytest.mark.parametrize(("name", "value"), [("state", None), ("started_on", "yesterday"), ("result", {})])
def test_an_answer_that_breaks_the_contract_is_found(name: str, value: object) -> None:
    exchange = next(one for one in day(Service(VARIANTS["plain"], files=6)) if one.operation == "get_copy_job")
    answer = httpx.Response(200, json=exchange.response.json() | {name: value})
    assert complaints(Exchange("get_copy_job", answer), SPEC) != []


def test_a_switch_changes_the_day() -> None:
    """What changes nothing is no switch, and tests that go through it test nothing."""

    def told(variant: Variant) -> list[object]:
        return [
            (one.response.status_code, sorted(one.response.headers.items()), one.response.text)
            for one in day(Service(variant, files=60))
        ]

    plain = told(VARIANTS["plain"])
    silent = {name for name, variant in VARIANTS.items() if told(variant) == plain}
    # Redirects have a test of their own: they are no part of the contract.
    assert silent == {"plain", "no slash redirects"}


def test_the_window_of_the_rate_limit_begins_anew() -> None:
    service = Service(VARIANTS["plain"], limit=2)
    with httpx.Client(base_url=service.url, transport=service.transport, headers={"X-SBG-Auth-Token": TOKEN}) as http:
        statuses = [http.get("/user").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        refused = http.get("/user")
        service.clock.sleep(int(refused.headers["X-RateLimit-Reset"]) + 1 - service.clock())
        assert http.get("/user").headers["X-RateLimit-Remaining"] == "1"


@pytest.mark.parametrize(("name", "status"), [("plain", 307), ("no slash redirects", 404)])
def test_a_slash_too_many_is_redirected_or_not(name: str, status: int) -> None:
    service = Service(VARIANTS[name])
    with httpx.Client(base_url=service.url, transport=service.transport, headers={"X-SBG-Auth-Token": TOKEN}) as http:
        assert http.get("/projects/").status_code == status


@pytest.mark.parametrize(("name", "header"), [("plain", None), ("connections closed", "close")])
def test_it_answers_over_http_as_it_does_in_process(name: str, header: str | None) -> None:
    world = World(VARIANTS[name], Clock())
    fill(world, 3)
    with serving(application(world)) as url, httpx.Client(headers={"X-SBG-Auth-Token": TOKEN}) as http:
        answers = [http.get(f"{url}/v2/files", params={"project": SOURCE}) for _ in range(2)]
    inside = Service(VARIANTS[name], files=3)
    with httpx.Client(base_url=url, transport=inside.transport, headers={"X-SBG-Auth-Token": TOKEN}) as http:
        expected = [http.get(f"{url}/v2/files", params={"project": SOURCE}) for _ in range(2)]
    assert [one.json() for one in answers] == [one.json() for one in expected]
    assert {one.headers.get("Connection") for one in answers} == {header}
    assert [one.headers.get("Date") for one in answers] == [one.headers.get("Date") for one in expected]
