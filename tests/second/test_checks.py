"""The check of the contract on the second server: no false alarm on what keeps it, and an alarm on the rest.

`scripts/bugs --variants` does this with all variants, under all seeds.
"""

from __future__ import annotations

import random
from typing import Any, Final

import pytest
from attrs import evolve

from sbg_bulk.contract import PROMISES, Level, check
from tests.second.bugs.harmless import ALL, BROKEN, CASES, LATENCY, SEEDS, checked
from tests.second.bugs.proving import ground
from tests.second.server.app import application
from tests.second.service import TOKEN, Service
from tests.second.variants import VARIANTS

DRAWN: Final = 6
"""Further variants and seeds that are tried."""

MOST_REQUESTS: Final = 950
"""Requests of the user's that a check in all parts makes: with so many, it need not wait for another window."""


def _each_once() -> list[tuple[str, int]]:
    """Return the variants, each with another seed: which one it is must not matter."""
    return [(name, number % len(SEEDS)) for number, name in enumerate(CASES)]


def _drawn() -> list[tuple[str, int]]:
    tasks = sorted({(name, seed) for name in ALL for seed in SEEDS} - {*_each_once()})
    return random.Random(7).sample(tasks, DRAWN)


@pytest.mark.parametrize(("name", "seed"), [*_each_once(), *_drawn()])
def test_a_variant_alarms_only_if_it_breaks_the_contract(name: str, seed: int) -> None:
    variant, settings = ALL[name]
    report, _, _ = checked(variant, seed, **settings)
    assert {finding.promise.name for finding in report.broken} == BROKEN.get(name, set()), report.text()
    assert report.unfinished == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plain_server_keeps_the_contract_whatever_the_seed(seed: int) -> None:
    report, seconds, requests = checked(VARIANTS["plain"], seed)
    assert report.exit_code == 0, report.text()
    assert seconds < 200
    assert requests <= MOST_REQUESTS
    told = {finding.promise.name for finding in report.findings}
    assert told == {"double-underscore"}
    assert all(PROMISES[name].level is Level.GUESS for name in told)


def test_a_server_of_jobs_and_files_alone_is_checked_in_five_minutes() -> None:
    report, seconds, _ = checked(VARIANTS["no storage"], 1)
    assert report.exit_code == 0, report.text()
    assert seconds < 200
    assert {finding.promise.name for finding in report.findings} == {"served-more", "double-underscore"}


def test_reading_alone_takes_less_than_a_minute() -> None:
    service = Service(VARIANTS["plain"], files=6)
    served = application(service.world)

    async def slowly(*given: Any) -> None:
        service.clock.sleep(LATENCY)
        await served(*given)

    began = service.clock()
    report = check(slowly, TOKEN, base_url=service.url, sleep=service.clock.sleep)
    assert report.exit_code == 0, report.text()
    assert service.clock() - began < 60


@pytest.mark.parametrize("always", [False, True])
def test_what_stands_before_a_service_may_answer_in_its_place_for_a_moment(always: bool) -> None:
    service = Service(VARIANTS["plain"], files=6)
    served = application(service.world)
    asked = 0

    async def behind_a_proxy(scope: Any, receive: Any, send: Any) -> None:
        nonlocal asked
        asked += 1
        if scope["path"].endswith("/projects") if always else scope["method"] == "GET" and asked % 50 in (1, 2):
            page = [(b"content-type", b"text/html")]
            await send({"type": "http.response.start", "status": 503, "headers": page})
            await send({"type": "http.response.body", "body": b"<h1>Unavailable</h1>"})
        else:
            await served(scope, receive, send)

    report = check(behind_a_proxy, TOKEN, base_url=service.url, sleep=service.clock.sleep)
    broken = {finding.promise.name for finding in report.broken}
    assert "no-server-error" in broken if always else not broken, report.text()


def test_a_token_that_is_nearly_the_users_is_in_no_report_of_a_service_that_repeats_it() -> None:
    service = ground()
    served = application(service.world)

    async def repeating(scope: Any, receive: Any, send: Any) -> None:
        given = dict(scope["headers"]).get(b"x-sbg-auth-token", b"").decode()
        if given not in (TOKEN[:-1], TOKEN.swapcase()):
            await served(scope, receive, send)
            return
        body = f'{{"username": "rfranklin", "token": "{given}"}}'.encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    report = check(repeating, TOKEN, base_url=service.url, sleep=service.clock.sleep)
    told = report.text() + str(report.document())
    assert not [one for one in (TOKEN, TOKEN[:-1], TOKEN.swapcase()) if one in told]
    assert "token-kept" in {finding.promise.name for finding in report.broken}


def test_a_second_user_who_may_read_the_project_leaves_what_others_may_do_unchecked() -> None:
    service = ground()
    for project_id, project in service.world.projects.items():
        service.world.projects[project_id] = evolve(project, members=project.members | {"jwatson"})
    report = check(
        application(service.world),
        TOKEN,
        second_token="another-token",
        promises=["private"],
        base_url=service.url,
        sleep=service.clock.sleep,
    )
    assert report.exit_code == 2
    assert "so what others may do there was not checked" in report.text()
