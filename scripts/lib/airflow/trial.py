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
from scripts.lib.airflow.families import Families
from scripts.lib.airflow.processes import WORKERS, Airflow, until

DAG: Final = "sbg_bulk_cohort"
TIMING: Final = Timing(1, 1, per_file=1.0, transfer=15)
"""Longer than a worker stays with a run; a job of a hundred rows is not over when a lost one was found."""

SHORT_LIMIT: Final = 480
"""Seconds that the short form may take, on a busy machine too."""

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
        self.simulator = Simulator(seed="empty", timing=TIMING)
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
    def once(self) -> int:
        """Return how many files were copied exactly once."""
        return sum(number == 1 for number in self.copied().values())

    @property
    def refused(self) -> int:
        """Return how many requests were too many for the rate limit."""
        return sum(one.status == 429 for one in self.simulator.requests)

    @property
    def submissions(self) -> int:
        return sum(one.operation == "submit_copy_job" for one in self.simulator.requests)

    def configuration(self) -> dict[str, Any]:
        """Return the parameters of the DAG run."""
        return {"manifest": str(self.manifest), "folder": str(self.folder / "out"), "rows": self.size}


def examples(trial: Trial, airflow: Airflow) -> None:
    """Run the example with DAG.test(): without a scheduler."""
    code = f"""
from airflow.dag_processing.dagbag import DagBag
from airflow.configuration import conf
bag = DagBag(conf.get("core", "dags_folder"))
assert not bag.import_errors, bag.import_errors
run = bag.dags["{DAG}"].test(run_conf={trial.configuration()!r})
assert run.state == "success", run.state
"""
    airflow.python(code)


def carried(trial: Trial, airflow: Airflow, port: int, seconds: float) -> dict[str, Any]:
    """Run the example with the scheduler, which is started, and kill on the way. Return what was killed and needed."""
    kills: Counter[str] = Counter()
    peak = 0
    until("the example is known", lambda: airflow.knows(DAG), seconds)
    # The answer to one of the first submissions comes late, so that its worker is killed before it is there.
    late = trial.simulator.arm("kind=delay op=submit_copy_job call=2 seconds=40 after=true")
    airflow.run(DAG, trial.configuration())
    until("a submission is answered late", lambda: late.struck, seconds)
    for one in until("its worker is found", lambda: airflow.talking_to(port), 30):
        one.kill()
        kills["workers"] += 1
    until("a task is deferred", lambda: airflow.states()["deferred"], seconds)
    airflow.kill("triggerer")
    kills["triggerers"] += 1
    airflow.start("triggerer")
    # With a scheduler its workers are killed, and their tasks are missed after a minute. Few shards are all deferred at
    # some time; many never are.
    many = trial.shards > WORKERS
    until("tasks are deferred", lambda: airflow.states()["deferred"] if many else airflow.idle, seconds)
    airflow.kill("scheduler")
    kills["schedulers"] += 1
    airflow.start("scheduler")

    def ended() -> bool:
        nonlocal peak
        peak = max(peak, airflow.memory("triggerer"))
        return airflow.run_state(DAG) in ("success", "failed")

    until("the run has ended", ended, seconds)
    check(airflow.run_state(DAG) == "success", f"the run: {airflow.attempts()}")
    before = trial.submissions
    airflow.call("tasks", "clear", DAG, "--task-regex", "shard.copy", "--yes")
    until("the cleared tasks run", lambda: airflow.run_state(DAG) == "running", seconds)
    until("they have ended", lambda: airflow.run_state(DAG) in ("success", "failed"), seconds)
    kills["cleared"] += trial.shards
    check(airflow.run_state(DAG) == "success", f"the cleared tasks: {airflow.attempts()}")
    check(trial.submissions == before, "a cleared task has submitted something again")
    return {"kills": dict(kills), "triggerer MiB": peak >> 20}


def of_each_kind(families: Families, airflow: Airflow) -> None:
    """Run what is not a copy of a manifest, with the scheduler, which is started."""
    wanted = families.configurations()
    until("the other examples are known", lambda: airflow.knows(*wanted), 1800)
    for dag, configuration in wanted.items():
        airflow.run(dag, configuration)
    until("they have ended", lambda: all(airflow.run_state(one) in ("success", "failed") for one in wanted), 1800)
    check(all(airflow.run_state(one) == "success" for one in wanted), f"of each kind: {airflow.attempts()}")
    check(not families.wrong(), f"not each row once: {families.wrong()}")


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
    parser.add_argument("--short", action="store_true", help="the kills alone, with 1,200 files, in eight minutes")
    parser.add_argument("--keep", action="store_true", help="keep the folder, with Airflow's logs")
    given = parser.parse_args()
    rows, shards = (1_200, 4) if given.short else (given.rows, given.shards)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, end)
    if given.short:
        signal.alarm(SHORT_LIMIT)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="sbg-bulk-airflow-"))
    failed = True
    try:
        if not given.short:
            small = Trial(_new(folder / "small"), 40, 2)
            with running(small.simulator) as address:
                examples(small, Airflow(_new(folder / "small" / "home"), address, TOKENS))
            check(small.once == small.rows, "DAG.test(): not each file once")
            print(f"DAG.test(): {small.rows} files, each once, after {time.monotonic() - began:.0f} s", flush=True)
        trial = Trial(_new(folder / "trial"), rows, shards)
        families = Families(trial.simulator, trial.folder)
        with running(trial.simulator) as address:
            airflow = Airflow(_new(folder / "trial" / "home"), address, TOKENS)
            with airflow.started():
                try:
                    found = carried(trial, airflow, urlsplit(address).port or 0, 240 if given.short else 5400)
                    own, refused = len(trial.simulator.requests), trial.refused
                    if not given.short:
                        print(
                            f"{trial.once:,} of {rows:,} rows once, {own:,} requests, {refused:,} refused", flush=True
                        )
                        of_each_kind(families, airflow)
                except BaseException:
                    print(airflow.last_words(), file=sys.stderr)
                    raise
        tally: dict[str, Any] = {
            "rows": rows,
            "once": trial.once,
            "more than once": sum(number > 1 for number in trial.copied().values()),
            **found,
            "submissions": trial.submissions,
            "requests": own,
            "429": refused,
            "seconds": round(time.monotonic() - began),
            "tokens found in": secrets_in(folder),
        }
        print(json.dumps(tally, indent=2))
        check(trial.once == rows and not tally["more than once"], "not each file once")
        check(tally["429"] < 0.01 * tally["requests"], "too many requests were refused")
        check(not tally["tokens found in"], "a token is written down")
        failed = False
    finally:
        signal.alarm(0)
        if failed or given.keep:
            print(f"Kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder)


def end(number: int, _: object) -> None:
    """End, with all that was started. A second signal does not keep that from being done."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(f"FAILED: not done after {SHORT_LIMIT} s" if number == signal.SIGALRM else "FAILED: terminated")


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    main()
