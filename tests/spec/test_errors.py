"""Every error a call may answer is told apart by the codes of the API."""

from __future__ import annotations

import re

import pytest

from scripts.lib.spec import OPERATIONS, RESPONSES, Operation, Response, examples_of, name

ERRORS = [response for response in RESPONSES if response.is_error]

# Code 0, or four digits and more. Shorter numbers in the prose are limits and lengths.
CODE = re.compile(r"(?<=Code )0\b|\b\d{4,}\b")


def codes(response: Response) -> set[int]:
    """The codes that the description names, from the word "Code" or "Codes" on."""
    introduced = re.search(r"\bCodes?\b.*", response.definition["description"], flags=re.DOTALL)
    return {int(code) for code in CODE.findall(introduced.group())} if introduced else set()


@pytest.mark.parametrize("response", ERRORS, ids=name)
def test_an_error_names_its_codes(response: Response) -> None:
    assert codes(response)


@pytest.mark.parametrize("response", ERRORS, ids=name)
def test_the_example_of_an_error_has_its_status_and_one_of_its_codes(response: Response) -> None:
    for example in examples_of(response.body).values():
        assert str(example["status"]) == response.status
        assert example["code"] in codes(response)


@pytest.mark.parametrize("response", ERRORS, ids=name)
def test_an_error_has_the_body_that_all_errors_have(response: Response) -> None:
    assert set(response.body["schema"]["properties"]) == {"status", "code", "message", "more_info"}


def test_a_code_belongs_to_one_status() -> None:
    statuses: dict[int, set[str]] = {}
    for response in ERRORS:
        for code in codes(response):
            statuses.setdefault(code, set()).add(response.status)
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_a_call_may_be_refused_fail_or_be_down(operation: Operation) -> None:
    refusals = {"401", "403", "500", "503"}
    # Reading the limit is free, so it is never over it.
    assert set(operation.responses) >= (refusals if operation.id == "get_rate_limit" else refusals | {"429"})
    assert ("429" in operation.responses) == (operation.id != "get_rate_limit")


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_a_call_whose_path_names_a_thing_may_not_find_it(operation: Operation) -> None:
    assert "{" not in operation.path or "404" in operation.responses
