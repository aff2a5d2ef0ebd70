"""Run the main job as a user would, on the command line, against a simulator of the service."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

COMMAND = str(Path(sys.executable).with_name("sbg-bulk"))
SOURCE, DESTINATION = "rfranklin/cohort-a", "rfranklin/analysis"


INTERRUPTED = 130


class DemoFailed(Exception):
    """A command did not do what the demonstration is there to show."""


class Children:
    """The processes that the demonstration starts, none of which outlives it.

    An interrupt does not break into the start of a process, which could leave one behind: it ends those that run, and
    those that start after it, and is raised when the one that is waited for has gone.
    """

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []
        self._interrupted = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._interrupted = True
        for child in self._running:
            child.kill()

    def start(self, arguments: list[str], **options: Any) -> subprocess.Popen[str]:
        """Start a process."""
        child = subprocess.Popen(arguments, text=True, **options)
        self._running.append(child)
        if self._interrupted:
            child.kill()
        return child

    def end(self, child: subprocess.Popen[str]) -> tuple[int, str]:
        """Wait for a process. Return its exit code, and its output if that is read here."""
        output, _ = child.communicate()
        self._running.remove(child)
        if self._interrupted:
            raise KeyboardInterrupt
        return child.returncode, output or ""


@contextmanager
def simulator(children: Children) -> Iterator[dict[str, str]]:
    """Start a simulator in a process of its own; yields the environment that leads to it."""
    options = ("--port", "0", "--seed", "demo", "--speed", "20")
    print(f"$ sbg-bulk simulate {shlex.join(options)} &", flush=True)
    arguments = [COMMAND, "simulate", *options, "--json"]
    server = children.start(arguments, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        where = json.loads(server.stdout.readline() or "{}")
        if not where:
            raise DemoFailed("the simulator did not start; see above")
        print(f"Simulator at {where['url']}, token {where['token']}\n", flush=True)
        yield {**os.environ, "SB_API_ENDPOINT": where["url"], "SB_AUTH_TOKEN": where["token"]}
    finally:
        server.terminate()
        children.end(server)


class Shell:
    """Runs `sbg-bulk` commands in an environment, showing each as it would be typed."""

    def __init__(self, children: Children, environment: dict[str, str]) -> None:
        self._children = children
        self._environment = environment

    def run(self, *arguments: str) -> None:
        """Run a command, its output on the terminal."""
        self._type(arguments)
        self._check(arguments, self._children.end(self._start(arguments))[0])
        print(flush=True)

    def output(self, *arguments: str) -> str:
        """Run a command and return what it printed."""
        self._type(arguments)
        code, output = self._children.end(self._start(arguments, stdout=subprocess.PIPE))
        print(output, flush=True)
        self._check(arguments, code)
        return output.strip()

    def ask(self, *arguments: str) -> list[dict[str, Any]]:
        """Run a command with --json, unseen, and return the documents that it printed."""
        code, output = self._children.end(self._start((*arguments, "--json"), stdout=subprocess.PIPE))
        self._check(arguments, code)
        return [json.loads(line) for line in output.splitlines()]

    def interrupted(self, *arguments: str) -> None:
        """Run a command and press Ctrl-C when it is at its third job."""
        before = len(self.ask("jobs", "list", "--limit", "100"))
        self._type(arguments)
        running = self._start(arguments, start_new_session=True)
        while running.poll() is None and len(self.ask("jobs", "list", "--limit", "100")) < before + 3:
            pass
        print("^C", flush=True)
        running.send_signal(signal.SIGINT)
        code, _ = self._children.end(running)
        print(flush=True)
        if code != INTERRUPTED:
            raise DemoFailed(f"sbg-bulk {shlex.join(arguments)} was interrupted, but ended with exit code {code}")

    def _start(self, arguments: tuple[str, ...], **options: Any) -> subprocess.Popen[str]:
        return self._children.start([COMMAND, *arguments], env=self._environment, **options)

    @staticmethod
    def _type(arguments: tuple[str, ...]) -> None:
        print(f"$ sbg-bulk {shlex.join(arguments)}", flush=True)

    @staticmethod
    def _check(arguments: tuple[str, ...], code: int) -> None:
        if code:
            raise DemoFailed(f"sbg-bulk {shlex.join(arguments)} ended with exit code {code}")


def demonstrate(shell: Shell) -> None:
    """Copy ten folders of 250 files each in two jobs, follow the jobs, delete the copies in a third."""
    shell.run("files", "list", SOURCE)
    before = {file["id"] for file in shell.ask("files", "list", DESTINATION)}
    folders = [file["id"] for file in shell.ask("files", "list", SOURCE) if file["type"] == "folder"]
    halves = folders[: len(folders) // 2], folders[len(folders) // 2 :]
    jobs = [shell.output("copy", *half, "--to", DESTINATION, "--detach") for half in halves]
    shell.run("jobs", "list")
    shell.run("jobs", "wait", *jobs, "--timeout", "300")
    shell.run("jobs", "show", jobs[0])

    shell.run("files", "list", DESTINATION)
    copied = sum(shell.ask("jobs", "show", job)[0]["completed_files"] for job in jobs)
    copies = [file["id"] for file in shell.ask("files", "list", DESTINATION) if file["id"] not in before]
    shell.run("delete", "--yes", *copies, "--timeout", "300")
    shell.run("files", "list", DESTINATION)
    if {file["id"] for file in shell.ask("files", "list", DESTINATION)} != before:
        raise DemoFailed(f"{DESTINATION} does not hold what it held before")
    deleted = shell.ask("jobs", "list", "--type", "delete")[0]["completed_files"]
    print(f"So far: {copied:,} files copied in {len(jobs)} jobs, {deleted:,} deleted in one.\n", flush=True)


def demonstrate_a_run(shell: Shell, manifest: Path) -> None:
    """Copy what a manifest lists, break the run off in the middle, and take it up again."""
    batches = [file["id"] for file in shell.ask("files", "list", SOURCE)][:3]
    with manifest.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "sample"])
        for batch in batches:
            writer.writerows([file["id"], file["name"]] for file in shell.ask("files", "list", "--folder", batch))
    print("$ head -3 " + manifest.name)
    print("".join(manifest.read_text(encoding="utf-8").splitlines(keepends=True)[:3]), flush=True)
    copy = ("copy", "--manifest", str(manifest), "--to", DESTINATION)
    shell.run(*copy, "--dry-run")
    shell.interrupted(*copy, "--items-per-job", "5", "--jobs-in-flight", "1")
    shell.run("runs", "list")
    run = shell.ask("runs", "list")[0]
    if run["done"] == run["rows"]:
        raise DemoFailed("the run was complete before it was interrupted")
    shell.run("runs", "resume", run["run"])
    run = shell.ask("runs", "list")[0]
    samples = shell.ask("files", "list", DESTINATION)
    names = [file["name"] for file in samples]
    if run["done"] != run["rows"] or len(set(names)) != len(names):
        raise DemoFailed(f"of {run['rows']} rows {run['done']} were done, and {DESTINATION} holds {names}")
    print(f"Done: all {run['rows']:,} rows of the manifest copied, each exactly once, across an interruption.")


def main() -> int:
    children = Children()
    try:
        with tempfile.TemporaryDirectory(prefix="sbg-bulk-demo-") as scratch, simulator(children) as environment:
            # The journals of runs are kept beside the manifest, and go with it.
            shell = Shell(children, {**environment, "XDG_STATE_HOME": scratch, "XDG_CACHE_HOME": scratch})
            demonstrate(shell)
            demonstrate_a_run(shell, Path(scratch) / "samples.csv")
    except DemoFailed as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the simulator is stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
