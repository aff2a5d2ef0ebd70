"""`sbg-bulk runs`: list, show, resume, retry, export, report, forget, verify."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "export": Lazy(".export", "export", "Write the manifest of RUN again, with what became of each row."),
    "forget": Lazy(".forget", "forget", "Delete the journal of RUN."),
    "list": Lazy(".list", "list_runs", "List your runs on this machine, newest first.", aliases=("ls",)),
    "report": Lazy(".report", "report", "Report on RUN: its jobs, its requests, what failed, and what to do next."),
    "resume": Lazy(
        ".resume",
        "resume",
        "Resume RUN where it stands, after an interruption, a crash, or on another machine.",
    ),
    "retry": Lazy(".retry", "retry", "Make a new run of the rows of RUN that failed, and only of those."),
    "show": Lazy(".show", "show", "Show how far RUN has come, and what failed in it."),
    "verify": Lazy(
        ".verify",
        "verify_run",
        "Look whether what RUN did is there, names and sizes; exit code 3 if something is not as it should be.",
    ),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def runs() -> None:
    """See the runs of manifests, take them up again, and get their reports.

    RUN is a run's id, the beginning of one, or its journal's path.
    """
