"""Measure what the client and the simulator cost, side by side with what one would use instead.

Figures mean little on another machine; ratios of figures of one run do. Exit status: 0, or with --check 1 if a ratio
that was reached once (scripts/lib/bench/baseline.json) is missed by more than noise explains.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.lib.bench.baseline import load, lost
from scripts.lib.bench.rows import MEASUREMENTS, describe, measure
from scripts.lib.bench.table import Row, as_json, as_markdown, as_text


def main(words: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(words)
    if options.list:
        print("\n".join(f"{name:<12}{describe(name)}" for name in MEASUREMENTS))
        return 0
    names = options.row or list(MEASUREMENTS)
    rows: list[Row] = []
    for name in names:
        print(f"{name} ...", end="", file=sys.stderr, flush=True)
        began = time.monotonic()
        rows += measure([name])
        print(f" {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(as_markdown(rows) if options.markdown else as_text(rows))
    if options.json is not None:
        options.json.write_text(json.dumps(as_json(rows), indent=2) + "\n", encoding="utf-8")
    if not options.check:
        return 0
    worse = lost(rows, load(), names)
    for line in worse:
        print(f"lost: {line}", file=sys.stderr)
    return 1 if worse else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    # Not by `choices`, which would refuse that none is named.
    parser.add_argument("row", nargs="*", type=_known, metavar="ROW", help="what to measure; everything by default")
    parser.add_argument("--list", action="store_true", help="say what can be measured, and measure nothing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file, too")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--check", action="store_true", help="fail where a ratio that was reached is lost again")
    return parser


def _known(name: str) -> str:
    if name not in MEASUREMENTS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of: {', '.join(MEASUREMENTS)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
