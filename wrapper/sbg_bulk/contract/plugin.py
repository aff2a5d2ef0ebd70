"""The checks as tests of pytest: `pytest --sbg-contract-url URL`. Each promise is a test with its own name.

pytest loads this in every run, so what checks is imported when a check is asked for.
"""

from __future__ import annotations

import pytest

from sbg_bulk import contract


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("sbg-contract", "contract of the Seven Bridges bulk API")
    group.addoption("--sbg-contract-url", metavar="URL", help="Base URL of the service to check.")
    group.addoption("--sbg-contract-writes", metavar="PROJECT", help="Scratch project to write to.")
    group.addoption("--sbg-contract-export-to", metavar="VOLUME", help="Volume to export to.")
    group.addoption("--sbg-contract-drs-uri", metavar="URI", help="DRS URI of an object to import.")
    group.addoption("--sbg-contract-profile", metavar="NAME", help="Profile with the token to use.")
    group.addoption("--sbg-contract-second-token-from", metavar="NAME", help="Profile of another user.")
    group.addoption(
        "--sbg-contract-alone",
        action="store_true",
        help="Nothing else uses the token: count requests and jobs exactly.",
    )
    group.addoption("--sbg-contract-job-timeout", type=float, metavar="SECONDS", help="Time that a job may take.")
    group.addoption("--sbg-contract-max-requests", type=int, metavar="N", help="Requests that the check may make.")
    group.addoption(
        "--sbg-contract-seed", type=int, default=1, metavar="N", help="Random seed; the same seed repeats a check."
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add a test for each promise, before `-k` selects."""
    if config.getoption("--sbg-contract-url") is None:
        return
    if hasattr(config, "workerinput"):
        raise pytest.UsageError("--sbg-contract-url needs a single process: run pytest with -n 0.")
    try:
        # Its packages are an extra.
        items.extend(contract.promise_items(session))
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f"--sbg-contract-url needs packages that are not installed ({error.name}): pip install 'sbg-bulk[contract]'"
        ) from None
