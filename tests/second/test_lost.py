"""A run whose answers get lost does each row once, and what it says of each row in the end is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.api.steps import Flow
from sbg_bulk.runs.journal import Journal
from sbg_bulk.transfers.settle import Settler
from tests.second.losing import AFTER, BEFORE, immortal, killed_once_sent, losing
from tests.second.server.variant import Variant
from tests.second.service import lies, variants
from tests.second.trials import HARD, carry


@pytest.fixture
def most_open(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Returns how many submissions of unknown outcome were open at the same time, at most."""
    seen = [0]
    add = Settler.add

    def counted(self: Settler, *args: Any, **kwargs: Any) -> Flow[None]:
        yield from add(self, *args, **kwargs)
        seen.append(len(self.open))

    monkeypatch.setattr(Settler, "add", counted)
    return lambda: max(seen)


@pytest.mark.parametrize(
    ("job_type", "variant"),
    [*variants(with_="copy"), *variants(HARD, with_="move"), *variants(HARD, with_="delete")],
)
def test_a_run_of_which_many_answers_are_lost_is_carried_out_once(
    tmp_path: Path, most_open: Callable[[], int], job_type: str, variant: Variant
) -> None:
    service, transport, rows = losing(variant)
    path = tmp_path / "a.sbg-run"
    carry(service, path, job_type, rows, immortal)
    assert lies(service, path) == []
    assert most_open() >= len(BEFORE) + len(AFTER) - 2
    assert (transport.lost["before"], transport.lost["after"]) == (len(BEFORE), len(AFTER))
    assert transport.lost["page"] >= 1
    # What was moved or deleted tells by its ids; a copy has to be read, if the result names any.
    assert transport.lost["bulk get"] >= (job_type == "copy" and variant.result_entries != "failed")


@pytest.mark.parametrize(
    ("job_type", "variant"),
    [*variants(HARD, with_="copy"), *variants(HARD, with_="move"), *variants(HARD, with_="delete")],
)
def test_a_run_that_is_killed_while_answers_are_lost_is_carried_out_once(
    tmp_path: Path, most_open: Callable[[], int], job_type: str, variant: Variant
) -> None:
    service, transport, rows = losing(variant)
    path = tmp_path / "a.sbg-run"
    assert carry(service, path, job_type, rows, killed_once_sent) > 3
    assert lies(service, path) == []
    assert most_open() >= 3
    with Journal.open(path) as journal:
        assert transport.submissions == len(list(journal.submission_times()))
    # Where the service does not tell the time, what never reached it is not submitted again.
    assert transport.lost["after"] >= len(AFTER) - 1
