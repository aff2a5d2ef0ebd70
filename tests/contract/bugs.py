"""Bugs to plant in a simulator, each of them one that a real service might have.

Each bug takes a simulator and breaks it, through the seams of its operations, its jobs and its limiter. Some show
always, some only in particular jobs or on particular pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from sbg_bulk.simulator import ApiError, Item, Job, JobState, JobType, Simulator
from sbg_bulk.simulator.service.answering import Call
from sbg_bulk.simulator.service.reply import Reply, answer
from sbg_bulk.simulator.world.tree import User

Bug = Callable[[Simulator], Any]
"""Breaks the simulator, or returns an application to stand before it."""


@frozen
class Planted:
    """A bug, and the promises of which at least one has to be found broken."""

    plant: Bug
    noticed_by: frozenset[str]

    @property
    def name(self) -> str:
        return self.plant.__name__


BUGS: list[Planted] = []


def noticed_by(*checks: str) -> Callable[[Bug], Bug]:
    """Register a bug."""

    def register(bug: Bug) -> Bug:
        BUGS.append(Planted(bug, frozenset(checks)))
        return bug

    return register


def _altering_details(simulator: Simulator, alter: Callable[[dict[str, Any]], None]) -> None:
    """Change what the details of jobs say; the list goes on telling the truth."""
    original = simulator.operations.get_job

    def get_job(job_type: JobType, call: Call) -> Reply:
        reply = original(job_type, call)
        document = json.loads(reply.body)
        alter(document)
        return answer(document, reply.status)

    simulator.operations.get_job = get_job  # type: ignore[method-assign]


def _altering_list(simulator: Simulator, alter: Callable[[dict[str, Any]], None]) -> None:
    """Change what the list says about jobs."""
    original = simulator.operations.listing

    def listing(call: Call, entries: Sequence[bytes], total: int) -> Reply:
        changed = []
        for entry in map(json.loads, entries):
            if "state" in entry:
                alter(entry)
            changed.append(json.dumps(entry).encode("ascii"))
        return original(call, changed, total)

    simulator.operations.listing = listing  # type: ignore[method-assign]


def _altering_jobs(simulator: Simulator, alter: Callable[[Job], None]) -> None:
    """Change jobs after each of their steps, for whoever looks at them then."""
    original = simulator.jobs.step

    def step(job: Job, now: float) -> None:
        original(job, now)
        alter(job)

    simulator.jobs.step = step  # type: ignore[method-assign]


@noticed_by("never-back")
def state_goes_back(simulator: Simulator) -> None:
    """A job that has failures is RESOLVING again for a while after it was RUNNING."""

    def alter(document: dict[str, Any]) -> None:
        if document["state"] == "RUNNING" and document["failed_files"]:
            document["state"] = "RESOLVING"

    _altering_details(simulator, alter)


@noticed_by("finished-is-final")
def finished_jobs_start_again(simulator: Simulator) -> None:
    """The second look at a finished job finds it RUNNING."""
    looks: dict[str, int] = {}

    def alter(document: dict[str, Any]) -> None:
        if document["state"] == "FINISHED":
            looks[document["id"]] = looks.get(document["id"], 0) + 1
            if looks[document["id"]] == 2:
                document["state"] = "RUNNING"

    _altering_details(simulator, alter)


@noticed_by("known-state")
def undocumented_state(simulator: Simulator) -> None:
    """Jobs that move are PAUSED where others are RESOLVING."""

    def alter(document: dict[str, Any]) -> None:
        if document["type"] == "MOVE" and document["state"] == "RESOLVING":
            document["state"] = "PAUSED"

    _altering_details(simulator, alter)
    _altering_list(simulator, alter)


@noticed_by("ends")
def deletions_never_finish(simulator: Simulator) -> None:
    """A deletion stays RUNNING though all is done."""

    def alter(document: dict[str, Any]) -> None:
        if document["type"] == "DELETE" and document["state"] == "FINISHED":
            document.update(state="RUNNING", result=None, finished_on=None)

    _altering_details(simulator, alter)
    _altering_list(simulator, alter)


@noticed_by("result-complete")
def lost_item(simulator: Simulator) -> None:
    """The result of a job of more than three items lacks the last one."""

    def alter(job: Job) -> None:
        if job.state is JobState.FINISHED and len(job.items) > 3 and len(job.outcomes) == len(job.items):
            job.outcomes.pop()

    _altering_jobs(simulator, alter)


@noticed_by("result-in-order")
def errors_first(simulator: Simulator) -> None:
    """The entries of a result are in the wrong order: errors come first."""

    def alter(job: Job) -> None:
        if job.state is JobState.FINISHED:
            job.outcomes.sort(key=lambda outcome: not isinstance(outcome, ApiError))

    _altering_jobs(simulator, alter)


@noticed_by("result-in-order")
def results_swapped(simulator: Simulator) -> None:
    """Two resources of a copy have changed places."""

    def alter(job: Job) -> None:
        if job.state is JobState.FINISHED and job.type is JobType.COPY:
            done = [place for place, outcome in enumerate(job.outcomes) if isinstance(outcome, str)]
            if len(done) > 1:
                first, last = done[0], done[-1]
                job.outcomes[first], job.outcomes[last] = job.outcomes[last], job.outcomes[first]

    _altering_jobs(simulator, alter)


@noticed_by("one-submit-one-job")
def duplicate_job(simulator: Simulator) -> None:
    """Every second submission makes two jobs."""
    original = simulator.jobs.submit
    submissions = 0

    def submit(*arguments: Any, **named: Any) -> Job:
        nonlocal submissions
        submissions += 1
        if submissions % 2 == 0:
            original(*arguments, **named)
        return original(*arguments, **named)

    simulator.jobs.submit = submit  # type: ignore[method-assign]


@noticed_by("one-submit-one-job")
def refused_but_started(simulator: Simulator) -> None:
    """A submission that is refused for its destination has started a job all the same."""
    original = simulator.operations.submit

    def submit(job_type: JobType, call: Call) -> Reply:
        try:
            return original(job_type, call)
        except ApiError:
            simulator.jobs.submit(call.user, job_type, [Item(call.arguments.body["items"][0]["file"])], call.now)
            raise

    simulator.operations.submit = submit  # type: ignore[method-assign]


@noticed_by("readable")
def not_found_after_create(simulator: Simulator) -> None:
    """A job cannot be read before it is RESOLVING."""
    original = simulator.jobs.find

    def find(user: Any, job_type: JobType, job_id: str) -> Job:
        job = original(user, job_type, job_id)
        if job.state is JobState.SUBMITTED:
            raise ApiError(10211, "There is no such job.")
        return job

    simulator.jobs.find = find  # type: ignore[method-assign]


@noticed_by("listed-once")
def new_jobs_are_not_listed(simulator: Simulator) -> None:
    """The list shows copies only when they have ended."""
    _relisting(
        simulator,
        lambda jobs: [job for job in jobs if job.type is not JobType.COPY or job.state is JobState.FINISHED],
    )


@noticed_by("own-jobs-only")
def other_users_jobs_listed(simulator: Simulator) -> None:
    """The list shows the jobs of all users."""
    _relisting(simulator, lambda jobs: list(reversed(simulator.jobs.all())))  # noqa: ARG005


@noticed_by("details-match-list")
def list_shows_old_counts(simulator: Simulator) -> None:
    """List entries say that nothing is completed, until the job ends."""

    def alter(entry: dict[str, Any]) -> None:
        if entry["state"] == "RUNNING":
            entry["completed_files"] = entry["failed_files"] = 0

    _altering_list(simulator, alter)


@noticed_by("details-match-list")
def stale_details(simulator: Simulator) -> None:
    """The details of a job that has ended lack the time of its end."""

    def alter(document: dict[str, Any]) -> None:
        document["finished_on"] = None

    _altering_details(simulator, alter)


@noticed_by("counts-add-up")
def stale_counts(simulator: Simulator) -> None:
    """A finished job's counts are those from before its last item."""

    def alter(job: Job) -> None:
        if job.state is JobState.FINISHED and job.completed:
            job.completed -= 1

    _altering_jobs(simulator, alter)


@noticed_by("counts-never-shrink")
def counts_shrink(simulator: Simulator) -> None:
    """A failure takes back what was completed before, until the job ends."""
    completed: dict[str, int] = {}

    def alter(job: Job) -> None:
        if job.state is JobState.RUNNING and job.outcomes:
            completed[job.id] = completed.get(job.id, 0) + isinstance(job.outcomes[-1], str)
            job.completed = 0 if len(job.outcomes) == len(job.items) - 1 else completed[job.id]

    _altering_jobs(simulator, alter)


@noticed_by("counts-match-result")
def failures_count_as_completed(simulator: Simulator) -> None:
    """A failed item is counted as a completed one."""

    def alter(job: Job) -> None:
        job.completed, job.failed = job.completed + job.failed, 0

    _altering_jobs(simulator, alter)


@noticed_by("delete-effects")
def deleted_but_there(simulator: Simulator) -> None:
    """A deletion says that it has deleted its first item, and leaves it where it is."""
    original = simulator.jobs._outcome

    def outcome(job: Job, position: int, now: float) -> Any:
        if job.type is JobType.DELETE and position == 0 and job.items[0].file in simulator.world.nodes:
            return job.items[0].file
        return original(job, position, now)

    simulator.jobs._outcome = outcome  # type: ignore[method-assign]


@noticed_by("links")
def next_skips_one(simulator: Simulator) -> None:
    """The link to the next page leaves out one entry."""
    _relinking(simulator, "next", 1)


@noticed_by("links")
def prev_is_one_off(simulator: Simulator) -> None:
    """The link to the page before begins one entry too late."""
    _relinking(simulator, "prev", 1)


@noticed_by("pages")
def pages_overlap(simulator: Simulator) -> None:
    """Each page but the first begins with the last entry of the one before."""
    _repaging(simulator, lambda found, offset, limit: found[max(0, offset - 1) :][:limit])


@noticed_by("limit")
def limit_ignored(simulator: Simulator) -> None:
    """A page has never less than three entries if there are as many."""
    _repaging(simulator, lambda found, offset, limit: found[offset : offset + max(limit, 3)])


@noticed_by("total")
def wrong_total(simulator: Simulator) -> None:
    """The header counts the page, not the collection."""
    original = simulator.operations.listing

    def listing(call: Call, entries: Sequence[bytes], total: int) -> Reply:
        reply = original(call, entries, total)
        return evolve(reply, headers=((b"x-total-matching-query", b"%d" % len(entries)),))

    simulator.operations.listing = listing  # type: ignore[method-assign]


@noticed_by("rate-count")
def charged_twice(simulator: Simulator) -> None:
    """A call costs two requests of the budget."""
    original = simulator.limiter.charge

    def charge(username: str, now: float) -> None:
        original(username, now)
        original(username, now)

    simulator.limiter.charge = charge  # type: ignore[method-assign]


@noticed_by("error-body")
def error_with_another_status(simulator: Simulator) -> None:
    """The body of a 404 says 400."""
    original = simulator.operations.node

    def node(*arguments: Any, **named: Any) -> Any:
        try:
            return original(*arguments, **named)
        except ApiError as error:
            error.body = lambda: {"status": 400, "code": 5002, "message": "", "more_info": ""}  # type: ignore[method-assign]
            raise

    simulator.operations.node = node  # type: ignore[method-assign]


@noticed_by("wrong-token")
def any_token_will_do(simulator: Simulator) -> None:
    """Whatever the token, the user is the same."""

    class Tokens(dict[str, User]):
        def get(self, token: str, default: Any = None) -> Any:  # noqa: ARG002
            return simulator.world.users["rfranklin"]

    simulator.world.tokens = Tokens(simulator.world.tokens)


@noticed_by("own-type-only")
def any_type_will_do(simulator: Simulator) -> None:
    """A copy can be read where moves are."""

    def find(user: User, job_type: JobType, job_id: str) -> Job:  # noqa: ARG001
        try:
            return simulator.jobs.by_id(job_id)
        except LookupError:
            raise ApiError(10211, "There is no such job.") from None

    simulator.jobs.find = find  # type: ignore[method-assign]


@noticed_by("conformance")
def result_is_a_string(simulator: Simulator) -> None:
    """The result is a string, as the documentation's tables say."""

    def alter(document: dict[str, Any]) -> None:
        document["result"] = json.dumps(document["result"])

    _altering_details(simulator, alter)


def _relisting(simulator: Simulator, change: Callable[[Sequence[Job]], Sequence[Job]]) -> None:
    original = simulator.jobs.listed
    simulator.jobs.listed = lambda user, now: change(original(user, now))  # type: ignore[method-assign]


def _repaging(simulator: Simulator, cut: Callable[[Sequence[Any], int, int], Sequence[Any]]) -> None:
    def page(found: Sequence[Any], call: Call) -> Sequence[Any]:
        return cut(found, call.arguments.query["offset"], call.arguments.query["limit"])

    simulator.operations.page = page  # type: ignore[method-assign]


def _relinking(simulator: Simulator, rel: str, by: int) -> None:
    original = simulator.operations.links

    def links(call: Call, total: int) -> Sequence[Mapping[str, str]]:
        offset, limit = call.arguments.query["offset"], call.arguments.query["limit"]
        to = offset + limit if rel == "next" else max(0, offset - limit)
        return [
            {**link, "href": link["href"].replace(f"offset={to}&", f"offset={to + by}&")}
            if link["rel"] == rel
            else link
            for link in original(call, total)
        ]

    simulator.operations.links = links  # type: ignore[method-assign]
