"""The report of a run as one HTML file that needs nothing from elsewhere. It may be opened from a disk, sent, printed.

Whatever names and messages hold is text on the page: all of it is escaped, what is not shown or turns other text round
is written as an escape, and the browser is told to run the page's own script and no other, and to load nothing.

The page stays small: its tables and drawings have an upper bound of entries (MOST_ROWS, MOST_WINDOWS, `jobs.LANES`,
`rows.STEPS`, `requests.STEPS`), of which each is at most some hundreds of letters, so that all together are less than
two megabytes; and the rows that failed lie in it compressed, up to `failed_rows.LARGEST` bytes. It is written in a
stream.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median
from typing import IO, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sbg_bulk.api.waits import Cause
from sbg_bulk.errors import InputError
from sbg_bulk.files.addresses import page_of
from sbg_bulk.files.paths import is_path, path_of
from sbg_bulk.report.charts import axis, jobs, requests, rows
from sbg_bulk.report.facts import Facts, gather
from sbg_bulk.report.failed_rows import Packed
from sbg_bulk.report.status import Command, interruptions, next_steps, outcome, pace, purpose, verb
from sbg_bulk.runs.codes import meaning
from sbg_bulk.runs.columns import DESTINATION_COLUMN, SIZE_COLUMN, SOURCE_COLUMN
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome
from sbg_bulk.runs.store import reference
from sbg_bulk.text import command_line, counted, duration, format_utc, plain, size
from sbg_bulk.version import __version__

MOST_ROWS: Final = 1000
"""The most failures that are shown."""

MOST_SLOWEST: Final = 10
MOST_WINDOWS: Final = 300
MOST_GROUPS: Final = 100

LONGEST: Final = 300
"""Letters of a message that are shown."""

_FILES: Final = Path(__file__).parent / "files"

_WAITS: Final = {
    Cause.RATE_LIMIT: "for the rate limit",
    Cause.PACE: "to keep the pace of submissions",
    Cause.MAINTENANCE: "for maintenance to end",
    Cause.RETRY: "to try again after a failure",
    Cause.SETTLING: "to find out whether a submission started a job",
}


def write(
    journal: Journal,
    stream: IO[str],
    *,
    name: str | None = None,
    command: Command = command_line,
    clock: Callable[[], float] = time.time,
) -> None:
    """Write the report of a run as HTML.

    Args:
        journal: the run's, opened to be read or to be worked on.
        stream: text, encoded as UTF-8.
        name: what names the run on a command line; None for its id, or its journal's path.
        command: makes the command lines that the report shows.
        clock: tells when it is made, in Unix seconds.

    Raises:
        JournalError: the journal cannot be read.
        OSError: the report cannot be written.
    """
    facts = gather(journal)
    named = name or reference(journal.plan.run, journal.path)
    with closing(Packed.of(journal)) as packed:
        parts = {
            **_drawings(facts),
            **_rows(journal, facts),
            "facts": facts,
            "verb": verb(facts),
            "purpose": purpose(facts),
            "outcome": outcome(facts),
            "pace": pace(facts),
            "interruptions": interruptions(facts),
            "places": [(name, _address(facts, name)) for name, _ in facts.destinations],
            "steps": next_steps(facts, named, command),
            "numbers": _numbers(facts),
            "groups": [(group, meaning(group.outcome, group.api_code)) for group in facts.groups[:MOST_GROUPS]],
            "export": command("runs", "export", named, "--outcome", "failed", "--format", "csv"),
            "packed": packed.pieces() if facts.tally.failed and packed.fits else None,
            "formulas": packed.formulas,
            "version": __version__,
            "made_on": clock(),
        }
        for piece in _environment().get_template("page.html").generate(**parts):
            stream.write(piece)


def _drawings(facts: Facts) -> dict[str, Any]:
    sent = "submission" if facts.each_row else "job"
    parts: dict[str, Any] = {"timeline": None, "advance": None, "budget": None, "sent": sent}
    if facts.began is None or facts.last is None:
        return parts
    shown = axis.span(facts.began, facts.last, facts.interruptions)
    if any(one.began is not None for one in facts.sent):
        slowest = facts.slowest[:MOST_SLOWEST]
        parts |= {
            "timeline": jobs.draw(facts.sent, facts.noun, shown),
            "advance": rows.draw(facts.sent, facts.tally.rows, facts.noun, shown),
            "slowest": slowest or facts.sent[:MOST_SLOWEST],
            "timed": len(facts.slowest),
            "median": median(one.seconds or 0.0 for one in facts.slowest) if facts.slowest else None,
        }
    if facts.windows:
        parts |= {
            "budget": (drawn := requests.draw(facts.slots, facts.windows, shown)),
            "waits": [_WAITS[cause] for cause in drawn.waits],
            "windows": facts.windows[:MOST_WINDOWS],
        }
    return parts


def _rows(journal: Journal, facts: Facts) -> dict[str, Any]:
    """Return the rows of what failed, as far as they are shown, each with its number and its page."""
    failed = [Outcome.FAILED]
    numbered = zip((row.number for row in journal.rows(failed)), journal.report(failed), strict=False)
    shown = list(islice(numbered, MOST_ROWS)) if facts.tally.failed else []
    return {
        "rows": [(number, row, _address(facts, row.get(SOURCE_COLUMN), row.get("file"))) for number, row in shown],
        "most_rows": MOST_ROWS,
        "has_size": facts.carried.total > 0 and any(row.get(SIZE_COLUMN) is not None for _, row in shown),
        "has_destination": any(map(_destination, (row for _, row in shown))),
        "has_name": any(row.get("name") for _, row in shown),
    }


def _destination(row: Mapping[str, Any]) -> str:
    """Return where a row goes, by its path if that is known."""
    to = row.get(DESTINATION_COLUMN) or row.get("project") or row.get("parent")
    return str(to or (_on_volume(row) if "file" in row else "") or "")


def _named(row: Mapping[str, Any]) -> str:
    """Return what a row names: a file by its id, an object on a volume by its place, one elsewhere by its address."""
    return str(row.get("file") or row.get("drs_uri") or _on_volume(row))


def _on_volume(row: Mapping[str, Any]) -> str:
    return f"{row['volume']}:{row['location']}" if row.get("volume") else ""


def _address(facts: Facts, path: object, file: str | None = None) -> str | None:
    """Return the address of the platform's page of a path, or of the file that has it, if that is known."""
    try:
        place = path_of(path) if isinstance(path, str) and is_path(path) else None
    except InputError:
        return None  # a column of the user's own
    if place is None or place.project is None or facts.platform is None:
        return None
    return page_of(facts.plan.endpoint, place.project, place.names, file)


def _numbers(facts: Facts) -> list[tuple[str, str, str]]:
    """Return the figures to be seen at a glance: a name, a number, and `good`, `bad` or nothing."""
    tally = facts.tally
    found = [
        (f"{facts.noun.capitalize()}s", f"{tally.rows:,}", ""),
        ("Done", f"{tally.done:,}", "good" if tally.done else ""),
        ("Failed", f"{tally.failed:,}", "bad" if tally.failed else ""),
    ]
    if facts.unclear:
        found.append(("Unclear", f"{facts.unclear:,}", "bad"))
    if not tally.complete:
        found.append(("Left", f"{tally.open + tally.running:,}", ""))
    if facts.carried.total:
        found.append(("Data", f"{'≥ ' if facts.carried.unsized else ''}{size(facts.carried.total)}", ""))
    if facts.jobs or not facts.each_row:
        found.append(("Jobs", f"{facts.jobs:,}", ""))
    if facts.seconds is not None:
        found.append(("Took" if tally.complete else "So far", duration(facts.seconds), ""))
    if facts.slots:
        found.append(("Requests", f"{facts.requests:,}", ""))
        found.append(("Refused", f"{facts.refused:,}", "bad" if facts.refused else ""))
        found.append(("Waited", duration(facts.waited), ""))
    return found


def _environment() -> Environment:
    # What is not there is a mistake, which is to be seen and not left blank.
    made = Environment(
        loader=FileSystemLoader(_FILES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "shown": plain,
        "cut": partial(_cut, longest=LONGEST),
        "counted": counted,
        "size": size,
        "destination": _destination,
        "named": _named,
        "duration": duration,
        "moment": format_utc,
        "clock": _clock,
    }
    for kind, file in (("style", "page.css"), ("script", "page.js")):
        text = (_FILES / file).read_text(encoding="utf-8")
        made.globals[kind] = Markup(text)  # noqa: S704 - a file of our own
        made.globals[f"{kind}_digest"] = b64encode(sha256(text.encode()).digest()).decode("ascii")
    return made


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


def _clock(unix: float) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%H:%M:%S")
