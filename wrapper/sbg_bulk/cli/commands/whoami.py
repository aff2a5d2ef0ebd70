"""`sbg-bulk whoami`: whose token is used, and where."""

from __future__ import annotations

from contextlib import suppress

import click

from sbg_bulk.cli.commands.configure import warn_if_exposed
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import write_json
from sbg_bulk.cli.output.tables import print_pairs
from sbg_bulk.errors import SettingsError
from sbg_bulk.settings import credentials


@click.command()
@json_option
@click.pass_obj
def whoami(context: Context, as_json: bool) -> None:
    """Show the user, the endpoint and where the token comes from. The token itself is never shown."""
    with context.client() as client:
        user, settings = client.user(), client.settings
    # Without a home folder there is no file to warn of.
    with suppress(SettingsError):
        warn_if_exposed(credentials.usual_path())
    if as_json:
        names = {"first_name": user.first_name, "last_name": user.last_name, "email": user.email}
        write_json({"username": user.username, **names, "endpoint": settings.endpoint, "token_source": settings.source})
        return
    name = " ".join(filter(None, (user.first_name, user.last_name)))
    print_pairs(
        [
            ("user", f"{user.username} ({name})" if name else user.username),
            ("email", user.email),
            ("endpoint", settings.endpoint),
            ("token from", settings.source),
        ]
    )
