"""A real Jupyter kernel: tables, bars that are updated in their place, and runs that survive an interrupt."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sbg_bulk.simulator import Simulator
from tests.notebook.harness import ROWS, RUN
from tests.notebook.kernel import Cell, Kernel

Step = Callable[[], None]
Asked = Callable[[str], int]

RUNS = {"Client": RUN, "AsyncClient": f"await Async{RUN.replace('client', 'Client(**quick)')}"}


def bar(cell: Cell) -> str:
    """What the one bar below a cell says in the end, in plain text."""
    ids = [bundle for bundle in cell.shown if 'role="progressbar"' in bundle.get("text/html", "")]
    assert len(ids) == 1
    text: str = ids[0]["text/plain"]
    return text


def widths(cell: Cell) -> list[float]:
    """How long the bar was each time that it was drawn, in percent."""
    found = (re.search(r"; width: ([\d.]+)%", bundle["text/html"]) for bundle in cell.updates)
    return [float(one[1]) for one in found if one]


def resuming(cell: Cell) -> str:
    """The call that takes a run up again, as it stands below a cell."""
    found = re.search(r"resume with (client\.resume\('[^']+'\))", bar(cell))
    assert found is not None, bar(cell)
    return found[1]


def test_things_show_themselves_as_tables(kernel: Kernel, files: list[str]) -> None:
    for code, texts in {
        "client.files_page('rfranklin/cohort-a', limit=50)": ["Name", files[0], "1 to"],
        "next(client.files('rfranklin/cohort-a'))": ["File", "rfranklin/cohort-a"],
        "client.rate_limit()": ["Rate limit", "Requests left"],
        "client.user()": ["User", "Rosalind Franklin"],
        "client.project('rfranklin/analysis')": ["Project", "Analysis", "copy"],
        "client.jobs_page()": ["of 0"],
        "from sbg_bulk.notebook import table; table(client.files('rfranklin/cohort-a'))": ["Name", files[-1]],
    }.items():
        cell = kernel.run(code)
        assert cell.error is None, cell.traceback
        (shown,) = cell.shown
        assert all(text in shown["text/html"] for text in texts), shown
        assert "<" not in shown["text/plain"] or "datetime" in shown["text/plain"]


def test_wait_draws_a_bar_that_reaches_its_end(kernel: Kernel, files: list[str], step: Step) -> None:
    submit = "ids = [f.id for f in client.files('rfranklin/cohort-a') if f.name.startswith('new-')]"
    assert kernel.run(f"{submit}\njob = client.copy(ids, project='rfranklin/analysis')").error is None
    cell = kernel.run("client.wait(job)", meanwhile=step)
    assert cell.error is None, cell.traceback
    assert bar(cell) == f"100% 1 of 1 job finished, {ROWS} of {ROWS} files done"
    drawn = widths(cell)
    assert len(drawn) > 2
    assert drawn == sorted(drawn)
    assert drawn[0] < 50 < drawn[-1] == 100
    # And the job itself, below it.
    assert f"{ROWS} of {ROWS} files done" in cell.shown[1]["text/html"]
    assert len(files) == ROWS


def test_wait_draws_nothing_for_who_looks_on_by_other_means(kernel: Kernel, files: list[str], step: Step) -> None:
    submit = "ids = [f.id for f in client.files('rfranklin/cohort-a') if f.name.startswith('new-')]"
    assert kernel.run(f"{submit}\njob = client.copy(ids, project='rfranklin/analysis')").error is None
    cell = kernel.run("done = client.wait(job, on_change=lambda job: None)", meanwhile=step)
    assert (cell.error, cell.shown) == (None, [])
    assert len(files) == ROWS


@pytest.mark.parametrize("kind", RUNS)
def test_a_run_draws_a_bar_and_reports(
    kernel: Kernel, step: Step, copies: Callable[[], list[str]], files: list[str], kind: str
) -> None:
    cell = kernel.run(RUNS[kind], meanwhile=step)
    assert cell.error is None, cell.traceback
    assert re.fullmatch(rf"100% Run \S+: {ROWS} of {ROWS} files copied", bar(cell))
    assert widths(cell) == sorted(widths(cell))
    assert f"{ROWS} of {ROWS} files copied" in cell.shown[1]["text/html"]
    assert copies() == files


@pytest.mark.parametrize("kind", RUNS)
def test_an_interrupted_run_says_how_to_go_on_and_each_file_is_copied_once(
    kernel: Kernel,
    simulator: Simulator,
    step: Step,
    asked: Asked,
    copies: Callable[[], list[str]],
    files: list[str],
    kind: str,
) -> None:
    done_first = 5  # of one job

    def interrupt_in_the_second_job() -> None:
        if len(copies()) < done_first:
            step()
        elif len(simulator.jobs.all()) == 2:
            kernel.interrupt_once()

    cell = kernel.run(RUNS[kind], meanwhile=interrupt_in_the_second_job)
    assert cell.error in ("KeyboardInterrupt", "CancelledError")
    assert f"{done_first} of {ROWS} files copied" in bar(cell)
    again = resuming(cell)
    assert again in re.sub(r"\x1b\[[\d;]*m", "", cell.traceback)
    cell = kernel.run(again, meanwhile=step)
    assert cell.error is None, cell.traceback
    assert f"{ROWS} of {ROWS} files copied" in cell.shown[-1]["text/html"]
    assert copies() == files
    assert asked("submit_copy_job") == 3


def test_an_interrupted_wait_can_be_repeated(kernel: Kernel, files: list[str], step: Step, asked: Asked) -> None:
    submit = "ids = [f.id for f in client.files('rfranklin/cohort-a') if f.name.startswith('new-')]"
    assert kernel.run(f"{submit}\njob = client.copy(ids, project='rfranklin/analysis')").error is None
    seen = asked("get_copy_job") + 2  # the bar is there then

    def interrupt_after_a_look() -> None:
        if asked("get_copy_job") >= seen:
            kernel.interrupt_once()

    cell = kernel.run("client.wait(job)", meanwhile=interrupt_after_a_look)
    assert cell.error == "KeyboardInterrupt"
    assert bar(cell).endswith("Stopped waiting; the jobs keep running on the platform")
    cell = kernel.run("client.wait(job).succeeded", meanwhile=step)
    assert cell.shown[-1]["text/plain"] == "True"
    assert len(files) == ROWS
