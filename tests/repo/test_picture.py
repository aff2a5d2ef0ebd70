"""The picture of the live display is made of a run, shows all parts, and needs nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "wrapper" / "docs" / "pictures" / "run.svg"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "new" / "run.svg"
    script = ROOT / "scripts" / "lib" / "picture.py"
    done = subprocess.run([sys.executable, script, path], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Drawn: {path}\n", "")
    return path


def texts(path: Path) -> list[str]:
    """The lines of text in a picture, from the top down."""
    lines: dict[str, str] = {}
    for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text"):
        y = element.get("y", "")
        lines[y] = lines.get(y, "") + (element.text or "").replace("\xa0", " ")
    return [line.strip() for line in lines.values()]


def test_it_shows_all_parts_of_the_display(made: Path) -> None:
    shown = texts(made)
    for pattern in (
        r"\$ sbg-bulk copy --manifest samples\.csv --to rfranklin/analysis",
        r"Run \d{8}-\d{6}-[0-9a-f]{4}: 2,500 files\.",
        r"━+ +\d\d%  [\d,]+ of 2,500 files",
        r"jobs +\d+ of 100 ended, 20 running",
        r"failed +2",
        r"speed +\d+ files/s, \d+ (s|min) elapsed, about \d+ s left",
        r"requests +\d{3} of 1,000 left, resets in \d min",
        r"now +next status check in \d s \(20 jobs\)",
    ):
        assert any(re.search(pattern, line) for line in shown), pattern


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "made"])
def test_it_loads_nothing_and_tells_nothing_of_who_made_it(made: Path, kept: bool) -> None:
    text = (KEPT if kept else made).read_text("utf-8")
    assert set(re.findall(r"https?://[^\s\"']+", text)) == {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"url\((.)", text)) == {"#"}
    assert not re.search(r"@import|@font-face|<script|<image|<foreignObject|href=|/tmp|token", text)
    assert "monospace" in text


def test_the_one_that_is_kept_is_of_the_display_as_it_is_now(made: Path) -> None:
    def without_numbers(path: Path) -> list[str]:
        return [re.sub(r"Run \S+:", "Run:", line) for line in texts(path)]

    assert without_numbers(KEPT) == without_numbers(made), "make it anew with scripts/picture"
