"""Airflow as it runs: its processes, started and killed, in a folder of their own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psutil

EXAMPLES: Final = Path(__file__).resolve().parents[3] / "wrapper" / "sbg_bulk" / "airflow" / "example_dags"

TRIED: Final = Path(__file__).with_name("dags")
"""Those of the trial."""

WORKERS: Final = 4

PARTS: Final = ("api-server", "scheduler", "dag-processor", "triggerer")

ATTEMPTS: Final = """
def task_policy(task):
    task.retries = max(task.retries, 4)
"""
"""The policy of all tasks: each process that is killed may cost a task an attempt, and several are."""


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
        dags = home / "dags"
        for folder in (EXAMPLES, TRIED):
            shutil.copytree(folder, dags, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        (home / "config").mkdir()
        (home / "config" / "airflow_local_settings.py").write_text(ATTEMPTS)
        self._port = free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        settings = {
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_FOLDER": str(dags),
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": str(WORKERS),
            "CORE__DEFAULT_TASK_RETRY_DELAY": "5",
            "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self._port}/execution/",
            "CORE__FERNET_KEY": "",
            "API__PORT": str(self._port),
            "API__HOST": "127.0.0.1",
            "API__WORKERS": "1",
            "API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "API__SECRET_KEY": secrets.token_hex(32),
            # They do not change, and to read them takes a processor seconds.
            "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
            "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
            "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            # On a busy machine Airflow's own server is slow to answer.
            "WORKERS__EXECUTION_API_TIMEOUT": "60",
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
            [self._command, *arguments], env=self._environment, capture_output=True, text=True, timeout=600
        )
        if done.returncode:
            raise RuntimeError(f"airflow {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def python(self, code: str) -> str:
        """Run a program with the settings of this Airflow, and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", code], env=self._environment, capture_output=True, text=True, timeout=1800
        )
        if done.returncode:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-4000:])
        return done.stdout

    @contextmanager
    def started(self, *parts: str) -> Iterator[None]:
        """Have these processes run while the block does, all of them by default."""
        try:
            for part in parts or PARTS:
                self.start(part)
            yield
        finally:
            for part in list(self._running):
                self.kill(part)

    def start(self, part: str) -> None:
        """Start one of the processes."""
        with (self.home / f"{part}.log").open("ab") as log:
            self._running[part] = subprocess.Popen(
                [self._command, part], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, part: str) -> None:
        """Kill one of the processes, with all that it has started."""
        process = self._running.pop(part)
        for one in self._family(process):
            _kill(one)
        process.wait()

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

    def knows(self, *dags: str) -> bool:
        """Return whether the DAGs have been read."""
        return set(dags) <= {str(one) for (one,) in self._select("SELECT dag_id FROM dag")}

    def run(self, dag: str, configuration: Mapping[str, Any]) -> None:
        """Have a DAG run."""
        self.call("dags", "unpause", dag)
        self.call("dags", "trigger", dag, "--conf", json.dumps(configuration))

    def states(self) -> Counter[str]:
        """Return how many task instances are in each state."""
        return Counter(dict(self._select("SELECT coalesce(state, 'none'), count(*) FROM task_instance GROUP BY 1")))

    def run_state(self, dag: str) -> str | None:
        """Return the state of the latest run of a DAG."""
        rows = self._select("SELECT state FROM dag_run WHERE dag_id = ? ORDER BY id DESC LIMIT 1", dag)
        return str(rows[0][0]) if rows else None

    @property
    def idle(self) -> bool:
        """Return whether tasks are deferred and no worker is at work, or is about to be."""
        states = self.states()
        return bool(states["deferred"]) and not any(states[one] for one in ("running", "queued", "up_for_retry"))

    @property
    def triggers(self) -> int:
        """Return how many triggers the triggerer has."""
        [(number,)] = self._select("SELECT count(*) FROM trigger WHERE triggerer_id IS NOT NULL")
        return int(number)

    def attempts(self) -> list[tuple[str, str, int, int, str]]:
        """Return each task instance: its DAG, its task, its map index, its attempt and its state."""
        return list(
            self._select(
                "SELECT dag_id, task_id, map_index, try_number, coalesce(state, '') FROM task_instance ORDER BY 1, 2, 3"
            )
        )

    def last_words(self) -> str:
        """Return the ends of the logs of the processes, and the tasks, to tell what has gone wrong."""
        logs = [f"{path.name}:\n{path.read_text(errors='replace')[-2000:]}" for path in sorted(self.home.glob("*.log"))]
        return "\n".join([*logs, *map(str, self.attempts())])

    def _select(self, query: str, *arguments: str) -> list[Any]:
        address = f"{(self.home / 'airflow.db').as_uri()}?mode=ro"
        for _ in range(100):
            try:
                with closing(sqlite3.connect(address, uri=True, timeout=10)) as database:
                    return database.execute(query, arguments).fetchall()
            except sqlite3.OperationalError:
                time.sleep(0.2)
        raise RuntimeError("The database of Airflow cannot be read.")


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


def until(what: str, reached: Callable[[], Any], seconds: float) -> Any:
    """Look twice a second until something is so, and return it. What is waited for is printed, and for how long.

    Raises:
        TimeoutError: it is not, after so many seconds.
    """
    print(f"Waiting until {what} ...", end=" ", flush=True)
    began = time.monotonic()
    while (waited := time.monotonic() - began) < seconds:
        if found := reached():
            print(f"{waited:.0f} s", flush=True)
            return found
        time.sleep(0.5)
    raise TimeoutError(f"After {seconds:.0f} s still not: {what}")
