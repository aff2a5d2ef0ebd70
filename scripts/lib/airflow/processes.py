"""Airflow as it runs: its processes, started, killed and started again, in a folder of their own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psutil

EXAMPLES: Final = Path(__file__).resolve().parents[3] / "wrapper" / "sbg_bulk" / "airflow" / "example_dags"

PARTS: Final = ("api-server", "scheduler", "dag-processor", "triggerer")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Airflow:
    """An Airflow of its own: its home folder, its database, its processes.

    Args:
        home: an empty folder.
        endpoint: where the simulator is.
        connections: the token of each connection, by its name.
    """

    def __init__(self, home: Path, endpoint: str, connections: Mapping[str, str]) -> None:
        self.home = home
        self._port = free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        settings = {
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_FOLDER": str(EXAMPLES),
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": "4",
            "CORE__DEFAULT_TASK_RETRY_DELAY": "5",
            "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self._port}/execution/",
            "CORE__FERNET_KEY": "",
            "API__PORT": str(self._port),
            "API__HOST": "127.0.0.1",
            "API__WORKERS": "1",
            "API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "API__SECRET_KEY": secrets.token_hex(32),
            "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
            "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            # A scheduler that was killed is missed soon.
            "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
            "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
            "SBG_BULK__JOURNALS": str(home / "journals"),
        }
        connection = {"conn_type": "sbg_bulk", "host": endpoint}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
            "AIRFLOW_HOME": str(home),
            **{f"AIRFLOW__{name}": value for name, value in settings.items()},
            **{
                f"AIRFLOW_CONN_{name.upper()}": json.dumps({**connection, "password": token})
                for name, token in connections.items()
            },
        }
        self._command = str(Path(sys.executable).with_name("airflow"))
        self.call("db", "migrate")

    def call(self, *arguments: str) -> str:
        """Run a command of Airflow, and return what it prints."""
        done = subprocess.run(
            [self._command, *arguments], env=self._environment, capture_output=True, text=True, timeout=180
        )
        if done.returncode:
            raise RuntimeError(f"airflow {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def python(self, code: str) -> str:
        """Run a program with the settings of this Airflow, and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", code], env=self._environment, capture_output=True, text=True, timeout=300
        )
        if done.returncode:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-4000:])
        return done.stdout

    @contextmanager
    def started(self) -> Iterator[None]:
        """Have all processes run while the block does."""
        try:
            for part in PARTS:
                self.start(part)
            yield
        finally:
            for part in list(self._running):
                self.stop(part, signal.SIGTERM)

    def start(self, part: str) -> None:
        """Start one of the processes."""
        with (self.home / f"{part}.log").open("ab") as log:
            self._running[part] = subprocess.Popen(
                [self._command, part], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self, part: str, how: signal.Signals) -> None:
        """End one of the processes, with all that it has started."""
        process = self._running.pop(part)
        family = self._family(process)
        with_signal = family if how is signal.SIGKILL else family[:1]
        for one in with_signal:
            _send(one, how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for one in family:
            _send(one, signal.SIGKILL)

    def memory(self, part: str) -> int:
        """Return the resident bytes of one of the processes and of what it has started."""
        total = 0
        for one in self._family(self._running[part]):
            try:
                total += one.memory_info().rss
            except psutil.Error:
                continue
        return total

    def _family(self, process: subprocess.Popen[bytes]) -> list[psutil.Process]:
        try:
            found = psutil.Process(process.pid)
            return [found, *found.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def talking_to(self, port: int) -> list[psutil.Process]:
        """Return the processes of tasks that have a connection to a port, without the triggerer's."""
        found = []
        for part, process in self._running.items():
            if part == "triggerer":
                continue
            for one in self._family(process):
                try:
                    if any(link.raddr and link.raddr.port == port for link in one.net_connections("tcp")):
                        found.append(one)
                except psutil.Error:
                    continue
        return found

    def states(self, dag: str) -> dict[str, int]:
        """Return how many task instances of a DAG are in each state."""
        rows = self._select(
            "SELECT coalesce(state, 'none'), count(*) FROM task_instance WHERE dag_id = ? GROUP BY 1", dag
        )
        return {str(state): int(count) for state, count in rows}

    def run_state(self, dag: str) -> str | None:
        """Return the state of the latest run of a DAG."""
        rows = self._select("SELECT state FROM dag_run WHERE dag_id = ? ORDER BY id DESC LIMIT 1", dag)
        return str(rows[0][0]) if rows else None

    def attempts(self, dag: str) -> list[tuple[str, int, int, str]]:
        """Return each task instance of a DAG with its map index, its attempt and its state."""
        query = "SELECT task_id, map_index, try_number, coalesce(state, '') FROM task_instance WHERE dag_id = ?"
        return [
            (str(task), int(index), int(number), str(state)) for task, index, number, state in self._select(query, dag)
        ]

    def _select(self, query: str, *arguments: str) -> list[Any]:
        address = f"{(self.home / 'airflow.db').as_uri()}?mode=ro"
        for _ in range(100):
            try:
                with closing(sqlite3.connect(address, uri=True, timeout=10)) as database:
                    return database.execute(query, arguments).fetchall()
            except sqlite3.OperationalError:
                time.sleep(0.2)
        raise RuntimeError("The database of Airflow cannot be read.")


def _send(process: psutil.Process, how: signal.Signals) -> None:
    try:
        process.send_signal(how)
    except psutil.NoSuchProcess:
        return


def until(what: str, reached: Callable[[], Any], seconds: float) -> Any:
    """Look twice a second until something is so, and return it.

    Raises:
        TimeoutError: it is not, after so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := reached():
            return found
        time.sleep(0.5)
    raise TimeoutError(f"After {seconds:.0f} s still not: {what}")
