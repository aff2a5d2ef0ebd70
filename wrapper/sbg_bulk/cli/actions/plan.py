"""Write what is going to be done to a file that is a manifest: `--save-plan`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from sbg_bulk.cli.output.console import complain, note
from sbg_bulk.errors import InputError
from sbg_bulk.items import DRS_IMPORT
from sbg_bulk.runs import forms, store

if TYPE_CHECKING:
    from sbg_bulk.cli.context import Context
    from sbg_bulk.cli.options.transfer import TransferRequest
    from sbg_bulk.transfers.choice import Choice
    from sbg_bulk.volume_jobs.choice import VolumeChoice


def check_plan(path: Path | None) -> None:
    """Raise InputError if a plan is to be written to a file that exists, before anything is looked for."""
    if path is not None and path.exists():
        raise InputError(f"{path} already exists; choose another file.")


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
    words = [
        *request.command,
        "--drs" if request.job_type == DRS_IMPORT else "--manifest",
        str(path),
        *(["--parents"] if parents else []),
    ]
    note(f"Plan saved to {path}. Run it with:\n  {context.command(*words)}")


def keep_refused(context: Context, request: TransferRequest, save: Callable[[Path], object], *, parents: bool) -> None:
    """Keep what was answered with no, which took requests to find: in the user's state folder, unless it was saved.

    The arguments are those of `keep_plan`.
    """
    if request.save_plan is not None:
        return
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.csv"
        keep_plan(context, evolve(request, save_plan=path), save, parents=parents)
    except OSError as error:
        complain(f"The plan could not be saved in {folder}: {error.strerror}.")


def was_refused(source: object) -> bool:
    """Return whether a manifest is a plan that was answered with no and kept: it is asked about again."""
    return isinstance(source, Path) and source.resolve().parent == _folder().resolve()


def _folder() -> Path:
    return store.folder().with_name("plans")


def save_choice(choice: Choice | VolumeChoice, path: Path) -> None:
    """Write what was chosen as a manifest that gives the same run."""
    with forms.new_file(path) as stream:
        forms.write(stream, forms.guess_format(path.name) or "csv", choice.plan_columns, choice.plan())
