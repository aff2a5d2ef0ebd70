"""Proxies and certificate authorities are taken from the variables that most programs read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.harness import TOKEN, Ran, run_process
from tests.settings.network import Authority, Relay, encrypted, proxy

WORDS = ("files", "list", "rfranklin/my-project")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.found(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


@pytest.fixture
def gate(port: int, authority: Authority) -> Iterator[Relay]:
    """The service, behind TLS."""
    with encrypted(port, authority) as gate:
        yield gate


def listed(env: dict[str, str], endpoint: str, **more: str) -> Ran:
    """What a list of files gives with these variables, and without the usual exception of this machine."""
    kept = {name: value for name, value in env.items() if name not in ("NO_PROXY", "SSL_CERT_DIR")}
    return run_process(WORDS, {**kept, "SB_API_ENDPOINT": endpoint, "SB_AUTH_TOKEN": TOKEN, **more})


def secure(gate: Relay) -> str:
    return f"https://localhost:{gate.port}/v2"


def test_a_server_with_a_certificate_of_a_private_authority_is_trusted_by_file_or_folder(
    env: dict[str, str], gate: Relay, authority: Authority, tmp_path: Path
) -> None:
    assert listed(env, secure(gate), SSL_CERT_FILE=str(authority.certificate)).code == 0
    assert listed(env, secure(gate), SSL_CERT_DIR=str(authority.hashed(tmp_path / "certificates"))).code == 0
    assert len(gate.seen) == 2


@pytest.mark.parametrize("more", [{}, {"SSL_CERT_FILE": ""}, {"REQUESTS_CA_BUNDLE": "ca.pem"}])
def test_without_it_the_message_names_the_variable_and_comes_at_once(
    env: dict[str, str], gate: Relay, more: dict[str, str]
) -> None:
    ran = listed(env, secure(gate), **more)
    assert (ran.code, ran.out) == (1, "")
    assert "certificate" in ran.err
    assert "SSL_CERT_FILE" in ran.err
    assert "Trying again" not in ran.err
    assert "(REQUESTS_CA_BUNDLE is not read)" in ran.err
    assert gate.seen == []


def test_a_file_of_certificates_that_is_not_there_is_told_of(env: dict[str, str], gate: Relay, tmp_path: Path) -> None:
    ran = listed(env, secure(gate), SSL_CERT_FILE=str(tmp_path / "none.pem"))
    assert ran.code == 2
    assert "SSL_CERT_FILE" in ran.err


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_https_goes_through_the_proxy_and_the_token_stays_encrypted(
    env: dict[str, str], gate: Relay, authority: Authority, variable: str
) -> None:
    with proxy() as between:
        ran = listed(
            env,
            secure(gate),
            SSL_CERT_FILE=str(authority.certificate),
            **{variable: f"http://127.0.0.1:{between.port}"},
        )
    assert ran.code == 0
    assert between.seen == [f"CONNECT localhost:{gate.port} HTTP/1.1"]
    assert len(gate.seen) == 1


def test_no_proxy_names_hosts_that_are_reached_directly(env: dict[str, str], gate: Relay, authority: Authority) -> None:
    with proxy() as between:
        ran = listed(
            env,
            secure(gate),
            SSL_CERT_FILE=str(authority.certificate),
            HTTPS_PROXY=f"http://127.0.0.1:{between.port}",
            NO_PROXY="example.org,localhost",
        )
    assert ran.code == 0
    assert between.seen == []
    assert len(gate.seen) == 1


def test_plain_http_on_this_machine_goes_through_a_proxy_only_if_there_is_one_for_it(
    env: dict[str, str], url: str
) -> None:
    with proxy() as between:
        address = f"http://127.0.0.1:{between.port}"
        assert listed(env, url, HTTPS_PROXY=address).code == 0
        assert between.seen == []
        assert listed(env, url, HTTP_PROXY=address).code == 0
    (line,) = between.seen
    assert line.startswith(f"GET http://{urlsplit(url).netloc}/v2/files?")
