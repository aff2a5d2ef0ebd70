"""The official client understands each refusal, and the waiting that it has built in ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import sevenbridges  # type: ignore[import-untyped]
from sevenbridges import errors
from sevenbridges.http import error_handlers  # type: ignore[import-untyped]

from sbg_bulk.simulator import Permissions, Simulator
from tests.interop.lab import OWNER, Lab, Official, asked

Ask = Callable[[Official, Lab], object]


def both_destinations(api: Official, lab: Lab) -> object:
    item = {"file": lab.files[0].id, "parent": lab.incoming.id, "project": lab.archive.id}
    return api.async_jobs.file_bulk_copy([item])


def no_access(api: Official, lab: Lab) -> object:
    lab.world.add_user("bmcclintock")
    maize = lab.world.add_project("bmcclintock/maize")
    return api.files.query(project=maize.id)


def read_only(api: Official, lab: Lab) -> object:
    lab.world.add_user("bmcclintock")
    maize = lab.world.add_project("bmcclintock/maize", members={OWNER: Permissions(read=True)})
    return api.files.create_folder("results", project=maize.id)


REFUSALS: dict[str, tuple[Ask, type[Exception], int, int, str]] = {
    "two destinations": (both_destinations, errors.BadRequest, 400, 5031, "items[0]"),
    "no items": (lambda api, _: api.async_jobs.file_bulk_delete([]), errors.BadRequest, 400, 10230, "items"),
    "an item of the wrong shape": (
        lambda api, _: api.async_jobs.file_bulk_move(["not an object"]),
        errors.BadRequest,
        400,
        5033,
        "items",
    ),
    "a malformed project": (lambda api, _: api.files.query(project="cohort"), errors.BadRequest, 400, 3012, "cohort"),
    "too large a limit": (
        lambda api, _: api.async_jobs.list_file_jobs(limit=101),
        errors.BadRequest,
        400,
        90000,
        "limit",
    ),
    "a project of others": (no_access, errors.Forbidden, 403, 3001, "bmcclintock/maize"),
    "a project to read only": (read_only, errors.Forbidden, 403, 3001, "bmcclintock/maize"),
    "no such job": (lambda api, _: api.async_jobs.get_file_copy_job("12345"), errors.NotFound, 404, 10211, "12345"),
    "no such file": (lambda api, _: api.files.get("no-such-file"), errors.NotFound, 404, 5002, "no-such-file"),
    "no such project": (lambda api, _: api.projects.get(id="a/b"), errors.NotFound, 404, 3002, "a/b"),
    "no such call": (lambda api, lab: api.files.get(lab.files[0].id).delete(), errors.MethodNotAllowed, 405, 90006, ""),
    "a name that is taken": (
        lambda api, lab: api.files.create_folder("run", project=lab.cohort.id),
        errors.Conflict,
        409,
        5003,
        "run",
    ),
}


@pytest.mark.parametrize("of", REFUSALS)
def test_a_refusal_raises_the_exception_of_its_status(api: Official, sim: Simulator, lab: Lab, of: str) -> None:
    ask, exception, status, code, named = REFUSALS[of]
    with pytest.raises(exception) as caught:
        ask(api, lab)
    error: Official = caught.value
    assert (type(error), error.status, error.code) == (exception, status, code)
    assert named in error.message
    last = sim.requests[-1]
    assert (last.status, last.request_id) == (status, api.request_id)
    assert sim.jobs.all() == []


def test_an_unknown_token_is_unauthorized(connect: Callable[..., Official], sim: Simulator) -> None:
    with pytest.raises(errors.Unauthorized) as caught:
        connect(token="not-a-token").users.me()
    assert (caught.value.status, caught.value.code) == (401, 90001)
    assert [(entry.status, entry.user) for entry in sim.requests] == [(401, None)]


@pytest.mark.parametrize(
    ("fault", "exception", "status", "code"),
    [
        ("kind=429", errors.TooManyRequests, 429, 1000),
        ("kind=500", errors.ServerError, 500, 90004),
        ("kind=503", errors.ServiceUnavailable, 503, 90005),
        ("kind=520", errors.SbgError, 520, 90004),
    ],
)
def test_a_failure_raises_the_exception_of_its_status(
    api: Official, sim: Simulator, fault: str, exception: type[Exception], status: int, code: int
) -> None:
    sim.arm(f"{fault} op=list_async_jobs times=1")
    with pytest.raises(exception) as caught:
        api.async_jobs.list_file_jobs()
    error: Official = caught.value
    assert (type(error), error.status, error.code) == (exception, status, code)
    assert api.async_jobs.list_file_jobs().total == 0


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_in_place_of_json_is_noticed(api: Official, sim: Simulator, status: int) -> None:
    sim.arm(f"kind=html status={status} op=list_async_jobs")
    with pytest.raises(errors.NonJSONResponseError, match=re.escape("Please wait")) as caught:
        api.async_jobs.list_file_jobs()
    assert caught.value.status == status


def test_a_spent_limit_refuses_everything_but_the_question_what_is_left(api: Official, sim: Simulator) -> None:
    for _ in range(999):
        sim.limiter.charge(OWNER, sim.clock.now())
    assert api.users.me().username == OWNER
    with pytest.raises(errors.TooManyRequests) as caught:
        api.users.me()
    assert caught.value.code == 1000
    assert api.rate_limit.get().rate.remaining == 0
    sim.advance(300)
    assert api.users.me().username == OWNER


@pytest.fixture
def slept(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client slept each time: by the simulator's clock, which it shares here."""
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        sim.advance(seconds)

    monkeypatch.setattr(error_handlers, "time", SimpleNamespace(sleep=sleep, time=sim.clock.now))
    return naps


def test_a_maintenance_is_recognised_and_waited_out(api: Official, sim: Simulator, slept: list[float]) -> None:
    """The client sleeps for as long as the platform answers with 503 and code 0, with no limit of its own."""
    sim.arm("kind=maintenance times=2")
    assert api.users.me().username == OWNER
    assert slept == [300, 300]
    assert [entry.status for entry in sim.requests] == [503, 503, 200]


def test_the_handler_for_all_errors_waits_out_what_passes(api: Official, sim: Simulator, slept: list[float]) -> None:
    api.add_error_handler(error_handlers.general_error_sleeper)
    for number, kind in enumerate(("500", "503", "520"), 1):
        sim.arm(f"kind={kind} op=get_user call={number}")
    assert api.users.me().username == OWNER
    assert slept == [300] * 3
    assert [entry.status for entry in sim.requests] == [500, 503, 520, 200]


def test_all_handlers_together_get_through_a_bad_day(
    api: Official, sim: Simulator, lab: Lab, slept: list[float]
) -> None:
    for handler in (error_handlers.rate_limit_sleeper, error_handlers.general_error_sleeper):
        api.add_error_handler(handler)
    for number, kind in enumerate(("429 seconds=40", "maintenance", "502"), 1):
        sim.arm(f"kind={kind} op=bulk_get_files call={number}")
    [record] = api.files.bulk_get([lab.files[0].id])
    assert record.resource.id == lab.files[0].id
    assert slept == [40, 300, 300]


def test_the_handler_for_the_rate_limit_waits_until_the_announced_reset(
    api: Official, sim: Simulator, lab: Lab, slept: list[float]
) -> None:
    api.add_error_handler(error_handlers.rate_limit_sleeper)
    sim.arm("kind=429 seconds=40 times=1")
    job = api.async_jobs.file_bulk_delete([{"file": lab.files[0].id}])
    assert slept == [40]
    assert [entry.status for entry in sim.requests] == [429, 202]
    assert [each.id for each in sim.jobs.all()] == [job.id]


def test_the_handler_for_the_rate_limit_outlasts_a_spent_window(
    api: Official, sim: Simulator, slept: list[float]
) -> None:
    api.add_error_handler(error_handlers.rate_limit_sleeper)
    api.users.me()
    for _ in range(999):
        sim.limiter.charge(OWNER, sim.clock.now())
    assert api.users.me().username == OWNER
    assert slept == [300]


def test_a_broken_connection_is_tried_again_for_a_question_only(api: Official, sim: Simulator, lab: Lab) -> None:
    sim.arm("kind=cut_before op=get_file times=1")
    assert api.files.get(lab.files[0].id).name == "sample-1.bam"
    assert [path for path, _ in asked(sim)] == [f"/v2/files/{lab.files[0].id}"] * 2
    sim.arm("kind=cut_after op=submit_*")
    with pytest.raises(sevenbridges.errors.SbgError):
        api.async_jobs.file_bulk_delete([{"file": lab.files[0].id}])
    assert len(sim.jobs.all()) == 1
