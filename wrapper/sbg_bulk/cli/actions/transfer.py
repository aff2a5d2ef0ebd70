"""Copy, move or delete: in one job of ids, or in a run of what paths choose or a manifest lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import evolve

from sbg_bulk.cli.actions import manifest as manifests
from sbg_bulk.cli.actions.choose import choose_and_run
from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.actions.question import question_about_ids
from sbg_bulk.cli.actions.wait import wait_for
from sbg_bulk.cli.advice import destination_first
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed, check_can_ask
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.documents import job_document
from sbg_bulk.cli.output.failures import INTERRUPTED, fail
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location
from sbg_bulk.items import IMPORT, check_id

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.job import Job

_TELLING: Final = "Give SOURCEs, paths or ids of files and folders, or --manifest or --files-from."

_TELLING_OBJECTS: Final = "Give SOURCEs, OWNER/VOLUME:PREFIX, or --manifest or --files-from."


def transfer(click_context: click.Context, request: TransferRequest) -> None:
    """Check what was asked for, do it, and exit with the code that follows."""
    request.settings.check()
    if request.settings.detach and request.verify:
        raise click.UsageError("--verify waits for the end, and --detach does not. Verify later with runs verify.")
    if request.destination.no_check and request.destination.on_conflict:
        raise click.UsageError("Give --on-conflict or --no-check, not both: conflicts are found by the check.")
    listed = request.manifest is not None or request.files_from is not None
    if request.destination.no_check and request.is_choice and not listed:
        alone = "" if request.each_row else "ids alone, or "
        raise click.UsageError(f"--no-check needs {alone}--manifest: paths and filters are always checked.")
    to = [place for place in (request.destination.place, request.destination.volume) if place is not None]
    context = connected(click_context.obj, (*request.paths, *request.addresses, *request.volumes, *to))
    if listed:
        _check_manifest(request)
        request.destination.check(required=False)
        click_context.exit(manifests.run(context, request))
    if not request.sources:
        raise click.UsageError(_TELLING_OBJECTS if request.job_type == IMPORT else _TELLING)
    if request.form is not None:
        raise click.UsageError("--format needs --manifest.")
    if request.destination.destination_from_manifest:
        raise click.UsageError("--destination-from-manifest needs --manifest.")
    if request.job_type != "DELETE":
        if request.destination.text is None and len(request.sources) > 1:
            raise destination_first(click_context.params["source"][-1], click_context)
        request.destination.check(required=True)
    if not request.is_choice:
        _check_ids(request)
    if request.is_run:
        # As with one job, copying what was named by ids is not asked about.
        unasked = not request.is_choice and request.job_type == "COPY"
        if not (request.dry_run or unasked):
            check_can_ask(request.yes)
        click_context.exit(choose_and_run(context, evolve(request, yes=request.yes or unasked)))
    if request.is_asked:
        check_can_ask(request.yes)
    click_context.exit(_one_job(context, request))


def _check_manifest(request: TransferRequest) -> None:
    if request.manifest is not None and request.files_from is not None:
        raise click.UsageError("Give --manifest or --files-from, not both.")
    if request.sources:
        option = "--manifest" if request.files_from is None else "--files-from"
        raise click.UsageError(f"Give SOURCEs or {option}, not both.")
    if request.files_from is not None and request.form not in (None, "list"):
        raise click.UsageError("--format needs --manifest; --files-from is a list, one path or id per line.")
    if request.preserve_structure:
        raise click.UsageError("--preserve-structure needs SOURCEs; a manifest already says where each file goes.")
    if unfit := request.selection.given:
        raise click.UsageError(f"{unfit} needs SOURCEs; a manifest already lists its files.")


def _check_ids(request: TransferRequest) -> None:
    """Raise an error unless each could be an id, none stands there twice, and the options go with them."""
    seen: set[str] = set()
    for source in request.sources:
        check_id("SOURCE", source)
        if source in seen:
            raise InputError(f"SOURCE: {source} is given twice.")
        seen.add(source)


def _one_job(context: Context, request: TransferRequest) -> Exit:
    with context.client() as client:
        if request.is_asked and not agreed(question_about_ids(client, request), False):
            return Exit.INTERRUPTED
        done, submit = _submission(context, client, request)
        if submit is None:
            return done
        try:
            job = submit()
        except KeyboardInterrupt as interrupt:
            told = (
                f"interrupted while submitting. The job may have been started: before you submit again, check with: "
                f"{context.command('jobs', 'list')}"
            )
            for started in interrupt.args:
                told = (
                    f"interrupted. Job {started.id} was submitted and keeps running on the platform. Wait for it with: "
                    f"{context.command('jobs', 'wait', started.id)}"
                )
            return fail(INTERRUPTED, told, Exit.INTERRUPTED)
        if not request.settings.detach:
            note(f"Submitted job {job.id}.")
            ended = wait_for(context, client, [job], request.settings.timeout, request.as_json)
            return done if ended is Exit.DONE else ended
        if request.as_json:
            write_json(job_document(job))
        else:
            click.echo(job.id)
            note(f"Submitted. Wait for it with: {context.command('jobs', 'wait', job.id)}")
        return done


def _submission(context: Context, client: Client, request: TransferRequest) -> tuple[Exit, Callable[[], Job] | None]:
    """What submits the job, and the exit code that follows if that does all; None if there is nothing to do.

    Where it goes is looked up here, before, what has its names there, and what unfinished runs still need.
    """
    destination, done = request.destination, Exit.DONE
    deletes = request.job_type == "DELETE"
    where = Location() if deletes else destination.find(client)
    given: list[Any] = list(request.sources)
    if deletes or not destination.no_check:
        done, given = manifests.ids_to_do(context, client, request, where)
        if not given:
            return done, None
    if deletes:
        return done, lambda: client.delete(given, new_run=True)
    transfer = client.copy if request.job_type == "COPY" else client.move
    return done, lambda: transfer(given, project=where.project, parent=where.folder, new_run=True)
