"""`sbg-bulk configure`: save where to connect, and as whom, in the credentials file."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from sbg_bulk.api.retry import Retry
from sbg_bulk.cli.completion import complete_endpoint
from sbg_bulk.cli.context import Context, client_class
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import complain, console, note, tell, write_json
from sbg_bulk.cli.output.tables import print_rows
from sbg_bulk.cli.profile_completion import complete_profile
from sbg_bulk.errors import SbgBulkError, SettingsError, Unauthorized
from sbg_bulk.files.addresses import PAGES
from sbg_bulk.settings import credentials
from sbg_bulk.settings.decoded import Decoded
from sbg_bulk.settings.deployments import DEPLOYMENTS, TITLES
from sbg_bulk.settings.settings import (
    DEFAULT_PROFILE,
    ENDPOINT_VARIABLE,
    PROFILE_VARIABLE,
    TOKEN_VARIABLE,
    Settings,
    Token,
    normal_endpoint,
    shown_endpoint,
)
from sbg_bulk.settings.shown import shown
from sbg_bulk.text import command_line

if TYPE_CHECKING:
    from sbg_bulk.models.resources import User
    from sbg_bulk.settings.credentials import Profile

T = TypeVar("T")

PATIENCE: Final = 10.0
"""Seconds to try to reach the platform: somebody is waiting, and may have mistyped the address."""


@click.command(short_help="Save a platform and a token as a profile.")
@click.option(
    "--profile",
    metavar="NAME",
    shell_complete=complete_profile,
    help="Profile to save.  [default: SB_PROFILE, or default]",
)
@click.option(
    "--endpoint",
    metavar="URL|NAME",
    shell_complete=complete_endpoint,
    help=f"Platform: one of {', '.join(DEPLOYMENTS)}, or the API's base URL.  [default: asks]",
)
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input instead of asking.")
@click.option("--no-check", is_flag=True, help="Save the token without checking it.")
@click.option("--yes", is_flag=True, help="Replace an existing profile without asking.")
@click.option("--list", "listing", is_flag=True, help="Show the saved profiles, without tokens. Change nothing.")
@json_option
@click.pass_context
def configure(
    click_context: click.Context,
    profile: str | None,
    endpoint: str | None,
    token_stdin: bool,
    no_check: bool,
    yes: bool,
    listing: bool,
    as_json: bool,
) -> None:
    """Save an endpoint and a token as a profile in ~/.sevenbridges/credentials, which the official clients read too.

    Asks for what you do not pass. In scripts: sbg-bulk configure --endpoint cgc --token-stdin < file

    The token is hidden while you type it, and checked before it is saved. The rest of the file stays as it is.
    """
    context: Context = click_context.obj
    path = credentials.usual_path()
    if listing:
        if endpoint is not None or profile is not None or token_stdin or no_check or yes:
            raise click.UsageError("--list can only be combined with --json.")
        _list(path, as_json)
        return
    console().so_far = "Nothing was saved."
    name = profile or context.profile or os.environ.get(PROFILE_VARIABLE) or DEFAULT_PROFILE
    credentials.check_name(name)
    existing = credentials.read(path).get(name)
    if existing is not None and not yes:
        _ask_to_replace(existing, path)
    wanted = _endpoint(endpoint or context.endpoint, existing, name, token_stdin)
    if not token_stdin and _asking():
        _tell_where(wanted)
    while True:
        token = _token(token_stdin)
        user, outcome = (None, Exit.DONE) if no_check else _checked(Settings(wanted, token, "the platform given"))
        if outcome is Exit.DONE:
            break
        if outcome is not Exit.NOT_AUTHORISED or token_stdin:
            note("Nothing was saved.")
            click_context.exit(outcome)
        tell("Nothing was saved. Enter another token, or press Ctrl-C to stop.")
    mode = _mode(path, yes)
    was_exposed = credentials.exposure(path) is not None
    credentials.store(path, name, wanted, token.reveal(), mode=mode)
    console().so_far = ""
    if was_exposed and mode == credentials.PRIVATE:
        note(f"{path} was open to other users; now only you can read it.")
    if as_json:
        who = None if user is None else user.username
        write_json({"profile": name, "endpoint": wanted, "credentials": str(path), "username": who})
    else:
        note(f"Saved as profile {name!r} in {path}.")
        _tell_use(name)


def _list(path: Path, as_json: bool) -> None:
    profiles = credentials.read(path).values()
    secrets = [one.token for one in profiles]
    # What is no endpoint is not shown: it may be the token, in the wrong place.
    listed = [(shown(one.name, *secrets), shown_endpoint(one.endpoint, *secrets), one.token) for one in profiles]
    if as_json:
        for name, endpoint, token in listed:
            write_json({"profile": name, "endpoint": endpoint, "token": token is not None})
    elif listed:
        rows = [(name, endpoint, "saved" if token else "missing") for name, endpoint, token in listed]
        print_rows(("PROFILE", "ENDPOINT", "TOKEN"), rows)
    else:
        note(f"No profiles in {path}. Create one with: {command_line('configure')}")
    for one in profiles:
        if (problem := _problem(one, path)) is not None:
            tell(f"Warning: {problem}")
    warn_if_exposed(path)


def _problem(profile: Profile, path: Path) -> str | None:
    """Why a profile cannot be used; None if it can, or only lacks something."""
    try:
        profile.check(path)
        if profile.endpoint is not None:
            normal_endpoint(profile.endpoint, profile.in_file(path), profile.token)
    except SettingsError as error:
        return str(error)
    return None


def warn_if_exposed(path: Path) -> None:
    """Say so if others can read the credentials file, and how to fix it."""
    if warning := credentials.exposure(path):
        tell(f"Warning: {warning}")


def _asking() -> bool:
    return sys.stdin.isatty()


def _ask_to_replace(existing: Profile, path: Path) -> None:
    endpoint = shown_endpoint(existing.endpoint, existing.token) or "no valid endpoint"
    told = f"Profile {existing.name!r} already exists in {path}, for {endpoint}."
    if not _asking():
        raise click.UsageError(f"{told} Replace it with --yes, or choose another name with --profile.")
    tell(told)
    if not _ask(lambda: click.confirm("Replace it?", err=True)):
        note("Nothing was changed. Choose another name with --profile.")
        raise click.exceptions.Exit(Exit.USAGE)


def _ask(prompt: Callable[[], T]) -> T:
    """Ask by one of click's prompts, and begin a new line after a Ctrl-C or Ctrl-D: what is told stands on its own."""
    try:
        return prompt()
    except click.Abort:
        click.echo(err=True)
        raise


def _endpoint(given: str | None, existing: Profile | None, name: str, token_stdin: bool) -> str:
    if given is not None:
        return normal_endpoint(given)
    before = None if existing is None else shown_endpoint(existing.endpoint, existing.token)
    if token_stdin or not _asking():
        if before is None:
            raise click.UsageError(f"Pass the platform of profile {name!r} with --endpoint.")
        return before
    tell("Platforms:")
    for short, title in TITLES.items():
        tell(f"  {title} ({short})")
    while True:
        answer = _ask(lambda: click.prompt("Platform (short name or URL)", default=before, err=True))
        try:
            return normal_endpoint(answer, "Platform")
        except SettingsError as error:
            tell(str(error))


def _token(from_stdin: bool) -> Token:
    if from_stdin:
        if _asking():
            raise click.UsageError("--token-stdin reads a pipe or a file, not a terminal. Leave it out to be asked.")
        return Token(_piped())
    if not _asking():
        raise click.UsageError("Cannot ask for the token (stdin is not a terminal); pipe it in with --token-stdin.")
    while True:
        answer = click.prompt("Token (hidden while you type)", hide_input=True, err=True)
        try:
            return Token(answer)
        except SettingsError as error:
            tell(str(error))


def _piped() -> str:
    """What a pipe or a file says, whatever the locale: a shell on Windows writes UTF-16, an editor a mark."""
    try:
        return Decoded.of(sys.stdin.buffer.read()).text
    except (UnicodeDecodeError, OSError):
        pass
    # Raised out here, so that it does not carry the error caught: that quotes what may be the token.
    raise SettingsError("Standard input does not contain a valid token. Pipe in the token alone, as text.")


def _tell_where(endpoint: str) -> None:
    """Say where the token is found, if it is known."""
    short = next((short for short, url in DEPLOYMENTS.items() if url == endpoint), None)
    host = next((host for host, name in PAGES.items() if name == short), None)
    if short is not None and host is not None:
        tell(f"Your token for {TITLES[short]}: https://{host}/developer, under Authentication token.")


def _checked(settings: Settings) -> tuple[User | None, Exit]:
    """Return whose token it is, and whether to go on."""
    try:
        with client_class()(settings.endpoint, settings.token, retry=Retry(within=PATIENCE)) as client:
            user = client.user()
    except Unauthorized as error:
        request = f", request {error.request_id}" if error.request_id else ""
        complain(
            f"{settings.endpoint} does not accept this token. Check that it was copied completely, is for this "
            f"platform and has not expired. [HTTP 401{request}]"
        )
        if _asking() and _ask(lambda: click.confirm("Save it anyway?", err=True)):
            return None, Exit.DONE
        return None, exit_code(error)
    except SbgBulkError as error:
        complain(f"{error}\nThe token could not be checked. To save it unchecked, add --no-check.")
        return None, exit_code(error)
    names = " ".join(filter(None, (user.first_name, user.last_name)))
    note(f"The token belongs to {user.username or 'a user without a name'}{f' ({names})' if names else ''}.")
    return user, Exit.DONE


def _mode(path: Path, yes: bool) -> int:
    """The mode that the file is to have: private, unless it is open to others and somebody wants it so."""
    warning = credentials.exposure(path)
    if warning is None:
        return credentials.PRIVATE
    if yes or not _asking():
        return credentials.PRIVATE
    tell(f"Warning: {warning}")
    if _ask(lambda: click.confirm("Make it readable only by you?", default=True, err=True)):
        return credentials.PRIVATE
    return stat.S_IMODE(path.stat().st_mode)


def _tell_use(name: str) -> None:
    """How the profile is used, and what stands in its way."""
    in_the_way = [variable for variable in (ENDPOINT_VARIABLE, TOKEN_VARIABLE) if os.environ.get(variable)]
    if in_the_way and name == DEFAULT_PROFILE:
        override, them = ("overrides", "it") if len(in_the_way) == 1 else ("override", "them")
        note(f"{' and '.join(in_the_way)} in the environment {override} it; unset {them} to use the profile.")
    elif name not in (DEFAULT_PROFILE, os.environ.get(PROFILE_VARIABLE)):
        word = shlex.quote(name)
        note(f"Use it with --profile {word}, or set {PROFILE_VARIABLE}={word}.")
