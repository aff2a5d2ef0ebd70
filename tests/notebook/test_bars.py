"""Bars: drawn once, updated in their place, not too often, to their end; and nothing at all outside a notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest

from sbg_bulk import Totals
from sbg_bulk.api.waits import Cause, Wait
from sbg_bulk.notebook import bars
from sbg_bulk.notebook.bars import Bar, Drawing, for_run, for_wait, kernel_display
from sbg_bulk.runs.progress import Progress
from sbg_bulk.runs.records import Tally
from tests.notebook.markup import EVIL, Seen


class Notebook:
    """What was displayed, and what took its place."""

    def __init__(self) -> None:
        self.displayed: list[object] = []
        self.drawn: list[str] = []

    def display(self, thing: object) -> Notebook:
        self.displayed.append(thing)
        self.drawn.append(repr(thing))
        return self

    def update(self, thing: object) -> None:
        self.drawn.append(repr(thing))


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def test_a_bar_is_displayed_once_and_then_updated_but_not_too_often(notebook: Notebook) -> None:
    moments = iter([0.0, 0.05, 0.11, 0.11, 0.15, 0.2])
    bar = Bar(notebook.display, clock=lambda: next(moments))
    for place in range(4):
        bar.draw(Drawing(place / 4, f"at {place}"))
    assert notebook.drawn == ["0% at 0", "50% at 2"]
    bar.finish()
    bar.finish()
    assert notebook.drawn == ["0% at 0", "50% at 2", "75% at 3"]
    assert len(notebook.displayed) == 1


def test_a_bar_that_was_never_drawn_is_not_displayed(notebook: Notebook) -> None:
    with for_wait(notebook.display):
        pass
    with pytest.raises(KeyboardInterrupt), for_run(notebook.display, "client.resume('r')"):
        raise KeyboardInterrupt
    assert notebook.drawn == []


def test_a_wait_goes_by_the_files_of_one_job_and_by_the_number_of_many(notebook: Notebook) -> None:
    with for_wait(notebook.display) as told:
        assert told is not None
        told(Totals(1, total_files=8, completed_files=1, failed_files=1))
    with for_wait(notebook.display) as told:
        assert told is not None
        told(Totals(4, finished=1, lost=1, total_files=10, completed_files=10))
    assert notebook.drawn == [
        "25% 0 of 1 job finished, 1 of 8 files done, 1 failed",
        "50% 1 of 4 jobs finished, 10 of 10 files done, 1 lost",
    ]


def test_a_wait_tells_of_jobs_that_ended_without_accounting_for_all(notebook: Notebook) -> None:
    with for_wait(notebook.display) as told:
        assert told is not None
        told(Totals(2, finished=2, failed=1))
    assert notebook.drawn == ["100% 2 of 2 jobs finished, 1 with incomplete results"]


def progress(tally: Tally, wait: Wait | None = None, running: int = 0) -> Progress:
    return Progress("r1", "/r1", tally, running, 0, 3, waiting=wait)


def test_a_run_tells_what_it_waits_for_until_it_ends(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "PAUSE", 0)
    with for_run(notebook.display, "client.resume('r1')") as told:
        assert told is not None
        told(progress(Tally(8, running=8), Wait(5, Cause.NEXT_LOOK, "next status check"), running=2))
        told(progress(Tally(8, done=3, failed=1, running=4), Wait(90, Cause.RATE_LIMIT, "the rate limit"), running=1))
    assert notebook.drawn == [
        "0% Run r1: 0 of 8 files done, 2 jobs running",
        "50% Run r1: 3 of 8 files done, 1 failed, 1 job running. Waiting 90 s: the rate limit",
        "50% Run r1: 3 of 8 files done, 1 failed, 1 job running",
    ]


def test_a_run_that_is_interrupted_says_how_to_resume_it(notebook: Notebook) -> None:
    with pytest.raises(KeyboardInterrupt), for_run(notebook.display, "client.resume('r1')") as told:
        assert told is not None
        told(progress(Tally(2, done=1, running=1), Wait(90, Cause.RETRY, "HTTP 500")))
        raise KeyboardInterrupt
    assert notebook.drawn[-1] == "50% Run r1: 1 of 2 files done. Interrupted; resume with client.resume('r1')"


def test_a_bar_is_escaped_and_tells_programs_that_read_aloud_how_far_it_is() -> None:
    html = Drawing(0.256, EVIL)._repr_html_()
    shown = Seen(html)
    assert "script" not in shown.tags
    assert "<script>" in "".join(shown.texts)
    assert re.search(r'role="progressbar" aria-label="[^"]+" aria-valuenow="26"', html)


def test_nothing_is_displayed_without_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert kernel_display() is None
    for shell in (None, SimpleNamespace(), SimpleNamespace(kernel=None)):
        fake = ModuleType("IPython")
        fake.get_ipython = lambda shell=shell: shell  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", fake)
        assert kernel_display() is None
    with for_wait(None) as told, for_run(None, "") as also_told:
        assert (told, also_told) == (None, None)


def test_ipython_is_not_loaded_by_the_client() -> None:
    loaded = "print('IPython' in sys.modules, 'sbg_bulk.client.sync' in sys.modules)"
    telling = f"import sys; from sbg_bulk import Client; {loaded}"
    told = subprocess.run([sys.executable, "-c", telling], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True"]
