"""Wait for jobs in histories that are drawn from seeds, and compare what was told with what has happened.

Each history has a seed of its own, counted on from --seed, and takes place on a virtual clock. Exit status: 0 if the
promises were kept, 1 if not; then what reproduces it is printed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from scripts.lib.histories.trial import trials
from scripts.lib.parallel import shared_out


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/histories", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, metavar="N", default=1000, help="do so many (1000)")
    parser.add_argument("--seed", type=int, metavar="S", default=1, help="the first one's (1)")
    parser.add_argument("--jobs", type=int, metavar="J", default=2, help="processes at a time (2)")
    options = parser.parse_args()
    began = time.monotonic()
    broken: dict[int, str] = {}
    total: Counter[str] = Counter()
    seeds = range(options.seed, options.seed + options.count)
    for some_broken, counts in shared_out(trials, seeds, options.jobs):
        broken |= some_broken
        total += counts
        print(f"\r{total['histories']:,} of {options.count:,} histories", end="", file=sys.stderr)
    print(file=sys.stderr)
    for name, number in sorted(total.items()):
        print(f"{number:>12,}  {name}")
    print(f"{len(broken):>12,}  violations")
    for seed, wrong in sorted(broken.items()):
        print(f"  BROKEN: {wrong}\n    scripts/histories --count 1 --seed {seed}")
    print(f"in {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
