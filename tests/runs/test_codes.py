"""Every code of the API has a meaning, whoever names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sbg_bulk.runs.codes import MEANINGS, meaning
from sbg_bulk.runs.records import Outcome
from sbg_bulk.simulator.errors import STATUS_OF
from sbg_bulk.text import shell_words

SPEC = Path(__file__).parents[2] / "spec" / "openapi.yaml"


def texts(node: object) -> Iterator[str]:
    """All texts of a document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from texts(one)


def test_each_code_that_the_spec_or_the_simulator_names_has_a_meaning_and_no_other() -> None:
    named = {
        int(code)
        for text in texts(yaml.safe_load(SPEC.read_text(encoding="utf-8")))
        for told in re.findall(r"(?:Codes|Expected there):(.*)", text, re.DOTALL)
        for code in re.findall(r"\b\d{4,5}\b", told)
    }
    assert len(named) > 60
    assert named <= MEANINGS.keys() == STATUS_OF.keys()


@pytest.mark.parametrize("code", MEANINGS)
def test_a_meaning_says_what_it_is_and_what_to_do(code: int) -> None:
    for sentence in (MEANINGS[code].what, MEANINGS[code].advice):
        assert re.fullmatch(r"[A-Z][^\n]{10,140}\.", sentence)


def test_what_to_do_is_told_in_the_words_of_the_reader() -> None:
    with shell_words():
        assert MEANINGS[1000].advice.endswith("--reserve.")
    assert MEANINGS[1000].advice.endswith("RunOptions(reserve=...).")


def test_what_is_a_fault_of_the_manifest_is_not_to_be_tried_again_as_it_is() -> None:
    assert {code for code, status in STATUS_OF.items() if status >= 500 and code != 90010} <= {
        code for code, each in MEANINGS.items() if each.again
    }
    assert not [code for code, status in STATUS_OF.items() if status == 400 and MEANINGS[code].again]


def test_what_has_no_documented_code_has_a_meaning_too() -> None:
    told = {meaning(outcome, code).what for outcome in Outcome for code in (None, 424242)}
    assert len(told) == 4  # unknown and unattributed rows have no code that matters
