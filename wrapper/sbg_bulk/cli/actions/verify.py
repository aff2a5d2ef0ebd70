"""Check every destination of a run: `--verify`, and `sbg-bulk runs verify`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.output.console import explained, note, tell, write_json
from sbg_bulk.cli.output.failures import INTERRUPTED, fail, kind_of
from sbg_bulk.cli.progress.events import VERSION
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.runs.records import noun_of
from sbg_bulk.text import counted, plain

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.runs.verification import Verification

SHOWN: Final = 20
"""How many differences are shown; the rest is counted. JSON has them all."""


def verify(context: Context, client: Client, run: str, as_json: bool) -> Exit:
    """Verify a finished run, and show what was found. The exit code that follows."""
    try:
        with counting("Verifying") as on_request:
            verification = client.verify(run, on_request=on_request)
    except SbgBulkError as error:
        return fail(kind_of(error), f"{explained(error)}\n{_unverified(context, run)}", exit_code(error), error)
    except KeyboardInterrupt:
        return fail(INTERRUPTED, f"interrupted. {_unverified(context, run)}", Exit.INTERRUPTED)
    if as_json:
        write_json(_event(run, verification))
    else:
        (note if verification.agrees else tell)(_text(context, verification))
    return Exit.DONE if verification.agrees else Exit.FAILED_ITEMS


def _unverified(context: Context, run: str) -> str:
    return f"The run is finished, but was not verified. Verify it with: {context.command('runs', 'verify', run)}"


def _event(run: str, verification: Verification) -> dict[str, Any]:
    """What was found as an event, as those of the run before it: see `events.schema.json`."""
    return {
        "event": "run-verified",
        "version": VERSION,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "run": run,
        "agrees": verification.agrees,
        "checked": verification.checked,
        "not_checked": verification.failed,
        "folders": verification.folders,
        "inside_folders": verification.inside,
        "folders_by_name": len(verification.by_name),
        "requests": verification.requests,
        "differences": [
            {
                "file": one.file,
                "expected": one.expected,
                "finding": str(one.finding),
                "found": one.found,
                "size": one.size,
                "found_size": one.found_size,
            }
            for one in verification.differences
        ],
    }


def _text(context: Context, verification: Verification) -> str:
    checked, different = verification.checked, verification.differences
    noun = noun_of(checked, verification.folders)
    files, by_name = counted(checked, noun), verification.by_name
    if verification.inside:
        files += f" with {counted(verification.inside, 'file')} in folders"
    left_out = f" Not checked: {counted(verification.failed, noun)} that failed." if verification.failed else ""
    names_only = ""
    if by_name:
        contents = "its contents" if len(by_name) == 1 else "their contents"
        names_only = f"{counted(len(by_name), 'folder')} by name; {contents} were not compared."
        left_out += f"\nCompare one with another copy: {context.command('check', 'OTHER', by_name[0])}"
    if verification.agrees and len(by_name) == checked and checked:
        return f"Verified: {names_only}{left_out}"
    names_only = f" Of these, {names_only}" if names_only else ""
    if verification.agrees and not checked:
        return f"Nothing to verify.{left_out}"
    if verification.agrees:
        return f"Verified: {files}, all as expected.{names_only}{left_out}"
    lines = [f"Verified: {files}, {counted(len(different), 'difference')}:{names_only}{left_out}"]
    lines += [f"  {plain(str(one))}" for one in different[:SHOWN]]
    if len(different) > SHOWN:
        lines.append(f"  ... and {len(different) - SHOWN:,} more; --json lists them all.")
    return "\n".join(lines)
