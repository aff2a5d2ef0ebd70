"""A run of the same task that is not finished: it is resumed, and not begun a second time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final

from sbg_bulk.cli.actions.carry import carry
from sbg_bulk.cli.actions.run import reference
from sbg_bulk.cli.actions.verify import verify
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.output.console import note, tell
from sbg_bulk.errors import InputError
from sbg_bulk.items import EXPORT_COPY, EXPORT_REPLACE, IMPORT
from sbg_bulk.runs.task import alone, unfinished

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.runs.left_out import Pending

_OTHER_EXPORTS: Final = {EXPORT_COPY: EXPORT_REPLACE, EXPORT_REPLACE: EXPORT_COPY}
"""What is the same task, but for what becomes of the platform's copies. It is told, and never offered instead."""

_ABOUT_COPIES: Final = {EXPORT_COPY: "keeps the platform's copies", EXPORT_REPLACE: "deletes the platform's copies"}

_TWICE: Final = {
    **dict.fromkeys((EXPORT_COPY, EXPORT_REPLACE), ("exporting", "exported")),
    IMPORT: ("importing", "imported"),
}


def held(client: Client, request: TransferRequest, task: str | None) -> AbstractContextManager[None]:
    """Keep other processes from beginning the same task meanwhile, unless that is wanted or nothing is changed."""
    if task is None or request.new_run or request.dry_run:
        return nullcontext()
    return alone(request.job_type, client.settings.endpoint, task)


def take_up(context: Context, client: Client, request: TransferRequest, task: str) -> Exit | None:
    """Resume an unfinished run of the same task, if there is one and the person on the terminal agrees.

    Args:
        context: the options before the command.
        client: carries it.
        request: what was asked for.
        task: the same as one text.

    Returns:
        The exit code that follows; None if there is no such run, or a new one is wanted.

    Raises:
        InputError: there is one, and nobody to ask.
    """
    if request.new_run or request.dry_run:
        return None
    other = _OTHER_EXPORTS.get(request.job_type)
    found = unfinished(request.job_type, client.settings.endpoint, task)
    unlike = None if found is not None or other is None else unfinished(other, client.settings.endpoint, task)
    found = found or unlike
    if found is None:
        return None
    name = reference(found.run, found.journal)
    told = f"Run {found.run} has the same sources and destination"
    told += f", but {_ABOUT_COPIES[other]}" if unlike is not None and other is not None else ""
    if found.in_use:
        raise InputError(f"{told}, and another process is working on it.\nTo start a second run anyway, add --new-run.")
    told += f", and is not finished: {found.done:,} of {found.rows:,} are done."
    doing, done = _TWICE.get(request.job_type, ("creating", "created"))
    otherwise = (
        f"Resume it with: {context.command('runs', 'resume', name)}\n"
        f"To start a new run instead, add --new-run: files that this run's jobs are still {doing} would be {done} "
        "twice."
    )
    if unlike is not None or request.yes or not sys.stdin.isatty():
        raise InputError(f"{told}\n{otherwise}")
    tell(told)
    if not agreed("Resume it?", False):
        note(otherwise)
        return Exit.INTERRUPTED
    outcome = carry(
        context,
        request.settings,
        lambda on_change: client.resume(
            name, options=request.settings.options, within=request.settings.give_up_after, on_change=on_change
        ),
        request.as_json,
    )
    if not request.verify or outcome not in (Exit.DONE, Exit.FAILED_ITEMS):
        return outcome
    return max(outcome, verify(context, client, name, request.as_json))


def tell_pending(context: Context, pending: Sequence[Pending]) -> Exit:
    """Say what was left out as unfinished runs are going to do it. The exit code that follows if all else is done."""
    for one in pending:
        tell(f"{one}{'' if one.kept else ' Skipped.'}\n{one.remedy(context.command)}")
    return Exit.FAILED_ITEMS if pending else Exit.DONE
