"""The calls of the API: one generated module for each, and what the client must know of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Final, Protocol, cast

from attrs import frozen

from sbg_async_api.types import Response


class Endpoint(Protocol):
    """The two functions of a generated module that the drivers use."""

    sync_detailed: Callable[..., Response[Any]]
    asyncio_detailed: Callable[..., Coroutine[Any, Any, Response[Any]]]


@frozen
class Operation:
    """A call of the API.

    Attributes:
        name: its operationId in the spec.
        tag: the folder that its generated module is in.
        repeatable: whether sending it twice does no harm.
    """

    name: str
    tag: str
    repeatable: bool = True

    @property
    def endpoint(self) -> Endpoint:
        """The generated module, loaded when it is first needed."""
        return cast(Endpoint, import_module(f"sbg_async_api.api.{self.tag}.{self.name}"))


LIST_ASYNC_JOBS: Final = Operation("list_async_jobs", "async_jobs")
GET_COPY_JOB: Final = Operation("get_copy_job", "async_jobs")
GET_MOVE_JOB: Final = Operation("get_move_job", "async_jobs")
GET_DELETE_JOB: Final = Operation("get_delete_job", "async_jobs")
SUBMIT_COPY_JOB: Final = Operation("submit_copy_job", "async_jobs", repeatable=False)
SUBMIT_MOVE_JOB: Final = Operation("submit_move_job", "async_jobs", repeatable=False)
SUBMIT_DELETE_JOB: Final = Operation("submit_delete_job", "async_jobs", repeatable=False)
LIST_FILES: Final = Operation("list_files", "files")
LIST_FOLDER: Final = Operation("list_folder", "files")
GET_FILE: Final = Operation("get_file", "files")
CREATE_FOLDER: Final = Operation("create_folder", "files", repeatable=False)
LIST_PROJECTS: Final = Operation("list_projects", "projects")
GET_PROJECT: Final = Operation("get_project", "projects")
GET_USER: Final = Operation("get_user", "account")
GET_RATE_LIMIT: Final = Operation("get_rate_limit", "account")
