"""`sbg-bulk whoami`, `rate-limit` and `projects list`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sbg_bulk.cli.commands.rate_limit import _reset_told
from sbg_bulk.simulator import Simulator
from tests.cli.harness import MINE, TARGET, TOKEN, Run


def test_who_one_is_and_where_the_token_comes_from_is_told_and_never_the_token(sbg: Run, env: dict[str, str]) -> None:
    ran = sbg("whoami")
    rows = dict(line.split(maxsplit=1) for line in ran.out.replace("token from", "token-from").splitlines())
    assert {key: value.strip() for key, value in rows.items()} == {
        "user": "rfranklin (Rosalind Franklin)",
        "email": "rfranklin@example.com",
        "endpoint": env["SB_API_ENDPOINT"],
        "token-from": "the environment",
    }
    document = sbg("whoami", "--json").document
    assert document == {
        "username": "rfranklin",
        "first_name": "Rosalind",
        "last_name": "Franklin",
        "email": "rfranklin@example.com",
        "endpoint": env["SB_API_ENDPOINT"],
        "token_source": "the environment",
    }
    assert TOKEN not in str(document)


def test_the_rate_limit_is_told_in_words_and_asked_for_free_of_charge(sbg: Run, simulator: Simulator) -> None:
    simulator.requests.clear()
    ran = sbg("rate-limit")
    assert (ran.code, ran.err) == (0, "")
    assert " requests left, for all programs that use your token." in ran.out
    assert [request.operation for request in simulator.requests] == ["get_rate_limit"]
    document = sbg("rate-limit", "--json").document
    assert document.keys() == {"limit", "remaining", "reset"}
    assert datetime.fromisoformat(document["reset"]).tzinfo == UTC


@pytest.mark.parametrize(
    ("reset", "told"),
    [
        (1_550_664_300, " Resets in 60 s (2019-02-20T12:05:00Z)."),
        (1_550_664_300_000, " Resets in 60 s (2019-02-20T12:05:00Z)."),  # as one deployment has it
        (1_550_664_000, ""),
        (-1, ""),
        (10**30, ""),
        (None, ""),
    ],
)
def test_when_there_are_more_requests_is_told_if_it_makes_sense(reset: int | None, told: str) -> None:
    assert _reset_told(reset, 1_550_664_240.0) == told


def test_projects_are_listed_with_what_other_commands_take(sbg: Run) -> None:
    ran = sbg("projects", "list")
    header, *rows = ran.out.splitlines()
    assert header.split() == ["PROJECT", "NAME"]
    assert [MINE, "My project"] in [row.split(maxsplit=1) for row in map(str.rstrip, rows)]
    assert sbg("projects", "list", "--name", "destination", "--json").documents == [
        {"id": TARGET, "name": "Destination project"}
    ]
    nothing = sbg("projects", "list", "--name", "nothing of the kind")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "No projects matched.\n")
