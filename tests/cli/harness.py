"""Runs the command: in this process for speed, or as a process of its own where signals, pipes or a terminal matter."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from sbg_bulk.cli import main
from sbg_bulk.cli.app import sbg_bulk
from sbg_bulk.simulator import Folder, Simulator
from sbg_bulk.simulator.world.jobs import Job
from tests.cli.schema import check_output
from tests.support.waiting import PATIENCE, until_it_waits

TOKEN = "demo-token"
COMMAND = Path(sysconfig.get_path("scripts")) / "sbg-bulk"

# Of the seed `examples`
MINE = "rfranklin/my-project"
TARGET = "rfranklin/destination-project"
FILE = "5c6d4227e4b0385632389346"
FILE_2 = "5c6d3f30e4b038563238932f"
FOLDER = "1e3de690c4b058509735944e"
COPIED_JOB = "70711174378885120"
DELETED_JOB = "71721895316959284"

FAILURE_KEYS = {"kind", "message", "commands", "resume", "status", "code", "request_id", "exit_code"}
"""What the document of every error has."""

ENVELOPE = ("event", "version", "time")
"""What every event has."""

JOB_KEYS = {
    "href",
    "id",
    "type",
    "state",
    "result",
    "total_files",
    "completed_files",
    "failed_files",
    "started_on",
    "finished_on",
}


HEAVY = (
    "httpx",
    "rich",
    "sqlite3",
    "sbg_async_api",
    "sbg_bulk.client.sync",
    "sbg_bulk.client.jobs",
    "sbg_bulk.client.runs",
    "sbg_bulk.simulator",
    "sbg_bulk.runs.journal",
)
"""Modules that a command does not load before it needs them."""


@frozen
class Served:
    """A service, and where it is."""

    simulator: Simulator
    url: str


def folder_of(simulator: Simulator) -> Folder:
    """The folder `FOLDER`."""
    folder = simulator.world.nodes[FOLDER]
    assert isinstance(folder, Folder)
    return folder


@frozen
class Ran:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What standard output comes to: its one JSON document, or the last of its events."""
        document = self.documents[-1]
        if len(self.documents) > 1:
            assert all("event" in one for one in self.documents)
        return {key: value for key, value in document.items() if key not in ENVELOPE}

    def events(self, event: str) -> list[Any]:
        """The events of a kind, in the order in which they came."""
        return [one for one in self.documents if one["event"] == event]

    @property
    def documents(self) -> list[Any]:
        """The JSON documents that standard output consists of, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


_COMMAND = re.compile(rf"\bsbg-bulk +(?:{'|'.join(sbg_bulk.commands)}|--?[a-z])")


def checked(ran: Ran, words: Sequence[str] = ()) -> Ran:
    """What holds for every run of the command as a client."""
    assert TOKEN not in ran.out + ran.err
    assert "Traceback" not in ran.out + ran.err
    check_output(ran.out)
    # What has failed in a run that came to its end, or differs, is told by the documents of that.
    if "--json" in takewhile(lambda word: word != "--", words) and ran.code not in (0, 3):
        (error,) = [one["error"] for one in ran.documents if "error" in one]
        assert set(error) == FAILURE_KEYS
        assert error["exit_code"] == ran.code
        assert error["message"].splitlines()[0] in ran.err
        assert len(error["commands"]) == len(_COMMAND.findall(error["message"])), error
        assert all(command in error["message"] for command in error["commands"])
    return ran


def check_refused(ran: Ran, words: Sequence[str], code: int, told: str) -> None:
    """What holds where nothing but an error is printed, and no response of the service is behind it."""
    assert ran.code == code
    assert told in ran.err
    if "--json" not in words:
        assert ran.out == ""
        return
    [document] = ran.documents
    assert document.keys() == {"error"}
    error = document["error"]
    assert error.keys() == FAILURE_KEYS
    assert told in error["message"]
    assert (error["exit_code"], error["kind"], error["commands"]) == (code, "UsageError", [])
    assert {error[key] for key in ("resume", "status", "code", "request_id")} == {None}


Run = Callable[..., Ran]
"""Runs the command with some words, in this process."""


def run_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: Sequence[str]) -> Ran:
    monkeypatch.setattr(sys, "argv", ["sbg-bulk", *words])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    assert isinstance(code, int)
    return checked(Ran(code, *capsys.readouterr()), words)


def environment(home: Path, url: str) -> dict[str, str]:
    """That of a user who has set where to connect, and nothing else."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
        # No certificates are needed here, and to load the usual ones takes longer than most tests.
        "SSL_CERT_DIR": str(home),
        "SB_API_ENDPOINT": url,
        "SB_AUTH_TOKEN": TOKEN,
    }


def run_process(words: Sequence[str], env: Mapping[str, str]) -> Ran:
    ended = subprocess.run([COMMAND, *words], env=env, capture_output=True, timeout=PATIENCE, encoding="utf-8")
    return checked(Ran(ended.returncode, ended.stdout, ended.stderr), words)


def start(words: Sequence[str], env: Mapping[str, str], **more: Any) -> subprocess.Popen[str]:
    """Start the command, with its output in pipes unless said otherwise."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([COMMAND, *words], env=env, encoding="utf-8", **(pipes | more))


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C when the process waits for something."""
    until_it_waits(process.pid)
    process.send_signal(signal.SIGINT)


def finish(process: subprocess.Popen[str]) -> Ran:
    """Wait for a process that is about to end; it is killed if it does not."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return checked(Ran(process.returncode, out or "", err or ""))


def printed_commands(text: str) -> list[list[str]]:
    """The command lines that a message tells to type, without the name of the command, as a shell would split them."""
    return [shlex.split(words) for words in re.findall(r"(?:^  |: )sbg-bulk (.+)$", text, re.MULTILINE)]


def journals(home: Path) -> list[Path]:
    """The journals in a user's state folder, oldest first: the names of those of one second do not tell."""
    found = (home / ".local" / "state" / "sbg-bulk" / "runs").glob("*.sbg-run")
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)


def started_jobs(simulator: Simulator) -> list[Job]:
    """The jobs that were not there at the start, in the order in which they were submitted."""
    return [job for job in simulator.jobs.all() if job.submitted_on > simulator.clock.now() - 3600]


def tree(simulator: Simulator, folder: str) -> list[str]:
    """The names of what is in a folder, in alphabetical order."""
    return sorted(node.name for node in simulator.world.nodes.values() if node.parent and node.parent.id == folder)


def add_files(simulator: Simulator, number: int) -> list[str]:
    """Put so many new files into `MINE`; their ids."""
    mine = simulator.world.projects[MINE]
    return [simulator.world.add_file(f"new-{place:04}.bam", mine, size=1000 + place).id for place in range(number)]
