"""Check the second server with each of its bugs, under three seeds.

Exit status: 0 if each bug is found under each seed, 1 if not.
"""

from __future__ import annotations

import argparse
import sys

from tests.second.bugs import BUGS
from tests.second.bugs.measure import measured
from tests.second.bugs.page import TABLE, with_table


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bugs", description=__doc__)
    parser.add_argument("--renew", action="store_true", help="write the table of the documentation")
    options = parser.parse_args()
    found = dict(measured(list(BUGS)))
    missed = [name for name, promises in found.items() if not promises]
    sys.stdout.write(
        "\n".join([*(f"missed: {name}" for name in missed), f"{len(found) - len(missed)} of {len(found)} found\n"])
    )
    if options.renew:
        TABLE.write_text(with_table(TABLE.read_text(encoding="utf-8"), found), encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
