"""The options that may stand after each command too, where many people write them."""

from __future__ import annotations

import click

from sbg_bulk.cli.options.connection import connection_after
from sbg_bulk.cli.options.verbosity import verbosity_options


def options_after(command: click.Command) -> list[click.Option]:
    """Return the options of the connection and of verbosity that a command takes beside its own.

    They are hidden: they would fill its help. A command with an option of the same name keeps that.
    """
    taken = {option for parameter in command.params for option in parameter.opts}
    given = (*connection_after(), *verbosity_options(hidden=True))
    return [option for option in given if taken.isdisjoint(option.opts)]
