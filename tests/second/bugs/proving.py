"""The server with a bug, checked as its owner would: what is found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sbg_bulk.contract import Report, check
from tests.second.bugs.planting import Bug
from tests.second.server.variant import Variant
from tests.second.service import OBJECT, SOURCE, TARGET, TOKEN, VOLUME, Service

SEEDS: Final = (1, 2, 3)
"""Under each of these a bug is found."""


def ground(variant: Variant = Variant(), **settings: Any) -> Service:  # noqa: B008 - it is frozen
    """Return a server with something of everything in it."""
    service = Service(variant, files=6, **settings)
    service.add_tree()
    for number, file in enumerate(service.source.files()):
        file.tags = [f"lane-{number}"]
        file.metadata = {"sample_id": f"CA-{number}", "library_id": "L1"}
    for project, tags in ((SOURCE, ["cohort", "2019"]), (TARGET, ["cohort-b"])):
        service.world.projects[project].tags = tags
    return service


def report_on(bug: Bug, seed: int, promises: Collection[str] = ()) -> Report:
    """Check the server with a bug, with all that a check may be given.

    Args:
        bug: the bug.
        seed: what is drawn with.
        promises: what is checked; empty for all.
    """
    service = ground()
    return check(
        bug.served(service),
        TOKEN,
        writes=SOURCE,
        export_to=VOLUME,
        drs_uri=OBJECT,
        second_token="another-token",
        base_url=service.url,
        alone=True,
        promises=promises,
        seed=seed,
        sleep=service.clock.sleep,
    )


def found_by(bug: Bug, seed: int, promises: Collection[str] = ()) -> frozenset[str]:
    """Return the promises that fail a check for a bug."""
    return frozenset(finding.promise.name for finding in report_on(bug, seed, promises).broken)
