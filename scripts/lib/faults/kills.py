"""Runs whose processes are killed for real, with SIGKILL, at random moments, and resumed until they are complete.

The service is a process of its own, reached over HTTP, and has faults of its own; another program of the same user
submits jobs of the same type to the same place meanwhile. What there is in the end is compared with the run's journal:
each row done once, or reported as not done.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
from attrs import define, field

from sbg_bulk.errors import JournalError
from sbg_bulk.items import COPY, DELETE, DRS_IMPORT, EXPORT_COPY, EXPORT_REPLACE, IMPORT, METADATA, MOVE, TAGS
from sbg_bulk.runs import decide
from sbg_bulk.runs.journal import Journal
from sbg_bulk.settings.settings import ENDPOINT_VARIABLE, TOKEN_VARIABLE
from sbg_bulk.simulator.seeds import TOKEN
from scripts.lib.faults.errands import CHANGED, Errand, errand, name_of, started
from scripts.lib.faults.service import LIST_LAG
from scripts.lib.faults.stage import DESTINATION, SOURCES
from scripts.lib.faults.trial import Result, scratch
from scripts.lib.faults.worker import COMPLETE, STOPPED

ROOT: Final = Path(__file__).parents[3]

ITEMS_PER_JOB: Final = 3

HEADERS: Final = {"X-SBG-Auth-Token": TOKEN}

FINDING_OUT: Final = "to find out whether a submission started a job\n"
"""Line that a process writes when it does not know what became of a submission."""

SURE: Final = 5 * LIST_LAG
"""The run's own `list_lag`, in seconds."""


def kill(kills: int, seed: int) -> Result:
    """Carry one run that is killed so often, and return its result."""
    chance = random.Random(f"kills {seed}")  # noqa: S311 - to be repeated as far as processes can be
    does = errand(seed)
    rows = does.rows_per_kill * kills
    with scratch() as folder, _service(rows, 5 * kills, seed) as there:
        killing = _Killing(there, does, folder, chance)
        killing.carry(kills)
        broken = [*killing.broken, *killing.compare()]
        counts = killing.counts + Counter({"runs": 1, "rows": rows, f"kills of {does.job_type}": kills})
    return Result({seed: broken} if broken else {}, counts)


@define
class _Killing:
    there: Mapping[str, Any]
    does: Errand
    folder: Path
    chance: random.Random
    counts: Counter[str] = field(factory=Counter)
    broken: list[str] = field(factory=list)
    others: set[str] = field(factory=set)
    started: bool = False

    @property
    def journal(self) -> Path:
        return self.folder / "run.sbg-run"

    def carry(self, kills: int) -> None:
        """Carry the run to its end, through so many kills."""
        manifest = self.folder / "manifest.csv"
        manifest.write_text(self.does.manifest(self.there["files"]))
        decision: Sequence[str] = ()
        while not self.broken:
            dies = self.counts["kills"] < kills
            command = [sys.executable, "-m", "scripts.lib.faults.worker", self.does.job_type]
            command += [str(manifest), str(self.journal), "--items-per-job", str(ITEMS_PER_JOB)]
            command += ["--settings", json.dumps(self.does.settings)]
            command += ["--list-lag", str(SURE), "--jobs-in-flight", "4" if dies else "100", *decision]
            self._forget_half_a_journal()
            self.counts["processes"] += 1
            code, last = self._live(command, dies=dies)
            decision = ()
            if code == -signal.SIGKILL:
                self.counts["kills"] += 1
                self._another_program()
            elif code != 0:
                self.broken.append(f"a process has ended with {code}")
            elif last[:1] == [STOPPED]:
                self.counts["stopped"] += 1
                decision = self._decide(last[1:])
            elif last[:1] == [COMPLETE]:
                if self.counts["kills"] < kills:
                    self.broken.append(f"the run was complete after {self.counts['kills']} kills: too few rows")
                return

    def _live(self, command: Sequence[str], *, dies: bool) -> tuple[int, list[str]]:
        """Run one process from its start to its end; return its exit code, and the words of its last line."""
        # After some line of its progress, or some time after the first.
        lines, seconds = self.chance.randint(1, 15), self.chance.uniform(0.0, 0.4)
        by_line = self.chance.random() < 0.5
        if self.chance.random() < 0.1:
            lines, seconds, by_line = 0, self.chance.uniform(0.0, 1.0), False
        last = ""
        environment = os.environ | {ENDPOINT_VARIABLE: self.there["url"], TOKEN_VARIABLE: TOKEN}
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
            timer = threading.Timer(seconds, process.kill)
            assert process.stdout is not None
            if dies and lines == 0:
                timer.start()
            for number, line in enumerate(process.stdout, start=1):
                last = line
                self.counts["waits to find out whether a submission started a job"] += line == FINDING_OUT
                if dies and by_line and number == lines:
                    process.kill()
                if dies and not by_line and lines and number == 1:
                    timer.start()
            code = process.wait()
            timer.cancel()
        return code, last.split()

    def _forget_half_a_journal(self) -> None:
        """Begin again, as a person would, if a process was killed before its journal was made: it has sent nothing."""
        if not self.journal.exists():
            return
        try:
            Journal.open(self.journal).close()
        except JournalError:
            if self.started:
                self.broken.append("the journal cannot be opened any more")
                return
            self.counts["begun again"] += 1
            for leftover in self.folder.glob("run.sbg-run*"):
                leftover.unlink()

    def _another_program(self) -> None:
        """Ask for the same, of other things, to the same place, as another program of the same user."""
        files = [self.there["others"].pop() for _ in range(ITEMS_PER_JOB) if self.there["others"]]
        address, body = self.does.another(files)
        before = {job["id"] for job in started(self._state())}
        self.started = bool(before - self.others)
        with suppress(httpx.TransportError):  # a fault; whether it has started a job shows below
            httpx.post(f"{self.there['url']}{address}", json=body, headers=HEADERS)
        self.others |= {job["id"] for job in started(self._state())} - before

    def _decide(self, candidates: Sequence[str]) -> Sequence[str]:
        """Answer as a person does who knows which jobs are the other program's, and looks what there is."""
        own = [job for job in candidates if job not in self.others]
        if not candidates:
            own = self._found()
        if len(own) > 1:
            self.broken.append(f"jobs {', '.join(own)} are all taken for one submission's")
        if own and self.does.job_type in (EXPORT_COPY, EXPORT_REPLACE, IMPORT):
            self.broken.append(f"a person is asked about a row whose job is {own[0]}")
        return ["--adopt", own[0]] if own else ["--resubmit"]

    def _found(self) -> list[str]:
        """Return the jobs of the submission that a person is asked about, by what came of them."""
        with Journal.open(self.journal) as journal:
            asked = decide.asked_about(journal)
            assert asked is not None
            places, known = range(asked.first, asked.last + 1), journal.own_jobs() | journal.row_jobs()
        state = self._state()
        files = {self.there["files"][place] for place in places}
        sizes = {2 * place for place in places}
        made = {node["id"] for node in self._tree(state, DESTINATION) if node["size"] in sizes}
        found = [job["id"] for job in state["transfers"] if (job.get("source") or {}).get("file") in files]
        found += [
            job["id"]
            for job in state["drs_imports"]
            if any((entry.get("resource") or {}).get("id") in made for entry in job["result"])
        ]
        return [job for job in found if job not in known | self.others]

    # Comparing

    def compare(self) -> Iterator[str]:
        """Compare what was done with what the run says; yields what is wrong."""
        state = self._state()
        with Journal.open(self.journal) as journal:
            report, tally = list(journal.report()), journal.tally()
        with closing(sqlite3.connect(self.journal)) as database:
            (void,) = database.execute("SELECT count(*) FROM submission WHERE state = 'void'").fetchone()
        self.counts["resubmitted"] += void
        self.counts["done"] += tally.done
        self.counts["failed"] += tally.failed
        self.counts["unattributed or unknown"] += tally.unattributed + tally.unknown
        if not tally.complete or tally.rows != len(self.there["files"]):
            yield f"the run is not complete: {tally}"
        times = self._times(state, report)
        for place, said in enumerate(report):
            expected = {"done": (1,), "failed": (0,), "open": (0,)}.get(said["outcome"], (0, 1))
            if times[place] not in expected:
                yield f"row {place} is said to be {said['outcome']}, and was done {times[place]} times"
        if self.does.job_type in (COPY, MOVE, IMPORT, DRS_IMPORT):
            yield from self._compare_files(state, report)

    def _times(self, state: Mapping[str, Any], report: Sequence[Mapping[str, Any]]) -> Sequence[int]:
        """Return how often each row was done, as the service has it."""
        there = range(len(report))
        if self.does.job_type == DELETE:
            sources = {node["id"] for node in self._tree(state, SOURCES)}
            return [int(bool(place % 50) and report[place]["file"] not in sources) for place in there]
        if self.does.job_type in (METADATA, TAGS):
            changed = self._changed([file for place, file in enumerate(self.there["files"]) if place % 50])
            return [int(self.there["files"][place] in changed) for place in there]
        if self.does.job_type in (EXPORT_COPY, EXPORT_REPLACE):
            ours = [job for job in state["transfers"] if job["id"] not in self.others and "error" not in job]
            exported = Counter(job["source"]["file"] for job in ours)
            return [exported[self.there["files"][place]] for place in there]
        made = self._made(state)
        return [len(made.get(place, ())) for place in there]

    def _changed(self, files: Sequence[str]) -> set[str]:
        """Return which files have what they were to get, and have kept the rest."""
        metadata, tags = CHANGED[self.does.job_type]
        httpx.delete(self.there["url"].removesuffix("/v2") + "/_simulator/faults").raise_for_status()
        found = set()
        for start in range(0, len(files), 100):
            body = {"file_ids": files[start : start + 100]}
            answer = httpx.post(f"{self.there['url']}/bulk/files/get", json=body, headers=HEADERS).raise_for_status()
            for entry in answer.json()["items"]:
                file = entry["resource"]
                if (file["metadata"], file["tags"]) == (metadata, tags):
                    found.add(file["id"])
        return found

    def _made(self, state: Mapping[str, Any]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
        """Return what has come of each row in the destination."""
        made: dict[int, list[Mapping[str, Any]]] = {}
        for node in self._tree(state, DESTINATION):
            place = node["size"] // 2
            if node["size"] % 2 == 0 and re.fullmatch(rf"(_?\d+_)?{re.escape(name_of(place))}", node["name"]):
                made.setdefault(place, []).append(node)
        return made

    def _compare_files(self, state: Mapping[str, Any], report: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        made, sources = self._made(state), {node["id"] for node in self._tree(state, SOURCES)}
        for place, said in enumerate(report):
            there = made.get(place, ())
            if said["outcome"] == "done" and there and said["new_id"] not in (there[0]["id"], None):
                yield f"row {place} has become {there[0]['id']}, and is said to have become {said['new_id']}"
            if self.does.job_type == MOVE and place % 50 and (said["file"] in sources) == bool(there):
                yield f"row {place} is in both places, or in none"

    def _tree(self, state: Mapping[str, Any], project: str) -> Sequence[Mapping[str, Any]]:
        """Return what a project has."""
        found: Sequence[Mapping[str, Any]] = next(
            each["root"]["children"] for each in state["projects"] if each["id"] == project
        )
        return found

    def _state(self) -> Mapping[str, Any]:
        address = self.there["url"].removesuffix("/v2") + "/_simulator/state"
        found: Mapping[str, Any] = httpx.get(address).raise_for_status().json()
        return found


@contextmanager
def _service(rows: int, others: int, seed: int) -> Iterator[dict[str, Any]]:
    """Serve from a process of its own; yields what is where."""
    command = [sys.executable, "-m", "scripts.lib.faults.service", str(rows), str(others), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
