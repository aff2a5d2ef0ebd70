"""The exit codes, what they mean, and which error leads to which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from sbg_bulk import errors


class Exit(IntEnum):
    """What the command's exit code says."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    FAILED_ITEMS = 3
    TIMED_OUT = 4
    NOT_AUTHORISED = 5
    UNDECIDED = 6
    INTERRUPTED = 130


MEANINGS: Final[Mapping[Exit, str]] = {
    Exit.DONE: "done",
    Exit.UNEXPECTED: "unexpected: no connection, a server error, an unknown outcome",
    Exit.USAGE: "wrong usage or input: an option, an id, a setting",
    Exit.FAILED_ITEMS: "finished, with failed items or differences (check, --verify)",
    Exit.TIMED_OUT: "timed out: jobs are still running; the run or the wait can be resumed",
    Exit.NOT_AUTHORISED: "not authorised: the token was not accepted, or lacks permission",
    Exit.UNDECIDED: "stopped: the outcome of a submission is unknown; you must decide",
    Exit.INTERRUPTED: "interrupted, or not confirmed",
}
"""What `--help` says of each."""

_BY_ERROR: Final[tuple[tuple[tuple[type[errors.SbgBulkError], ...], Exit], ...]] = (
    ((errors.JobLost,), Exit.UNEXPECTED),
    ((errors.InputError, errors.SettingsError), Exit.USAGE),
    ((errors.BadRequest, errors.NotFound, errors.Conflict), Exit.USAGE),
    ((errors.Unauthorized, errors.Forbidden), Exit.NOT_AUTHORISED),
    ((errors.WaitTimeout,), Exit.TIMED_OUT),
    ((errors.RunStopped,), Exit.UNDECIDED),
)


def exit_code(error: errors.SbgBulkError) -> Exit:
    """Return the exit code for an error of this package."""
    return next((code for kinds, code in _BY_ERROR if isinstance(error, kinds)), Exit.UNEXPECTED)
