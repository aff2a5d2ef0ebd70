"""The command starts fast: nothing is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

import sbg_bulk
from tests.cli.harness import HEAVY
from tests.support.waiting import PATIENCE


def _loaded(program: str, env: dict[str, str], heavy: Sequence[str] = HEAVY) -> set[str]:
    """The modules among these that a program of Python has loaded when it ends."""
    telling = (
        f"import sys\nfrom sbg_bulk import InputError\ntry:\n    {program}\nexcept (SystemExit, InputError): pass\n"
        f"print('loaded', *(sys.modules.keys() & {heavy}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", telling, "--help"], env=env, capture_output=True, timeout=PATIENCE, encoding="utf-8"
    )
    assert ran.stderr == ""
    word, *names = ran.stdout.splitlines()[-1].split()
    assert word == "loaded"
    return set(names)


def test_help_loads_nothing_that_it_does_not_need(env: dict[str, str]) -> None:
    assert _loaded("from sbg_bulk.cli import main; main()", env, (*HEAVY, "email.utils")) == set()


CLIENT = "from sbg_bulk import Client; client = Client('http://localhost:1/v2', 'demo-token')"


@pytest.mark.parametrize(
    ("program", "loaded"),
    [
        ("from sbg_bulk import Client", set()),
        (f"{CLIENT}; client.jobs()", {"sbg_async_api", "sbg_bulk.client.jobs"}),
        (
            f"{CLIENT}; client.resume('none')",
            {"sbg_async_api", "sqlite3", "sbg_bulk.client.runs", "sbg_bulk.runs.journal"},
        ),
    ],
)
def test_a_client_loads_what_its_methods_need_when_they_are_called(
    env: dict[str, str], program: str, loaded: set[str]
) -> None:
    # httpx has a command of its own, which takes rich where that is installed.
    assert _loaded(program, env) - {"rich"} == {"httpx", "sbg_bulk.client.sync"} | loaded


@pytest.mark.parametrize("name", sbg_bulk.__all__)
def test_a_name_of_the_package_is_loaded_when_it_is_used(name: str) -> None:
    value = getattr(sbg_bulk, name)
    assert getattr(value, "__module__", sbg_bulk._MODULES[name]) == sbg_bulk._MODULES[name]
    assert name in dir(sbg_bulk)


def test_a_name_that_the_package_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'sbg_bulk' has no attribute 'Cleint'"):
        getattr(sbg_bulk, "Cleint")  # noqa: B009 - it is not there
    with pytest.raises(ImportError):
        exec("from sbg_bulk import Cleint")
