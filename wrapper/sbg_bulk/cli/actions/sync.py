"""Bring a place in step with a source: resume what was interrupted, show the plan, ask, and carry it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, evolve

from sbg_bulk.cli.actions.carry import Work, begin, carry, carry_all, in_background
from sbg_bulk.cli.actions.choose import print_plan, rate_left
from sbg_bulk.cli.actions.question import amount_of, chosen_text
from sbg_bulk.cli.actions.run import reference
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed
from sbg_bulk.cli.options.sync import SyncRequest
from sbg_bulk.cli.output.comparisons import compared_document, shown_path
from sbg_bulk.cli.output.console import note, tell, write_json
from sbg_bulk.cli.output.failures import no_match
from sbg_bulk.cli.output.plan_line import plan_line
from sbg_bulk.cli.output.tables import Change
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.errors import InputError
from sbg_bulk.files.comparison import Mismatch
from sbg_bulk.files.paths import place_of
from sbg_bulk.models.amount import Amount
from sbg_bulk.runs.estimate import Estimate, estimate
from sbg_bulk.text import counted, plain
from sbg_bulk.transfers.sync import unfinished

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.files.comparison import Compared
    from sbg_bulk.models.resources import RateLimit
    from sbg_bulk.runs.progress import Progress
    from sbg_bulk.runs.result import RunReport
    from sbg_bulk.transfers.choice import Choice
    from sbg_bulk.transfers.sync import SyncPlan, Turned

SHOWN: Final = 20
"""How many names of a kind are shown; the rest is counted. --dry-run --json lists them all."""


def plan_and_sync(context: Context, request: SyncRequest) -> Exit:
    """Find what to do, show it, ask, and carry it to its end. The exit code that follows."""
    if request.settings.detach:
        return _plan_and_sync(context, request, partial(carry, context, request.settings, as_json=request.as_json))
    return carry_all(context, request.settings, partial(_plan_and_sync, context, request), request.as_json)


def _plan_and_sync(context: Context, request: SyncRequest, execute: Callable[[Work], Exit]) -> Exit:
    selection = request.selection
    with context.client() as client:
        resumed = _finish_earlier(context, client, request, execute)
        if resumed is not None:
            return resumed
        with counting() as on_request:
            plan = client.sync_plan(
                request.source,
                to=request.to,
                delete=request.delete,
                parents=request.parents,
                match=selection.match,
                exclude=selection.exclude,
                newer_than=selection.since,
                tags=selection.tags,
                metadata=selection.values,
                on_request=on_request,
            )
        takes = _takes(plan, request, rate_left(client))
        done = Exit.FAILED_ITEMS if plan.left else Exit.DONE
        if selection.given and not plan.comparison.matched:
            found = plan.comparison
            told = no_match([str(found.source)], found.hint, fails=selection.error_on_no_match)
            if told is not Exit.DONE:
                return told
        if request.as_json and (request.dry_run or not len(plan)):
            write_json({**asdict(takes), **_document(plan)})
            return done
        # What is below folders is counted for a person only.
        copied, requests = chosen_text(plan.missing), plan.requests
        if not request.yes:
            amount, more = amount_of(client, plan.missing)
            copied, requests = str(amount), requests + more
        summary = _summary(plan, takes, copied, requests)
        if request.dry_run:
            rows = [Change.of(item, action.lower()) for action, choice in plan.steps for item in choice.items]
            print_plan(rows, _work(plan, copied), actions=True)
            tell(f"{summary}\nNothing was changed.")
            return done
        # Who is asked has to see what about.
        (note if request.yes and not plan.left else tell)(summary)
        if not len(plan):
            return done
        removed = sha256("\n".join(sorted(item.id for item in plan.removed.items)).encode()).hexdigest()
        if request.agreed not in (None, removed) and len(plan.removed):
            raise InputError("The items to delete have changed since you confirmed. Run the same sync again.")
        if not agreed(_question(plan, copied), request.yes):
            return Exit.INTERRUPTED
        if request.settings.detach:
            return _in_background(context, client, request, plan, removed)
        return _carry(client, request, plan, execute)


def _finish_earlier(
    context: Context, client: Client, request: SyncRequest, execute: Callable[[Work], Exit]
) -> Exit | None:
    """Resume runs of an earlier sync of the same two: their jobs may still be running, so nothing else can be told.

    Returns:
        The exit code if that is all that is done now; else None.
    """
    for earlier in unfinished(client.settings.endpoint, place_of(request.source), place_of(request.to)):
        run = earlier.run
        if run.in_use:
            raise InputError(f"Run {run.run} syncs the same places, and another process is working on it.")
        name = reference(run.run, run.journal)
        told = f"Run {run.run} of an earlier sync was interrupted: {run.done:,} of {run.rows:,} done."
        resume = f"Resume it with: {context.command('runs', 'resume', name)}"
        if request.dry_run:
            raise InputError(f"{told}\n{resume}")
        if earlier.deletes and not request.delete:
            raise InputError(f"{told} It deletes what is not in the source, but --delete was not given.\n{resume}")
        if request.agreed is None:
            tell(told)
        if not agreed("Resume it first?", request.yes):
            return Exit.INTERRUPTED
        outcome = execute(partial(_resumed, client, request, name))
        if request.settings.detach:
            note("When it has finished, run the same sync again: it does what is left.")
            return outcome
        if outcome not in (Exit.DONE, Exit.FAILED_ITEMS):
            return outcome
    return None


def _resumed(client: Client, request: SyncRequest, run: str, on_change: Callable[[Progress], object]) -> RunReport:
    settings = request.settings
    return client.resume(run, options=settings.options, within=settings.give_up_after, on_change=on_change)


def _in_background(context: Context, client: Client, request: SyncRequest, plan: SyncPlan, removed: str) -> Exit:
    """Begin the first run of a plan. The same sync in another process resumes it, and does what is left then.

    Args:
        context: the options before the command.
        client: begins it.
        request: what was asked for.
        plan: what was agreed to.
        removed: what of that is deleted, as that process knows it again.
    """
    step = plan.next([])
    assert step is not None
    settings, items_per_job = request.settings, request.items_per_job
    begun = begin(lambda stop: client.run(*step, items_per_job=items_per_job, options=settings.options, on_change=stop))
    again = "If it stops, run the same sync again: it resumes the run, then does what is left."
    return in_background(context, begun, request.words(removed), again, request.as_json)


def _carry(client: Client, request: SyncRequest, plan: SyncPlan, execute: Callable[[Work], Exit]) -> Exit:
    """Carry the runs of a plan, one after the other."""
    reports: list[RunReport] = []
    while (step := plan.next(reports)) is not None:
        before = len(reports)

        def work(on_change: Callable[[Progress], object], step: tuple[str, Choice] = step) -> RunReport:
            report = client.run(
                *step,
                items_per_job=request.items_per_job,
                options=request.settings.options,
                within=request.settings.give_up_after,
                on_change=on_change,
            )
            reports.append(report)
            return report

        outcome = execute(work)
        if len(reports) == before:
            note("Or run the same sync again: it resumes the run, then does what is left.")
            return outcome
    end = plan.report(reports)
    if len(reports) < len(plan.steps):
        tell(
            "Some files could not be copied or deleted, so nothing else was changed. To do the rest, run the same "
            "sync again."
        )
    elif end.succeeded:
        filtered = " for the files that the filters select" if request.selection.given else ""
        note(f"{plan.comparison.place} is in sync with {plan.comparison.source}{filtered}.")
    if plan.left:
        tell(f"{counted(len(plan.left), 'difference')} left unchanged.")
    return Exit.DONE if end.succeeded else Exit.FAILED_ITEMS


def _names(compared: Sequence[Compared], *, reason: bool = False) -> Iterator[str]:
    return _listed([f"{shown_path(one)}{f': {one.reason}' if reason else ''}" for one in compared])


def _listed(names: Sequence[str]) -> Iterator[str]:
    for name in names[:SHOWN]:
        yield f"  {plain(name)}"
    if len(names) > SHOWN:
        yield f"  ... and {len(names) - SHOWN:,} more; --dry-run --json lists them all."


def _turned(one: Turned) -> str:
    """What is replaced by what: a file, or a folder and all it holds."""
    there, source = one.compared.there, one.compared.source
    sides = ((there, one.gone), (source, one.copied))
    told = [f"the folder with {much}" if file and file.is_folder else str(much) for file, much in sides]
    return " replaced with ".join(told)


def _summary(plan: SyncPlan, takes: Estimate, copied: str, requests: int) -> str:
    """What is to be done, what is left, what it takes, and how many requests it took to find out."""
    found = plan.comparison
    lines = [plain(f"Sync {found.source} to {found.place}: {counted(found.same, 'file')} the same.")]
    if len(plan.missing):
        lines.append(f"Copy {copied}.")
    if plan.replaced.files:
        lines.append(f"Replace {plan.replaced} that {'differs' if plan.replaced.files == 1 else 'differ'} in size:")
        lines += _names(plan.replaces, reason=True)
    if plan.turned:
        lines.append("Replace where one side has a folder and the other a file:")
        lines += _listed([f"{one.compared.path}: {_turned(one)}" for one in plan.turned])
    if plan.deletes:
        lines.append(f"Delete {plan.deleted} in {counted(len(plan.deletes), 'item')}, not in the source:")
        lines += _names(plan.deletes)
    if plan.left:
        lines.append("Left unchanged, and reported:")
        lines += _names(plan.left, reason=True)
        if any(one.mismatch is Mismatch.TYPE for one in plan.left):
            lines.append("--delete, without filters, replaces a folder with a file and a file with a folder.")
    if plan.extra:
        lines.append(f"{counted(plan.extra, 'item')} only at the destination; to delete, add --delete.")
    if found.undated:
        lines.append(f"Skipped: {found.undated:,} of unknown date.")
    if not len(plan):
        lines.append("Nothing to do.")
    else:
        lines.append(plan_line(takes, len(plan.missing.folders)))
    return "\n".join([*lines, f"Listing used {counted(requests, 'request')}."])


def _takes(plan: SyncPlan, request: SyncRequest, rate: RateLimit | None) -> Estimate:
    """What the runs of a plan take together."""
    runs = [estimate(len(one), request.items_per_job) for _, one in plan.steps]
    requests = len(plan.missing.folders) + sum(one.requests for one in runs)
    whole = estimate(0, request.items_per_job, request.settings.reserve or 0, requests, rate, time.time())
    return evolve(whole, items=len(plan), jobs=sum(one.jobs for one in runs))


def _work(plan: SyncPlan, copied: str) -> str:
    """How much is copied, replaced and deleted."""
    parts = [f"copy {copied}"] if len(plan.missing) else []
    parts += [f"replace {plan.replaced}"] if plan.replaced.files else []
    parts += _replacements(plan.turned)
    parts += [f"permanently delete {plan.deleted}"] if plan.deletes else []
    return ", ".join(parts)


def _question(plan: SyncPlan, copied: str) -> str:
    told = _work(plan, copied)
    warning = " What is replaced or deleted cannot be recovered." if len(plan.removed) else ""
    return plain(f"{told[:1].upper()}{told[1:]} in {plan.comparison.place}?{warning}")


def _replacements(turned: Sequence[Turned]) -> Iterator[str]:
    """How much is replaced by something of another type, of either type."""
    for kind, other in (("folder", "files"), ("file", "folders")):
        some = [one for one in turned if one.compared.there and one.compared.there.is_folder is (kind == "folder")]
        if some:
            gone = sum((one.gone for one in some), Amount())
            yield f"replace {counted(len(some), kind)} ({gone}) with {other}"


def _size(amount: Amount) -> dict[str, int | None]:
    return {"files": amount.files, "size": amount.size}


def _document(plan: SyncPlan) -> dict[str, Any]:
    found = plan.comparison
    return {
        "source": str(found.source),
        "destination": str(found.place),
        "same": found.same,
        "extra": plan.extra,
        "undated": found.undated,
        "looked": plan.requests,
        "replaced": _size(plan.replaced),
        "turned": [
            {**compared_document(one.compared), "gone": _size(one.gone), "copied": _size(one.copied)}
            for one in plan.turned
        ],
        "deleted": _size(plan.deleted),
        "folders": [str(one) for one in plan.missing.folders],
        "steps": [
            {
                "type": job_type,
                "items": [
                    {
                        "file": item.id,
                        "name": item.name,
                        "type": "folder" if item.is_folder else "file",
                        "size": item.size,
                        "source": item.source,
                        "destination": item.destination or None,
                    }
                    for item in choice.items
                ],
            }
            for job_type, choice in plan.steps
        ],
        "left": [compared_document(one) for one in plan.left],
    }
