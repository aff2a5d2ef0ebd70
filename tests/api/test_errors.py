"""The tree of errors: one base, drawn as it is, and able to travel to another process."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest

import sbg_bulk
from sbg_bulk import (
    ApiError,
    InputError,
    Job,
    JobLost,
    NotFound,
    OutcomeUnknown,
    PagingError,
    SbgBulkError,
    UnreadableAnswer,
    WaitTimeout,
    errors,
)
from tests.support import samples

JOB = Job.from_answer(samples.failed_job())
assert JOB is not None

ERRORS: list[SbgBulkError] = [
    NotFound("get_file", 404, code=5002, api_message="No such file", more_info="http://example.org", request_id="r"),
    UnreadableAnswer("get_user", 200, "the body is empty"),
    OutcomeUnknown("submit_copy_job", "HTTP 500", "Look first.", [JOB]),
    WaitTimeout([JOB], [JOB.id], 3.5),
    JobLost([JOB.id], "get_copy_job", finished=[JOB]),
    InputError("There is nothing to do."),
    PagingError("The pages do not fit."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("carry", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_an_error_arrives_as_it_was(error: SbgBulkError, carry: object) -> None:
    assert callable(carry)
    arrived = carry(error)
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.args, vars(arrived)) == (str(error), error.args, vars(error))


def tree() -> dict[str, type[SbgBulkError]]:
    members = inspect.getmembers(errors, inspect.isclass)
    return {name: kind for name, kind in members if issubclass(kind, SbgBulkError)}


def test_the_drawing_shows_every_error_under_its_base() -> None:
    drawn: dict[str, str] = {}
    above: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"^ {4}([│ ├└─]*)(\w+)( {2,}\S|$)", line):
            depth = len(match[1]) // 4
            above[depth] = match[2]
            if depth:
                drawn[match[2]] = above[depth - 1]
    assert drawn == {name: kind.__bases__[0].__name__ for name, kind in tree().items() if kind is not SbgBulkError}


def test_every_error_is_offered_by_the_package() -> None:
    assert tree().keys() <= set(sbg_bulk.__all__)


def test_what_is_no_text_in_a_message_of_the_server_does_not_matter() -> None:
    error = ApiError("get_user", 400, code=0, api_message="Wrong.")
    assert str(error) == "The server rejected the request: Wrong. [HTTP 400, code 0, get_user]"


def _spoken(kind: type[ApiError]) -> ApiError:
    return JobLost(["1"], "op", "f00d") if kind is JobLost else kind("op", 499, code=7, request_id="f00d")


@pytest.mark.parametrize("kind", [kind for kind in tree().values() if issubclass(kind, ApiError)])
def test_an_error_of_the_api_begins_with_its_meaning_and_ends_with_its_codes(kind: type[ApiError]) -> None:
    error = _spoken(kind)
    text, _, codes = str(error).partition(" [")
    assert text == " ".join(part for part in (error.meaning, error.advice) if part)
    assert text[0].isupper()
    assert not re.search(r"\b(op|HTTP|code|f00d|\d{3,})\b", text)
    assert codes == f"HTTP {error.status}, code {error.code}, request f00d, op]"


def test_a_message_of_the_server_that_says_the_same_is_not_repeated() -> None:
    error = NotFound("get_project", 404, api_message="There is no project a/b.", subject="project a/b")
    assert error.meaning == "Project a/b was not found, or is not shared with you."
    error = NotFound("get_project", 404, api_message="Endpoint missing", subject="project a/b")
    assert error.meaning == "Project a/b was not found, or is not shared with you: Endpoint missing."


def test_only_errors_of_jobs_speak_of_jobs() -> None:
    kinds = [kind for kind in tree().values() if issubclass(kind, ApiError)]
    assert [kind for kind in kinds if "job" in str(_spoken(kind)).lower()] == [JobLost]
