"""Run the examples with Airflow's own processes, kill some of them, and count in the simulator what was done.

Nothing is taken from what Airflow says of itself: the simulator knows which file was copied, and how often.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sbg_bulk.simulator import Simulator, Timing, running
from sbg_bulk.simulator.seeds import LIKELY_TOKEN
from scripts.lib.airflow.processes import Airflow, until

DAG: Final = "sbg_bulk_cohort"
SECONDS_A_FILE: Final = 0.4
"""So that a job takes longer than a worker stays with a run."""

TOKENS: Final = {"sbg_bulk_default": LIKELY_TOKEN}


class Trial:
    """The world of a trial: files to copy, a folder for each shard, and what is counted.

    Args:
        folder: a folder of its own.
        rows: how many files.
        shards: how many pieces.
    """

    def __init__(self, folder: Path, rows: int, shards: int) -> None:
        self.folder = folder
        self.rows = rows
        self.shards = shards
        self.simulator = Simulator(seed="empty", timing=Timing(1, 1, SECONDS_A_FILE))
        world = self.simulator.world
        self.source = world.add_project("rfranklin/source")
        self.target = world.add_project("rfranklin/target")
        self.folders = [world.add_folder(f"shard-{number:03}", self.target.root) for number in range(shards)]
        size = -(-rows // shards)
        lines = ["file,parent"]
        for number in range(rows):
            file = world.add_file(f"f{number:06}.bam", self.source.root, size=1000 + number)
            lines.append(f"{file.id},{self.folders[number // size].id}")
        self.manifest = folder / "cohort.csv"
        self.manifest.write_text("\n".join([*lines, ""]))
        self.size = size

    def copied(self) -> Counter[str]:
        """Return how often each file is at the destination, by the name that it was to have."""
        names = (name for folder in self.folders for name in folder.children)
        return Counter(name.rpartition("_")[2] for name in names)

    @property
    def submissions(self) -> int:
        return sum((one.operation or "").startswith("submit_") for one in self.simulator.requests)

    def configuration(self) -> str:
        """Return the parameters of the DAG run, as JSON."""
        return json.dumps({"manifest": str(self.manifest), "folder": str(self.folder / "out"), "rows": self.size})


def examples(trial: Trial, airflow: Airflow) -> None:
    """Run the example with DAG.test(): without a scheduler."""
    code = f"""
import json
from airflow.dag_processing.dagbag import DagBag
from airflow.configuration import conf
bag = DagBag(conf.get("core", "dags_folder"))
assert not bag.import_errors, bag.import_errors
run = bag.dags["{DAG}"].test(run_conf=json.loads({trial.configuration()!r}))
assert run.state == "success", run.state
"""
    airflow.python(code)


def carried(trial: Trial, airflow: Airflow, port: int, kills: Counter[str], seconds: float) -> None:
    """Run the example with the scheduler, and kill on the way."""
    with airflow.started():
        until("the example is known", lambda: DAG in airflow.call("dags", "list", "-o", "plain"), 180)
        airflow.call("dags", "unpause", DAG)
        # The answer to one of the first submissions comes late, so that its worker is killed before it is there.
        late = trial.simulator.arm("kind=delay op=submit_copy_job call=2 seconds=20 after=true")
        airflow.call("dags", "trigger", DAG, "--conf", trial.configuration())
        until("a submission is answered late", lambda: late.struck, 180)
        killed = until("its worker is found", lambda: airflow.talking_to(port), 15)
        for one in killed:
            one.kill()
            kills["workers"] += 1
        until("a task is deferred", lambda: airflow.states(DAG).get("deferred"), seconds)
        airflow.stop("triggerer", signal.SIGKILL)
        kills["triggerers"] += 1
        airflow.start("triggerer")
        # With a scheduler its workers are killed: when none is at work, or else when all is done.
        until("no worker is at work", lambda: not airflow.states(DAG).get("running"), seconds)
        airflow.stop("scheduler", signal.SIGKILL)
        kills["schedulers"] += 1
        airflow.start("scheduler")
        peak = 0

        def ended() -> bool:
            nonlocal peak
            peak = max(peak, airflow.memory("triggerer"))
            return airflow.run_state(DAG) in ("success", "failed")

        until("the run has ended", ended, seconds)
        print(f"triggerer: {peak >> 20} MiB at most", flush=True)
        check(airflow.run_state(DAG) == "success", f"the run: {airflow.attempts(DAG)}")
        before = trial.submissions
        airflow.call("tasks", "clear", DAG, "--task-regex", "shard.copy", "--yes")
        until("the cleared tasks run", lambda: airflow.run_state(DAG) == "running", 60)
        until("they have ended", lambda: airflow.run_state(DAG) in ("success", "failed"), seconds)
        kills["cleared"] += trial.shards
        check(airflow.run_state(DAG) == "success", f"the cleared tasks: {airflow.attempts(DAG)}")
        check(trial.submissions == before, "a cleared task has submitted something again")


def secrets_in(folder: Path) -> list[str]:
    """Return the files below a folder in which a token stands: the database, logs, journals, reports."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    tokens = [token.encode() for token in TOKENS.values()]
    return [str(path.relative_to(folder)) for path in files if any(one in path.read_bytes() for one in tokens)]


def check(holds: bool, otherwise: str) -> None:
    """Stop the trial unless something holds."""
    if not holds:
        raise SystemExit(f"FAILED: {otherwise}")


def main() -> None:
    """Run the trial, and print its tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="files to copy")
    parser.add_argument("--shards", type=int, default=10, metavar="N", help="pieces")
    parser.add_argument("--short", action="store_true", help="2,000 files in four pieces")
    parser.add_argument("--keep", action="store_true", help="keep the folder, with Airflow's logs")
    given = parser.parse_args()
    rows, shards = (2_000, 4) if given.short else (given.rows, given.shards)
    signal.signal(signal.SIGTERM, _end)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="sbg-bulk-airflow-"))
    kills: Counter[str] = Counter()
    failed = True
    try:
        small = Trial(_new(folder / "small"), 150, 2)
        with running(small.simulator) as address:
            examples(small, Airflow(_new(folder / "small" / "home"), address, TOKENS))
        check(set(small.copied().values()) == {1} and len(small.copied()) == 150, "DAG.test(): not each file once")
        print(f"DAG.test(): 150 files, each once, after {time.monotonic() - began:.0f} s", flush=True)
        trial = Trial(_new(folder / "trial"), rows, shards)
        with running(trial.simulator) as address:
            airflow = Airflow(_new(folder / "trial" / "home"), address, TOKENS)
            carried(trial, airflow, urlsplit(address).port or 0, kills, 240 if given.short else 5400)
        copied = trial.copied()
        tally: dict[str, Any] = {
            "rows": rows,
            "once": sum(number == 1 for number in copied.values()),
            "more than once": sum(number > 1 for number in copied.values()),
            "kills": dict(kills),
            "submissions": trial.submissions,
            "requests": len(trial.simulator.requests),
            "429": sum(one.status == 429 for one in trial.simulator.requests),
            "seconds": round(time.monotonic() - began),
            "tokens found in": secrets_in(folder),
        }
        print(json.dumps(tally, indent=2))
        check(tally["once"] == rows and not tally["more than once"], "not each file once")
        check(tally["429"] < 0.01 * tally["requests"], "too many requests were refused")
        check(not tally["tokens found in"], "a token is written down")
        failed = False
    finally:
        if failed or given.keep:
            print(f"Kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder)


def _end(*_: object) -> None:
    """End, with all that was started. A second signal does not keep that from being done."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit("FAILED: terminated")


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    main()
