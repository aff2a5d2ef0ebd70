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
from sbg_bulk.runs.journal import Journal
from sbg_bulk.settings.settings import ENDPOINT_VARIABLE, TOKEN_VARIABLE
from sbg_bulk.simulator.seeds import TOKEN
from scripts.lib.faults.service import LIST_LAG
from scripts.lib.faults.stage import DESTINATION, SOURCES
from scripts.lib.faults.trial import Result, scratch
from scripts.lib.faults.worker import COMPLETE, STOPPED

ROOT: Final = Path(__file__).parents[3]

ITEMS_PER_JOB: Final = 3

ROWS_PER_KILL: Final = 40
"""So many that a run lasts until all its kills are done."""

FINDING_OUT: Final = "to find out whether a submission started a job\n"
"""Line that a process writes when it does not know what became of a submission."""

SURE: Final = 5 * LIST_LAG
"""The run's own `list_lag`, in seconds."""


def kill(kills: int, seed: int) -> Result:
    """Carry one run that is killed so often, and return its result."""
    chance = random.Random(f"kills {seed}")  # noqa: S311 - to be repeated as far as processes can be
    rows = ROWS_PER_KILL * kills
    with scratch() as folder, _service(rows, 5 * kills, seed) as there:
        killing = _Killing(there, chance.choice(("copy", "move", "delete")), folder, chance)
        killing.carry(kills)
        broken = [*killing.broken, *killing.compare()]
        counts = killing.counts + Counter(runs=1, rows=rows)
    return Result({seed: broken} if broken else {}, counts)


@define
class _Killing:
    there: Mapping[str, Any]
    job_type: str
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
        project = "" if self.job_type == "delete" else DESTINATION
        manifest.write_text("file,project\n" + "".join(f"{file},{project}\n" for file in self.there["files"]))
        decision: Sequence[str] = ()
        while not self.broken:
            dies = self.counts["kills"] < kills
            command = [sys.executable, "-m", "scripts.lib.faults.worker", self.job_type]
            command += [str(manifest), str(self.journal), "--items-per-job", str(ITEMS_PER_JOB)]
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
        """Submit a job of the same type, to the same place, as another program of the same user."""
        files = [self.there["others"].pop() for _ in range(ITEMS_PER_JOB) if self.there["others"]]
        place = {} if self.job_type == "delete" else {"project": DESTINATION}
        items = [{"file": file, **place} for file in files]
        address = f"{self.there['url']}/async/files/{self.job_type}"
        before = {job["id"] for job in self._state()["jobs"]}
        self.started = bool(before - self.others)
        with suppress(httpx.TransportError):  # a fault; whether it has started a job shows below
            httpx.post(address, json={"items": items}, headers={"X-SBG-Auth-Token": TOKEN})
        self.others |= {job["id"] for job in self._state()["jobs"]} - before

    def _decide(self, candidates: Sequence[str]) -> Sequence[str]:
        """Answer as a person does who knows which jobs are the other program's."""
        own = [job for job in candidates if job not in self.others]
        if len(own) > 1:
            self.broken.append(f"jobs {', '.join(own)} are all taken for one submission's")
        return ["--adopt", own[0]] if own else ["--resubmit"]

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
        trees = {project["id"]: project["root"]["children"] for project in state["projects"]}
        sources = {node["id"] for node in trees[SOURCES]}
        made: dict[int, list[Mapping[str, Any]]] = {}
        for node in trees[DESTINATION]:
            made.setdefault(node["size"], []).append(node)
        for place, said in enumerate(report):
            named = rf"(\d+_)?sample_{place:05}\.bam"
            there = [node for node in made.get(2 * place, []) if re.fullmatch(named, node["name"])]
            missing = place % 50 == 0
            times = int(not missing and said["file"] not in sources) if self.job_type == "delete" else len(there)
            expected = {"done": (1,), "failed": (0,), "open": (0,)}.get(said["outcome"], (0, 1))
            if times not in expected:
                yield f"row {place} is said to be {said['outcome']}, and was done {times} times"
            if said["outcome"] == "done" and there and said["new_id"] not in (there[0]["id"], None):
                yield f"row {place} has become {there[0]['id']}, and is said to have become {said['new_id']}"
            if self.job_type == "move" and not missing and (said["file"] in sources) == bool(there):
                yield f"row {place} is in both places, or in none"

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
