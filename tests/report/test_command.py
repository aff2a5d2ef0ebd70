"""`sbg-bulk runs report`: a page, lines of text, or data, of a run however it ended."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sbg_bulk import CopyItem
from sbg_bulk.families import FAMILIES
from sbg_bulk.report import facts, text
from sbg_bulk.runs import create
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import RowOutcome
from sbg_bulk.runs.rows import Row
from tests.cli.harness import Ran, check_refused, run_here
from tests.report.making import DONE, failed, made


def several(place: int) -> RowOutcome:
    return failed((10225, 5014)[place % 2]) if place < 30 else DONE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "a.sbg-run", 250, several, ended=0.7)


class Command:
    """The command in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capture = monkeypatch, capsys

    def __call__(self, *words: str | Path) -> Ran:
        return run_here(self._patch, self._capture, ["runs", "report", *map(str, words)])


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_without_options_it_is_a_few_lines_that_say_what_to_do(report: Command, path: Path) -> None:
    ran = report(path)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert len(lines) < 30
    assert lines[0].endswith(
        "Copy of 250 files to rfranklin/analysis, on cavatica (https://cavatica-api.sbgenomics.com/v2)."
    )
    assert lines[1] == "2026-11-18 11:06:40 UTC to 2026-11-18 11:07:41 UTC."
    assert "  15 files: No permission to copy from the project, or to it. [code 5014]" in lines
    assert f"    sbg-bulk runs resume {path}" in lines


def test_sentences_are_wrapped_to_a_terminal_and_commands_are_not(path: Path) -> None:
    with Journal.read(path) as journal:
        gathered = facts.gather(journal)
    wide, narrow = (text.lines(gathered, "a-run-of-a-long-name" * 3, width=width) for width in (None, 60))
    assert " ".join(" ".join(narrow).split()) == " ".join(" ".join(wide).split())
    commands = [line for line in wide if line.startswith("    sbg-bulk ")]
    assert len(commands) == 2
    assert [line for line in narrow if len(line) > 60] == [line for line in commands if len(line) > 60] != []


def test_a_page_is_written_to_a_new_file_only_unless_forced(report: Command, path: Path, tmp_path: Path) -> None:
    html = tmp_path / "out.html"
    ran = report(path, "--html", html)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Written: {html}. Open it in a browser: {html.as_uri()}\n"
    whole = html.read_text(encoding="utf-8")
    assert whole.startswith("<!doctype html>")
    assert f"sbg-bulk runs resume {path}" in whole
    html.write_text("mine")
    ran = report(path, "--html", html)
    assert (ran.code, ran.err) == (
        2,
        f"sbg-bulk: {html} already exists; choose another file, or overwrite it with --force.\n",
    )
    assert html.read_text() == "mine"
    assert report(path, "--html", html, "--force").code == 0
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_is_written_whole_or_not_at_all(
    report: Command, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = tmp_path / "out.html"
    html.write_text("mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sbg_bulk.report.failed_rows.Packed.pieces", full)
    ran = report(path, "--html", html, "--force")
    assert (ran.code, ran.err) == (2, f"sbg-bulk: {html} cannot be written: No space left on device.\n")
    assert html.read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == [path, html]


def test_a_page_takes_the_place_of_no_device_and_of_no_link(report: Command, path: Path, tmp_path: Path) -> None:
    pipe, link, html = tmp_path / "pipe", tmp_path / "link.html", tmp_path / "out.html"
    os.mkfifo(pipe)
    for other in (pipe, tmp_path):
        ran = report(path, "--html", other, "--force")
        assert ran.code == 2
        assert ran.err.startswith(f"sbg-bulk: {other} is not a regular file")
    assert pipe.is_fifo()
    html.write_text("mine")
    link.symlink_to(html.name)
    assert report(path, "--html", link, "--force").code == 0
    assert link.is_symlink()
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_can_go_to_standard_output(report: Command, path: Path) -> None:
    ran = report(path, "--html", "-")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("<!doctype html>")
    assert ran.out.endswith("</html>\n")


def test_the_data_add_up(report: Command, path: Path) -> None:
    document = report(path, "--json").document
    assert document["standing"] == "interrupted"
    assert document["rows"] == document["done"] + document["failed"] + document["running"] == 250
    assert [job["rows"] for job in document["jobs"]] == [100, 100, 50]
    assert [job["state"] for job in document["jobs"]] == ["ended", "ended", "running"]
    assert {(each["api_code"], each["rows"]) for each in document["failures"]} == {(10225, 15), (5014, 15)}
    assert all(each["meaning"] and each["advice"] for each in document["failures"])
    assert document["requests"]["sent"] == sum(slot["sent"] for slot in document["requests"]["slots"]) == 3
    assert document["next"][0]["command"] == f"sbg-bulk runs resume {path}"


def test_the_commands_name_the_endpoint_that_was_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    ran = run_here(monkeypatch, capsys, ["--endpoint", "cavatica", "runs", "report", str(path), "--json"])
    assert json.loads(ran.out)["next"][0]["command"] == f"sbg-bulk --endpoint cavatica runs resume {path}"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--html", "x", "--json"), 2, "--html or --json, not both"),
        (("--force",), 2, "--force needs --html FILE"),
        (("--html", "-", "--force"), 2, "--force needs --html FILE"),
        (("--html", "/no/such/folder/x.html"), 2, "cannot be written: No such file or directory"),
    ],
)
def test_what_makes_no_sense_is_refused(
    report: Command, path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    check_refused(report(path, *words), words, code, message)


def test_a_run_that_another_process_works_on_is_reported_as_running(report: Command, tmp_path: Path) -> None:
    manifest = [Row(number, CopyItem(f"f{number}", parent="folder")) for number in range(1, 4)]
    path = tmp_path / "a.sbg-run"
    create.create(manifest, FAMILIES["COPY"], "https://cgc-api.sbgenomics.com/v2", journal=path).close()
    with Journal.open(path) as journal:
        journal.started(journal.intend(0, 2, None), "job-1")
        ran = report(path)
        assert (ran.code, ran.err) == (0, "")
        assert "Running: 0 of 3 files copied; 3 in running jobs, 0 not submitted." in ran.out
        assert f"sbg-bulk runs show {path} --watch" in ran.out
        assert "resume" not in ran.out
    assert f"sbg-bulk runs resume {path}" in report(path).out


def test_names_cannot_command_the_terminal(report: Command, tmp_path: Path) -> None:
    path = made(tmp_path / "a.sbg-run", 1, lambda _: failed(1, "\x1b[2J"), manifest="\x1b]0;title\x07")
    ran = report(path)
    assert "\x1b" not in ran.out + ran.err
