"""The exit codes, documented in `sbg_bulk.cli`, and which error leads to which."""

from __future__ import annotations

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
    INTERRUPTED = 130


_BY_ERROR: Final[tuple[tuple[tuple[type[errors.SbgBulkError], ...], Exit], ...]] = (
    ((errors.InputError, errors.SettingsError), Exit.USAGE),
    ((errors.BadRequest, errors.NotFound, errors.Conflict), Exit.USAGE),
    ((errors.Unauthorized, errors.Forbidden), Exit.NOT_AUTHORISED),
    ((errors.WaitTimeout,), Exit.TIMED_OUT),
)


def exit_code(error: errors.SbgBulkError) -> Exit:
    """The exit code for an error of this package."""
    return next((code for kinds, code in _BY_ERROR if isinstance(error, kinds)), Exit.UNEXPECTED)
