"""The scenario covers the contract, and says what it means."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scripts.lib.languages.scenario import SCENARIO, expected_requests, load
from scripts.lib.spec import BY_ID

STEPS = load().calls


def test_each_operation_of_the_contract_is_called() -> None:
    assert {step["call"] for step in STEPS} == BY_ID.keys()


def test_each_kind_of_answer_is_seen() -> None:
    statuses = {answer["status"] for step in STEPS for answer in step["expect"]}
    assert statuses == {200, 201, 202, 400, 401, 403, 404, 409, 429, 503}


def test_items_of_every_kind_are_submitted() -> None:
    [items] = [step["body"]["items"] for step in STEPS if step["name"] == "copies of every kind"]
    kinds = [{key: bool(value) for key, value in item.items() if key != "file"} for item in items]
    assert {"project": True} in kinds
    assert {"parent": True} in kinds
    assert {"parent": True, "name": True} in kinds
    assert {"parent": True, "project": False, "name": False} in kinds


def test_lists_are_read_to_their_end_and_jobs_waited_for() -> None:
    assert {step["call"] for step in STEPS if step.get("pages")} == {"list_files", "list_async_jobs"}
    waited = [step for step in STEPS if "until" in step]
    assert {step["call"] for step in waited} == {"get_copy_job", "get_move_job", "get_delete_job", "get_import"}
    assert all(step["until"]["state"] in ("FINISHED", "COMPLETED") for step in waited)
    listed = set(
        BY_ID["get_move_job"].success["content"]["application/json"]["schema"]["properties"]["state"]["anyOf"][0][
            "enum"
        ]
    )
    seen = [answer["body"]["state"] for step in waited for answer in step["expect"]]
    assert set(seen) - listed == {"PAUSED", "PENDING", "COMPLETED"}
    assert set(seen) >= listed


@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step["name"]))
def test_a_step_sends_what_its_operation_takes(step: dict[str, object]) -> None:
    operation = BY_ID[str(step["call"])]
    names = dict.fromkeys(
        ("run", "folder", "copy", "copied", "renamed", "move", "deletion", "import", "export", "objects"), "some-id"
    )
    requests = expected_requests(step, names)
    assert requests
    for request in requests:
        assert request.method == operation.method.upper()
        assert (request.body is not None) == (operation.request is not None)
        known = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"}
        assert {name for name, _ in request.query} <= known


def test_what_a_program_gets_does_not_tell_what_is_expected_of_it() -> None:
    for step in yaml.safe_load(load().for_programs()):
        assert step.keys().isdisjoint({"expect", "requests"})


def test_a_key_that_means_nothing_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "scenario.yaml"
    text = SCENARIO.read_text(encoding="utf-8")
    changed.write_text(text.replace("\n    pages: true", "\n    page: true", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="no step has page"):
        load(changed)
