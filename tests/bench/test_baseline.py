"""What was reached must not be lost: the comparison, and the file that it is made with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts.lib.bench import __main__ as command
from scripts.lib.bench.baseline import load, lost
from scripts.lib.bench.rows import MEASUREMENTS, describe
from scripts.lib.bench.table import Claim, Row

REACHED = {"list": {"ours / floor": 1.2}, "start-help": {"ours / sbpack": 1.0}}


def row(value: float, ratio: str = "ours / floor", name: str = "list") -> Row:
    return Row(name, "what", "s", 1.0, claims=[Claim(ratio, value, 2.5)])


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([row(2.5)], 0),
        ([row(2.9)], 0),
        ([row(3.1)], 1),
        ([row(1.0, "ours / peer")], 1),
        ([], 1),
        ([row(9.0, name="decode"), row(1.0)], 0),
    ],
    ids=["reached", "noise", "lost", "renamed", "gone", "never reached"],
)
def test_a_ratio_that_was_reached_is_found_lost(rows: Sequence[Row], lines: int) -> None:
    assert len(lost(rows, REACHED, ["list", "decode"])) == lines


def test_what_was_not_asked_for_is_not_missed() -> None:
    assert lost([], REACHED, ["copy"]) == []
    assert len(lost([], REACHED, ["list", "start"])) == 2


def test_the_file_names_rows_of_known_measurements_and_margins_that_are_ones() -> None:
    reached = load()
    assert {name.split("-")[0] for name in reached} <= set(MEASUREMENTS)
    assert all(1.0 <= margin <= 1.5 for ratios in reached.values() for margin in ratios.values())


def test_every_measurement_is_there_and_says_what_it_is_about() -> None:
    for name in MEASUREMENTS:
        assert describe(name).endswith(".")


def test_a_measurement_is_made_alone_and_written_to_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[str] = []

    def measure(names: Sequence[str]) -> Sequence[Row]:
        asked.extend(names)
        return [row(9.0)]

    monkeypatch.setattr(command, "measure", measure)
    file = tmp_path / "found.json"
    assert command.main(["list", "--json", str(file)]) == 0
    assert asked == ["list"]
    assert '"value": 9.0' in file.read_text()
    assert "ours / floor 9" in capsys.readouterr().out
    assert command.main(["list", "--check"]) == 1
    assert "lost: list: ours / floor 9" in capsys.readouterr().err


def test_an_unknown_measurement_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["lists"])
    assert "'lists' is none of: copy, lost, watch" in capsys.readouterr().err
