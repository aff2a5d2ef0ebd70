"""Where to connect: the options `--endpoint` and `--profile`, before the command and after it."""

from __future__ import annotations

import click
from attrs import evolve

from sbg_bulk.cli.completion import complete_endpoint
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.common import F
from sbg_bulk.settings.deployments import DEPLOYMENTS

_NAMES = ", ".join(DEPLOYMENTS)

_complete_profile = later("sbg_bulk.cli.profile_completion", "complete_profile")


def connection_options(function: F) -> F:
    """Give the command itself the two options."""
    profile = click.option(
        "--profile",
        metavar="NAME",
        shell_complete=_complete_profile,
        help="Section of ~/.sevenbridges/credentials.  [default: SB_PROFILE, or SB_API_ENDPOINT and SB_AUTH_TOKEN, or "
        "section default]",
    )
    endpoint = click.option(
        "--endpoint",
        metavar="URL|NAME",
        shell_complete=complete_endpoint,
        help=f"The API's base URL, or one of: {_NAMES}.  [default: SB_API_ENDPOINT, or the profile's]",
    )
    return endpoint(profile(function))


def connection_after() -> list[click.Option]:
    """Return the two options as they stand after a command, hidden."""
    return [
        click.Option(
            [f"--{name}"],
            hidden=True,
            expose_value=False,
            callback=_take,
            shell_complete=complete,
            help=f"The same as --{name} before the command.",
        )
        for name, complete in (("endpoint", complete_endpoint), ("profile", _complete_profile))
    ]


def _take(context: click.Context, option: click.Parameter, value: str | None) -> None:
    if value is not None and isinstance(context.obj, Context):
        context.obj = evolve(context.obj, **{option.name or "": value})
