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
    from sbg_bulk.client import AsyncClient, Client
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
    from sbg_bulk.flows.run import Progress, RunOptions
    from sbg_bulk.flows.watch import Totals
    from sbg_bulk.manifest import ManifestError
    from sbg_bulk.model import (
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
    from sbg_bulk.policy.choice import Choice, Remaining
    from sbg_bulk.policy.comparing import Verification
    from sbg_bulk.policy.polling import Polling
    from sbg_bulk.policy.retry import Retry
    from sbg_bulk.policy.waiting import Cause, Wait
    from sbg_bulk.runs import RunReport
    from sbg_bulk.settings import DEPLOYMENTS, Settings, Token

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
    "sbg_bulk.client": (
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
    "sbg_bulk.flows.run": ("Progress", "RunOptions"),
    "sbg_bulk.flows.watch": ("Totals",),
    "sbg_bulk.manifest": ("ManifestError",),
    "sbg_bulk.model": (
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
    "sbg_bulk.policy.choice": (
        "Choice",
        "Remaining",
    ),
    "sbg_bulk.policy.comparing": ("Verification",),
    "sbg_bulk.policy.polling": ("Polling",),
    "sbg_bulk.policy.retry": ("Retry",),
    "sbg_bulk.policy.waiting": ("Cause", "Wait"),
    "sbg_bulk.runs": ("RunReport",),
    "sbg_bulk.settings": (
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
