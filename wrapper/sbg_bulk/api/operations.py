"""The calls of the API: one generated module for each, and the facts about it that the client goes by."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, Protocol, cast

from attrs import frozen


class Endpoint(Protocol):
    """A generated module, as far as the drivers use it.

    Only the request is made by it. Its other functions parse the answer, strictly, into models: that raises on what
    the contract does not describe, and takes several times as long as the JSON.
    """

    _get_kwargs: Callable[..., dict[str, Any]]


@frozen
class Operation:
    """A call of the API.

    Attributes:
        name: its operationId in the spec.
        tag: the folder that its generated module is in.
        repeatable: whether sending it twice does no harm.
        optional: whether there is another way to the same, where a service does not have the call.
    """

    name: str
    tag: str
    repeatable: bool = True
    optional: bool = False

    def request(self, **arguments: Any) -> dict[str, Any]:
        """Return the arguments of `httpx.Client.request` for a call with these arguments of the generated function."""
        # Private, but the generator is pinned, and its output belongs to this distribution.
        return self._endpoint._get_kwargs(**arguments)

    @property
    def _endpoint(self) -> Endpoint:
        # Loaded when it is first needed.
        return cast(Endpoint, import_module(f"sbg_async_api.api.{self.tag}.{self.name}"))


LIST_ASYNC_JOBS: Final = Operation("list_async_jobs", "async_jobs")
GET_COPY_JOB: Final = Operation("get_copy_job", "async_jobs")
GET_MOVE_JOB: Final = Operation("get_move_job", "async_jobs")
GET_DELETE_JOB: Final = Operation("get_delete_job", "async_jobs")
SUBMIT_COPY_JOB: Final = Operation("submit_copy_job", "async_jobs", repeatable=False)
SUBMIT_MOVE_JOB: Final = Operation("submit_move_job", "async_jobs", repeatable=False)
SUBMIT_DELETE_JOB: Final = Operation("submit_delete_job", "async_jobs", repeatable=False)
LIST_FILES: Final = Operation("list_files", "files")
GET_FILE: Final = Operation("get_file", "files")
CREATE_FOLDER: Final = Operation("create_folder", "files", repeatable=False)
BULK_GET_FILES: Final = Operation("bulk_get_files", "files", optional=True)
BULK_EDIT_FILES: Final = Operation("bulk_edit_files", "files", repeatable=False)
LIST_VOLUMES: Final = Operation("list_volumes", "volumes")
GET_VOLUME: Final = Operation("get_volume", "volumes")
LIST_VOLUME_OBJECTS: Final = Operation("list_volume_objects", "volumes")
LIST_IMPORTS: Final = Operation("list_imports", "imports")
GET_IMPORT: Final = Operation("get_import", "imports")
BULK_GET_IMPORTS: Final = Operation("bulk_get_imports", "imports", optional=True)
START_DRS_IMPORT: Final = Operation("start_drs_import", "imports", repeatable=False)
GET_DRS_IMPORT: Final = Operation("get_drs_import", "imports")
START_IMPORTS: Final = Operation("bulk_start_imports", "imports", repeatable=False)
START_EXPORTS: Final = Operation("bulk_start_exports", "exports", repeatable=False)
LIST_EXPORTS: Final = Operation("list_exports", "exports")
GET_EXPORT: Final = Operation("get_export", "exports")
BULK_GET_EXPORTS: Final = Operation("bulk_get_exports", "exports", optional=True)
LIST_PROJECTS: Final = Operation("list_projects", "projects")
GET_PROJECT: Final = Operation("get_project", "projects")
GET_USER: Final = Operation("get_user", "account")
GET_RATE_LIMIT: Final = Operation("get_rate_limit", "account")
