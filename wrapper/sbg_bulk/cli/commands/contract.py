"""`sbg-bulk contract`: check that a service keeps the contract, for those who run or write one."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from sbg_bulk import contract as library
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.output.console import note, say, tell, write_json
from sbg_bulk.errors import SettingsError
from sbg_bulk.settings.settings import Settings

if TYPE_CHECKING:
    from sbg_bulk.contract import Finding, Report


@click.command()
@click.argument("url", required=False)
@click.option(
    "--allow-writes",
    metavar="PROJECT",
    help="Scratch project, owner/project, in which files may be created and deleted. Without it, only GET requests are "
    "sent.",
)
@click.option(
    "--export-to",
    metavar="VOLUME",
    help="Volume, owner/name, to export a few small files to; they stay there. Without it, exports are not checked.",
)
@click.option("--drs-uri", metavar="URI", help="DRS URI of an object to import.")
@click.option(
    "--second-token-from",
    metavar="PROFILE",
    help="Profile with the token of another user, to check what others can read.",
)
@click.option("--alone", is_flag=True, help="Nothing else uses the token: count requests and jobs exactly.")
@click.option(
    "--job-timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    help="Longest time a job may take.  [default: 600]",
)
@click.option(
    "--max-requests",
    metavar="N",
    type=click.IntRange(min=1),
    default=2500,
    help="Maximum number of requests.  [default: 2500]",
)
@click.option(
    "--only",
    type=click.Choice(["documented"]),
    help="Fail only if a documented promise is broken; show expected ones without failing.",
)
@click.option("--promise", "promises", metavar="NAME", multiple=True, help="Check only this promise. May be repeated.")
@click.option(
    "--seed", metavar="N", type=int, default=1, help="Random seed; the same seed repeats a check.  [default: 1]"
)
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON, for programs to read.")
@click.option(
    "--html", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write the report as an HTML page."
)
@click.option(
    "--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write the report as JUnit XML."
)
@click.pass_context
def contract(
    ctx: click.Context,
    url: str | None,
    allow_writes: str | None,
    export_to: str | None,
    drs_uri: str | None,
    second_token_from: str | None,
    alone: bool,
    job_timeout: float,
    max_requests: int,
    only: str | None,
    promises: tuple[str, ...],
    seed: int,
    as_json: bool,
    html: Path | None,
    junit: Path | None,
) -> None:
    """Check that a service keeps the contract of this API.

    URL is its base URL or short name; by default, the configured endpoint. Problems are shown as they are found, once
    per cause, with a curl command that reproduces them. A promise is documented, expected (clients rely on it) or a
    guess, which is shown and never fails.

    Exit codes of this command: 0 the contract is kept, 1 a promise is broken, 2 it could not be checked (token,
    maintenance, requests, no such project), 130 interrupted. The report is written, and the scratch folder deleted, in
    any case.
    """
    try:
        # Its packages are an extra.
        check = library.check
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"The contract checks need packages that are not installed ({error.name}): pip install 'sbg-bulk[contract]'"
        ) from None
    given: Context = ctx.obj
    settings = Settings.find(url or given.endpoint, profile=given.profile, bare=True)
    second = None if second_token_from is None else _second_token(settings.endpoint, second_token_from)
    place = f"writing to {allow_writes}" if allow_writes else "reading only"
    note(f"Checking {settings.endpoint}, {place}, seed {seed}.")

    def found(finding: Finding) -> None:
        (tell if as_json else say)("\n".join(finding.lines()))

    code: int
    with _terminated():
        try:
            report = check(
                settings.endpoint,
                settings.token.reveal(),
                writes=allow_writes,
                export_to=export_to,
                drs_uri=drs_uri,
                second_token=second,
                budget=library.Budget(requests=max_requests, job_timeout=job_timeout),
                alone=alone,
                only_documented=only is not None,
                promises=promises,
                seed=seed,
                found=found,
                tell=note,
                options=_repeated(ctx, given.profile),
            )
            code = report.exit_code
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        except library.Interrupted as interrupted:
            report, code = interrupted.report, Exit.INTERRUPTED
    _write(report, as_json, html, junit)
    ctx.exit(code)


def _repeated(ctx: click.Context, profile: str | None) -> list[str]:
    """Return the options of the command line that a finding is reproduced with, and that `check` does not know of."""
    names = {"second_token_from": "--second-token-from", "job_timeout": "--job-timeout"}
    given = [name for name in names if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    words = [word for name in given for word in (names[name], f"{ctx.params[name]}".removesuffix(".0"))]
    return words if profile is None else [*words, "--profile", profile]


def _second_token(endpoint: str, profile: str) -> str:
    try:
        return Settings.find(endpoint, profile=profile, bare=True).token.reveal()
    except SettingsError as error:
        raise SettingsError(f"--second-token-from: {error}") from None


def _write(report: Report, as_json: bool, html: Path | None, junit: Path | None) -> None:
    """Write the report wherever it is to be."""
    if as_json:
        write_json(report.document())
    else:
        say("\n".join([*report.times(), *report.summary()]))
    for path, written in ((html, library.page), (junit, library.junit)):
        if path is not None:
            path.write_text(written(report), encoding="utf-8")
            note(f"Written: {path}")
    if report.interrupted:
        tell("sbg-bulk: interrupted.")


@contextmanager
def _terminated() -> Iterator[None]:
    """Have SIGTERM end the check as Ctrl-C does: with its report, and with the scratch folder deleted."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if sys.platform == "win32":
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
