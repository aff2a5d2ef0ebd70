"""A run outlives its token: a renewed one of the same user carries it on, and another user's never does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import AsyncClient, Client, InputError, Polling, Progress, Unauthorized
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import Timing
from tests.support.runs import ENDPOINT, TARGET, Service

ROWS = 6


@pytest.fixture
def service() -> Service:
    service = Service(ROWS, timing=Timing(1, 1, 5))
    service.world.add_user("other", token="other-token")
    return service


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "credentials"


def store(file: Path, token: str, endpoint: str = ENDPOINT) -> None:
    file.write_text(f"[default]\napi_endpoint = {endpoint}\nauth_token = {token}\n")


def once(change: Any) -> Any:
    """Return a callback that makes a change when the first job of a run has been started, and never again."""
    changed: list[bool] = []

    def on_change(progress: Progress) -> None:
        if progress.jobs_running and not changed:
            changed.append(True)
            change()

    return on_change


def carried(service: Service, file: Path, path: Path, change: Any, awaiting: bool) -> bool:
    """Carry a run with the token that a file has, while something changes; return whether it succeeded."""
    settings: dict[str, Any] = {"credentials": file, "polling": Polling(1.0, 5.0)}
    given = {"project": TARGET, "journal": path, "items_per_job": 2, "on_change": once(change)}
    transport = service.simulator.transport()
    if not awaiting:
        with Client(**settings, driver=service.clock.blocking_driver(transport)) as client:
            return client.run("copy", service.manifest(), **given).succeeded

    async def run() -> bool:
        async with AsyncClient(**settings, driver=service.clock.awaiting_driver(transport)) as client:
            return (await client.run("copy", service.manifest(), **given)).succeeded

    return asyncio.run(run())


def expire(service: Service) -> None:
    del service.world.tokens["demo-token"]


@pytest.mark.parametrize("awaiting", [False, True], ids=["blocking", "awaiting"])
def test_a_token_that_is_renewed_in_its_file_carries_the_run_on(
    service: Service, file: Path, tmp_path: Path, awaiting: bool
) -> None:
    def renew() -> None:
        expire(service)
        service.world.tokens["renewed"] = service.world.users["rfranklin"]
        store(file, "renewed")

    store(file, "demo-token")
    assert carried(service, file, tmp_path / "j", renew, awaiting)
    assert service.copies() == [f"f{n}.bam" for n in range(ROWS)]
    assert {one.user for one in service.submissions} <= {"rfranklin", None}
    assert "renewed" not in (tmp_path / "j").read_bytes().decode("latin-1")


def test_another_users_token_in_the_file_does_nothing_more_with_the_run(
    service: Service, file: Path, tmp_path: Path
) -> None:
    def replace() -> None:
        expire(service)
        store(file, "other-token")

    store(file, "demo-token")
    with pytest.raises(InputError, match="was started by rfranklin, but the token belongs to other"):
        carried(service, file, tmp_path / "j", replace, awaiting=False)
    assert all(one.user != "other" for one in service.submissions)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.exists(),
        lambda file: store(file, "renewed", "http://elsewhere.localhost/v2"),
        lambda file: file.write_text("nonsense"),
        lambda file: file.unlink(),
    ],
    ids=["the same", "for another endpoint", "damaged", "gone"],
)
def test_a_file_without_a_new_token_leaves_a_run_that_can_be_resumed(
    service: Service, file: Path, tmp_path: Path, change: Any
) -> None:
    def lose() -> None:
        expire(service)
        change(file)

    store(file, "demo-token")
    with pytest.raises(Unauthorized):
        carried(service, file, tmp_path / "j", lose, awaiting=False)
    with Journal.open(tmp_path / "j") as journal:
        assert not journal.tally().complete
    service.world.tokens["renewed"] = service.world.users["rfranklin"]
    assert service.client(token="renewed").resume(tmp_path / "j").succeeded
    assert service.copies() == [f"f{n}.bam" for n in range(ROWS)]


def test_the_file_is_read_anew_once_and_a_token_that_was_given_is_not_looked_for(
    service: Service, tmp_path: Path
) -> None:
    with pytest.raises(Unauthorized), service.client() as client:
        client.run(
            "copy",
            service.manifest(project=TARGET),
            journal=tmp_path / "j",
            items_per_job=2,
            on_change=once(lambda: expire(service)),
        )


@pytest.mark.parametrize("jobs_expired", [False, True])
def test_a_run_whose_user_is_not_known_is_resumed_by_who_sees_its_jobs(tmp_path: Path, jobs_expired: bool) -> None:
    # The submissions fill the window, so nobody has asked whose the token is.
    service = Service(ROWS, rate_limit=(3, 60), timing=Timing(1, 1, 5))

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), service.client() as client:
        client.run(
            "copy", service.manifest(project=TARGET), journal=tmp_path / "j", items_per_job=2, on_change=once(stop)
        )
    with Journal.open(tmp_path / "j") as journal:
        assert journal.remembered("user") is None
    service.world.add_user("other", token="other-token")
    service.world.tokens["renewed"] = service.world.users["rfranklin"]
    if jobs_expired:
        service.simulator.advance(40 * 86_400)
        with pytest.raises(InputError, match="its jobs cannot be read with this one"):
            service.client(token="renewed").resume(tmp_path / "j")
        return
    with pytest.raises(InputError, match="its jobs cannot be read with this one"):
        service.client(token="other-token").resume(tmp_path / "j")
    assert service.client(token="renewed").resume(tmp_path / "j").succeeded
    assert service.copies() == [f"f{n}.bam" for n in range(ROWS)]
