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
    assert str(ApiError("get_user", 400, code=0, api_message="Wrong.")) == "get_user: HTTP 400, API code 0: Wrong."
