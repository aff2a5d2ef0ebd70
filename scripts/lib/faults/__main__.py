"""Carry runs through faults, and compare what was done with what the runs say.

With --schedules, each trial is drawn from a seed of its own, counted on from --seed, and takes place on a virtual
clock. With --kill, processes that carry runs are killed. Exit status: 0 if the promise was kept, 1 if it was broken;
then what reproduces it is printed.
"""

from __future__ import annotations

import argparse
import sys
import time

from scripts.lib.faults.drawing import explain
from scripts.lib.faults.many import command, killings, trials
from scripts.lib.faults.trial import Result
from scripts.lib.parallel import shared_out


def main() -> int:
    options = _parser().parse_args()
    if options.explain is not None:
        print("\n".join(explain(options.explain)))
        return 0
    began = time.monotonic()
    if options.kill is not None:
        return _kill(options.kill, options.seed, options.jobs, began)
    total = Result()
    for result in shared_out(trials, range(options.seed, options.seed + options.schedules), options.jobs):
        total.add(result)
        print(f"\r{total.counts['schedules']:,} of {options.schedules:,} schedules", end="", file=sys.stderr)
    print(file=sys.stderr)
    print(summary(total, time.monotonic() - began))
    return 1 if total.broken else 0


def _kill(kills: int, seed: int, processes: int, began: float) -> int:
    total = Result()
    for result in killings(kills, seed, processes):
        total.add(result)
        print(f"\r{total.counts['kills']:,} of {kills:,} kills", end="", file=sys.stderr)
    print(file=sys.stderr)
    print(summary(total, time.monotonic() - began))
    return 1 if total.broken else 0


def summary(total: Result, seconds: float) -> str:
    """Sum up all trials."""
    counts = sorted(total.counts.items(), key=lambda count: (count[0] not in ("schedules", "runs", "rows"), count[0]))
    lines = [f"{number:>12,}  {name}" for name, number in counts]
    if total.struck:
        struck = ", ".join(f"{kind} {number:,}" for kind, number in total.struck.most_common())
        lines.append(f"{total.struck.total():>12,}  faults struck: {struck}")
    lines.append(f"{len(total.broken):>12,}  violations")
    lines += broken(total)
    lines.append(f"in {seconds:.0f} s")
    return "\n".join(lines)


def broken(total: Result) -> list[str]:
    """List what broke the promise, each with the command that does it again."""
    return [
        f"  BROKEN: {messages[0]} (and {len(messages) - 1} more)\n    {command(seed, total.counts['kills'])}"
        for seed, messages in sorted(total.broken.items())
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--schedules", type=int, metavar="N", default=1000, help="do so many trials (1000)")
    parser.add_argument("--seed", type=int, metavar="S", default=1, help="the first trial's (1)")
    parser.add_argument("--jobs", type=int, metavar="J", default=2, help="processes at a time (2)")
    parser.add_argument("--kill", type=int, metavar="N", help="kill processes N times instead, up to 20 in one run")
    parser.add_argument("--explain", type=int, metavar="S", help="only say what is drawn from a seed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
