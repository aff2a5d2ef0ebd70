"""Every block of README and of the site is run, and shows what really happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lib.docs.blocks import read
from scripts.lib.docs.player import play
from scripts.lib.docs.site import ROOT, pages

ALL = [ROOT / "README.md", *pages()]
NOT_RUN = {
    ("README.md", "another test runs it"),
    ("README.md", "it installs packages from the network"),
    ("README.md", "it names no real project"),
    ("README.md", "it runs the tests"),
    ("wrapper/docs/index.md", "it names no real project"),
    ("wrapper/docs/how-to/behind-a-proxy.md", "the file is your organisation's"),
    ("wrapper/docs/tutorial.md", "it installs packages from the network"),
    ("wrapper/docs/reference/contract-bugs.md", "it takes half an hour"),
    ("wrapper/docs/how-to/check-a-service.md", "it installs packages from the network"),
    ("wrapper/docs/how-to/check-a-service.md", "it takes a minute"),
    ("wrapper/docs/how-to/check-a-service.md", "pytest would check this page's own folder"),
    ("wrapper/docs/how-to/check-a-service.md", "it names no real application"),
    ("wrapper/docs/how-to/ci-with-the-simulator.md", "it installs packages from the network"),
    ("wrapper/docs/how-to/airflow.md", "it installs packages from the network"),
    ("wrapper/docs/how-to/airflow.md", "the simulator is for Airflow"),
    ("wrapper/docs/how-to/airflow.md", "it sets up Airflow"),
    ("wrapper/docs/how-to/airflow.md", "scripts/airflow runs the example"),
    ("wrapper/docs/how-to/airflow.md", "it is a part of a file of Airflow's"),
    ("wrapper/docs/how-to/airflow.md", "it is a part of a DAG"),
}
"""The blocks that are only shown."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_blocks_that_are_not_run_are_few_and_known() -> None:
    found = [(name(path), block.not_run) for path in ALL for block in read(path).blocks if block.not_run is not None]
    assert sorted(found, key=str) == sorted(NOT_RUN, key=str)


@pytest.mark.parametrize("path", ALL, ids=name)
def test_a_page_shows_what_happens(path: Path, tmp_path: Path) -> None:
    findings = play(path, tmp_path).findings
    assert not findings, "\n".join(findings) + "\nWrite the pages anew with scripts/docs --renew"
