"""`sbg-bulk runs export`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from sbg_bulk.cli.commands.runs._journal import RUN_OR_LAST, _open
from sbg_bulk.runs import forms


@click.command()
@RUN_OR_LAST
@click.option(
    "--format",
    "form",
    type=click.Choice(forms.FORMATS),
    help="Format.  [default: the manifest's, or by the name of --output]",
)
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    type=click.Choice(("done", "failed", "unattributed", "unknown", "open")),
    help="Only files with this outcome. May be repeated.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this new file.  [default: standard output]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format jsonl.")
def export(run: str, form: str | None, outcomes: tuple[str, ...], output: Path | None, as_json: bool) -> None:
    """Write the files of RUN with the result of each, as a manifest.

    The result is in the columns outcome, new_id, job, api_code and message. Without RUN, export the last run on this
    machine.
    """
    if as_json and form not in (None, "jsonl"):
        raise click.UsageError(f"--json is --format jsonl; it cannot be combined with --format {form}.")
    with _open(run) as journal:
        guessed = None if output is None else forms.guess_format(output.name)
        chosen: Any = "jsonl" if as_json else form or guessed or journal.plan.form
        target: Any = nullcontext(sys.stdout) if output is None else forms.new_file(output)
        with target as stream:
            forms.write(stream, chosen, journal.report_columns(), journal.report(outcomes))
