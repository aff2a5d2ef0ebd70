"""How much there is, and the platform's page of it."""

from __future__ import annotations

import sys

import pytest

from sbg_bulk import DEPLOYMENTS
from sbg_bulk.files.addresses import page_of
from sbg_bulk.simulator import Simulator
from tests.cli.harness import FILE, FOLDER, MINE, TARGET, Run, folder_of


def test_du_tells_bytes_files_and_folders_of_each_place(sbg: Run, simulator: Simulator) -> None:
    folder = folder_of(simulator)
    simulator.world.add_file("a.bam", folder, size=1_500)
    simulator.world.add_file("b.bam", simulator.world.add_folder("below", folder), size=2_500)
    ran = sbg("du", FOLDER, f"{TARGET}/incoming", "--depth", "1")
    lines = [line.split() for line in ran.out.splitlines()]
    assert (ran.code, lines[0]) == (0, ["SIZE", "FILES", "FOLDERS", "PATH"])
    assert lines[1:] == [
        ["2.5", "kB", "1", "0", "folder", f"{FOLDER}/below"],
        ["4", "kB", "2", "1", "folder", FOLDER],
        ["2.5", "kB", "1", "0", f"{TARGET}/incoming/below"],
        ["4", "kB", "2", "1", f"{TARGET}/incoming"],
    ]
    assert ran.err == "Listing used 5 requests.\n"


def test_du_is_a_document_a_place_for_programs(sbg: Run, simulator: Simulator) -> None:
    simulator.world.add_file("a.bam", folder_of(simulator), size=1_500)
    [document] = sbg("du", f"{TARGET}/incoming", "--json").documents
    assert document == {
        "path": f"{TARGET}/incoming",
        "files": 1,
        "bytes": 1_500,
        "folders": 0,
        "files_of_unknown_size": 0,
    }


def test_du_of_what_is_not_there_is_an_error(sbg: Run) -> None:
    ran = sbg("du", f"{TARGET}/none")
    assert (ran.code, ran.out) == (2, "")


CAVATICA = "https://cavatica.sbgenomics.com/u"


@pytest.fixture
def on_cavatica(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the service were a public deployment."""
    monkeypatch.setattr(
        "sbg_bulk.cli.actions.pages.page_of",
        lambda _, *arguments, **more: page_of(DEPLOYMENTS["cavatica"], *arguments, **more),
    )


@pytest.mark.usefixtures("on_cavatica")
def test_open_prints_the_page_of_a_project_a_folder_and_a_file(sbg: Run, simulator: Simulator) -> None:
    below = simulator.world.add_folder("two words", folder_of(simulator))
    for what, page in (
        (MINE, f"{CAVATICA}/{MINE}"),
        (f"{MINE}/sample.bam", f"{CAVATICA}/{MINE}/files/{FILE}/"),
        (FILE, f"{CAVATICA}/{MINE}/files/{FILE}/"),
        (f"{TARGET}/incoming", f"{CAVATICA}/{TARGET}/files/#q?path=incoming"),
        (FOLDER, f"{CAVATICA}/{TARGET}/files/#q?path=incoming"),
        (below.id, f"{CAVATICA}/{TARGET}/files/#q?path=incoming/two%20words"),
    ):
        ran = sbg("open", what)
        assert (ran.code, ran.out, ran.err) == (0, f"{page}\n", ""), what
    assert sbg("open", MINE, "--json").document == {"url": f"{CAVATICA}/{MINE}"}


@pytest.mark.usefixtures("on_cavatica")
def test_open_of_a_run_is_the_page_of_its_destination(sbg: Run) -> None:
    assert sbg("copy", f"{MINE}/sample.bam", "--to", f"{TARGET}/incoming", "--yes").code == 0
    run = sbg("runs", "list", "--json").documents[0]["run"]
    for name in (run, run[:8]):
        assert sbg("open", name).out == f"{CAVATICA}/{TARGET}/files/#q?path=incoming\n"
    assert sbg("delete", f"{MINE}/sample.bam", "--yes").code == 0
    run = sbg("runs", "list", "--json").documents[0]["run"]
    ran = sbg("open", run)
    assert (ran.code, ran.out) == (2, "")
    assert f"Run {run} has no single destination. See its report: sbg-bulk runs report {run}" in ran.err


def test_open_of_a_simulator_is_its_page(sbg: Run, env: dict[str, str]) -> None:
    assert sbg("open", MINE).out == f"{env['SB_API_ENDPOINT'].removesuffix('v2')}\n"
    ran = sbg("open", f"{MINE}/none")
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("terminal", "display", "options", "opened"),
    [
        (True, ":0", [], 1),
        (True, ":0", ["--print"], 0),
        (True, "", [], 0),
        (False, ":0", [], 0),
        (True, ":0", ["--json"], 0),
    ],
)
def test_a_browser_is_opened_on_a_terminal_of_a_desktop_only(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, terminal: bool, display: str, options: list[str], opened: int
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", asked.append)
    for name in ("WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: terminal)
    ran = sbg("open", MINE, *options)
    assert len(asked) == opened
    # The stand-in tells that it could open none.
    assert ("Could not start a browser" in ran.err) is bool(opened)
