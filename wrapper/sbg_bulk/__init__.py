"""Copy, move and delete files in bulk on the Seven Bridges platforms.

from sbg_bulk import Client

with Client("cavatica") as client:
    job = client.copy(["5c6d4227e4b0385632389346"], project="rfranklin/my-project")
    job = client.wait(job)
    print(job.state, job.failed_files)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sbg_bulk.api.polling import Polling
    from sbg_bulk.api.retry import Retry
    from sbg_bulk.api.waits import Cause, Wait
    from sbg_bulk.client.sync import AsyncClient, Client
    from sbg_bulk.errors import (
        ApiError,
        BadRequest,
        Conflict,
        ConnectionFailed,
        Forbidden,
        InputError,
        JobLost,
        JournalError,
        Maintenance,
        NotFound,
        OutcomeUnknown,
        PagingError,
        RateLimited,
        Redirected,
        RunInUse,
        RunStopped,
        SbgBulkError,
        ServerError,
        SettingsError,
        Unauthorized,
        UnreadableAnswer,
        WaitTimeout,
        WrongJournal,
    )
    from sbg_bulk.jobs.watch import Totals
    from sbg_bulk.models.job import (
        CopyItem,
        DeleteItem,
        File,
        ItemError,
        ItemResult,
        Job,
        MoveItem,
        Page,
        Project,
        RateLimit,
        User,
    )
    from sbg_bulk.runs.choice import Choice, Remaining
    from sbg_bulk.runs.create import RunReport
    from sbg_bulk.runs.manifest import ManifestError
    from sbg_bulk.runs.run import Progress, RunOptions
    from sbg_bulk.runs.verification import Verification
    from sbg_bulk.settings.settings import DEPLOYMENTS, Settings, Token

__all__ = [
    "DEPLOYMENTS",
    "ApiError",
    "AsyncClient",
    "BadRequest",
    "Cause",
    "Choice",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "CopyItem",
    "DeleteItem",
    "File",
    "Forbidden",
    "InputError",
    "ItemError",
    "ItemResult",
    "Job",
    "JobLost",
    "JournalError",
    "Maintenance",
    "ManifestError",
    "MoveItem",
    "NotFound",
    "OutcomeUnknown",
    "Page",
    "PagingError",
    "Polling",
    "Progress",
    "Project",
    "RateLimit",
    "RateLimited",
    "Redirected",
    "Remaining",
    "Retry",
    "RunInUse",
    "RunOptions",
    "RunReport",
    "RunStopped",
    "SbgBulkError",
    "ServerError",
    "Settings",
    "SettingsError",
    "Token",
    "Totals",
    "Unauthorized",
    "UnreadableAnswer",
    "User",
    "Verification",
    "Wait",
    "WaitTimeout",
    "WrongJournal",
]

_MODULES: Final = {
    "sbg_bulk.client.sync": (
        "AsyncClient",
        "Client",
    ),
    "sbg_bulk.errors": (
        "ApiError",
        "BadRequest",
        "Conflict",
        "ConnectionFailed",
        "Forbidden",
        "InputError",
        "JobLost",
        "JournalError",
        "Maintenance",
        "NotFound",
        "OutcomeUnknown",
        "PagingError",
        "RateLimited",
        "Redirected",
        "RunInUse",
        "RunStopped",
        "SbgBulkError",
        "ServerError",
        "SettingsError",
        "Unauthorized",
        "UnreadableAnswer",
        "WaitTimeout",
        "WrongJournal",
    ),
    "sbg_bulk.runs.run": ("Progress", "RunOptions"),
    "sbg_bulk.jobs.watch": ("Totals",),
    "sbg_bulk.runs.manifest": ("ManifestError",),
    "sbg_bulk.models.job": (
        "CopyItem",
        "DeleteItem",
        "File",
        "ItemError",
        "ItemResult",
        "Job",
        "MoveItem",
        "Page",
        "Project",
        "RateLimit",
        "User",
    ),
    "sbg_bulk.runs.choice": (
        "Choice",
        "Remaining",
    ),
    "sbg_bulk.runs.verification": ("Verification",),
    "sbg_bulk.api.polling": ("Polling",),
    "sbg_bulk.api.retry": ("Retry",),
    "sbg_bulk.api.waits": ("Cause", "Wait"),
    "sbg_bulk.runs.create": ("RunReport",),
    "sbg_bulk.settings.settings": (
        "DEPLOYMENTS",
        "Settings",
        "Token",
    ),
}
"""Where each name is defined. A module is loaded when a name of its own is first used: the command starts sooner."""


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
