"""Try an installed distribution: `python smoke.py alone|whole`. Needs nothing but what it tries.

`alone`: the wheel without its extras. `whole`: with the simulator and the contract checks, and mypy beside it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pkgutil
import pty
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Final

COMMAND: Final = str(Path(sysconfig.get_path("scripts")) / "sbg-bulk")
SOURCE, DESTINATION = "rfranklin/my-project", "rfranklin/destination-project"
FILES: Final = ("5c6d4227e4b0385632389346", "5c6d3f30e4b038563238932f")

PROGRAM: Final = """\
from sbg_bulk import Client, Job
from sbg_async_api.models import CopyItem

def copy(client: Client, item: CopyItem) -> Job:
    return client.wait(client.copy([item.file], project="rfranklin/analysis"))
"""

FOREIGN_TEST: Final = """\
import os

from sbg_bulk.contract import check


def test_our_service_keeps_the_contract():
    url, token = os.environ["SB_API_ENDPOINT"], os.environ["SB_AUTH_TOKEN"]
    report = check(url, token, promises=["name-filter"])
    assert report.kept, report.text()
"""

WRONG_PROGRAM: Final = PROGRAM.replace("-> Job", "-> int")


def run(*words: str, environment: Mapping[str, str] | None = None, code: int = 0) -> str:
    """Run a command to its end; return what it printed. Ends the program if the exit code is not the expected one."""
    done = subprocess.run(
        words, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    expect(done.returncode == code, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def expect(condition: bool, message: str) -> None:
    """End the program with a message unless a condition holds."""
    if not condition:
        sys.exit(f"smoke: {message}")


def alone() -> None:
    """Try the command alone: it says what it is, and what it lacks; its manual is there."""
    version = metadata.version("sbg-bulk")
    expect(version in run(COMMAND, "--version"), f"--version does not tell {version}")
    expect("copy" in run(COMMAND, "--help"), "--help does not tell of copy")
    pages = {page.name for page in Path(sys.prefix, "share/man/man1").glob("sbg-bulk*.1")}
    expect({"sbg-bulk.1", "sbg-bulk-runs-resume.1"} <= pages, f"manual pages are missing; there are {sorted(pages)}")
    expect("sbg-bulk[simulator]" in run(COMMAND, "simulate", code=2), "simulate does not say which extra it needs")
    expect("sbg-bulk[contract]" in run(COMMAND, "contract", code=2), "contract does not say which extra it needs")
    import_everything("sbg_async_api")
    import sbg_bulk

    for name in sbg_bulk.__all__:
        getattr(sbg_bulk, name)


def import_everything(name: str) -> None:
    """Import a package and all that is in it."""
    package = import_module(name)
    expect("site-packages" in str(package.__file__), f"{name} is not the installed one: {package.__file__}")
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        # The fixtures are for those who have pytest, and the operators for those who have Airflow.
        if not module.name.endswith((".__main__", ".testing.fixtures")) and ".airflow." not in module.name:
            import_module(module.name)


def whole() -> None:
    """Try the whole: everything can be imported; files are copied on the simulator; types are found."""
    import_everything("sbg_bulk")
    simulate()
    break_the_contract()
    with tempfile.TemporaryDirectory() as folder:
        good, wrong = Path(folder) / "good.py", Path(folder) / "wrong.py"
        good.write_text(PROGRAM)
        wrong.write_text(WRONG_PROGRAM)
        run(sys.executable, "-m", "mypy", "--strict", "--cache-dir", f"{folder}/cache", str(good))
        told = run(sys.executable, "-m", "mypy", "--strict", "--cache-dir", f"{folder}/cache", str(wrong), code=1)
        expect('expected "int"' in told, f"mypy does not know what wait returns:\n{told}")


def check_in_a_repository(environment: Mapping[str, str], code: int, folder: str) -> None:
    """Check the contract from a test of one's own. A `code` of 1 is of a service that breaks it."""
    test = Path(folder) / "test_service.py"
    test.write_text(FOREIGN_TEST)
    told = run(sys.executable, "-m", "pytest", "-q", "--rootdir", folder, str(test), environment=environment, code=code)
    expect(("BROKEN name-filter" in told) is bool(code), f"the test does not tell what is broken:\n{told}")


def break_the_contract() -> None:
    """Have a service that breaks the contract found out: one that ignores a filter."""
    arguments = [COMMAND, "simulate", "--port", "0", "--seed", "examples", "--variant", "name_parameter=no", "--json"]
    with (
        subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            assert server.stdout is not None
            where = json.loads(server.stdout.readline())
            connected = {"SB_API_ENDPOINT": where["url"], "SB_AUTH_TOKEN": where["token"], "NO_PROXY": "127.0.0.1"}
            check_in_a_repository(connected, 1, folder)
        finally:
            server.terminate()


def simulate() -> None:
    """Do a copy, a run of a manifest, one of what a path names, and a report."""
    arguments = [COMMAND, "simulate", "--port", "0", "--seed", "examples", "--speed", "100", "--json"]
    with (
        subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            assert server.stdout is not None
            where = json.loads(server.stdout.readline())
            connected = {
                "SB_API_ENDPOINT": where["url"],
                "SB_AUTH_TOKEN": where["token"],
                "NO_PROXY": "127.0.0.1",
                "XDG_STATE_HOME": folder,
                "XDG_CACHE_HOME": folder,
            }
            run(COMMAND, "copy", FILES[0], "--to", DESTINATION, environment=connected)
            manifest = Path(folder) / "files.csv"
            manifest.write_text("file\n" + "".join(f"{file}\n" for file in FILES))
            run(COMMAND, "copy", "--manifest", str(manifest), "--to", DESTINATION, environment=connected)
            on_a_terminal(
                [COMMAND, "copy", f"{SOURCE}/sample.bam", "--to", f"{DESTINATION}/made", "--parents", "--yes"],
                connected,
            )
            listed = run(COMMAND, "runs", "list", "--json", environment=connected)
            # The newest comes first; of the manifest one file was there already.
            second, first = (json.loads(line) for line in listed.splitlines())
            expect(first["done"] == len(FILES) - 1 and second["done"] == 1, f"the runs are not done: {listed}")
            page = Path(folder) / "report.html"
            run(COMMAND, "runs", "report", first["run"], "--html", str(page), environment=connected)
            expect("</html>" in page.read_text(encoding="utf-8"), "the report is no page")
            told = run(COMMAND, "contract", "--promise", "links", environment=connected)
            expect("The contract is kept" in told, f"the simulator does not keep the contract:\n{told}")
            chosen = ["-q", "--rootdir", folder, "--sbg-contract-url", where["url"], "-k", "not-found or links", folder]
            told = run(sys.executable, "-m", "pytest", *chosen, environment=connected)
            expect("passed" in told, f"pytest does not check the contract:\n{told}")
            check_in_a_repository(connected, 0, folder)
        finally:
            server.terminate()


def on_a_terminal(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a command where it sees a terminal, and shows how it goes on."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        words, env={**os.environ, **environment, "TERM": "xterm"}, stdin=its, stdout=its, stderr=its
    ) as process:
        os.close(its)
        shown = b""
        # A terminal that its last user has closed ends with an error.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 1 << 16):
                shown += piece
    os.close(ours)
    expect(process.returncode == 0, f"{' '.join(words)}: exit code {process.returncode}\n{shown.decode()}")
    expect(b"\x1b[" in shown, f"nothing was drawn on the terminal: {shown.decode()}")


if __name__ == "__main__":
    {"alone": alone, "whole": whole}[sys.argv[1]]()
