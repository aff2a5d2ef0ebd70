"""Print how much of the contract the tests exercise, down to single keywords, and what they do not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from scripts.lib.coverage.exercise import record
from scripts.lib.coverage.points import Contract, Exchange
from scripts.lib.spec import load_spec

_NO_BUDGET = "a token that nobody knows has no budget that could be announced"

NOT_EXERCISED: Mapping[str, str] = MappingProxyType(
    {
        f"/components/responses/Unauthorized/headers/X-RateLimit-{name}: sent": _NO_BUDGET
        for name in ("Limit", "Remaining", "Reset")
    }
)
"""Points that need not be exercised, and why no user misses them."""


def missing(contract: Contract, exchanges: Iterable[Exchange]) -> list[str]:
    """Return the points that are not exercised, those that need not be left out."""
    return sorted(contract.points - contract.exercised(exchanges) - NOT_EXERCISED.keys())


def summary(contract: Contract, exchanges: list[Exchange]) -> str:
    """Write the figures, and everything that is not exercised."""
    exercised = contract.exercised(exchanges)
    lines = [f"{len(exercised)} of {len(contract.points)} keywords exercised, by {len(exchanges)} exchanges."]
    lines += [f"not exercised: {point}" for point in missing(contract, exchanges)]
    lines += [f"left out: {point} ({why})" for point, why in NOT_EXERCISED.items() if point not in exercised]
    return "\n".join(lines)


def main() -> int:
    contract, exchanges = Contract(load_spec()), record()
    print(summary(contract, exchanges))
    return 1 if missing(contract, exchanges) else 0


if __name__ == "__main__":
    sys.exit(main())
