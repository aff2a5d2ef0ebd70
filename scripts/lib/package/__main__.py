"""Build the wheel and the sdist, look through them, and try the wheel in fresh environments."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path

from packaging.requirements import Requirement

from scripts.lib.package import bounds, build, contents, fresh


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/package", description=__doc__)
    parser.add_argument("--out", type=Path, default=build.ROOT / "dist", metavar="FOLDER")
    options = parser.parse_args()
    try:
        built = build.build(options.out)
        problems = [
            *contents.wheel_problems(built.wheel),
            *contents.sdist_problems(built.sdist),
            *build.differences(built),
        ]
        if problems:
            print("\n".join(problems), file=sys.stderr)
            return 1
        print(f"{built.wheel}\n{built.sdist}\nBuilt twice, and from the sdist: the same bytes.", flush=True)
        declared = bounds.declared(build.ROOT / "pyproject.toml", "simulator", "contract")
        with tempfile.TemporaryDirectory(prefix="sbg-bulk-package-") as scratch:
            for name, constraints in (("minimum", bounds.lowest(declared)), ("newest", [])):
                began = time.monotonic()
                folder = Path(scratch) / name
                folder.mkdir()
                installed = fresh.try_out(built.wheel.resolve(), folder, constraints)
                told = ", ".join(_of_ours(installed, declared))
                print(f"Works with the {name} versions ({time.monotonic() - began:.0f} s): {told}", flush=True)
    except (build.BuildError, bounds.BoundError, fresh.FreshError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _of_ours(installed: str, declared: list[str]) -> list[str]:
    """Return the lines about the dependencies that are declared, of those about what is installed."""
    names = {_normal(Requirement(one).name) for one in declared}
    return [line for line in installed.splitlines() if _normal(line.partition("==")[0]) in names]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
