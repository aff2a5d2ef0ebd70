"""The check of the contract on the second server: no false alarm on what keeps it, and an alarm on the rest."""

from __future__ import annotations

from typing import Any, Final

import pytest

from sbg_bulk.contract import PROMISES, Level, Report, check
from tests.second.bugs.proving import ground
from tests.second.server.app import application
from tests.second.server.variant import Variant
from tests.second.service import OBJECT, SOURCE, TOKEN, VOLUME, Service
from tests.second.variants import VARIANTS

LATENCY: Final = 0.05
"""Seconds that the server takes for an answer."""

BROKEN: Final = {
    "links absent": {"conformance"},
    "links null": {"conformance"},
    "least fields whatever is asked for": {"fields"},
    "name ignored": {"name-filter", "edges"},
    "counts as strings": {"conformance"},
    "dates without a zone": {"conformance"},
    "no hrefs": {"conformance"},
    "no rate headers": {"rate-headers"},
    "poor and mixed up": {"conformance"},
    "no error codes": {"error-code"},
}
"""The variants that do not keep what the contract says, with the promises that they break."""

WORLDS: Final[dict[str, tuple[Variant, dict[str, float]]]] = {
    "all at once": (Variant(), {"step": 0.0, "pace": 0.0}),
    "jobs of minutes": (Variant(), {"step": 60.0, "pace": 25.0}),
    "no base path": (Variant(base_path=""), {}),
    "maintenance of 3 s": (Variant(maintenance=(40.0, 3.0)), {}),
    "skipped objects fail": (Variant(drs_skipped="error"), {}),
    "skipped objects have no entry": (Variant(drs_skipped="absent"), {}),
    "another program, no total": (Variant(foreign_every=20, foreign_requests=3, total_header=False), {}),
}
"""Further variants, and worlds that go at another pace."""

LEFT_OUT: Final = {
    *("17 digits", "random digits", "by id", "201", "links absent, no total", "short pages, links empty, no total"),
    *(
        "short pages, links absent, no total",
        "short pages",
        "results reversed",
        "null",
        "no slash redirects",
        "no Date",
    ),
    *("oldest first, links empty, no total", "oldest first, letters, no dates", "connections closed", "bulk 404"),
    *("clashing copies stand beside", "bulk 501", "bulk shuffled", "bulk without folders", "bulk least fields"),
}
"""Variants that others here have in them, or whose switch the check does not come near."""

CASES: Final = {**{name: (one, {}) for name, one in VARIANTS.items() if name not in LEFT_OUT}, **WORLDS}


def checked(variant: Variant, seed: int, **settings: Any) -> tuple[Report, float]:
    """Check the server in all parts. Returns the report, and how many seconds that took by the server's clock."""
    service = ground(variant, **settings)
    served = application(service.world)

    async def slowly(*given: Any) -> None:
        service.clock.sleep(LATENCY)
        await served(*given)

    began = service.clock()
    report = check(
        slowly,
        TOKEN,
        writes=SOURCE,
        export_to=VOLUME,
        drs_uri=OBJECT,
        second_token="another-token",
        base_url=service.url,
        sleep=service.clock.sleep,
        seed=seed,
    )
    return report, service.clock() - began


@pytest.mark.parametrize("name", CASES)
def test_a_variant_alarms_only_if_it_breaks_the_contract(name: str) -> None:
    variant, settings = CASES[name]
    # Each under another seed; which one it is must not matter.
    report, _ = checked(variant, list(CASES).index(name) % 5, **settings)
    assert {finding.promise.name for finding in report.broken} == BROKEN.get(name, set()), report.text()
    assert report.unfinished == []


@pytest.mark.parametrize("seed", range(5))
def test_the_plain_server_keeps_the_contract_whatever_the_seed(seed: int) -> None:
    report, seconds = checked(VARIANTS["plain"], seed)
    assert report.exit_code == 0, report.text()
    # More than a window of the rate limit has.
    assert seconds < 360
    told = {finding.promise.name for finding in report.findings}
    assert told == {"double-underscore"}
    assert all(PROMISES[name].level is Level.GUESS for name in told)


def test_a_server_of_jobs_and_files_alone_is_checked_in_five_minutes() -> None:
    report, seconds = checked(VARIANTS["no storage"], 1)
    assert report.exit_code == 0, report.text()
    assert seconds < 300
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
