"""The facts of a run, put together from its journal. They grow with the number of jobs, not with that of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from attrs import frozen

from sbg_bulk.families import family_of
from sbg_bulk.runs import store
from sbg_bulk.runs.family import Brings
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import CHOSEN, Carried, Destinations, Plan, State, SubmissionTimes, Tally, noun_of
from sbg_bulk.runs.traffic import SLOT, Slot
from sbg_bulk.settings.deployments import DEPLOYMENTS

WINDOW: Final = 300.0
"""Seconds of a window of the rate limit, where the server does not tell when it ends."""

SLACK: Final = 60.0
"""Seconds by which what the server says of a job's times may lie outside of what was seen, or it is not believed."""


class Standing(StrEnum):
    """The state that a run is in."""

    COMPLETE = "complete"
    """Nothing is left to be done or waited for."""
    INTERRUPTED = "interrupted"
    """Files are left to be submitted, or jobs to be waited for."""
    UNSETTLED = "unsettled"
    """It was interrupted, and it is not known whether a submission started a job."""
    NOT_BEGUN = "not-begun"
    """Nothing was submitted yet."""


@frozen
class Sent:
    """A submission that was sent, and its job. Those that were certainly not carried out are not among them.

    Attributes:
        number: its place in the order in which they were sent, from 1.
        job: the job's id, if it is known.
        rows: how many rows it has.
        state: how far it has come.
        began: when the job started, in Unix seconds by this machine's clock; None if that is not known.
        ended: when it ended, by that clock; None if it has not, or it is not known.
        seconds: how long it took, if both are known.
        done: how many rows were done; None before it has ended.
        failed: how many rows have failed; None before it has ended.
    """

    number: int
    job: str | None
    rows: int
    state: State
    began: float | None
    ended: float | None
    seconds: float | None
    done: int | None
    failed: int | None

    @property
    def unclear(self) -> int:
        """Number of rows whose result is not known, although the job has ended."""
        return 0 if self.state is not State.ENDED else self.rows - (self.done or 0) - (self.failed or 0)


@frozen
class Window:
    """A window of the rate limit.

    Attributes:
        start: when its first request was sent, in Unix seconds by this machine's clock.
        end: when it ends.
        sent: how many requests the run has sent in it.
        refused: how many of them were refused because the limit was reached.
        failed: how many got no answer, or one of a server in trouble.
        waited: seconds of the pauses that began in it.
        limit: how many requests all programs with the token may send in it, as told by the server.
        least: the fewest requests that the server said were left.
    """

    start: float
    end: float
    sent: int = 0
    refused: int = 0
    failed: int = 0
    waited: float = 0.0
    limit: int | None = None
    least: int | None = None


@frozen
class Group:
    """Rows that were not done, for the same reason.

    Attributes:
        outcome: `failed`, `unattributed` or `unknown` (`sbg_bulk.runs.records.Outcome`).
        api_code: the API's code, if it has told one.
        rows: how many.
        message: what the service said of one of them.
    """

    outcome: str
    api_code: int | None
    rows: int
    message: str | None


@frozen
class Interruption:
    """A time in which no process carried a run that was not finished, in Unix seconds by this machine's clock.

    Attributes:
        stopped: when the process ended, or was last heard of.
        resumed: when the next one began; None if none has.
    """

    stopped: float
    resumed: float | None


@frozen
class Facts:
    """A run, for a report.

    Attributes:
        plan: what it was to do.
        journal: the journal's path.
        platform: the short name of the platform, if it has one.
        sources: what was given to be copied, moved or deleted, if it was given by paths and ids; none for a manifest.
        destinations: how many rows go to which project or folder, the most first; a few of them. If the destination was
            given, that alone.
        further_destinations: how many more there are.
        carried: how much it has done and has to do, as far as that is known.
        tally: how many rows came to which end.
        standing: how far it has come.
        retried_by: the run that tries again what failed, if there is one.
        began: when it first sent something, in Unix seconds by this machine's clock; None if that is not known.
        last: when it was last heard of, by that clock.
        sent: its submissions, in the order in which they were sent.
        resent: how many submissions were certainly not carried out, and were sent again.
        slots: its requests, in slots of time.
        windows: the windows of the rate limit in which it sent requests.
        groups: why files were not done; the most files first.
        interruptions: the times in which no process carried it, in their order.
        in_use: whether another process is working on it.
        label: the user's own text for it, if there is one.
        each_row: whether each row has a job of its own, or none at all, and its submissions have none.
        row_jobs: how many jobs it has that are each for one row.
    """

    plan: Plan
    journal: str
    platform: str | None
    sources: Sequence[str]
    destinations: Sequence[tuple[str, int]]
    further_destinations: int
    carried: Carried
    tally: Tally
    standing: Standing
    retried_by: str | None
    began: float | None
    last: float | None
    sent: Sequence[Sent]
    resent: int
    slots: Sequence[Slot]
    windows: Sequence[Window]
    groups: Sequence[Group]
    interruptions: Sequence[Interruption] = ()
    in_use: bool = False
    label: str | None = None
    each_row: bool = False
    row_jobs: int = 0

    @property
    def jobs(self) -> int:
        """Number of its jobs, as far as they are known."""
        return self.row_jobs + sum(one.job is not None for one in self.sent)

    @property
    def noun(self) -> str:
        """What its rows are called: file, folder or item."""
        return noun_of(self.tally.rows, self.carried.folders)

    @property
    def seconds(self) -> float | None:
        """Seconds that it took, pauses between an interruption and what followed it included."""
        return None if self.began is None or self.last is None else self.last - self.began

    @property
    def requests(self) -> int:
        """Number of requests that it has sent."""
        return sum(slot.sent for slot in self.slots)

    @property
    def refused(self) -> int:
        """Number of these that were refused because the rate limit was reached."""
        return sum(slot.refused for slot in self.slots)

    @property
    def trouble(self) -> int:
        """Number of these that got no answer, or one of a server in trouble."""
        return sum(slot.failed for slot in self.slots)

    @property
    def waited(self) -> float:
        """Seconds of all pauses: for the rate limit or the pace of items, after failures, to find something out."""
        return sum(slot.waited for slot in self.slots)

    @property
    def unclear(self) -> int:
        """Number of files whose result is not known, although their jobs have ended."""
        return self.tally.unattributed + self.tally.unknown

    @property
    def slowest(self) -> list[Sent]:
        """Return the submissions whose jobs took longest, the slowest first."""
        timed = [one for one in self.sent if one.seconds is not None]
        return sorted(timed, key=lambda one: -(one.seconds or 0.0))

    def reached(self, share: float) -> float | None:
        """Return the seconds after which the results of this share of the files were known; None if they are not."""
        if self.began is None:
            return None
        ended = sorted((one.ended, one.rows) for one in self.sent if one.ended is not None)
        rows = 0
        for moment, more in ended:
            rows += more
            if rows >= share * self.tally.rows:
                return moment - self.began
        return None


DESTINATIONS: Final = 3
"""Destinations that are named."""


def gather(journal: Journal) -> Facts:
    """Read what a report needs from a journal.

    Raises:
        JournalError: it cannot be read.
    """
    slots = list(journal.slots())
    differences = [slot.ahead for slot in slots if slot.ahead is not None]
    ahead = median(differences) if differences else 0.0
    submission_times = list(journal.submission_times())
    sent = [
        _sent(number, course, ahead)
        for number, course in enumerate((one for one in submission_times if one.submission.state is not State.VOID), 1)
    ]
    moments = _moments(submission_times, sent, slots)
    sessions = journal.sessions()
    interruptions = list(_interruptions(sessions, moments))
    tally, plan = journal.tally(), journal.plan
    each_row = family_of(journal).brings is Brings.EACH_ROW
    chosen = journal.remembered(CHOSEN) is not None
    destinations = journal.destinations(DESTINATIONS)
    if chosen and (given := store.destination_of(journal.asked)) is not None:
        destinations = Destinations([(given, tally.rows)], 0)
    standing = _standing(tally, sent)
    if moments and not tally.complete and not journal.in_use:
        stopped = max(max(moments), sessions[-1][1] or 0.0) if sessions else max(moments)
        interruptions.append(Interruption(stopped, None))
        moments.append(stopped)
    return Facts(
        plan,
        str(journal.path.absolute()),
        next((name for name, url in DEPLOYMENTS.items() if url == plan.endpoint), None),
        (store.sources_of(journal.asked) or (plan.manifest,)) if chosen else (),
        destinations.most,
        destinations.others,
        journal.carried(),
        tally,
        standing,
        journal.remembered("retry"),
        min(moments, default=None),
        max(moments, default=None),
        sent,
        len(submission_times) - len(sent),
        slots,
        list(_windows(slots, ahead)),
        [Group(*group) for group in journal.failures()],
        interruptions,
        journal.in_use,
        journal.remembered("label"),
        each_row,
        journal.number_of_row_jobs() if each_row else 0,
    )


def _standing(tally: Tally, sent: Sequence[Sent]) -> Standing:
    if tally.complete:
        return Standing.COMPLETE
    if any(one.state is State.INTENDED for one in sent):
        return Standing.UNSETTLED
    return Standing.INTERRUPTED if sent else Standing.NOT_BEGUN


def _sent(number: int, course: SubmissionTimes, ahead: float) -> Sent:
    submission = course.submission
    began, ended = course.known_at or course.sent_at or _shifted(submission.sent_on, ahead), course.ended_at
    started, finished = _shifted(course.started_on, ahead), _shifted(course.finished_on, ahead)
    if submission.job is not None and _believable(started, course.sent_at, course.ended_at):
        began = started
    if _believable(finished, began, course.ended_at):
        ended = finished
    seconds = None if began is None or ended is None else max(0.0, ended - began)
    return Sent(
        number,
        submission.job,
        submission.size,
        submission.state,
        began,
        None if began is None or ended is None else max(began, ended),
        seconds,
        course.done,
        course.failed,
    )


def _shifted(moment: float | None, ahead: float) -> float | None:
    return None if moment is None else moment - ahead


def _believable(moment: float | None, earliest: float | None, latest: float | None) -> bool:
    if moment is None or earliest is None:
        return False
    return earliest - SLACK <= moment and (latest is None or moment <= latest + SLACK)


def _moments(submission_times: Iterable[SubmissionTimes], sent: Iterable[Sent], slots: Sequence[Slot]) -> list[float]:
    """Return when something happened in a run, in Unix seconds, the begin and the end of it among them."""
    of_courses = [(course.sent_at, course.known_at, course.ended_at) for course in submission_times]
    moments = [moment for times in of_courses for moment in times if moment is not None]
    moments += [moment for one in sent for moment in (one.began, one.ended) if moment is not None]
    if slots:
        busy = [slot for slot in slots if slot.sent]
        moments += [slot.start for slot in busy[:1] if not moments]
        # A slot says no more than that something was sent in it.
        moments += [slot.start + SLOT / 2 for slot in busy if slot.start > min(moments)]
    return moments


def _interruptions(sessions: Sequence[tuple[float, float | None]], moments: Sequence[float]) -> Iterable[Interruption]:
    """Produce the times between two sessions. One that was killed ends with what was last heard of it."""
    for (began, ended), (resumed, _) in pairwise(sessions):
        if ended is None:
            ended = max((moment for moment in moments if began <= moment < resumed), default=began)
        if began <= ended <= resumed:
            yield Interruption(ended, resumed)


def _windows(slots: Iterable[Slot], ahead: float) -> Iterable[Window]:
    window: Window | None = None
    for slot in slots:
        if window is None or slot.start >= window.end:
            if window is not None:
                yield window
            told = None if slot.resets is None else slot.resets - ahead
            usual = slot.start + WINDOW
            window = Window(slot.start, told if told is not None and slot.start < told <= usual + WINDOW else usual)
        least = [left for left in (window.least, slot.remaining) if left is not None]
        window = Window(
            window.start,
            window.end,
            window.sent + slot.sent,
            window.refused + slot.refused,
            window.failed + slot.failed,
            window.waited + slot.waited,
            window.limit if slot.limit is None else slot.limit,
            min(least, default=None),
        )
    if window is not None:
        yield window
