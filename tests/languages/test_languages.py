"""The contract in each language: a client is made, checked, and carries out the scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lib.languages.judge import Performance
from scripts.lib.languages.kits import KITS
from scripts.lib.languages.scenario import load
from scripts.lib.languages.stages import go_through
from tests.languages.toolchains import missing

STAGES = {
    "python": ["ran", "requests identical"],
    "typescript": ["installed", "generated", "type-checked", "ran", "requests identical"],
    "r": ["generated", "installed", "ran", "requests identical"],
    "go": ["generated", "compiled"],
    "java": ["generated", "compiled"],
}


@pytest.mark.parametrize("language", KITS)
def test_a_client_in_this_language_does_as_the_scenario_says(language: str, tmp_path: Path) -> None:
    performances: list[Performance] = []
    outcomes = list(go_through(KITS[language](tmp_path, load(), performances.append)))
    for outcome in outcomes:
        if outcome.state == "skipped":
            missing(outcome.text)
        assert outcome.state == "done", outcome.text
    assert [outcome.stage for outcome in outcomes] == STAGES[language]
    # Those that carry out the scenario have been judged by it; the others compile.
    assert [performance.wrong_requests for performance in performances] == [[]] * ("ran" in STAGES[language])


def test_there_is_a_test_for_each_language() -> None:
    assert STAGES.keys() == KITS.keys()
