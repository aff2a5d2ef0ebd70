"""How listing, a run or a wait goes on, redrawn in place on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import evolve
from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType
from rich.text import Text

from sbg_bulk.api.waits import Cause, waiting
from sbg_bulk.cli.progress.echo import without_echo
from sbg_bulk.cli.progress.tracker import ProgressTracker, Snapshot
from sbg_bulk.text import counted, duration, plain, speed

if TYPE_CHECKING:
    from sbg_bulk.models.job import Job

WIDEST: Final = 100
"""Columns: on a wider terminal the display stays narrower, as long lines are hard to read."""

LONGEST_BAR, SHORTEST_BAR = 48, 8

LABEL: Final = 10
"""Columns of the words on the left."""

REDRAWN: Final = 4.0
"""Times a second."""


def lines(outlook: Snapshot, width: int, *, ascii_only: bool = False, colours: bool = True) -> list[Text]:
    """Return what is shown, in lines that fit.

    Args:
        outlook: what there is to tell.
        width: the most columns of a line.
        ascii_only: whether other characters cannot be shown.
        colours: whether colours can be; without them the part of a bar that is to come is left blank.
    """

    def bar(done: int, total: int | None, text: str, before: str = "") -> Text:
        length = max(SHORTEST_BAR, min(LONGEST_BAR, width - len(before) - len(text) - 2))
        share = min(1.0, done / total) if total else 0.0
        full = int(length * share)
        one = "-" if ascii_only else "━"
        style = "green" if total and done >= total else "cyan"
        rest = one if colours else " "
        return Text.assemble(before, (one * full, style), (rest * (length - full), "bright_black"), "  ", text)

    def labelled(label: str, text: str, style: str = "") -> Text:
        return Text.assemble((label.ljust(LABEL), "bold"), (plain(text), style))

    shown: list[Text] = []
    if outlook.lists:
        spent = f"{counted(outlook.requests, 'request')}, {duration(outlook.elapsed)} elapsed"
        shown.append(labelled(outlook.lists.lower(), spent))
    elif outlook.jobs:
        # All bars are of one length, whatever stands beside them.
        counts = [_counts(job) for job in outlook.jobs]
        longest, ids = max(map(len, counts)), [plain(job.id) for job in outlook.jobs]
        widest = max(map(len, ids))
        for job, job_id, count in zip(outlook.jobs, ids, counts, strict=True):
            before = f"{job_id:<{widest}}  {plain(job.state):<9}  "
            ended = (job.completed_files or 0) + (job.failed_files or 0)
            shown.append(bar(ended, job.total_files, count.rjust(longest), before))
    elif outlook.makes_folders:
        text = f"creating folders {outlook.folders_made:,}/{outlook.folders_total:,}"
        shown.append(bar(outlook.folders_made, outlook.folders_total, text))
    elif outlook.total is None:
        shown.append(bar(0, None, "files not counted yet"))
    else:
        part = f"{outlook.ended / outlook.total:4.0%}" if outlook.total else ""
        of = f"{outlook.ended:,} of {counted(outlook.total, outlook.noun)}"
        shown.append(bar(outlook.ended, outlook.total, f"{part}  {of}"))
    if not outlook.lists:
        shown += [labelled(*one) for one in _work(outlook)]
    if outlook.budget is not None:
        budget = outlook.budget
        left = f"{budget.remaining:,} of {budget.limit:,} left, resets in {duration(budget.resets_in)}"
        shown.append(labelled("requests", left))
    if outlook.waiting is None:
        shown.append(labelled("now", "working"))
    else:
        # Counted down to 1, and not to 0 while it is still waited.
        text = waiting(evolve(outlook.waiting, seconds=max(1.0, outlook.waiting.seconds)))
        if LABEL + len(text) > width and outlook.waiting.cause is not Cause.NEXT_LOOK:
            text = text.rpartition(" (")[0] or text  # without the codes
        style = "" if outlook.waiting.cause is Cause.NEXT_LOOK else "yellow"
        shown.append(labelled("now", text[0].lower() + text[1:], style))
    for line in shown:
        line.truncate(width, overflow="crop" if ascii_only else "ellipsis")
    return shown


def _work(outlook: Snapshot) -> Iterator[tuple[str, str, str]]:
    """How a run, or a wait for jobs, goes on: labels, texts and their styles."""
    jobs = f"{outlook.jobs_ended:,} of {outlook.jobs_total:,} ended, {outlook.jobs_running:,} running"
    if outlook.lost:
        jobs += f", {outlook.lost:,} not found"
    yield "jobs", jobs, ""
    failed = f"{outlook.failed:,}" if outlook.failed or outlook.unclear else "none"
    if outlook.unclear:
        failed += f", and {outlook.unclear:,} unclear"
    yield "failed", failed, "red" if outlook.failed or outlook.unclear else ""
    parts = [speed(outlook.rate, outlook.noun)] if outlook.rate is not None else []
    parts.append(f"{duration(outlook.elapsed)} elapsed")
    if outlook.left:
        parts.append(f"about {duration(outlook.left)} left")
    yield "speed", ", ".join(parts), ""


def _counts(job: Job) -> str:
    ended = (job.completed_files or 0) + (job.failed_files or 0)
    return f"{ended:,} of {'?' if not job.total_files else f'{job.total_files:,}'}"


class _Frame:
    """What is shown, drawn for the terminal as it is at the moment."""

    def __init__(self, following: ProgressTracker) -> None:
        self._following = following
        self.widths: list[int] = []

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # The last column stays free: some terminals begin a new line when it is written to. So do two more, for the ^C
        # with which they answer Ctrl-C: on a line of its own, more would have to be wiped out than Live knows.
        width = min(options.max_width - 3, WIDEST)
        colours = console.color_system is not None and not console.no_color
        outlook = self._following.outlook()
        # Until it is known what there is to do, there is nothing to show.
        known = outlook.lists or outlook.jobs_total
        shown = lines(outlook, width, ascii_only=options.ascii_only, colours=colours) if known else []
        self.widths = [text.cell_len for text in shown]
        yield from shown


class _Screen(Live):
    """A live display that leaves nothing behind when the terminal is made narrower."""

    def __init__(self, frame: _Frame, console: Console, *, redirect_stdout: bool) -> None:
        super().__init__(
            frame,
            console=console,
            refresh_per_second=REDRAWN,
            transient=True,
            redirect_stdout=redirect_stdout,
        )
        self._frame = frame

    def refresh(self) -> None:
        """Draw it anew."""
        width = self.console.width
        # Terminals fold lines that have become too long: those are more than Live knows to wipe out.
        folded = sum((columns - 1) // width for columns in self._frame.widths if columns)
        if folded:
            wipe = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1))
            self.console.control(Control(ControlType.CARRIAGE_RETURN, *wipe * folded))
        super().refresh()


def terminal() -> Console | None:
    """Standard error as a terminal; None if nothing can be redrawn on it."""
    console = Console(stderr=True, highlight=False)
    return console if console.is_interactive and not console.is_dumb_terminal else None


@contextmanager
def live(following: ProgressTracker, console: Console, *, redirect_stdout: bool) -> Iterator[Callable[[str], object]]:
    """Show a live display while the block runs, and wipe it out then. Yield what writes lines above it.

    Args:
        following: what is shown.
        console: where.
        redirect_stdout: whether standard output goes to the same terminal.
    """
    with without_echo(), _Screen(_Frame(following), console, redirect_stdout=redirect_stdout):
        # Folded by the terminal and not here, so that a command in it can be copied.
        yield lambda text: console.print(Text(text), soft_wrap=True)
