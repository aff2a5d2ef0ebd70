"""Write what is going to be done to a file that is a manifest: `--save-plan`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sbg_bulk.cli.output.console import note
from sbg_bulk.errors import InputError
from sbg_bulk.runs import forms

if TYPE_CHECKING:
    from sbg_bulk.cli.context import Context
    from sbg_bulk.cli.options.transfer import TransferRequest
    from sbg_bulk.runs.choice import Choice


def check_plan(path: Path | None) -> None:
    """Raise InputError if a plan is to be written to a file that exists, before anything is looked for."""
    if path is not None and path.exists():
        raise InputError(f"{path} exists already; name another file.")


def keep_plan(context: Context, request: TransferRequest, save: Callable[[Path], object], *, parents: bool) -> None:
    """Write a plan if that is wanted, and say how it is carried out.

    Args:
        context: the options before the command.
        request: what was asked for.
        save: writes the plan to a new file.
        parents: whether folders have to be made for it.
    """
    path = request.save_plan
    if path is None:
        return
    save(path)
    words = [request.job_type.lower(), "--manifest", str(path), *(["--parents"] if parents else [])]
    note(f"Plan saved to {path}. Run it with: {context.command(*words)}")


def save_choice(choice: Choice, path: Path) -> None:
    """Write what was chosen as a manifest that gives the same run."""
    with forms.new_file(path) as stream:
        forms.write(stream, forms.guess_format(path.name) or "csv", choice.plan_columns, choice.plan())
