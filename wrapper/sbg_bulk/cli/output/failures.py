"""What went wrong: told to the person who looks on and, with `--json`, written as a document."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from itertools import takewhile
from typing import Any, Final

from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.output.console import complain, write_json
from sbg_bulk.errors import ApiError, SbgBulkError
from sbg_bulk.text import commands_in

INTERRUPTED: Final = "Interrupted"
"""The kind of an interrupt, which is no error of the package."""


def wants_json() -> bool:
    """Return whether `--json` is given. The arguments themselves tell: those that are wrong cannot be parsed."""
    return "--json" in takewhile(lambda word: word != "--", sys.argv[1:])


def failure(kind: str, message: str, code: Exit, error: Exception | None = None) -> dict[str, Any]:
    """Return what went wrong as a document. It has the same keys whatever that was.

    Args:
        kind: the name of the error's class, or a word for what is none.
        message: what is told on standard error; the commands are those that it names.
        code: the exit code.
        error: the error, if there is one.
    """
    commands = commands_in(message)
    answered = error if isinstance(error, ApiError) else None
    return {
        "kind": kind,
        "message": message,
        "commands": commands,
        "resume": next(filter(_goes_on, commands), None),
        "status": None if answered is None else answered.status,
        "code": None if answered is None else answered.code,
        "request_id": None if answered is None else answered.request_id,
        "exit_code": int(code),
    }


def _goes_on(command: str) -> bool:
    """Return whether a command continues what has ended here, without that a person has to decide something."""
    words = shlex.split(command)[1:]
    while words[0] in ("--endpoint", "--profile"):
        words = words[2:]
    return words[:2] == ["jobs", "wait"] or (words[:2] == ["runs", "resume"] and len(words) == 3)


def write_failure(kind: str, message: str, code: Exit, error: Exception | None = None) -> None:
    """Write what went wrong as a document, if that is wanted."""
    if wants_json():
        write_json({"error": failure(kind, message, code, error)})


def fail(kind: str, message: str, code: Exit, error: Exception | None = None) -> Exit:
    """Tell what went wrong, in words and, if that is wanted, as a document. Return the exit code that follows."""
    complain(message)
    write_failure(kind, message, code, error)
    return code


def no_match(places: Iterable[str], hint: str, *, fails: bool) -> Exit:
    """Tell that filters have matched nothing. Return the exit code that follows.

    Args:
        places: what was looked through.
        hint: what may have been meant; empty if that is not known.
        fails: whether that is an error.
    """
    told = f"no files matched in {' and '.join(places)}. {hint}".rstrip()
    if fails:
        return fail("NothingMatched", told, Exit.FAILED_ITEMS)
    complain(told)
    return Exit.DONE


def kind_of(error: SbgBulkError) -> str:
    """Return the name of an error's class in `sbg_bulk.errors`, or of the nearest of its bases there."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == SbgBulkError.__module__)
