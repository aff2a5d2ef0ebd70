"""Show what has changed in the contract since its last release, and whether it may go out as it is."""

from __future__ import annotations

import argparse
import shutil
import sys

from scripts.lib.changes.differences import Weight
from scripts.lib.changes.releases import CHANGELOG, RELEASES, SPEC, Verdict, judge, last_release


def report(verdict: Verdict) -> str:
    """Write the verdict for a person to read."""
    lines = [f"The contract is {verdict.current}, its last release {verdict.released}."]
    for weight in sorted(Weight, reverse=True):
        of_it = [each for each in verdict.differences if each.weight is weight]
        lines += [f"{weight.name.lower()}: {len(of_it)}", *(f"  {each}" for each in of_it)]
    if verdict.objections:
        lines += ["", "It may not go out as it is:", *(f"  {objection}" for objection in verdict.objections)]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/changes", description=__doc__)
    parser.add_argument("--release", action="store_true", help="keep the contract as the release of its version")
    options = parser.parse_args()
    verdict = judge(last_release(), SPEC, CHANGELOG.read_text(encoding="utf-8"))
    print(report(verdict))
    if verdict.objections:
        return 1
    if options.release:
        target = RELEASES / f"{verdict.current}.yaml"
        if target.exists():
            sys.exit(f"{target.name} is released; a release is not changed. Give the contract a higher info.version.")
        shutil.copyfile(SPEC, target)
        print(f"Kept as {target}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
