"""Complete profiles in the shell. Apart from the rest: each command has the option, and no help of one needs this."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from sbg_bulk.cli.completion import WORD
from sbg_bulk.settings import credentials
from sbg_bulk.settings.settings import shown_endpoint
from sbg_bulk.settings.shown import has_secret


def complete_profile(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names of the profiles in the credentials file, with their endpoints."""
    return [
        CompletionItem(name, help=shown_endpoint(profile.endpoint, profile.token))
        for name, profile in credentials.read(credentials.usual_path()).items()
        if name.startswith(incomplete) and WORD.fullmatch(name) and not has_secret(name, profile.token)
    ]
