"""Check the second server with each of its bugs, under three seeds.

Exit status: 0 if each bug is found under each seed, 1 if not.
"""

from __future__ import annotations

import argparse
import sys

from tests.second.bugs import BUGS
from tests.second.bugs.harmless import ALL, SEEDS, false_alarms
from tests.second.bugs.measure import measured, sample
from tests.second.bugs.page import TABLE, with_table
from tests.second.bugs.rivals import compared, table_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bugs", description=__doc__)
    parser.add_argument("--renew", action="store_true", help="write the table of the documentation")
    parser.add_argument(
        "--rivals",
        nargs="+",
        metavar="BUG",
        help="only have the checks and two other tools look for these bugs; a number for so many of each family",
    )
    parser.add_argument(
        "--variants", action="store_true", help="only check the server without a bug, in all variants under five seeds"
    )
    options = parser.parse_args()
    if options.variants:
        return _variants()
    if options.rivals is not None:
        given = options.rivals
        names = sample(int(given[0])) if given[0].isdigit() else given
        found = compared(names, lambda line: sys.stderr.write(f"{line}\n"))
        sys.stdout.write(f"{table_of(found, names)}\n")
        return 0
    found_by_promise = dict(measured(list(BUGS)))
    missed = [name for name, promises in found_by_promise.items() if not promises]
    left = len(found_by_promise) - len(missed)
    sys.stdout.write("\n".join([*(f"missed: {name}" for name in missed), f"{left} of {len(found_by_promise)} found\n"]))
    if options.renew:
        TABLE.write_text(with_table(TABLE.read_text(encoding="utf-8"), found_by_promise), encoding="utf-8")
    return 1 if missed else 0


def _variants() -> int:
    """Check all variants under all seeds, and say of which what is wrong."""
    alarms = 0
    for name, seed, said in false_alarms((name, seed) for name in ALL for seed in SEEDS):
        if said:
            alarms += 1
            sys.stdout.write(f"{name}, seed {seed}: {', '.join(said)}\n")
    sys.stdout.write(f"{len(ALL)} variants under {len(SEEDS)} seeds, {alarms} of them wrong\n")
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
