"""`sbg-bulk runs export`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import click

from sbg_bulk.cli.commands.runs._journal import _open
from sbg_bulk.cli.completion import complete_run
from sbg_bulk.errors import InputError
from sbg_bulk.runs import manifest


@click.command()
@click.argument("run", shell_complete=complete_run)
@click.option(
    "--format",
    "form",
    type=click.Choice(manifest.FORMATS),
    help="The report's format.  [default: the manifest's, or by the name of --output]",
)
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    type=click.Choice(("done", "failed", "unattributed", "unknown", "open")),
    help="Only rows with this outcome. May be repeated.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file, which must not exist.  [default: standard output]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format jsonl.")
def export(run: str, form: str | None, outcomes: tuple[str, ...], output: Path | None, as_json: bool) -> None:
    """Write the manifest of RUN again, with what became of each row.

    Added are the columns outcome, new_id, job, api_code and message. The report can serve as a manifest.
    """
    if as_json and form not in (None, "jsonl"):
        raise click.UsageError(f"--json is --format jsonl; it does not go with --format {form}.")
    with _open(run) as journal:
        guessed = None if output is None else manifest.guess_format(output.name)
        chosen: Any = "jsonl" if as_json else form or guessed or journal.plan.form
        target: Any = nullcontext(sys.stdout) if output is None else _new_file(output)
        with target as stream:
            manifest.write(stream, chosen, journal.report_columns(), journal.report(outcomes))


def _new_file(path: Path) -> IO[str]:
    try:
        return path.open("x", encoding="utf-8", newline="")
    except FileExistsError:
        raise InputError(f"{path} exists already; name another file.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
