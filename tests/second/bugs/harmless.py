"""Servers that keep the contract, or break it in one way that is known: what a check has to say of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

from sbg_bulk.contract import Report, check
from tests.second.bugs.proving import ground
from tests.second.server.app import application
from tests.second.server.variant import Variant
from tests.second.service import OBJECT, SOURCE, TOKEN, VOLUME
from tests.second.variants import VARIANTS

LATENCY: Final = 0.05
"""Seconds that the server takes for an answer."""

BROKEN: Final = {
    "links absent": {"conformance"},
    "links absent, no total": {"conformance"},
    "short pages, links absent, no total": {"conformance"},
    "links null": {"conformance"},
    "least fields whatever is asked for": {"fields"},
    "name ignored": {"name-filter", "edges", "more-filters"},
    "counts as strings": {"conformance"},
    "dates without a zone": {"conformance"},
    "no hrefs": {"conformance"},
    "no rate headers": {"conformance", "rate-headers"},
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
    "files listed late": (Variant(files_listed_late=1.5, listed_late=2.0), {}),
    "first pages are empty": (Variant(first_objects=False), {}),
    "aliases are new": (Variant(alias_ids="new"), {}),
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

ALL: Final[dict[str, tuple[Variant, dict[str, float]]]] = {
    **{name: (one, {}) for name, one in VARIANTS.items()},
    **WORLDS,
}

CASES: Final = {name: one for name, one in ALL.items() if name not in LEFT_OUT}

SEEDS: Final = range(5)
"""Under none of these a variant alarms that keeps the contract."""


def checked(variant: Variant, seed: int, **settings: Any) -> tuple[Report, float, int]:
    """Check the server in all parts.

    Returns the report, how many seconds that took by the server's clock, and how many of the user's requests.
    """
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
    return report, service.clock() - began, service.world.windows[TOKEN].used


def wrong(task: tuple[str, int]) -> tuple[str, int, list[str]]:
    """Check a variant under a seed. Returns both, with what is said and should not be, or is not and should."""
    name, seed = task
    variant, settings = ALL[name]
    report, _, _ = checked(variant, seed, **settings)
    said = {finding.promise.name for finding in report.broken} ^ BROKEN.get(name, set())
    return name, seed, [*sorted(said), *report.unfinished]


def false_alarms(tasks: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int, list[str]]]:
    """Check variants under seeds, and produce what is wrong with each."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(wrong, tasks)
