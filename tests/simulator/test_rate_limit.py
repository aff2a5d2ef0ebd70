"""The budget of requests: enforced, announced, and shared by nobody but its user."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import ManualClock, Simulator, parse_rate_limit
from tests.simulator.api import Api


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(start=1_000_000.5)


@pytest.fixture
def api(clock: ManualClock) -> Api:
    return Api(Simulator(clock=clock, rate_limit=(3, 10)))


def budget(api: Api, path: str = "/rate_limit") -> tuple[int, int, int]:
    headers = api.get(path).headers
    limit, remaining, reset = (int(headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))
    return limit, remaining, reset


def test_a_thousand_requests_in_five_minutes_by_default() -> None:
    simulator = Simulator(clock=ManualClock(start=1000.0))
    api = Api(simulator)
    assert budget(api, "/user") == (1000, 999, 1300)
    assert [api.get("/user").status_code for _ in range(1000)] == [200] * 999 + [429]


def test_every_request_is_counted_whether_it_succeeds_or_not(api: Api) -> None:
    assert budget(api, "/user") == (3, 2, 1_000_011)
    assert budget(api, "/files") == (3, 1, 1_000_011)
    assert budget(api, "/no/such/path") == (3, 0, 1_000_011)


def test_over_the_limit_nothing_is_done(api: Api) -> None:
    for _ in range(3):
        api.get("/user")
    body = {"items": [{"file": "a"}]}
    assert api.refused("POST", "/async/files/delete", json=body)[:2] == (429, 1000)
    assert api.refused("GET", "/no/such/path")[:2] == (429, 1000)
    assert budget(api, "/user") == (3, 0, 1_000_011)
    assert not api.simulator.jobs.all()


def test_who_waits_for_the_announced_reset_has_the_whole_budget_again(api: Api, clock: ManualClock) -> None:
    for _ in range(4):
        reset = budget(api, "/user")[2]
    clock.advance(reset - clock.now() - 0.6)
    assert api.get("/user").status_code == 429
    clock.advance(0.6)
    assert budget(api, "/user") == (3, 2, 1_000_021)


def test_a_window_begins_with_the_first_request_in_it(api: Api, clock: ManualClock) -> None:
    clock.advance(100)
    assert budget(api, "/user")[2] == 1_000_111


def test_the_rate_limit_call_is_free_and_is_answered_when_nothing_is_left(api: Api) -> None:
    for _ in range(3):
        assert api.get("/rate_limit").json()["rate"] == {"limit": 3, "remaining": 3, "reset": 1_000_011}
    for _ in range(4):
        api.get("/user")
    answer = api.get("/rate_limit")
    assert answer.status_code == 200
    assert answer.json()["rate"] == {"limit": 3, "remaining": 0, "reset": 1_000_011}
    assert budget(api) == (3, 0, 1_000_011)


def test_each_user_has_a_budget_of_his_own(api: Api) -> None:
    api.simulator.world.add_user("somebody", token="token-of-somebody")
    other = Api(api.simulator, {"X-SBG-Auth-Token": "token-of-somebody"})
    for _ in range(4):
        api.get("/user")
    assert budget(other, "/user")[1] == 2


def test_who_is_unknown_has_no_budget(api: Api) -> None:
    answer = Api(api.simulator, {"X-SBG-Auth-Token": "unknown"}).get("/user")
    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


def test_without_a_limit_there_is_always_a_lot_left() -> None:
    api = Api(Simulator(clock=ManualClock(), rate_limit=None))
    api.get("/user")
    limit, remaining, _ = budget(api)
    assert remaining == limit - 1 > 1_000_000


def test_speed_does_not_touch_the_rate_limit() -> None:
    clock = ManualClock(start=1000.0)
    api = Api(Simulator(clock=clock, rate_limit=(1, 300), speed=1000))
    api.get("/user")
    clock.advance(299)
    assert api.get("/user").status_code == 429


def test_a_rate_limit_is_read_from_text() -> None:
    assert parse_rate_limit("1000/300") == (1000, 300)
    assert parse_rate_limit("5/0.5") == (5, 0.5)
    assert parse_rate_limit("off") is None


@pytest.mark.parametrize(
    "text", ["", "1000", "1000/", "/300", "0/300", "-1/300", "10/0", "10/-1", "10/nan", "10/inf", "x/y"]
)
def test_a_rate_limit_that_makes_no_sense_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"REQUESTS/SECONDS, such as 1000/300, or off"):
        parse_rate_limit(text)


def test_a_simulator_refuses_a_rate_limit_that_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="rate limit"):
        Simulator(rate_limit=(0, 300))
