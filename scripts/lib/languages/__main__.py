"""Make clients of the contract in other languages, and carry out the scenario with them.

Without arguments, in all languages: python, typescript, r (these carry out spec/scenario.yaml against the simulator,
and what they send is compared request by request), go and java (these are compiled). What cannot be done, because a
tool is not installed, is skipped, and the line says what to install.

Exit status: 0 if nothing failed, 1 if something did or, with --strict, was skipped.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from scripts.lib.languages.judge import Performance
from scripts.lib.languages.kits import KITS
from scripts.lib.languages.scenario import Scenario, load
from scripts.lib.languages.stages import go_through

MARKS = {"done": " ", "skipped": "-", "failed": "!"}


def main() -> int:
    options = _parser().parse_args()
    scenario = load()
    performances: dict[str, Performance] = {}
    bad = {"failed", "skipped"} if options.strict else {"failed"}
    worst = 0
    for language in options.languages or KITS:
        for state in _states(language, scenario, performances):
            worst = max(worst, state in bad)
    if options.requests:
        _print_logs(performances)
    return worst


def _states(language: str, scenario: Scenario, performances: dict[str, Performance]) -> list[str]:
    """Go through the stages of a language, printing a line for each; return what became of them."""
    states: list[str] = []
    with tempfile.TemporaryDirectory(prefix=f"{language}-") as temporary:
        stages = KITS[language](
            Path(temporary), scenario, lambda performance: performances.update({language: performance})
        )
        started = time.monotonic()
        for outcome in go_through(stages):
            took = time.monotonic() - started
            what = outcome.stage if outcome.state == "done" else f"{outcome.stage}: {outcome.state}"
            print(f"{MARKS[outcome.state]} {language:<11}{what:<20}{took:6.1f} s  {outcome.text}", flush=True)
            states.append(outcome.state)
            started = time.monotonic()
    return states


def _print_logs(performances: dict[str, Performance]) -> None:
    """Print each log of requests once, under the languages that have it."""
    for log in dict.fromkeys(performance.log for performance in performances.values()):
        languages = [language for language, performance in performances.items() if performance.log == log]
        print(f"\nRequests of {', '.join(languages)}:\n{log}", end="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/languages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("languages", metavar="LANGUAGE", nargs="*", type=_language, help=", ".join(KITS))
    parser.add_argument("--requests", action="store_true", help="in the end, print what the programs have sent")
    parser.add_argument(
        "--strict",
        action="store_true",
        default=bool(os.environ.get("CI")),
        help="fail if something is skipped; so it does where CI is set",
    )
    return parser


def _language(name: str) -> str:
    if name not in KITS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(KITS)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
