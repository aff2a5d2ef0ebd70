"""Draw the live display in the middle of a run, which the simulator serves on a clock that nobody waits for."""

from __future__ import annotations

import io
import random
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from sbg_bulk import Client, Progress, RunOptions
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Reply
from sbg_bulk.api.waits import Cause, Wait
from sbg_bulk.cli.progress.live import lines
from sbg_bulk.cli.progress.tracker import ProgressTracker
from sbg_bulk.simulator import ManualClock, Simulator, Timing
from sbg_bulk.testing import VirtualClock

WIDTH: Final = 90
ROWS: Final = 2500
COMMAND: Final = "sbg-bulk copy --manifest samples.csv --to rfranklin/analysis --items-per-job 25"

LATENCY: Final = 0.25
"""Seconds that a request takes."""

FONT: Final = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'


class _Enough(Exception):
    """The run has come as far as the picture is to show."""


def run() -> tuple[str, ProgressTracker]:
    """Carry a run to its middle. Return its id, and what there is to tell of it."""
    random.seed(1)  # for pauses of the same length each time
    clock = ManualClock()
    faults = [f"kind=fail_item op=submit_copy_job call={call} item=7" for call in (4, 11)]
    simulator = Simulator(clock=clock, seed="empty", timing=Timing(2, 2, 1.2), faults=faults)
    source = simulator.world.add_project("rfranklin/cohort")
    simulator.world.add_project("rfranklin/analysis")
    files = [simulator.world.add_file(f"sample-{number:04}.bam", source.root, size=1).id for number in range(ROWS)]
    manifest = io.BytesIO("\n".join(["file", *files]).encode())

    class Driver(BlockingDriver):
        def _call(self, step: Call) -> Reply:
            clock.advance(LATENCY)
            return super()._call(step)

    driver = VirtualClock(clock).blocking_driver(simulator.transport(), Driver)
    following, told = ProgressTracker(clock.now), list[Progress]()

    def show(progress: Progress) -> None:
        told.append(progress)
        following.run(progress)

    def pause(wait: Wait) -> None:
        following.wait(wait)
        if told[-1].tally.done > ROWS / 2 and wait.cause is Cause.NEXT_LOOK:
            raise _Enough

    with tempfile.TemporaryDirectory(prefix="sbg-bulk-picture-") as scratch:
        try:
            with Client("http://localhost/v2", "demo-token", driver=driver) as client:
                client.run(
                    "copy",
                    manifest,
                    project="rfranklin/analysis",
                    journal=Path(scratch) / "journal",
                    items_per_job=25,
                    options=RunOptions(jobs_in_flight=20),
                    on_change=show,
                    on_wait=pause,
                )
        except _Enough:
            return told[-1].run, following
    raise SystemExit("The run was over before its picture was made.")


def picture() -> str:
    """Draw the picture as SVG, which needs nothing from elsewhere."""
    name, following = run()
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "bold green"), COMMAND))
    console.print(Text(f"Run {name}: {ROWS:,} files."))
    for line in lines(following.outlook(), WIDTH - 1):
        console.print(line)
    # The fonts that rich would have the viewer load are left out, and its own comment with them.
    form = re.sub(r"\s*@font-face \{\{.*?\}\}\n|\s*<!--.*?-->", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    form = form.replace("Fira Code, monospace", FONT).replace("font-family: arial", f"font-family: {FONT}")
    return console.export_svg(title="sbg-bulk", code_format=form, unique_id="run") + "\n"


def main() -> None:
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(picture(), "utf-8")
    print(f"Drawn: {target}")


if __name__ == "__main__":
    main()
