"""The official client over https, as its users have it: without `debug`, which plain http asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sevenbridges  # type: ignore[import-untyped]

from sbg_bulk.simulator import ManualClock, Simulator, running
from sbg_bulk.simulator.seeds import LIKELY_TOKEN
from tests.interop.lab import OWNER, Official


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return tmp_path / "ca.pem"


@pytest.fixture
def url(authority: Path) -> Iterator[str]:
    with running(Simulator(clock=ManualClock(), seed="examples"), tls=authority) as url:
        yield url


@pytest.fixture
def api(url: str, authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Official]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    api = sevenbridges.Api(url=url, token=LIKELY_TOKEN)
    yield api
    api.session.close()
    api.download_pool.shutdown()
    api.upload_pool.shutdown()


def test_a_day_s_work_is_done(api: Official) -> None:
    assert api.users.me().username == OWNER
    [project] = api.projects.query(name="my project")
    files = list(api.files.query(project=project, limit=2).all())
    assert len(files) == 9
    job = api.async_jobs.file_bulk_copy([{"file": files[0].id, "project": f"{OWNER}/destination-project"}])
    assert api.async_jobs.get_file_copy_job(job.id).href.startswith("https://127.0.0.1:")
    assert [record.valid for record in api.files.bulk_get(files[:2])] == [True, True]
