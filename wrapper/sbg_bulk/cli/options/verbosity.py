"""How much the command prints: the options `--quiet` and `--verbose`, before the command and after it."""

from __future__ import annotations

import click

from sbg_bulk.cli.output.console import console


def _be_quiet(_context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        console().quiet = True


def _be_verbose(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from sbg_bulk.cli.output.request_log import log_requests  # needs logging, which takes long

    end = log_requests(lambda text: console().write(text))
    if end is not None:
        context.find_root().call_on_close(end)


def verbosity_options(*, hidden: bool) -> list[click.Option]:
    """Return the two options, shown in the help or not."""
    return [
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            hidden=hidden,
            expose_value=False,
            callback=_be_quiet,
            help="Print only errors and the final result; with --json, only the last event.",
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            hidden=hidden,
            expose_value=False,
            callback=_be_verbose,
            help="Log each request to standard error, without the token and the body.",
        ),
    ]
