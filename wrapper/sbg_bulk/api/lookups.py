"""Read single things that are not jobs: a file, a project, the user, the budget of requests; and make a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from attrs import define

from sbg_async_api import models
from sbg_bulk import errors
from sbg_bulk.api import operations
from sbg_bulk.api.operations import Operation
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import Uncertain, request
from sbg_bulk.api.retry import NOT_IMPLEMENTED
from sbg_bulk.api.steps import Flow, Reply
from sbg_bulk.items import check_destination, check_id, check_name, check_project
from sbg_bulk.models.resources import File, Project, RateLimit, User

T = TypeVar("T")

FAILING: Final = (500, 502, 504)
"""The statuses of a service that may fail over what it is asked for: over one of many things, or over their number."""


def one(
    policy: RequestPolicy,
    operation: Operation,
    expected: str,
    make: Callable[[object], T | None],
    **arguments: Any,
) -> Flow[T]:
    """Read one thing, which `make` makes of an answer; `expected` is what to call it if there is none."""

    def read(reply: Reply) -> T:
        made = make(reply.answer())
        if made is None:
            raise reply.unreadable(f"it contains no {expected}")
        return made

    return (yield from request(policy, operation, read, **arguments))


def file(policy: RequestPolicy, file_id: str) -> Flow[File]:
    """Read a file or folder."""
    check_id("file", file_id)
    return (yield from one(policy, operations.GET_FILE, "file", File.from_answer, file_id=file_id))


@define
class InBulk:
    """Read up to a hundred things at once, as long as the service takes that.

    Attributes:
        policy: how to send requests.
        one_by_one: whether it has refused to, or failed over that again and again.
    """

    policy: RequestPolicy
    one_by_one: bool = False
    _failed: bool = False

    def read(self, operation: Operation, body: object) -> Flow[list[Any] | None]:
        """Return the entries of an answer as they came, in any order; None where these are to be read one by one.

        Raises:
            ApiError, ConnectionFailed: see `api.request.request`.
        """

        def entries(reply: Reply) -> list[Any]:
            items = reply.answer().get("items")
            if not isinstance(items, list):
                raise reply.unreadable("it contains no list of items")
            return items

        try:
            found = yield from request(self.policy, operation, entries, gives_up_at=FAILING, body=body)
        except (errors.BadRequest, errors.Forbidden, errors.NotFound, errors.UnreadableAnswer):
            self.one_by_one = True
            return None
        except errors.ServerError as error:
            if error.status not in (NOT_IMPLEMENTED, *FAILING):
                raise
            # One of them may be what it fails over. If it fails over the next ones too, that is no matter of one.
            self.one_by_one = self._failed or error.status == NOT_IMPLEMENTED
            self._failed = True
            return None
        self._failed = False
        return found

    def files(self, file_ids: Sequence[str]) -> Flow[list[Any] | None]:
        """Read files and folders; see `read`."""
        return self.read(operations.BULK_GET_FILES, models.FileSelection(file_ids=list(file_ids)))


def create_folder(policy: RequestPolicy, name: str, project: str | None, parent: str | None) -> Flow[File]:
    """Make a folder in a project's root or in a folder.

    Raises:
        InputError: not exactly one of project and parent is given, or the name or an id is malformed.
        OutcomeUnknown: the server may have made it, but has not said so.
    """
    check_name(name)
    check_destination(parent, project)
    place = {"project": project} if project is not None else {"parent": parent}
    body = models.NewFolder(name=name, type_=models.NewFolderType.FOLDER, **place)
    try:
        return (yield from one(policy, operations.CREATE_FOLDER, "file", File.from_answer, body=body))
    except Uncertain as uncertain:
        advice = f"List {project or parent} to see whether {name!r} exists before you create it again."
        raise errors.OutcomeUnknown(operations.CREATE_FOLDER.name, uncertain.why, advice) from uncertain.cause


def project(policy: RequestPolicy, project_id: str) -> Flow[Project]:
    """Read a project by its id, `owner/project`."""
    check_project(project_id)
    owner, short_name = project_id.split("/")
    return (
        yield from one(
            policy,
            operations.GET_PROJECT,
            "project",
            Project.from_answer,
            owner=owner,
            project=short_name,
        )
    )


def user(policy: RequestPolicy) -> Flow[User]:
    """Read who the token belongs to."""
    return (yield from one(policy, operations.GET_USER, "user", User.from_answer))


def rate_limit(policy: RequestPolicy) -> Flow[RateLimit]:
    """Read how many requests are left. Free of charge."""
    return (yield from one(policy, operations.GET_RATE_LIMIT, "rate limit", RateLimit.from_answer))
