"""`sbg-bulk runs`: list, show, resume, retry, export, report, forget, verify."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "export": Lazy(".export", "export", "Write the result of each file of a run, as a manifest."),
    "forget": Lazy(".forget", "forget", "Delete the journal of a run."),
    "list": Lazy(".list", "list_runs", "List your runs on this machine, newest first.", aliases=("ls",)),
    "report": Lazy(".report", "report", "Report on a run: jobs, failures, what to do next."),
    "resume": Lazy(".resume", "resume", "Resume a run after an interruption or a crash."),
    "retry": Lazy(".retry", "retry", "Start a new run with only what failed."),
    "show": Lazy(".show", "show", "Show progress and failures of a run."),
    "verify": Lazy(".verify", "verify_run", "Check that every file is where the run put it."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def runs() -> None:
    """List, resume, retry and report on runs.

    RUN is a run's id, the beginning of one, or its journal's path.
    """
