"""`sbg-bulk whoami`, `rate-limit` and `projects list`: who you are, what you may spend, and what you may see."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from sbg_bulk.cli.commands.configure import warn_if_exposed
from sbg_bulk.cli.context import Context, json_option, note, write_json
from sbg_bulk.cli.output.tables import print_pairs, print_rows
from sbg_bulk.cli.wording import counted, duration
from sbg_bulk.settings import credentials


@click.command()
@json_option
@click.pass_obj
def whoami(context: Context, as_json: bool) -> None:
    """Say whose token is used, for which deployment, and where it was found. The token itself is never shown."""
    with context.client() as client:
        user, settings = client.user(), client.settings
    warn_if_exposed(credentials.usual_path())
    if as_json:
        names = {"first_name": user.first_name, "last_name": user.last_name, "email": user.email}
        write_json({"username": user.username, **names, "endpoint": settings.endpoint, "token_source": settings.source})
        return
    name = " ".join(filter(None, (user.first_name, user.last_name)))
    print_pairs(
        [
            ("user", f"{user.username} ({name})" if name else user.username),
            ("mail", user.email),
            ("endpoint", settings.endpoint),
            ("token from", settings.source),
        ]
    )


@click.command("rate-limit")
@json_option
@click.pass_obj
def rate_limit(context: Context, as_json: bool) -> None:
    """Say how many requests are left to your token, and when there are more. Asking is free of charge."""
    with context.client() as client:
        budget = client.rate_limit()
    if as_json:
        write_json({"limit": budget.limit, "remaining": budget.remaining, "reset": _moment(budget.reset)})
        return
    if budget.limit is None or budget.remaining is None:
        note("The service does not say how many requests are left.")
        return
    left = f"{budget.remaining:,} of {counted(budget.limit, 'request')} are left to all programs that use your token."
    click.echo(left + _reset_told(budget.reset, datetime.now(UTC).timestamp()))


def _reset_told(reset: int | None, now: float) -> str:
    """When there are more requests, as a sentence; empty if that is not known or makes no sense."""
    moment = _moment(reset)
    if reset is None or moment is None:
        return ""
    # Some deployments tell it in thousandths of a second.
    seconds = (reset / 1000 if reset > 1e11 else reset) - now
    if seconds <= 0:
        return ""
    return f" The next window begins in {duration(seconds)} ({moment})."


def _moment(reset: int | None) -> str | None:
    if reset is None or reset < 0:
        return None
    try:
        found = datetime.fromtimestamp(reset / 1000 if reset > 1e11 else reset, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")


@click.group()
def projects() -> None:
    """Find projects."""


@projects.command("list")
@click.option("--name", metavar="TEXT", help="Only projects whose name contains this, whatever its case.")
@json_option
@click.pass_obj
def list_projects(context: Context, name: str | None, as_json: bool) -> None:
    """List the projects that you are a member of. PROJECT is what the other commands take, owner/project."""
    with context.client() as client:
        found = client.projects(name=name)
        if as_json:
            for project in found:
                write_json({"id": project.id, "name": project.name})
        elif rows := [(project.id, project.name) for project in found]:
            print_rows(("PROJECT", "NAME"), rows)
        else:
            note("No such projects." if name else "No projects.")
