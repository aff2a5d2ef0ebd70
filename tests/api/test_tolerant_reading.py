"""Answers that are not quite as the contract says: what can be read is, and nothing else than our errors is raised."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sbg_bulk import ApiError, Forbidden, ItemError, Job, PagingError, Retry, SbgBulkError
from sbg_bulk.models import parse
from tests.support import samples
from tests.support.clients import ENDPOINT, Outcome, perform
from tests.support.samples import FILES, JOB_ID, page
from tests.support.scripts import Answer, ok, raw

ONCE = Retry(within=0)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "3", "2019-02-30T25:00:00Z", "COPY", "FINISHED", "file"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
"""Any JSON, and the NaN and Infinity that some servers take for it."""

Path = tuple[str | int, ...]


def paths(node: Any, here: Path = ()) -> list[Path]:
    """The places of all values in a piece of JSON."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [here] * bool(here) + [path for key, value in inner for path in paths(value, (*here, key))]


@st.composite
def damaged(draw: st.DrawFn, original: Any) -> tuple[Path, Any]:
    """A copy with one value dropped, replaced or added to, and the place of that value."""
    path = draw(st.sampled_from(paths(original)))
    mutant = copy.deepcopy(original)
    holder = mutant
    for key in path[:-1]:
        holder = holder[key]
    kind = draw(st.sampled_from(["drop", "null", "replace", "add"]))
    if kind == "drop":
        del holder[path[-1]]
    elif kind == "add" and isinstance(holder[path[-1]], dict):
        holder[path[-1]][draw(st.text())] = draw(VALUES)
    else:
        holder[path[-1]] = None if kind == "null" else draw(VALUES)
    return path, mutant


def is_ours(outcome: Outcome) -> bool:
    return outcome.error is None or isinstance(outcome.error, SbgBulkError)


def rest(thing: Any, key: str | int) -> dict[str, Any]:
    """The attributes that do not come from this key."""
    return {
        field.name: getattr(thing, field.name) for field in attrs.fields(type(thing)) if field.eq and field.name != key
    }


@pytest.mark.parametrize(
    ("method", "args", "original", "needed"),
    [
        ("job", (f"{ENDPOINT}/async/files/copy/{JOB_ID}",), samples.failed_job(), "id"),
        ("copy", (FILES,), samples.failed_job(), "id"),
        ("file", (FILES[0],), samples.file(), "id"),
        ("project", ("a/b",), samples.project(), "id"),
        ("user", (), samples.user(), None),
        ("volume", ("a/b",), samples.volume(), "id"),
        ("import_job", (samples.IMPORT_ID,), samples.import_job(), "id"),
        ("export_job", (samples.EXPORT_ID,), samples.export_job(), "id"),
        ("drs_import", ("154608246075330561",), samples.drs_import(), "id"),
    ],
    ids=["job", "copy", "file", "project", "user", "volume", "import", "export", "drs"],
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_in_one_place_leaves_the_rest_as_it_is(
    method: str, args: tuple[Any, ...], original: dict[str, Any], needed: str | None, data: st.DataObject
) -> None:
    kwargs = {"project": "a/b"} if method == "copy" else {}
    (key, *_), mutant = data.draw(damaged(original))
    answers = [ok(mutant)] if method != "copy" else [ok(mutant), page([])]
    outcome = perform(answers, method, *args, retry=ONCE, **kwargs)
    if key == needed:
        assert is_ours(outcome)
        return
    assert outcome.raised is None
    whole = type(outcome.value).from_answer(original)
    assert rest(outcome.value, key) == rest(whole, key)


@settings(max_examples=60, deadline=None)
@given(damaged([samples.job("1"), samples.failed_job(), samples.job("3", "MOVE", "RUNNING")]))
def test_damage_in_one_entry_leaves_the_others_as_they_are(damage: tuple[Path, Any]) -> None:
    (index, *_), mutant = damage
    outcome = perform([page(mutant)], "jobs_page", retry=ONCE)
    assert outcome.raised is None
    whole = perform([page([samples.job("1"), samples.failed_job(), samples.job("3", "MOVE", "RUNNING")])], "jobs_page")
    others = [job for place, job in enumerate(whole.value.items) if place != index]
    assert [job for job in outcome.value.items if job in others] == others
    assert len(outcome.value.items) <= 3


@settings(max_examples=60, deadline=None)
@given(
    damaged(
        {
            "href": "",
            "items": [samples.job()],
            "links": [{"href": f"{ENDPOINT}/async/files?offset=1&limit=100", "rel": "next", "method": "GET"}],
        }
    )
)
def test_a_damaged_page_is_read_or_is_our_error(damage: tuple[Path, Any]) -> None:
    outcome = perform([ok(damage[1]), page([])], "jobs", retry=ONCE)
    assert is_ours(outcome)
    if damage[0][:2] != ("items", 0) and damage[0] != ("items",):
        assert isinstance(outcome.error, PagingError) or [job.id for job in outcome.value] == [JOB_ID]


@settings(max_examples=50, deadline=None)
@given(damaged(samples.rate_limit()))
def test_a_damaged_budget_is_read_as_far_as_it_goes(damage: tuple[Path, Any]) -> None:
    path, mutant = damage
    outcome = perform([ok(mutant)], "rate_limit", retry=ONCE)
    assert is_ours(outcome)
    if path[0] != "rate":
        assert (outcome.value.limit, outcome.value.remaining, outcome.value.reset) == (1000, 997, 1550664230)


@settings(max_examples=50, deadline=None)
@given(damaged({"status": 403, "code": 3001, "message": "No access.", "more_info": "http://example.org"}))
def test_a_damaged_error_is_still_that_error(damage: tuple[Path, Any]) -> None:
    (key, *_), mutant = damage
    error = perform([ok(mutant, 403)], "user").error
    assert type(error) is Forbidden
    assert key == "code" or error.code == 3001
    assert key == "message" or error.api_message == "No access."
    assert key == "more_info" or error.more_info == "http://example.org"


@pytest.mark.parametrize(
    ("method", "args", "kwargs"),
    [
        ("jobs", (), {}),
        ("job", (JOB_ID,), {}),
        ("copy", (FILES,), {"project": "a/b"}),
        ("wait", (JOB_ID,), {"timeout": 1, "type": "COPY"}),
        ("create_folder", ("new",), {"project": "a/b"}),
        ("files", ("a/b",), {}),
        ("rate_limit", (), {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@settings(max_examples=30, deadline=None)
@given(
    status=st.integers(200, 599),
    body=st.binary(max_size=40) | VALUES,
    headers=st.dictionaries(
        st.sampled_from(["X-RateLimit-Reset", "X-Total-Matching-Query", "Retry-After", "Date", "Content-Type"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    ),
)
def test_nothing_that_a_server_can_say_raises_anything_but_our_errors(
    method: str, args: tuple[Any, ...], kwargs: dict[str, Any], status: int, body: Any, headers: dict[str, str]
) -> None:
    answer: Answer = raw(status, body, headers) if isinstance(body, bytes) else ok(body, status, headers)
    assert is_ours(perform([], method, *args, then=answer, retry=Retry(within=2), **kwargs))


def job_from(**changes: Any) -> Job:
    job = Job.from_answer(samples.job() | changes)
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (3, 3), ("3", 3), (" 12 ", 12), (3.0, 3), ("0", 0), (0, 0),
        ("three", None), ("", None), ("3.5", None), (3.5, None), (True, None), (None, None), ([], None), ("٣", None),
        ("1_000", None), ("9" * 5000, None), (float("nan"), None), (float("inf"), None),
    ],
)  # fmt: skip
def test_counts_may_be_strings_of_digits(given: Any, read: int | None) -> None:
    assert job_from(total_files=given).total_files == read


@pytest.mark.parametrize(("given", "read"), [(12345678901234567, "12345678901234567"), ("x-1", "x-1")])
def test_ids_may_be_numbers(given: Any, read: str) -> None:
    assert job_from(id=given).id == read
    assert job_from(result=[{"resource": {"id": given}}]).result == (
        Job.from_answer(samples.job(result=[{"resource": {"id": read}}])).result  # type: ignore[union-attr]
    )


@pytest.mark.parametrize("identity", [None, "", True, 1.5, [], {}])
def test_what_has_no_id_is_no_job(identity: Any) -> None:
    assert Job.from_answer(samples.job() | {"id": identity}) is None
    assert Job.from_answer(identity) is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2019-02-20T12:03:50Z", datetime(2019, 2, 20, 12, 3, 50, tzinfo=UTC)),
        ("2019-02-20T12:03:50", datetime(2019, 2, 20, 12, 3, 50, tzinfo=UTC)),
        ("2019-02-20T12:03:50.250+02:00", datetime(2019, 2, 20, 10, 3, 50, 250_000, tzinfo=UTC)),
        ("2019-02-20T12:03:50-00:00", datetime(2019, 2, 20, 12, 3, 50, tzinfo=UTC)),
        ("2019-02-30T12:03:50Z", None),
        ("yesterday", None),
        ("", None),
        (1550664230, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_date_is_read_with_its_zone_or_not_at_all(given: Any, read: datetime | None) -> None:
    job = job_from(started_on=given)
    assert job.started_on == read
    assert job.started_on is None or job.started_on.utcoffset() is not None
    assert job.raw["started_on"] == given
    assert job.finished_on == datetime(2019, 2, 20, 12, 3, 50, tzinfo=UTC) + timedelta(seconds=20)


def test_new_states_and_types_are_kept_as_they_come() -> None:
    job = job_from(state="PAUSED", type="ARCHIVE")
    assert (job.state, job.type, job.finished) == ("PAUSED", "ARCHIVE", False)


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"error": {"status": 403, "code": 5001, "message": "No."}}, ItemError(403, 5001, "No.")),
        ({"error": {"status": "403", "code": "5001"}}, ItemError(403, 5001)),
        ({"error": {}}, ItemError(None, None)),
        ({"error": "it broke"}, ItemError(None, None, "it broke")),
        ({"error": ["a"]}, ItemError(None, None, "['a']")),
        ({"error": False}, ItemError(None, None, "False")),
        ({"error": {"code": 1}, "resource": {"id": "f"}}, ItemError(None, 1)),
        ({"error": {"code": 1}, "resource": "f"}, ItemError(None, 1)),
        ({"error": None}, None),
        ({}, None),
        (None, None),
        ("f", None),
    ],
    ids=str,
)
def test_an_error_of_an_item_is_never_overlooked(entry: Any, error: ItemError | None) -> None:
    job = job_from(result=[{"resource": {"id": "f"}}, entry])
    assert job.result is not None
    assert [one.error for one in job.result] == [None, error]
    assert job.result[0].ok
    assert not job.result[1].ok
    # What is neither a resource nor an error is no success either.
    assert not job.succeeded
    assert bool(job.shortfall) == (error is None)
    assert job.result[1].raw == entry


@pytest.mark.parametrize("result", [None, "", {}, 5])
def test_a_result_that_is_no_list_is_none(result: Any) -> None:
    assert job_from(result=result).result is None


def test_a_model_reads_every_single_key_that_is_fit() -> None:
    for key, value in samples.job().items():
        alone = Job.from_answer({"id": "1", key: value})
        assert alone is not None
        assert getattr(alone, key) == getattr(job_from(), key)


@pytest.mark.parametrize("deep", range(200, 1000, 50))
def test_depth_is_survived(deep: int) -> None:
    nested = b"[" * deep + b"]" * deep
    body = b'{"id": "1", "state": "FINISHED", "result": [{"error": ' + nested + b"}]}"
    outcome = perform([raw(200, body)], "job", JOB_ID, type="COPY", retry=ONCE)
    assert is_ours(outcome)


def test_numbers_out_of_range_are_survived() -> None:
    assert parse.count(10**400) == 10**400
    body = {"status": 10**300, "code": -1, "message": 10**300}
    assert isinstance(perform([ok(body, 400)], "user").error, ApiError)
