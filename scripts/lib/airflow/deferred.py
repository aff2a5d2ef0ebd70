"""Measure the memory of a triggerer while very many tasks are deferred, end, and are followed by as many others.

Airflow is measured with our triggers, and beside that with one of its own. Tasks are put into its database as a worker
leaves them that defers, so that neither worker nor scheduler is needed.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sbg_bulk.simulator import Item, JobType, RealClock, Simulator, Timing, running
from scripts.lib.airflow.dags.deferred import TASKS
from scripts.lib.airflow.processes import Airflow, until
from scripts.lib.airflow.trial import TOKENS, check, end

DAG: Final = "trial_deferred"

WAVES: Final = 3

HOLD: Final = 120
"""Seconds for which all of a wave stay deferred."""

SETTLED: Final = 20
"""Seconds after which the memory is that of tasks that are deferred, and no longer that of deferring them."""

LONG: Final = 1_000_000.0
"""Seconds that a job takes: it ends when the clock is moved."""

PATIENCE: Final = 600.0

GROWTH: Final = 0.05
"""The share by which it may grow while all are deferred; and from wave to wave, beyond what it grows with Airflow's."""


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--deferred", type=int, default=1000, nargs="?", const=1000, metavar="N", help="tasks of a wave"
    )
    wanted = parser.parse_args().deferred
    signal.signal(signal.SIGTERM, end)
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-airflow-") as name:
        kinds = {"Airflow's own": _airflows(Path(name) / "theirs", wanted), "ours": _ours(Path(name) / "ours", wanted)}
    print(json.dumps({"deferred at once": wanted, **kinds}, indent=2))
    growth = {}
    for kind, told in kinds.items():
        first, *later = told["waves"]
        growth[kind] = max(one["MiB at most"] for one in later) / first["MiB at most"] - 1
        for wave in told["waves"]:
            limit = wave["MiB while deferred"] * (1 + GROWTH)
            check(wave["MiB after it"] <= limit, f"{kind}: the triggerer has grown while tasks were deferred")
    told = {kind: f"{share:.1%}" for kind, share in growth.items()}
    print(f"Growth from the first wave to the later ones: {told}")
    check(growth["ours"] <= growth["Airflow's own"] + GROWTH, "the triggerer grows more with our triggers")


def _airflows(home: Path, wanted: int) -> dict[str, Any]:
    """Measure Airflow's trigger for a time."""

    def defer(_: int) -> tuple[list[str], Callable[[], None]]:
        moment = time.time() + PATIENCE / 4 + HOLD
        when = f"datetime.datetime.fromtimestamp({moment}, datetime.timezone.utc)"
        return [f"DateTimeTrigger({when})"] * wanted, lambda: None

    return _measured(Airflow(home, "http://127.0.0.1:1/v2", TOKENS), defer)


def _ours(home: Path, wanted: int) -> dict[str, Any]:
    """Measure ours, each of whose tasks waits for a job of its own."""
    simulator = Simulator(seed="empty", timing=Timing(1, 1, LONG), clock=(clock := RealClock()))
    world = simulator.world
    source, target = world.add_project("rfranklin/source"), world.add_project("rfranklin/target")
    item = Item(world.add_file("a.bam", source.root, size=1).id, project=target.id)
    user = world.users["rfranklin"]

    def defer(_: int) -> tuple[list[str], Callable[[], None]]:
        jobs = [simulator.jobs.submit(user, JobType.COPY, [item], clock.now()).id for _ in range(wanted)]
        return [f"JobsTrigger('sbg_bulk_default', [{job!r}], 'COPY')" for job in jobs], lambda: clock.advance(LONG)

    with running(simulator) as address:
        told = _measured(Airflow(home, address, TOKENS), defer)
    return {**told, "requests": len(simulator.requests)}


def _measured(airflow: Airflow, defer: Callable[[int], tuple[list[str], Callable[[], None]]]) -> dict[str, Any]:
    """Have wave after wave deferred. `defer` returns the triggers of one, and what lets them fire."""
    with airflow.started("dag-processor"):
        until("the tasks are known", lambda: airflow.knows(DAG), PATIENCE)
    with airflow.started("triggerer"):
        try:
            before = _later(airflow, SETTLED)
            waves = [_wave(airflow, wave, *defer(wave)) for wave in range(WAVES)]
        except BaseException:
            print(airflow.last_words(), file=sys.stderr)
            raise
    return {"MiB before": before, "waves": waves}


def _wave(airflow: Airflow, wave: int, triggers: list[str], fire: Callable[[], None]) -> dict[str, int]:
    seen: list[int] = []

    def at_once() -> int:
        seen.append(airflow.memory("triggerer") >> 20)
        return airflow.triggers

    began = time.monotonic()
    airflow.python(DEFER.format(dag=DAG, wave=wave, runs=-(-len(triggers) // TASKS), triggers=", ".join(triggers)))
    until(f"{len(triggers)} triggers run", lambda: at_once() == len(triggers), PATIENCE)
    loaded = time.monotonic()
    first = _later(airflow, SETTLED)
    last = _later(airflow, HOLD)
    check(at_once() == len(triggers), "some did not stay deferred")
    fire()
    until("all have ended", lambda: not at_once(), PATIENCE)
    return {
        "seconds until all were deferred": round(loaded - began),
        "MiB while deferred": first,
        "MiB after it": last,
        "MiB at most": max([*seen, first, last]),
        "MiB when all had ended": _later(airflow, SETTLED),
    }


def _later(airflow: Airflow, seconds: float) -> int:
    """Return the MiB that the triggerer takes after so many seconds, the fewest of some moments."""
    time.sleep(seconds)
    seen = []
    for _ in range(5):
        seen.append(airflow.memory("triggerer") >> 20)
        time.sleep(1)
    return min(seen)


DEFER: Final = """
import datetime
from airflow.api.common.trigger_dag import trigger_dag
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.utils.session import create_session
from airflow.utils.types import DagRunTriggeredByType
from sbg_bulk.airflow.triggers import JobsTrigger
for number in range({runs}):
    trigger_dag("{dag}", triggered_by=DagRunTriggeredByType.TEST, run_id=f"wave-{wave}-{{number}}")
triggers = [{triggers}]
with create_session() as session:
    tasks = session.query(TaskInstance).filter(TaskInstance.run_id.like("wave-{wave}-%")).all()
    for task, trigger in zip(tasks, triggers):
        row = Trigger.from_object(trigger)
        session.add(row)
        session.flush()
        task.trigger_id, task.state, task.next_method, task.next_kwargs = row.id, "deferred", "go_on", {{}}
"""
"""A program that has tasks as they are when they have been deferred."""


if __name__ == "__main__":
    main()
