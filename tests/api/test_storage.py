"""Volumes, their objects, imports and exports as the service shows them: both clients read them alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sbg_bulk import Forbidden, InputError, ItemError, NotFound, PagingError, Retry, TransferPlace, VolumeService
from sbg_bulk.api.request import ATTEMPTS
from sbg_bulk.api.storage import BARREN_PAGES
from tests.support import samples
from tests.support.clients import TOKEN, Outcome, perform
from tests.support.connect import Connect
from tests.support.samples import EXPORT_ID, IMPORT_ID, objects, page
from tests.support.scripts import Answer, Script, ok, refusal

PLACE = "rfranklin/my-volume:"
ONCE = Retry(within=0)


def locations(outcome: Outcome) -> list[str]:
    assert outcome.raised is None
    return [one.location for one in outcome.value]


# Volumes


def test_a_volume_is_read_with_all_that_the_service_says() -> None:
    outcome = perform([ok(samples.volume())], "volume", "rfranklin/my-volume")
    volume = outcome.value
    assert [request.path for request in outcome.requests] == ["/v2/storage/volumes/rfranklin/my-volume"]
    assert (volume.id, volume.name, volume.access_mode) == ("rfranklin/my-volume", "my-volume", "RO")
    assert volume.service == VolumeService("S3", "rfranklin-my-volume", "")
    assert (volume.cloud, volume.read_only, volume.active) == ("AWS", True, True)
    assert volume.created_on == datetime(2019, 2, 18, 9, 12, tzinfo=UTC)
    assert volume.raw == samples.volume()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"access_mode": "rw", "service": {"type": "gcs"}}, ("Google Cloud", False)),
        ({"access_mode": "WO", "service": {"type": "TAPE"}}, ("TAPE", None)),
        ({"access_mode": None, "service": None}, (None, None)),
        ({"access_mode": [], "service": "s3"}, (None, None)),
    ],
)
def test_what_a_volume_does_not_say_is_not_known(changes: dict[str, Any], told: tuple[object, object]) -> None:
    volume = perform([ok(samples.volume(**changes))], "volume", "rfranklin/my-volume").value
    assert (volume.cloud, volume.read_only) == told


def test_volumes_are_listed_page_by_page() -> None:
    answers = [page([samples.volume("a/1"), {"name": "no id"}], next=2), page([samples.volume("a/2")])]
    outcome = perform(answers, "volumes")
    assert [volume.id for volume in outcome.value] == ["a/1", "a/2"]
    assert [request.query["limit"] for request in outcome.requests] == ["100", "100"]


def test_a_volume_that_is_not_there_is_named_with_where_to_look() -> None:
    outcome = perform([refusal(404, 9007, "Requested volume does not exist.")], "volume", "rfranklin/other")
    assert isinstance(outcome.error, NotFound)
    assert "volume rfranklin/other was not found" in str(outcome.error).replace("Volume", "volume")
    assert "client.volumes() shows those you can see" in str(outcome.error)
    refused = perform([refusal(403, 9020, "No access.")], "volume", "rfranklin/other").error
    assert isinstance(refused, Forbidden)
    assert "rfranklin/other" in str(refused)


@pytest.mark.parametrize("volume", ["", "mine", "a/b/c", "a/..", "./b", "a/b:c", "a /b", 7])
def test_what_cannot_be_a_volume_is_not_sent(volume: object) -> None:
    outcome = perform([], "volume", volume)
    assert isinstance(outcome.error, InputError)
    assert "not of the form owner/name" in str(outcome.error)


# What is on a volume


def test_objects_and_folders_come_in_the_order_of_their_locations() -> None:
    outcome = perform([objects("b.bam", "a/", "c/", "d.bam")], "objects", PLACE)
    assert [(one.location, one.is_folder) for one in outcome.value] == [
        ("a/", True),
        ("b.bam", False),
        ("c/", True),
        ("d.bam", False),
    ]
    assert [request.query for request in outcome.requests] == [{"limit": "100"}]


def test_pages_are_found_by_the_token_of_their_link_and_the_address_is_never_requested() -> None:
    # Base64 has `+`, which a server may not write as %2B.
    answers = [objects("a", next="x+y%2Fz%3D"), objects("b", next="q="), objects("c")]
    outcome = perform(answers, "objects", f"{PLACE}p/q r")
    assert locations(outcome) == ["a", "b", "c"]
    assert [request.query.get("continuation_token") for request in outcome.requests] == [None, "x+y/z=", "q="]
    assert {request.query["prefix"] for request in outcome.requests} == {"p/q r"}
    assert {request.path for request in outcome.requests} == {"/v2/storage/volumes/rfranklin/my-volume/list"}
    assert all(request.header("X-SBG-Auth-Token") == TOKEN for request in outcome.requests)


def test_a_page_of_objects_is_read_when_its_first_entry_is_asked_for(connect: Connect) -> None:
    script = Script([objects("a", "b/", next="1"), objects("b/1"), objects("c")])
    entries = connect(script).iterate("objects", PLACE, recursive=True)
    assert (next(entries).location, len(script.requests)) == ("a", 1)
    assert (next(entries).location, len(script.requests)) == ("b/1", 2)
    assert [one.location for one in entries] == ["c"]


@pytest.mark.parametrize("link", [{}, {"next": None}, {"next": ""}, {"next": 7}, None, "next"])
def test_a_link_that_leads_nowhere_is_the_end(link: object) -> None:
    assert locations(perform([ok({"items": [{"location": "a"}], "prefixes": [], "links": [link]})], "objects", PLACE))


@pytest.mark.parametrize("links", [None, {}, "", []])
def test_a_page_without_links_is_the_last(links: object) -> None:
    assert locations(perform([ok({"items": [{"location": "a"}], "links": links})], "objects", PLACE)) == ["a"]


@pytest.mark.parametrize("next_", ["https://[oops", "https://api.example.org/list", "/list?continuation_token="])
def test_a_next_page_without_a_token_is_an_error_and_not_the_end(next_: str) -> None:
    outcome = perform([ok({"items": [], "prefixes": [], "links": [{"next": next_}]})], "objects", PLACE)
    assert isinstance(outcome.error, PagingError)
    assert "without a token" in str(outcome.error)


def test_a_list_that_goes_round_in_circles_is_an_error() -> None:
    outcome = perform([objects("a", next="1"), objects("b", next="2"), objects("a", next="1")], "objects", PLACE)
    assert isinstance(outcome.error, PagingError)
    assert "rfranklin/my-volume: cannot be read to the end" in str(outcome.error)


def test_a_server_that_ignores_the_token_does_not_keep_one_waiting_for_ever() -> None:
    answers = [objects("a", "b", next=str(number)) for number in range(BARREN_PAGES + 1)]
    assert isinstance(perform(answers, "objects", PLACE).error, PagingError)


def test_pages_with_nothing_on_them_are_passed_over() -> None:
    answers = [objects("a", next="1"), *(objects(next=str(number)) for number in range(2, 9)), objects("b")]
    assert locations(perform(answers, "objects", PLACE)) == ["a", "b"]


def test_a_folder_that_is_shown_on_two_pages_is_one() -> None:
    assert locations(perform([objects("a/", next="1"), objects("a/", "b")], "objects", PLACE)) == ["a/", "b"]
    alone = [objects("a/", next="1"), objects("a/", next="2"), objects("b")]
    assert locations(perform(alone, "objects", PLACE)) == ["a/", "b"]


def test_a_folder_that_leads_back_is_not_entered() -> None:
    answers = [objects("a/", "b", "elsewhere/"), objects("a/", "a/c", "b/"), objects()]
    assert locations(perform(answers, "objects", PLACE, recursive=True)) == ["a/c", "b"]


def test_sizes_and_dates_are_asked_for_and_read_by_what_storages_call_them() -> None:
    def details(**metadata: Any) -> tuple[object, object]:
        outcome = perform([objects("a", **metadata)], "objects", PLACE, details=True)
        assert outcome.requests[0].query["fields"] == "_all"
        (one,) = outcome.value
        return one.size, one.modified_on

    moment = datetime(2026, 11, 1, tzinfo=UTC)
    assert details(size=5, last_modified="2026-11-01T00:00:00Z") == (5, moment)
    assert details(**{"Content-Length": "5", "Last-Modified": "2026-11-01T00:00:00"}) == (5, moment)
    assert details(size=None, updated=7) == (None, None)
    assert details(weight=5) == (None, None)


def test_where_details_make_the_service_fail_it_is_asked_for_less() -> None:
    answers = [refusal(500, 10220)] * ATTEMPTS + [objects("a")]
    outcome = perform(answers, "objects", PLACE, details=True)
    assert locations(outcome) == ["a"]
    assert ["fields" in request.query for request in outcome.requests] == [True] * ATTEMPTS + [False]


@pytest.mark.parametrize("answer", [{}, {"items": None, "prefixes": 7}, {"items": {}}])
def test_a_page_without_a_list_is_our_error(answer: object) -> None:
    assert "no list of objects" in str(perform([ok(answer)], "objects", PLACE, retry=ONCE).error)


def test_entries_that_cannot_be_read_are_left_out() -> None:
    odd: list[object] = [None, 7, {}, {"location": ""}, {"location": []}]
    items = [*odd, {"location": "a", "volume": 7, "metadata": "m"}]
    (one,) = perform([ok({"items": items, "prefixes": [{"prefix": None}], "links": []})], "objects", PLACE).value
    assert (one.location, one.volume, one.size, dict(one.metadata)) == ("a", "7", None, {})


# Imports and exports


def test_an_import_is_read_with_all_that_the_service_says() -> None:
    outcome = perform([ok(samples.import_job())], "import_job", IMPORT_ID)
    job = outcome.value
    assert [request.path for request in outcome.requests] == [f"/v2/storage/imports/{IMPORT_ID}"]
    assert job.source == TransferPlace(volume="rfranklin/my-volume", location="chimeras.html.gz")
    assert job.destination == TransferPlace(project="rfranklin/my-project", name="chimeras.gz")
    assert (job.state, job.finished, job.succeeded, job.error) == ("COMPLETED", True, True, None)
    assert (job.overwrite, job.autorename, job.preserve_folder_structure) == (False, True, False)
    assert (job.result.name, job.detailed) == ("chimeras.gz", True)
    assert job.finished_on == datetime(2019, 2, 20, 12, 3, 52, tzinfo=UTC)
    assert job.raw == samples.import_job()


def test_an_export_is_read_with_its_error() -> None:
    job = perform([ok(samples.export_job())], "export_job", EXPORT_ID).value
    assert (str(job.source), str(job.destination)) == (samples.FILES[0], "rfranklin/output:cohort/sample-1.bam")
    assert (job.finished, job.succeeded) == (True, False)
    assert job.error == ItemError(403, 9107, "The volume has it.", "")
    assert job.properties == {"sse_algorithm": "AES256"}


def test_an_import_by_drs_is_read_as_submitted_and_as_finished() -> None:
    # What was seen of a real one: no dates, no counts, an empty result.
    given = {"href": "x", "id": "154608246075330561", "result": [], "state": "SUBMITTED"}
    submitted = perform([ok(given)], "drs_import", "154608246075330561").value
    assert (submitted.finished, submitted.result, submitted.started_on) == (False, (), None)
    finished = perform([ok(samples.drs_import())], "drs_import", "154608246075330561").value
    assert finished.finished
    assert [(one.id, one.ok) for one in finished.result] == [(samples.FILES[0], True), (None, False)]
    assert [one.error.code for one in finished.failures] == [9105]


def test_a_state_that_nobody_knows_is_no_end() -> None:
    job = perform([ok(samples.import_job(state="PAUSED", result=None))], "import_job", IMPORT_ID).value
    assert (job.finished, job.succeeded, job.result) == (False, False, None)


@pytest.mark.parametrize("method", ["import_job", "export_job", "drs_import"])
@pytest.mark.parametrize("given", ["", " ", "a/b", ".."])
def test_what_cannot_be_an_id_is_not_sent(method: str, given: str) -> None:
    assert isinstance(perform([], method, given).error, InputError)


@pytest.mark.parametrize(("method", "kind"), [("import_job", "import"), ("export_job", "export")])
def test_one_that_is_not_there_is_named(method: str, kind: str) -> None:
    error = perform([refusal(404, 9008)], method, "F" * 32).error
    assert isinstance(error, NotFound)
    assert f"{kind.capitalize()} {'F' * 32} was not found" in str(error)


def lean(*jobs: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: job[key] for key in ("href", "id", "state")} for job in jobs]


def bulk(*entries: object) -> Answer:
    return ok({"items": [entry if entry is None or "error" in entry else {"resource": entry} for entry in entries]})  # type: ignore[operator]


IMPORTS = [samples.import_job(str(number) * 32) for number in range(3)]


def test_a_list_takes_its_filters_to_the_service_and_applies_them_to_what_it_shows() -> None:
    elsewhere = samples.import_job("9" * 32, source={"volume": "a/other", "location": "x"})
    listed = [IMPORTS[0], elsewhere, samples.import_job("8" * 32, state="RUNNING")]
    outcome = perform(
        [page(listed)], "imports", volume="rfranklin/my-volume", project="a/b", state=["completed", "FAILED"]
    )
    assert [job.id for job in outcome.value] == ["0" * 32]
    (request,) = outcome.requests
    assert request.url.endswith(
        "?volume=rfranklin%2Fmy-volume&project=a%2Fb&state=COMPLETED&state=FAILED&offset=0&limit=100"
    )


def test_what_lists_leave_out_is_read_a_hundred_for_a_request_and_only_where_it_is_needed() -> None:
    jobs = [samples.import_job(f"{number:032}") for number in range(130)]
    pages = [page(lean(*jobs[:100]), next=100), page(lean(*jobs[100:]))]
    bare = perform(pages, "imports")
    assert [request.method for request in bare.requests] == ["GET", "GET"]
    assert not any(job.detailed for job in bare.value)
    # In whatever order the entries come.
    answers = [pages[0], bulk(*reversed(jobs[:100])), pages[1], bulk(*jobs[100:])]
    outcome = perform(answers, "imports", details=True)
    assert [job.id for job in outcome.value] == [job["id"] for job in jobs]
    assert all(job.detailed for job in outcome.value)
    posts = [request for request in outcome.requests if request.method == "POST"]
    assert [request.path for request in posts] == ["/v2/bulk/storage/imports/get"] * 2
    assert [len(request.json["import_ids"]) for request in posts] == [100, 30]


def test_lists_that_show_all_need_no_more_requests() -> None:
    outcome = perform([page([samples.export_job()])], "exports", volume="rfranklin/output", details=True)
    assert [job.detailed for job in outcome.value] == [True]
    assert [request.query["fields"] for request in outcome.requests] == ["_all"]


def test_one_that_cannot_be_read_in_bulk_stays_as_the_list_shows_it() -> None:
    refused = {"error": {"status": 404, "code": 9008, "message": "", "more_info": ""}}
    answers = [page(lean(*IMPORTS)), bulk(IMPORTS[2], refused, None, IMPORTS[0])]
    assert [job.detailed for job in perform(answers, "imports", details=True).value] == [True, False, True]


@pytest.mark.parametrize(
    "refused", [refusal(404, 90003), refusal(405, 90006), refusal(501, 90010), refusal(403, 90002)]
)
def test_where_nothing_is_read_in_bulk_each_is_read_by_itself(refused: Answer) -> None:
    answers = [page(lean(*IMPORTS[:2]), next=2), refused, *map(ok, IMPORTS[:2]), page(lean(IMPORTS[2])), ok(IMPORTS[2])]
    outcome = perform(answers, "imports", details=True)
    assert all(job.detailed for job in outcome.value)
    # It is not asked again.
    assert outcome.methods == ["GET", "POST", "GET", "GET", "GET", "GET"]


def test_where_details_make_a_list_fail_it_is_asked_for_less() -> None:
    answers = [*[refusal(500, 10220)] * ATTEMPTS, page(lean(IMPORTS[0])), bulk(IMPORTS[0])]
    assert [job.detailed for job in perform(answers, "imports", details=True).value] == [True]


@pytest.mark.parametrize("asked", [{"volume": "mine"}, {"project": "mine"}, {"state": ""}, {"state": [7]}])
def test_a_filter_that_makes_no_sense_is_not_sent(asked: dict[str, Any]) -> None:
    assert isinstance(perform([], "imports", **asked).error, InputError)
