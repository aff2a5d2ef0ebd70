"""Lists: each entry once, no page before it is needed, and no wrong page taken for the end."""

from __future__ import annotations

from typing import Any

import pytest

from sbg_bulk import InputError, PagingError, Retry, ServerError
from sbg_bulk.api.pages import ALL_FIELDS, USED_FIELDS, files
from sbg_bulk.api.request import ATTEMPTS
from tests.support import samples
from tests.support.clients import ENDPOINT, TOKEN, Outcome, perform
from tests.support.connect import Connect
from tests.support.samples import page
from tests.support.scripts import Script, ok, raw, refusal


def jobs(first: int, last: int, **changes: Any) -> list[Any]:
    return [samples.job(str(number), **changes) for number in range(first, last)]


def offsets(outcome: Outcome) -> list[int]:
    return [int(request.query["offset"]) for request in outcome.requests]


def ids(outcome: Outcome) -> list[int]:
    return [int(job.id) for job in outcome.value]


def test_a_page_is_read_when_its_first_entry_is_asked_for(connect: Connect) -> None:
    script = Script([page(jobs(0, 2), next=2), page(jobs(2, 4), next=4), page(jobs(4, 5))])
    entries = connect(script).iterate("jobs")
    assert len(script.requests) == 0
    assert next(entries).id == "0"
    assert next(entries).id == "1"
    assert len(script.requests) == 1
    assert next(entries).id == "2"
    assert len(script.requests) == 2
    assert [job.id for job in entries] == ["3", "4"]
    assert len(script.requests) == 3


def test_breaking_off_ends_it_and_leaves_the_client_usable(connect: Connect) -> None:
    script = Script([page(jobs(0, 2), next=2)], then=ok(samples.user()))
    harness = connect(script)
    entries = harness.iterate("jobs")
    assert next(entries).id == "0"
    entries.close()  # type: ignore[attr-defined] # it is a generator
    assert list(entries) == []
    assert harness.call("user").username == "rfranklin"
    assert [request.path for request in script.requests] == ["/v2/async/files", "/v2/user"]


def test_pages_are_as_large_as_the_api_allows() -> None:
    outcome = perform([page(jobs(0, 100), next=100), page(jobs(100, 130))], "jobs")
    assert ids(outcome) == list(range(130))
    assert [request.query["limit"] for request in outcome.requests] == ["100", "100"]
    assert offsets(outcome) == [0, 100]


@pytest.mark.parametrize(("limit", "requests"), [(0, 0), (1, 1), (2, 1), (3, 2), (99, 2), (None, 2)])
def test_a_limit_saves_requests(limit: int | None, requests: int) -> None:
    outcome = perform([page(jobs(0, 2), next=2), page(jobs(2, 4))], "jobs", limit=limit)
    assert ids(outcome) == list(range(4))[: limit if limit is not None else 4]
    assert len(outcome.requests) == requests


def test_filters_are_applied_to_what_was_read_in_any_case_and_before_the_limit() -> None:
    listed = [*jobs(0, 2), *jobs(2, 4, state="RUNNING"), *jobs(4, 6, type="MOVE", state="RUNNING"), *jobs(6, 8)]
    assert ids(perform([page(listed)], "jobs", state="running")) == [2, 3, 4, 5]
    assert ids(perform([page(listed)], "jobs", state="Running", type="move")) == [4, 5]
    assert ids(perform([page(listed)], "jobs", type="COPY", limit=3)) == [0, 1, 2]
    assert ids(perform([page(listed)], "jobs", state="PAUSED")) == []


def test_entries_that_come_again_are_dropped() -> None:
    outcome = perform([page(jobs(0, 4), next=4), page(jobs(3, 7), next=8), page(jobs(6, 9))], "jobs")
    assert ids(outcome) == list(range(9))


def test_a_job_that_changes_between_two_pages_is_produced_when_it_fits() -> None:
    answers = [page(jobs(0, 2, state="RUNNING"), next=2), page(jobs(1, 3))]
    assert ids(perform(answers, "jobs", state="FINISHED")) == [1, 2]


@pytest.mark.parametrize("following", [2, 1, 0])
def test_a_link_that_does_not_go_on_is_an_error_and_not_a_loop(following: int) -> None:
    outcome = perform([page(jobs(0, 2), next=2), page(jobs(2, 4), next=following)], "jobs")
    assert isinstance(outcome.error, PagingError)
    assert str(outcome.error) == (
        f"The list cannot be read to the end: the page at offset 2, which ends at 4, gives {following} as the next "
        "offset: the list would never end. [list_async_jobs]"
    )
    assert len(outcome.requests) == 2


def test_a_page_shorter_than_its_link_says_is_an_error_and_not_a_gap() -> None:
    error = perform([page(jobs(0, 97), next=100)], "jobs").error
    assert isinstance(error, PagingError)
    assert "3 entries would be skipped" in str(error)


def test_an_empty_page_with_a_link_onwards_is_an_error() -> None:
    assert isinstance(perform([page([], next=100)], "jobs").error, PagingError)


@pytest.mark.parametrize(
    "query", ["", "?limit=100", "?offset=", "?offset=two", "?offset=-4", "?offset=2.5", "?offset=" + "9" * 5000]
)
def test_a_next_link_without_an_offset_is_an_error(query: str) -> None:
    outcome = perform([page(jobs(0, 2), next=f"{ENDPOINT}/async/files{query}")], "jobs")
    assert isinstance(outcome.error, PagingError)
    assert str(outcome.error).endswith("links to a next page without an offset. [list_async_jobs]")


def test_a_next_link_that_is_no_address_is_an_error() -> None:
    assert isinstance(perform([page(jobs(0, 2), next="https://[oops/?offset=2")], "jobs").error, PagingError)


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example.net/v2/async/files?offset=2&limit=100",
        "http://api.example.org/v2/async/files?offset=2",
        "//evil.example.net/?offset=2",
        "https://api.example.org@evil.example.net/?offset=2",
        "?offset=2",
    ],
)
def test_a_link_says_the_offset_and_is_never_requested(href: str) -> None:
    outcome = perform([page(jobs(0, 2), next=href), page(jobs(2, 3))], "jobs")
    assert ids(outcome) == [0, 1, 2]
    assert [request.url for request in outcome.requests] == [
        f"{ENDPOINT}/async/files?offset={offset}&limit=100" for offset in (0, 2)
    ]
    assert all(request.header("X-SBG-Auth-Token") == TOKEN for request in outcome.requests)


@pytest.mark.parametrize(
    "links",
    [None, [], {}, "none", [None], ["next"], [{"rel": "next"}], [{"rel": "next", "href": None}], [{"href": "x"}]],
    ids=str,
)
def test_without_a_link_the_total_says_whether_there_is_more(links: Any) -> None:
    answers = [page(jobs(0, 2), links=links, total=3), page(jobs(2, 3), links=links, total=3)]
    assert ids(perform(answers, "jobs")) == [0, 1, 2]


@pytest.mark.parametrize(
    "links", [None, [], 5, [{"rel": "next"}], [{"rel": "next", "href": None}], [{"href": "x"}], ["next"]], ids=str
)
def test_without_a_link_and_a_total_the_list_is_read_until_a_page_is_empty(links: Any) -> None:
    answers = [page(jobs(0, 2), links=links), page(jobs(2, 3), links=links), page([], links=links)]
    assert ids(perform(answers, "jobs")) == [0, 1, 2]


def test_links_of_which_none_leads_on_are_those_of_the_last_page() -> None:
    before = [{"href": "https://api.example.org/v2/async/files?offset=0", "rel": "prev", "method": "GET"}]
    assert ids(perform([page(jobs(0, 2), links=before)], "jobs")) == [0, 1]


def test_a_page_that_comes_again_and_again_is_an_error_that_says_so() -> None:
    same = page(jobs(0, 2), links=[])
    error = perform([same] * 3, "jobs").error
    assert isinstance(error, PagingError)
    assert "the server ignores the offset" in str(error)
    # Entries that came meanwhile may push one page there.
    assert ids(perform([same, same, page([], links=[])], "jobs")) == [0, 1]


def test_a_total_that_is_too_large_costs_one_request() -> None:
    outcome = perform([page(jobs(0, 2), links=None, total=9), page([], links=None, total=9)], "jobs")
    assert ids(outcome) == [0, 1]


def test_the_link_back_is_no_link_onwards() -> None:
    links = [{"rel": "prev", "href": f"{ENDPOINT}/async/files?offset=0", "method": "GET"}]
    assert ids(perform([page(jobs(0, 2), links=links)], "jobs")) == [0, 1]


@pytest.mark.parametrize(
    "garbage", [None, 5, "job", [], {}, {"id": None}, {"id": ""}, {"id": []}, {"id": True}], ids=str
)
def test_an_entry_that_cannot_be_read_is_left_out_and_still_counts_as_a_place(garbage: Any) -> None:
    outcome = perform([page([*jobs(0, 1), garbage, *jobs(1, 2)], next=3), page(jobs(2, 3))], "jobs")
    assert ids(outcome) == [0, 1, 2]
    assert offsets(outcome) == [0, 3]


def test_a_page_tells_where_it_is() -> None:
    found = perform([page(jobs(10, 12), next=12, total=40)], "jobs_page", 10, 2).value
    assert (found.offset, found.next_offset, found.total, len(found.items)) == (10, 12, 40, 2)
    last = perform([page(jobs(12, 13))], "jobs_page", 12, 2).value
    assert (last.next_offset, last.total) == (None, None)


@pytest.mark.parametrize("total", ["many", "-1", "NaN", "1.5", "", "9" * 5000])
def test_an_absurd_total_is_none(total: str) -> None:
    answer = ok({"href": "", "items": [], "links": []}, headers={"X-Total-Matching-Query": total})
    assert perform([answer], "jobs_page").value.total is None


@pytest.mark.parametrize(
    ("method", "kwargs"),
    [
        ("jobs_page", {"offset": -1}),
        ("jobs_page", {"limit": 0}),
        ("jobs_page", {"limit": 101}),
        ("jobs", {"limit": -1}),
        ("files_page", {"project": "a/b", "limit": 101}),
        ("files_page", {}),
        ("files", {}),
        ("files", {"project": "a/b", "parent": "c"}),
        ("files", {"project": "ab"}),
        ("files", {"parent": ""}),
        ("files", {"parent": "a/b"}),
    ],
)
def test_what_cannot_be_listed_is_refused_before_anything_is_sent(method: str, kwargs: dict[str, Any]) -> None:
    outcome = perform([], method, **kwargs)
    assert isinstance(outcome.error, InputError)


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {}}, {"items": "x", "links": []}], ids=str)
def test_a_page_without_a_list_cannot_be_read_and_is_asked_for_again(body: Any) -> None:
    assert ids(perform([ok(body), page(jobs(0, 1))], "jobs")) == [0]


def test_each_page_has_its_own_time_for_retries() -> None:
    fault = raw(500)
    answers = [fault, fault, page(jobs(0, 1), next=1), fault, fault, page(jobs(1, 2), next=2), fault, page(jobs(2, 3))]
    assert ids(perform(answers, "jobs", retry=Retry(within=2))) == [0, 1, 2]


def test_entries_before_an_error_are_produced(connect: Connect) -> None:
    script = Script([page(jobs(0, 1), next=1), refusal(403)])
    entries = connect(script).iterate("jobs")
    assert next(entries).id == "0"
    with pytest.raises(Exception, match="HTTP 403"):
        next(entries)


def test_files_and_projects_are_paged_alike() -> None:
    path = "/files"
    listed = [page([samples.file("1")], next=1, path=path), page([samples.file("2", type="folder")], path=path)]
    found = perform(listed, "files", "a/b").value
    assert [(file.id, file.is_folder) for file in found] == [("1", False), ("2", True)]
    projects = [page([samples.project("a/b")], next=1, path="/projects"), page([samples.project("a/c")])]
    assert [project.id for project in perform(projects, "projects").value] == ["a/b", "a/c"]


def _asked(outcome: Outcome) -> list[tuple[int, str | None]]:
    return [(int(request.query["offset"]), request.query.get("fields")) for request in outcome.requests]


def test_a_page_with_a_record_that_the_service_fails_over_is_read_with_fewer_fields_and_the_others_as_asked() -> None:
    one, two, three = (samples.file(id=str(number), size=7) for number in range(3))
    outcome = perform(
        [
            page([one], next=1),
            *[refusal(500)] * ATTEMPTS,
            page([two], next=2),
            *[refusal(500)] * ATTEMPTS * 2,
            page([three]),
        ],
        "files",
        "o/p",
        details=True,
    )
    assert [file.id for file in outcome.value] == ["0", "1", "2"]
    assert _asked(outcome) == [
        (0, ALL_FIELDS),
        *[(1, ALL_FIELDS)] * ATTEMPTS,
        (1, USED_FIELDS),
        *[(2, ALL_FIELDS)] * ATTEMPTS,
        *[(2, USED_FIELDS)] * ATTEMPTS,
        (2, None),
    ]
    assert sum(outcome.slept) < 10


@pytest.mark.parametrize("status", [502, 503, 504, 429])
def test_what_passes_is_no_reason_to_ask_for_less(status: int) -> None:
    outcome = perform([*[refusal(status)] * 5, page([samples.file(id="0")])], "files", "o/p", details=True)
    assert {fields for _, fields in _asked(outcome)} == {ALL_FIELDS}
    assert len(outcome.value) == 1


def test_a_page_that_fails_whatever_is_asked_for_is_an_error_in_the_end() -> None:
    outcome = perform([], "files", "o/p", details=True, then=refusal(500), retry=Retry(within=20))
    assert isinstance(outcome.error, ServerError)
    assert _asked(outcome)[-1] == (0, None)


def test_fewer_fields_are_those_of_the_same_list() -> None:
    asked = files("o/p", None, ["a", "b"], ALL_FIELDS, tags=["x"], metadata={"k": ["v"]})
    seen = []
    while asked.leaner is not None:
        asked = asked.leaner
        seen.append(asked.arguments.get("fields"))
        kept = {key: value for key, value in asked.arguments.items() if key not in ("fields", "metadata")}
        assert kept == {"project": "o/p", "name": ["a", "b"], "tag": ["x"]}
        assert asked.arguments["metadata"].additional_properties == {"metadata.k": ["v"]}
    assert seen == [USED_FIELDS, None]
