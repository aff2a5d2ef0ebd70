"""The options that a run was given, kept in its journal, so that it is resumed as it was begun."""

from __future__ import annotations

import json
from typing import Any, Final

from attrs import asdict, evolve, fields

from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.journal_reader import JournalReader
from sbg_bulk.runs.progress import RunOptions

OPTIONS: Final = "options"
"""What a journal remembers of the options that were given, as JSON; the label is kept under its own name."""

_WITHIN: Final = "within"


def earlier(journal: JournalReader) -> tuple[RunOptions, float | None]:
    """Return the options that a run was given so far, and for how many seconds each request is retried."""
    known = {one.name for one in fields(RunOptions)}
    kept = {key: value for key, value in _kept(journal).items() if key in {*known, _WITHIN}}
    within = kept.pop(_WITHIN, None)
    return RunOptions(**kept), within


def keep(journal: Journal, options: RunOptions | None, within: float | None) -> tuple[RunOptions, float | None]:
    """Keep what was given, and return it with what was given before and is not given again."""
    given = {**asdict(evolve(options or RunOptions(), label=None)), _WITHIN: within}
    kept = _kept(journal)
    new = {**kept, **{key: value for key, value in given.items() if value is not None}}
    if new != kept:
        journal.remember(OPTIONS, json.dumps(new))
    return earlier(journal)


def _kept(journal: JournalReader) -> dict[str, Any]:
    return dict(json.loads(journal.remembered(OPTIONS) or "{}"))
