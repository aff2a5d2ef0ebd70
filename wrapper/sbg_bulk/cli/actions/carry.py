"""Carry a run as its options say: in the background, for a limited time, and with a command at its end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import click

from sbg_bulk.cli.actions.run import execute, reference
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.options.run import RunSettings
from sbg_bulk.cli.output.console import note, tell, write_json
from sbg_bulk.cli.output.failures import fail
from sbg_bulk.errors import SbgBulkError, WaitTimeout
from sbg_bulk.runs import store
from sbg_bulk.settings.settings import TOKEN_VARIABLE
from sbg_bulk.text import counted

if TYPE_CHECKING:
    from sbg_bulk.runs.progress import Progress
    from sbg_bulk.runs.result import RunReport

PATIENCE: Final = 60.0
"""Seconds that the command of `--notify` may take."""

_OUTCOMES: Final[Mapping[Exit, str]] = {
    Exit.DONE: "finished",
    Exit.FAILED_ITEMS: "finished-with-failures",
    Exit.TIMED_OUT: "timed-out",
    Exit.UNDECIDED: "stopped",
    Exit.INTERRUPTED: "interrupted",
}

_START: Final = 10.0
"""Seconds in which a process in the background has to show that it works, or has failed."""

_LOOK: Final = 0.05
"""Seconds between two looks at it."""

_COMMAND: Final = ("-P", "-c", "from sbg_bulk.cli import main; main()")
"""What this Python runs as the command, wherever that is installed; never a module of the current folder."""


class RunTimeout(WaitTimeout):
    """The time of `--timeout` is up. The run is kept."""

    def __init__(self, seconds: float) -> None:
        super().__init__((), (), seconds)
        self.args = (
            f"timed out after {seconds:g} s. The run is kept; its submitted jobs keep running on the platform.",
        )


class _Begun(Exception):
    """A run has begun, and is left to another process. Nothing was sent."""


Work = Callable[[Callable[["Progress"], object]], "RunReport"]
"""Carries a run, and calls what it is given with the progress."""


def carry(context: Context, settings: RunSettings, work: Work, as_json: bool) -> Exit:
    """Carry a run to its end, or start a process that does. The exit code that follows.

    Args:
        context: the options before the command.
        settings: how to go about it.
        work: carries it; see `execute`.
        as_json: whether to write JSON.
    """
    if settings.detach:
        return _detached(context, settings, work, as_json)
    return carry_all(context, settings, lambda execute_one: execute_one(work), as_json)


def carry_all(
    context: Context, settings: RunSettings, whole: Callable[[Callable[[Work], Exit]], Exit], as_json: bool
) -> Exit:
    """Carry runs to their end, for one limited time, and with one command at the end of all. The exit code of all.

    Args:
        context: the options before the command.
        settings: how to go about it; not in the background.
        whole: carries the runs, by calling what it is given with the work of each.
        as_json: whether to write JSON.
    """
    seen: dict[str, Progress] = {}
    limit = Limit(settings.timeout)

    def execute_one(work: Work) -> Exit:
        def limited(on_change: Callable[[Progress], object]) -> RunReport:
            def changed(progress: Progress) -> None:
                seen[progress.run] = progress
                on_change(progress)
                limit.check(0.0 if progress.waiting is None else progress.waiting.seconds)

            return work(changed)

        return execute(context, limited, as_json)

    code = Exit.UNEXPECTED
    try:
        code = whole(execute_one)
    except SbgBulkError as error:
        code = exit_code(error)
        raise
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
        raise
    finally:
        if settings.notify is not None and seen:
            _notify(settings.notify, code, list(seen.values()))
    return code


class Limit:
    """The time that a run may be waited for. It begins with the first check.

    Args:
        seconds: how long; None for no limit.
        clock: seconds that never go back.
        pause: waits for so many seconds.
    """

    def __init__(
        self,
        seconds: float | None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._pause = pause
        self._end: float | None = None

    def check(self, ahead: float) -> None:
        """Raise RunTimeout if the time is up, or will be in a pause that is about to be made, after what is left.

        Args:
            ahead: the seconds of the pause.
        """
        if self._seconds is None:
            return
        now = self._clock()
        if self._end is None:
            self._end = now + self._seconds
        if now >= self._end or (ahead and now + ahead > self._end):
            self._pause(max(0.0, self._end - now))
            raise RunTimeout(self._seconds)


def _notify(command: str, code: Exit, runs: Sequence[Progress]) -> None:
    """Run the command of `--notify`. Its failure is told, and changes nothing."""
    rows, done, failed = (sum(getattr(one.tally, what) for one in runs) for what in ("rows", "done", "failed"))
    outcome = _OUTCOMES.get(code, "error")
    nouns = {one.noun for one in runs}
    noun = nouns.pop() if len(nouns) == 1 else "item"
    names = f"Run{'s' if len(runs) > 1 else ''} {', '.join(one.run for one in runs)}"
    told = f"{names}: {outcome.replace('-', ' ')}, {done:,} of {counted(rows, noun)} done"
    told += f", {failed:,} failed." if failed else "."
    facts = {
        "RUN": runs[-1].run,
        "JOURNAL": runs[-1].journal,
        "OUTCOME": outcome,
        "EXIT_CODE": str(int(code)),
        # Folders are among them.
        "ITEMS": str(rows),
        "DONE": str(done),
        "FAILED": str(failed),
        "MESSAGE": told,
    }
    env = _without_token(os.environ) | {f"SBG_BULK_{name}": value for name, value in facts.items()}
    try:
        ended = subprocess.run(  # noqa: S602 - the user's own command, as it was typed
            command,
            shell=True,
            check=False,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        why = f"it took longer than {PATIENCE:g} s" if isinstance(error, subprocess.TimeoutExpired) else str(error)
        tell(f"The --notify command failed: {why}.")
        return
    output = ended.stdout.decode("utf-8", "replace").rstrip("\n")
    if output:
        (tell if ended.returncode else note)(output)
    if ended.returncode:
        tell(f"The --notify command failed: exit code {ended.returncode}.")


def _without_token(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the token, whatever variables hold it."""
    token = env.get(TOKEN_VARIABLE, "").strip()
    return {name: value for name, value in env.items() if name != TOKEN_VARIABLE and not (token and token in value)}


def _detached(context: Context, settings: RunSettings, work: Work, as_json: bool) -> Exit:
    """Begin a run, and have a process in the background carry it."""
    begun = begin(work)
    name = reference(begun.run, Path(begun.journal))
    resume = context.command("runs", "resume", name)
    words = ["runs", "resume", name, *settings.words]
    return in_background(context, begun, words, f"If it stops, resume with: {resume}", as_json)


def begin(work: Work) -> Progress:
    """Begin a run, and leave it to another process. Return how far it is."""
    begun: list[Progress] = []

    def stop(progress: Progress) -> None:
        begun.append(progress)
        raise _Begun

    with suppress(_Begun):
        work(stop)
    return begun[0]


def in_background(context: Context, begun: Progress, command: Sequence[str], if_it_stops: str, as_json: bool) -> Exit:
    """Have a process in the background carry a run that was begun, and tell how it is watched.

    Args:
        context: the options before the command.
        begun: the run.
        command: what the process does, as words of this command.
        if_it_stops: what to do then, as a sentence.
        as_json: whether to write JSON.
    """
    run, journal = begun.run, Path(begun.journal)
    name, log = reference(run, journal), store.log(journal)
    with _private(log) as output:
        written = output.tell()
        process = subprocess.Popen(  # noqa: S603 - this command itself
            [sys.executable, *_COMMAND, *context.words, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # In a session of its own the end of this terminal is not its end.
            start_new_session=True,
            creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
        )
    ended = _ended(process, log, written)
    if ended not in (None, Exit.DONE, Exit.FAILED_ITEMS):
        told = _new_part(log, written).decode("utf-8", "replace").strip().removeprefix("sbg-bulk: ")
        code = Exit(ended) if ended in list(Exit) else Exit.UNEXPECTED
        return fail("DetachFailed", f"the run could not be started in the background: {told}\nLog: {log}", code)
    # It goes on without this process, which is not to warn of that at its end.
    process.returncode = process.returncode or 0
    if as_json:
        write_json({"run": run, "journal": str(journal), "log": str(log), "pid": process.pid})
    else:
        click.echo(name)
        note(
            f"Run {run} runs in the background (process {process.pid}).\nLog: {log}\n"
            f"Watch it with: {context.command('runs', 'show', name, '--watch')}\n{if_it_stops}"
        )
    return Exit.DONE


def _private(log: Path) -> IO[bytes]:
    """Open a log to write at its end, for its owner alone: it holds names."""
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _new_part(log: Path, written: int) -> bytes:
    """Return what was written to a log since it had so many bytes."""
    return log.read_bytes()[written:]


def _ended(process: subprocess.Popen[bytes], log: Path, written: int) -> int | None:
    """Wait until a process writes, which it does when it carries the run, or ends; None unless it has ended."""
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        if (code := process.poll()) is not None:
            return code
        new = _new_part(log, written)
        if new and not new.startswith(b"sbg-bulk: "):
            return None
        time.sleep(_LOOK)
    return process.poll()
