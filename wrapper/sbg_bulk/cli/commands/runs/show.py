"""`sbg-bulk runs`: list, show, resume, retry, export, forget."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from sbg_bulk.cli.actions.run import carry, given_options, reference, run_options
from sbg_bulk.cli.commands.runs.report import report
from sbg_bulk.cli.completion import complete_run
from sbg_bulk.cli.context import Context, json_option, note, write_json
from sbg_bulk.cli.output.tables import print_pairs, print_rows
from sbg_bulk.cli.wording import counted
from sbg_bulk.errors import InputError, JournalError, RunInUse

if TYPE_CHECKING:
    from sbg_bulk.runs.journal import Journal


@click.group()
def runs() -> None:
    """See the runs of manifests, take them up again, and get their reports.

    RUN is a run's id, or its journal's path.
    """


def _open(run: str) -> Journal:
    from sbg_bulk.runs import create as runs
    from sbg_bulk.runs.journal import Journal

    return Journal.read(runs.find(run))


def _document(journal: Journal) -> dict[str, Any]:
    from attrs import asdict

    plan = journal.plan
    return {
        "run": plan.run,
        "journal": str(journal.path),
        "type": plan.job_type,
        "endpoint": plan.endpoint,
        "created_on": plan.created_on,
        "manifest": plan.manifest,
        "retry_of": plan.retry_of,
        **asdict(journal.tally()),
    }


@runs.command("list")
@json_option
def list_runs(as_json: bool) -> None:
    """List your runs on this machine, oldest first. UNCLEAR are rows of which it is not known what became of them."""
    from sbg_bulk.runs import create as runs
    from sbg_bulk.runs.journal import Journal
    from sbg_bulk.runs.verify import CHOSEN

    rows: list[tuple[Any, ...]] = []
    for path in runs.known():
        state = None
        try:
            with Journal.read(path) as journal:
                document, chosen = _document(journal), journal.remembered(CHOSEN) is not None
        except JournalError as error:
            document = {"run": path.stem, "journal": str(path), "problem": str(error)}
            state = "(in use)" if isinstance(error, RunInUse) else "(damaged: see runs show)"
        if as_json:
            write_json(document)
        elif state is not None:
            rows.append((path.stem, *[None] * 6, state))
        else:
            keys = ("run", "type", "rows", "done", "failed")
            others = document["unattributed"] + document["unknown"]
            left = document["open"] + document["running"]
            # What was chosen is told by its paths, and a file by its name alone.
            name = document["manifest"] if chosen else Path(document["manifest"]).name
            rows.append((*(document[key] for key in keys), others, left, name))
    if rows:
        print_rows(("RUN", "TYPE", "ROWS", "DONE", "FAILED", "UNCLEAR", "LEFT", "MANIFEST"), rows)
    elif not as_json:
        note(f"No runs in {runs.folder()}.")


@runs.command()
@click.argument("run", shell_complete=complete_run)
@json_option
@click.pass_obj
def show(context: Context, run: str, as_json: bool) -> None:
    """Show how far RUN has come, and what failed in it."""
    with _open(run) as journal:
        document = _document(journal)
        failures = journal.failures()
        if as_json:
            codes = [{"api_code": code, "message": message, "rows": rows} for _, code, rows, message in failures]
            write_json({**document, "failures": codes})
            return
        always = ("rows", "done", "failed")
        print_pairs([(key, value) for key, value in document.items() if value or key in always])
        if failures:
            click.echo()
            print_rows(("CODE", "ROWS", "FOR EXAMPLE"), [(code, rows, message) for _, code, rows, message in failures])
        name = reference(journal.plan.run, journal.path)
        if not journal.tally().complete:
            note(f"It is not complete. Take it up again with: {context.command('runs', 'resume', name)}")
        elif document["failed"]:
            note(f"Try again what failed with: {context.command('runs', 'retry', name)}")


@runs.command()
@click.argument("run", shell_complete=complete_run)
@click.option("--adopt", metavar="JOB", help="The submission of unknown outcome has started this job.")
@click.option("--resubmit", is_flag=True, help="The submission of unknown outcome has started no job.")
@run_options
@json_option
@click.pass_context
def resume(
    click_context: click.Context,
    run: str,
    adopt: str | None,
    resubmit: bool,
    jobs_in_flight: int | None,
    reserve: int | None,
    give_up_after: float | None,
    list_lag: float | None,
    as_json: bool,
) -> None:
    """Take RUN up where it stands, after an interruption, a crash, or on another machine."""
    if adopt is not None and resubmit:
        raise click.UsageError("Give --adopt or --resubmit, not both.")
    context: Context = click_context.obj
    options = given_options(jobs_in_flight, reserve, list_lag)
    with context.client() as client:
        outcome = carry(
            context,
            lambda on_change: client.resume(
                run,
                adopt=adopt,
                resubmit=resubmit,
                options=options,
                within=give_up_after,
                on_change=on_change,
            ),
            as_json,
        )
    click_context.exit(outcome)


@runs.command()
@click.argument("run", shell_complete=complete_run)
@click.option("--journal", type=click.Path(path_type=Path), metavar="FILE", help="Keep the new run's journal here.")
@run_options
@json_option
@click.pass_context
def retry(
    click_context: click.Context,
    run: str,
    journal: Path | None,
    jobs_in_flight: int | None,
    reserve: int | None,
    give_up_after: float | None,
    list_lag: float | None,
    as_json: bool,
) -> None:
    """Make a new run of the rows of RUN that failed, and only of those."""
    context: Context = click_context.obj
    options = given_options(jobs_in_flight, reserve, list_lag)
    with context.client() as client:
        outcome = carry(
            context,
            lambda on_change: client.retry(
                run,
                journal=journal,
                options=options,
                within=give_up_after,
                on_change=on_change,
            ),
            as_json,
        )
    click_context.exit(outcome)


@runs.command()
@click.argument("run", shell_complete=complete_run)
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "tsv", "jsonl")),
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
    from sbg_bulk.runs import manifest

    if as_json and form not in (None, "jsonl"):
        raise click.UsageError(f"--json is --format jsonl; it does not go with --format {form}.")
    with _open(run) as journal:
        guessed = None if output is None else manifest.guess_format(output.name)
        chosen: Any = "jsonl" if as_json else form or guessed or journal.plan.form
        target: Any = nullcontext(sys.stdout) if output is None else _new_file(output)
        with target as stream:
            manifest.write(stream, chosen, journal.report_columns(), journal.report(outcomes))


runs.add_command(report)


def _new_file(path: Path) -> IO[str]:
    try:
        return path.open("x", encoding="utf-8", newline="")
    except FileExistsError:
        raise InputError(f"{path} exists already; name another file.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


@runs.command()
@click.argument("run", shell_complete=complete_run)
@click.option("--force", is_flag=True, help="Forget it even if it is not complete.")
@json_option
def forget(run: str, force: bool, as_json: bool) -> None:
    """Delete the journal of RUN. What it has done stays done."""
    from sbg_bulk.runs import create as runs

    path = runs.find(run)
    with _open(run) as journal:
        document = _document(journal)
        if not force and not journal.tally().complete:
            raise InputError(
                f"Run {journal.plan.run} is not complete; without its journal it cannot be resumed. Forget it all the "
                "same with --force."
            )
    path.unlink()
    if as_json:
        write_json(document)
    else:
        note(f"Forgotten: run {document['run']}, {counted(document['rows'], 'row')} ({path})")
