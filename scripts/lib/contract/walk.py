"""A walk through the life of jobs: submitted, watched, and compared with what they have done.

Which items, in which jobs, looked at when and how, is drawn with the seed of the walk. All that a walk makes and
changes is inside a folder of its own, which it makes at the start and deletes at the end.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from attrs import define, field, frozen

from scripts.lib.contract.history import History
from scripts.lib.contract.pages import Collection, check_pages, identities
from scripts.lib.contract.reads import disagreement, read_job
from scripts.lib.contract.service import Answer, Service, StopError

SUBMITTERS: Mapping[str, str] = {"COPY": "submit_copy_job", "MOVE": "submit_move_job", "DELETE": "submit_delete_job"}

MOST_LOOKS = 60
"""Looks at a job before it counts as one that never ends."""

LONGEST_PAUSE = 30.0
"""Seconds between two looks, on average, when a job takes long."""

MOST_LISTED = 500
"""Jobs of the list that are gone through in search of one."""

CLEANING_CALLS = 150

SOURCES = 6
"""Most files of the project that are copied from."""


class AbandonError(Exception):
    """A violation leaves nothing to go on with; it is in the report."""


@frozen
class Place:
    """A place where a walk may write: a folder of its own in a project.

    `name` is the folder's, and has to be free there. `pause` is how many seconds lie between the first looks at a
    job, on average; later ones are further apart.
    """

    project: str
    name: str
    pause: float

    def pause_after(self, looks: int) -> float:
        """Return the seconds until the next look, after so many."""
        return min(LONGEST_PAUSE, self.pause * 1.1**looks)


@frozen
class Planned:
    """An item of a submission, and what is to become of it. `kind` is `file` or `folder`."""

    source: str
    kind: str
    name: str
    destination: str
    fails: bool = False


@define
class Running:
    """A submitted job."""

    type: str
    planned: Sequence[Planned]
    history: History


@define
class _Stock:
    """The files that the walk may use: those of the project, to copy from, and its own, to do anything with."""

    sources: list[tuple[str, str]] = field(factory=list)
    own: list[tuple[str, str, str]] = field(factory=list)


def walk(service: Service, place: Place, seed: int) -> None:
    """Submit jobs of each type, watch them, and compare them. Raises StopError if the service does not let it go on."""
    with _folder(service, place) as home:
        walker = random.Random(seed)  # noqa: S311 - to be repeatable
        with suppress(AbandonError):
            _Walk(service, place, home, walker).run()


@contextmanager
def _folder(service: Service, place: Place) -> Iterator[str]:
    made = service.call("create_folder", body={"name": place.name, "type": "folder", "project": place.project})
    home = made.field("id")
    if not made.ok or not isinstance(home, str):
        raise StopError(f"no folder can be made in {place.project}: the answer is {made.status}")
    try:
        yield home
    finally:
        service.release(CLEANING_CALLS)
        _clean_up(service, place, home)


def _clean_up(service: Service, place: Place, home: str) -> None:
    left = f"the folder {place.name} in {place.project} could not be deleted; delete it by hand"
    try:
        answer = service.call("submit_delete_job", body={"items": [{"file": home}]})
        for looks in range(MOST_LOOKS):
            if answer.ok:
                read_job(service, "DELETE", str(answer.field("id")))
            if service.call("get_file", path={"file_id": home}).status == 404:
                return
            service.wait(place.pause_after(looks))
    except StopError as stopped:
        raise StopError(f"{stopped}; {left}") from None
    service.report.broken("effects", f"{left} (the deletion was answered with {answer.status})")


class _Walk:
    def __init__(self, service: Service, place: Place, home: str, rng: random.Random) -> None:
        self._service = service
        self._place = place
        self._home = home
        self._rng = rng
        self._names = 0
        self._stock = _Stock()
        self._in = self._make_folder("in", home)
        self._out = self._make_folder("out", home)

    def run(self) -> None:
        self._gather()
        self._follow([self._submit("COPY", self._plan_copies(self._in, whole=True))])
        # Copies come last in a round: they are not to be of what another job of the round takes away.
        rounds = [["MOVE", "COPY"], ["DELETE"], ["MOVE", "DELETE"], ["COPY"]]
        self._rng.shuffle(rounds)
        for types in rounds:
            planned = {job_type: self._plan(job_type) for job_type in types}
            self._follow([self._submit(job_type, items) for job_type, items in planned.items()])
        self._submit_what_is_refused()
        check_pages(self._service, Collection("list_folder", path={"file_id": self._out}))

    # What there is to work with

    def _gather(self) -> None:
        listed = self._service.call("list_files", query={"project": self._place.project, "limit": 100})
        files = [entry for entry in listed.listed() if str(entry.get("type")).lower() == "file"]
        self._stock.sources = [(str(entry.get("id")), "file") for entry in files[:SOURCES]]
        for _ in range(4):
            name = self._name("folder")
            self._stock.own.append((self._make_folder(name, self._in), "folder", name))

    def _make_folder(self, name: str, parent: str) -> str:
        made = self._service.call("create_folder", body={"name": name, "type": "folder", "parent": parent})
        if not made.ok:
            self._service.report.broken("effects", f"a folder cannot be made: {made.status}")
            raise AbandonError
        return str(made.field("id"))

    def _name(self, stem: str) -> str:
        self._names += 1
        return f"{stem}-{self._names}"

    # Submitting

    def _plan(self, job_type: str) -> list[Planned]:
        if job_type == "COPY":
            return self._plan_copies(self._out)
        count = min(len(self._stock.own), self._rng.randint(2, 4))
        taken = self._rng.sample(self._stock.own, count)
        self._stock.own = [each for each in self._stock.own if each not in taken]
        planned = [
            Planned(source, kind, self._name("moved") if job_type == "MOVE" else name, self._out)
            for source, kind, name in taken
        ]
        return self._with_failures(planned)

    def _plan_copies(self, destination: str, *, whole: bool = False) -> list[Planned]:
        there = self._stock.sources + [(source, kind) for source, kind, _ in self._stock.own]
        count = len(there) if whole else min(len(there), self._rng.randint(3, 5))
        planned = [
            Planned(source, kind, self._name("copy"), destination) for source, kind in self._rng.sample(there, count)
        ]
        return self._with_failures(planned)

    def _with_failures(self, planned: list[Planned]) -> list[Planned]:
        for _ in range(self._rng.randint(1, 2)):
            missing = f"{self._rng.getrandbits(96):024x}"
            failing = Planned(missing, "file", self._name("missing"), self._out, fails=True)
            planned.insert(self._rng.randint(0, len(planned)), failing)
        return planned

    def _submit(self, job_type: str, planned: Sequence[Planned]) -> Running:
        report = self._service.report
        before = self._list_jobs()
        answer = self._service.call(SUBMITTERS[job_type], body={"items": [_item(job_type, each) for each in planned]})
        if not answer.ok or answer.body is None:
            report.broken("one-submit-one-job", f"{SUBMITTERS[job_type]} yields {answer.status}, and no job")
            raise AbandonError
        job_id = str(answer.body.get("id"))
        history = History(job_id, len(planned), report)
        history.look(answer.body)
        if answer.body.get("type") != job_type:
            report.broken("one-submit-one-job", f"job {job_id} is of type {answer.body.get('type')}, not {job_type}")
        if before is not None:
            self._check_new_jobs(job_id, before)
        return Running(job_type, planned, history)

    def _check_new_jobs(self, job_id: str, before: Mapping[str, int]) -> None:
        """Compare the list of jobs with the one from before a submission."""
        after = self._list_jobs()
        for looks in range(MOST_LOOKS):
            if after is None or job_id in after or self._service.alone:
                break
            self._service.wait(self._place.pause_after(looks))  # the list may lag behind
            after = self._list_jobs()
        if after is None:
            return
        report = self._service.report
        if job_id in before:
            report.broken("one-submit-one-job", f"job {job_id} was listed before it was submitted")
        new = after.keys() - before.keys()
        if self._service.alone and len(new) > 1:
            report.broken("one-submit-one-job", f"one submission has made {len(new)} jobs")
        if job_id not in after:
            report.broken("listed-once", f"job {job_id} has been submitted, and is not listed")

    def _list_jobs(self) -> Mapping[str, int] | None:
        """Count how often each job is listed, by id; None if there are too many to go through."""
        times: dict[str, int] = {}
        for offset in range(0, MOST_LISTED, 100):
            page = self._service.call("list_async_jobs", query={"offset": offset, "limit": 100})
            for job_id in identities(page):
                times[job_id] = times.get(job_id, 0) + 1
            if len(page.listed()) < 100:
                break
        else:
            return None
        if self._service.alone:
            for job_id, count in times.items():
                if count > 1:
                    self._service.report.broken("listed-once", f"job {job_id} is listed {count} times")
        return times

    # Watching

    def _follow(self, running: Sequence[Running]) -> None:
        todo = list(running)
        for looks in range(MOST_LOOKS):
            for job in todo:
                self._look(job)
            todo = [job for job in todo if not job.history.finished]
            if not todo:
                break
            self._service.wait(self._rng.uniform(0.0, 2.0) * self._place.pause_after(looks))
        for job in todo:
            self._service.report.broken("ends", f"job {job.history.job_id} has not ended after {MOST_LOOKS} looks")
        if todo:
            raise AbandonError
        for job in running:
            self._service.wait(self._place.pause)
            self._look_at_both(job)
            _Aftermath(self._service, job).check()
            self._keep_copies(job)

    def _look(self, job: Running) -> None:
        match self._rng.choice(["details", "details", "list", "both"]):
            case "details":
                self._look_at_details(job)
            case "list":
                self._look_at_list(job)
            case _:
                self._look_at_both(job)

    def _look_at_both(self, job: Running) -> None:
        """Compare the details with the list entry, if the job stands still meanwhile."""
        first = self._look_at_details(job)
        entry = self._look_at_list(job)
        second = self._look_at_details(job)
        if entry is not None and first == second and (different := disagreement(first, entry)):
            self._service.report.broken("details-match-list", f"job {job.history.job_id}: {different}")

    def _look_at_details(self, job: Running) -> Mapping[str, Any]:
        answer = read_job(self._service, job.type, job.history.job_id)
        if not answer.ok or answer.body is None:
            self._service.report.broken("readable", f"job {job.history.job_id} yields {answer.status}")
            raise AbandonError
        job.history.look(answer.body)
        return answer.body

    def _look_at_list(self, job: Running) -> Mapping[str, Any] | None:
        limit = self._rng.choice([7, 25, 100])
        for offset in range(0, MOST_LISTED, limit):
            page = self._service.call("list_async_jobs", query={"offset": offset, "limit": limit})
            for entry in page.listed():
                if str(entry.get("id")) == job.history.job_id:
                    job.history.look(entry)
                    return entry
            if len(page.listed()) < limit:
                break
        if self._service.alone:
            self._service.report.broken("listed-once", f"job {job.history.job_id} is not listed")
        return None

    def _keep_copies(self, job: Running) -> None:
        """Make what was copied to the folder for it available to later jobs."""
        if job.type != "COPY" or job.planned[0].destination != self._in:
            return
        for entry in self._service.call("list_folder", path={"file_id": self._in}, query={"limit": 100}).listed():
            each = (str(entry.get("id")), str(entry.get("type")).lower(), str(entry.get("name")))
            if each not in self._stock.own:
                self._stock.own.append(each)

    # Refusals

    def _submit_what_is_refused(self) -> None:
        before = self._list_jobs()
        wrong: list[list[dict[str, str]]] = [[], [{"file": self._in}]]
        for items in wrong:
            answer = self._service.call("submit_copy_job", body={"items": items})
            if answer.status != 400:
                what = "nothing" if not items else "something to nowhere"
                self._service.report.broken("bad-request", f"a job that copies {what} yields {answer.status}")
        after = self._list_jobs()
        if self._service.alone and before is not None and after is not None and after.keys() != before.keys():
            self._service.report.broken("one-submit-one-job", "a submission that was refused has made a job")


class _Aftermath:
    """The effects of a finished job, compared with what it says and with what it was told."""

    def __init__(self, service: Service, job: Running) -> None:
        self._service = service
        self._job = job
        result = job.history.last.get("result")
        self._result = [entry for entry in result if isinstance(entry, Mapping)] if isinstance(result, list) else []

    def check(self) -> None:
        self._check_order()
        for planned in self._job.planned:
            if planned.fails:
                continue
            if self._job.type == "DELETE":
                self._expect_gone(planned)
            elif self._job.type == "MOVE" and planned.kind == "file":
                self._expect_at(planned.source, planned)
        if self._job.type != "DELETE":
            self._expect_names()

    def _broken(self, check: str, what: str) -> None:
        self._service.report.broken(check, f"job {self._job.history.job_id}: {what}")

    def _check_order(self) -> None:
        planned = self._job.planned
        if len(self._result) != len(planned):
            return  # reported as incomplete
        for position, (item, entry) in enumerate(zip(planned, self._result, strict=True)):
            if ("error" in entry) != item.fails:
                self._broken("result-in-order", f"entry {position} is not about item {position}")
                return
            if item.fails:
                continue
            told = _resource_id(entry)
            if self._job.type == "COPY" or (self._job.type == "MOVE" and item.kind == "folder"):
                found = self._service.call("get_file", path={"file_id": told})
                right = found.field("name") == item.name and told != item.source
            else:
                right = told == item.source
            if not right:
                self._broken("result-in-order", f"entry {position} is not about item {position}")
                return

    def _expect_gone(self, planned: Planned) -> None:
        if self._service.call("get_file", path={"file_id": planned.source}).status != 404:
            self._broken("effects", f"{planned.kind} {planned.source} is still there")

    def _expect_at(self, file_id: str, planned: Planned) -> None:
        found = self._service.call("get_file", path={"file_id": file_id})
        if (found.field("name"), found.field("parent")) != (planned.name, planned.destination):
            self._broken("effects", f"file {file_id} is not at its destination under its new name")

    def _expect_names(self) -> None:
        """Look into the destination: everything that was to arrive there has."""
        wanted = {planned.name for planned in self._job.planned if not planned.fails}
        destination = self._job.planned[0].destination
        there: set[str] = set()
        listing: Answer | None = None
        while listing is None or len(listing.listed()) == 100:
            query = {"offset": len(there), "limit": 100}
            listing = self._service.call("list_folder", path={"file_id": destination}, query=query)
            there |= {str(entry.get("name")) for entry in listing.listed()}
        if not wanted <= there:
            self._broken("effects", f"{len(wanted - there)} of {len(wanted)} things have not arrived")


def _item(job_type: str, planned: Planned) -> dict[str, str]:
    if job_type == "DELETE":
        return {"file": planned.source}
    return {"file": planned.source, "parent": planned.destination, "name": planned.name}


def _resource_id(entry: Mapping[str, Any]) -> str:
    resource = entry.get("resource")
    return str(resource.get("id")) if isinstance(resource, Mapping) else ""
