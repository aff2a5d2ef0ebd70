"""The connection: where to, as whom, and a button that tells whether it works."""

from __future__ import annotations

import json

import pytest

from sbg_bulk.simulator import Simulator, running
from tests.support.runs import TOKEN

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from sbg_bulk.airflow.hooks import SbgBulkHook
from sbg_bulk.errors import SettingsError


def connect(monkeypatch: pytest.MonkeyPatch, **given: str) -> SbgBulkHook:
    monkeypatch.setenv("AIRFLOW_CONN_PLATFORM", json.dumps({"conn_type": "sbg_bulk", **given}))
    return SbgBulkHook("platform")


def test_the_host_is_a_platform_or_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = connect(monkeypatch, host="cavatica", password="a-token")
    assert hook.settings().endpoint == "https://cavatica-api.sbgenomics.com/v2"
    hook = connect(monkeypatch, host="https://api.example.org/v2", password="a-token")
    assert hook.settings().endpoint == "https://api.example.org/v2"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"host": "cavatica"}, "no token"),
        ({"password": "a-token"}, "no host"),
        ({"host": "nowhere", "password": "a-token"}, "neither a URL"),
    ],
)
def test_what_is_missing_is_named_and_the_token_is_not(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str
) -> None:
    hook = connect(monkeypatch, **given)
    with pytest.raises(SettingsError, match=told) as caught:
        hook.settings()
    assert "a-token" not in str(caught.value)
    assert hook.test_connection() == (False, str(caught.value))


def test_the_button_tells_as_whom_one_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Simulator(seed="demo")) as address:
        hook = connect(monkeypatch, host=f"{address}", password=TOKEN)
        works, told = hook.test_connection()
        assert works
        assert "as rfranklin" in told
        works, told = connect(monkeypatch, host=f"{address}", password="another-token").test_connection()
        assert not works
        assert "another-token" not in told
