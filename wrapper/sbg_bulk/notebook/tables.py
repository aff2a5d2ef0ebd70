"""What there is, as tables in HTML, for notebooks: failures first, long ones cut with a count, every text escaped.

Colours come from the notebook, light or dark. A failure is told by a sign, a word and a shade that is seen on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve, frozen

from sbg_bulk.text import counted, moment, plain

if TYPE_CHECKING:
    from sbg_bulk.models.job import File, ItemResult, Job, Page, Project, RateLimit, User
    from sbg_bulk.runs.create import RunReport
    from sbg_bulk.runs.journal import Tally

ROWS: Final = 50
"""The most rows that are shown; the others are counted."""

Cells: TypeAlias = Sequence[object]

_LINE: Final = "1px solid rgba(128, 128, 128, 0.4)"
_CELL: Final = f"text-align: left; vertical-align: top; padding: 2px 10px 2px 4px; border-bottom: {_LINE}"
_SHORT: Final = "white-space: nowrap"
_LONG: Final = "min-width: 16em; max-width: 40em; white-space: normal; overflow-wrap: anywhere"
_SHADE: Final = "background: rgba(225, 50, 50, 0.18)"
_STRONG: Final = "font-weight: 600"

_LONG_COLUMNS: Final = ("Name", "Message", "For example", "Entry")
"""The columns whose texts are broken into lines; the others keep to one."""


@frozen(repr=False)
class Table:
    """Entries that show themselves as one table in a notebook.

    Attributes:
        entries: what was given, in its order.
    """

    entries: tuple[object, ...]

    def __repr__(self) -> str:
        return f"Table of {self.entries!r}"

    def _repr_html_(self) -> str:
        return _listed(self.entries, f"{len(self.entries):,} in all")


def table(entries: Iterable[object]) -> Table:
    """Jobs, files, projects or results as a table.

    Args:
        entries: a list, or what a client produces, which is read to its end: a request for each hundred entries.
    """
    return Table(tuple(entries))


def html(thing: object) -> str:
    """One thing from the server, or a page of them."""
    kind = _kind(thing)
    if kind.alone is not None:
        return kind.alone(thing)
    return _pairs(type(thing).__name__, zip(kind.columns, kind.cells(thing), strict=True))


def report(run: RunReport, failures: Sequence[tuple[str, int | None, int, str | None]]) -> str:
    """How a run ended.

    Args:
        run: its report.
        failures: the rows that were not done, grouped, as `Journal.failures` has them.
    """
    tally = run.tally
    caption = f"Run {run.run}: {tally.done:,} of {counted(tally.rows, 'row')} done"
    told = [f"{number:,} {word}" for number, word in _not_done(tally) if number]
    rows = [((outcome, _code(code), number, message), True) for outcome, code, number, message in failures]
    text = _caption(", ".join([caption, *told]), "✗" if told else "✓") + (
        _table(("Outcome", "API code", "Rows", "For example"), rows) if rows else ""
    )
    if tally.failed:
        text += _paragraph(f"Try again what failed: client.retry({run.reference!r})")
    return _framed(text)


def _not_done(tally: Tally) -> tuple[tuple[int, str], ...]:
    return (
        (tally.failed, "failed"),
        (tally.unattributed, "in jobs that do not tell which item failed"),
        (tally.unknown, "in jobs that can no longer be read"),
        (tally.running + tally.open, "left"),
    )


# One kind of thing, in rows


@frozen
class _Kind:
    """How things of a kind stand in a table, and alone if that is another way."""

    columns: tuple[str, ...]
    cells: Callable[..., Cells]
    failed: Callable[..., bool] = lambda _: False
    alone: Callable[..., str] | None = None


def _job_cells(job: Job) -> Cells:
    counts = (job.total_files, job.completed_files, job.failed_files)
    return (job.id, job.type, job.state, *counts, _date(job.started_on), _date(job.finished_on))


def _file_cells(file: File) -> Cells:
    return (file.name, file.type, file.id, file.size, file.project, file.parent, _date(file.modified_on))


def _project_cells(project: Project) -> Cells:
    allowed = ", ".join(name for name, value in project.permissions.items() if value)
    return (project.id, project.name, project.root_folder, allowed)


def _user_cells(user: User) -> Cells:
    return (user.username, " ".join(filter(None, (user.first_name, user.last_name))), user.email)


def _result_cells(entry: ItemResult) -> Cells:
    error = entry.error
    if error is None:
        return ("done" if entry.ok else "unreadable", entry.id, None, None)
    return ("failed", entry.id, _code(error.code), error.message)


def _code(code: int | None) -> str | None:
    """An API code is a name: it is not counted in thousands."""
    return None if code is None else str(code)


_ANYTHING: Final = _Kind(("Entry",), lambda thing: (repr(thing),))

# By their names: the model's classes ask for this module, so it does not load theirs.
_KINDS: Final[Mapping[str, _Kind]] = {
    "Job": _Kind(
        ("Job", "Type", "State", "Files", "Done", "Failed", "Started", "Finished"),
        _job_cells,
        lambda job: bool(job.failed_files or job.failures),
        lambda job: _job(job),
    ),
    "File": _Kind(("Name", "Type", "Id", "Bytes", "Project", "Parent", "Modified"), _file_cells),
    "Project": _Kind(("Project", "Name", "Root folder", "You may"), _project_cells),
    "User": _Kind(("User", "Name", "E-mail"), _user_cells),
    "ItemResult": _Kind(("Outcome", "Id", "API code", "Message"), _result_cells, lambda entry: entry.error is not None),
    "Page": evolve(_ANYTHING, alone=lambda page: _page(page)),
    "RateLimit": evolve(_ANYTHING, alone=lambda rate: _rate_limit(rate)),
}


def _kind(thing: object) -> _Kind:
    known = (_KINDS.get(one.__name__) for one in type(thing).__mro__ if one.__module__ == "sbg_bulk.models.job")
    return next(filter(None, known), _ANYTHING)


def _listed(entries: Sequence[object], caption: str) -> str:
    """Entries as one table. What is not of the first one's kind is shown as Python would."""
    kind = _kind(entries[0]) if entries else _ANYTHING
    if any(_kind(entry) is not kind for entry in entries):
        kind = _ANYTHING
    failed = [entry for entry in entries if kind.failed(entry)]
    others = (entry for entry in entries if not kind.failed(entry))
    first = chain(((entry, True) for entry in failed), ((entry, False) for entry in others))
    shown = [(kind.cells(entry), bad) for (entry, bad), _ in zip(first, range(ROWS), strict=False)]
    if failed:
        caption += f", {len(failed):,} with failures, which come first"
    # A column that has nothing is left out.
    columns = [place for place in range(len(kind.columns)) if any(cells[place] not in (None, "") for cells, _ in shown)]
    rows = [([cells[place] for place in columns], bad) for cells, bad in shown]
    text = _caption(caption) + (_table([kind.columns[place] for place in columns], rows) if rows else "")
    if len(entries) > len(shown):
        text += _paragraph(f"… and {len(entries) - len(shown):,} more")
    return _framed(text)


def _job(job: Job) -> str:
    parts = [f"Job {job.id}", job.type, job.state]
    if job.total_files is not None:
        parts.append(f"{job.completed_files or 0:,} of {counted(job.total_files, 'file')} done")
    if failed := job.failed_files or len(job.failures):
        parts.append(f"{failed:,} failed")
    dates = ((word, _date(date)) for word, date in (("started", job.started_on), ("finished", job.finished_on)))
    parts += [f"{word} {date}" for word, date in dates if date]
    caption = ", ".join(filter(None, parts))
    sign = ("✗" if failed else "✓") if job.finished else ""
    if not job.result:
        return _framed(_caption(caption, sign))
    return _framed(_caption(caption, sign) + _listed(job.result, f"Result: {len(job.result):,}"))


def _page(page: Page[object]) -> str:
    of = "" if page.total is None else f" of {page.total:,}"
    caption = f"{page.offset + 1:,} to {page.offset + len(page.items):,}{of}" if page.items else f"None{of}"
    more = "" if page.next_offset is None else f"; the next page has offset {page.next_offset:,}"
    return _listed(page.items, caption + more)


def _rate_limit(rate: RateLimit) -> str:
    reset = None if rate.reset is None else _unix(rate.reset)
    return _pairs("Rate limit", (("Requests left", rate.remaining), ("of", rate.limit), ("Next window", reset)))


def _unix(seconds: int) -> str:
    try:
        return moment(seconds)
    except (OverflowError, OSError, ValueError):  # no year has it
        return str(seconds)


def _date(date: datetime | None) -> str | None:
    return None if date is None else date.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


# HTML


def _pairs(caption: str, pairs: Iterable[tuple[str, object]]) -> str:
    rows = [((name, value), False) for name, value in pairs if value not in (None, "")]
    return _framed(_caption(caption) + _table((), rows))


def _table(columns: Sequence[str], rows: Iterable[tuple[Cells, bool]]) -> str:
    styles = [f"{_CELL}; {_LONG if name in _LONG_COLUMNS else _SHORT}" for name in columns or ("", _LONG_COLUMNS[0])]
    head = "".join(f'<th style="{style}">{escape(name)}</th>' for name, style in zip(columns, styles, strict=False))
    body = "".join(_row(cells, styles, bad) for cells, bad in rows)
    return (
        '<table style="border-collapse: collapse; margin: 4px 0">'
        f"{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
    )


def _row(cells: Cells, styles: Sequence[str], bad: bool) -> str:
    texts = [_text(cell) for cell in cells]
    if bad:
        texts[0] = f"✗ {texts[0]}"
        styles = [f"{style}; {_SHADE}" for style in styles]
        styles[0] += f"; {_STRONG}"
    return (
        "<tr>"
        + "".join(f'<td style="{style}">{text}</td>' for text, style in zip(texts, styles, strict=True))
        + "</tr>"
    )


def _text(cell: object) -> str:
    if cell in (None, ""):
        return "-"
    return escape(f"{cell:,}" if isinstance(cell, int) else plain(str(cell)))


def _caption(text: str, sign: str = "") -> str:
    return f'<div style="font-weight: 600; margin: 4px 0">{sign}{" " if sign else ""}{escape(plain(text))}</div>'


def _paragraph(text: str) -> str:
    return f'<div style="margin: 4px 0">{escape(text)}</div>'


def _framed(content: str) -> str:
    # Wide tables scroll by themselves, and not the notebook with them.
    return f'<div style="overflow-x: auto">{content}</div>'
