"""The simulator over https, with a certificate of its own making."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sbg_bulk.simulator import ManualClock, Simulator, running, serve

TOKEN = {"X-SBG-Auth-Token": "demo-token"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls") / "it is here.pem"


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(clock=ManualClock(), seed="demo")


@pytest.fixture(scope="module")
def url(simulator: Simulator, authority: Path) -> Iterator[str]:
    with running(simulator, tls=authority) as url:
        yield url


def trusting(authority: Path) -> httpx.Client:
    return httpx.Client(verify=ssl.create_default_context(cafile=str(authority)), headers=TOKEN, trust_env=False)


def test_who_trusts_the_certificate_is_answered_at_every_name_of_this_machine(url: str, authority: Path) -> None:
    assert url.startswith("https://127.0.0.1:")
    with trusting(authority) as client:
        for address in (url, url.replace("127.0.0.1", "localhost")):
            page = client.get(f"{address}/projects", params={"limit": 1}).json()
            assert page["href"].startswith(f"{address}/projects?")
            assert client.get(page["links"][0]["href"]).json()["items"][0]["id"] == "rfranklin/analysis"


def test_who_does_not_is_not(url: str) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{url}/user", headers=TOKEN, trust_env=False)


def test_the_page_and_the_control_address_are_there_too_and_say_what_to_trust(url: str, authority: Path) -> None:
    with trusting(authority) as client:
        root = url.removesuffix("/v2")
        described = client.get(f"{root}/_page/reference.json").json()["spec"]["info"]["description"]
        assert f"export SSL_CERT_FILE='{authority}'" in described
        own = {"Origin": root, "Sec-Fetch-Site": "same-origin"}
        assert client.post(f"{root}/_simulator/advance", json={"seconds": 1}, headers=own).status_code == 200


@pytest.mark.parametrize("error", ["read", "protocol"])
def test_connections_are_cut_as_over_plain_http(simulator: Simulator, url: str, authority: Path, error: str) -> None:
    simulator.arm(f"kind=cut_before op=get_user times=1 error={error}")
    with trusting(authority) as client:
        with pytest.raises(httpx.RemoteProtocolError if error == "protocol" else httpx.TransportError):
            client.get(f"{url}/user")
        simulator.arm("kind=truncate op=get_user times=1")
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(f"{url}/user")
        assert client.get(f"{url}/user").status_code == 200


def test_only_the_certificate_is_written_and_another_one_with_each_start(authority: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pem"
    with running(Simulator(), tls=again):
        text = again.read_text()
    assert text.count("-----BEGIN ") == text.count("-----BEGIN CERTIFICATE-----") == 1
    assert text != authority.read_text()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "ca.pem"
    with pytest.raises(OSError, match=r"cannot write the certificate to .*missing.ca\.pem: No such file"):
        serve(Simulator(), tls=target)


def test_over_plain_http_nothing_has_to_be_trusted() -> None:
    simulator = Simulator()
    with running(simulator) as url:
        described = httpx.get(url.removesuffix("v2") + "_page/reference.json", trust_env=False).json()
    assert "Trust" not in described["spec"]["info"]["description"]


R_PROGRAM = """
handle <- curl::new_handle(noproxy = "*"OPTION)
curl::handle_setheaders(handle, `X-SBG-Auth-Token` = "demo-token")
cat(rawToChar(curl::curl_fetch_memory("URL/user", handle)$content))
"""
JAVA_PROGRAM = """
import java.net.URI;
import java.net.http.*;
public class Probe {
  public static void main(String[] arguments) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("URL/user")).header("X-SBG-Auth-Token", "demo-token").build();
    System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
"""
NODE_PROGRAM = """
fetch("URL/user", {headers: {"X-SBG-Auth-Token": "demo-token"}}).then(answer => answer.text()).then(console.log)
"""
PYTHON_PROGRAM = """
import MODULE
print(MODULE.get("URL/user", headers={"X-SBG-Auth-Token": "demo-token"}).text)
"""


def asks(url: str, words: list[str], cwd: Path, **variables: str) -> bool:
    """Whether a program that asks who it is learns it. Nothing else is trusted by its environment than is given."""
    program = shutil.which(words[0])
    if program is None:
        pytest.skip(f"{words[0]} is not installed")
    clean = {
        key: value for key, value in os.environ.items() if not re.search("CA_BUNDLE|CERT|proxy", key, re.IGNORECASE)
    }
    command = [program, *(word.replace("URL", url) for word in words[1:])]
    done = subprocess.run(
        command, cwd=cwd, env={**clean, **variables}, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert ("rfranklin" in done.stdout) == (done.returncode == 0), done.stderr
    return "rfranklin" in done.stdout


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        ([sys.executable, "-c", PYTHON_PROGRAM.replace("MODULE", "httpx")], "SSL_CERT_FILE"),
        ([sys.executable, "-c", PYTHON_PROGRAM.replace("MODULE", "requests")], "REQUESTS_CA_BUNDLE"),
        (["node", "-e", NODE_PROGRAM], "NODE_EXTRA_CA_CERTS"),
    ],
    ids=["httpx", "requests", "node"],
)
def test_a_variable_that_the_page_names_makes_a_client_trust(
    url: str, authority: Path, tmp_path: Path, words: list[str], variable: str
) -> None:
    assert not asks(url, words, tmp_path)
    assert asks(url, words, tmp_path, **{variable: str(authority)})


def test_curl_trusts_the_file_that_it_is_given(url: str, authority: Path, tmp_path: Path) -> None:
    words = ["curl", "-sS", "-H", "X-SBG-Auth-Token: demo-token", "URL/user"]
    assert not asks(url, words, tmp_path)
    assert asks(url, [*words, "--cacert", str(authority)], tmp_path)


def test_r_trusts_the_file_that_it_is_given(url: str, authority: Path, tmp_path: Path) -> None:
    assert not asks(url, ["Rscript", "-e", R_PROGRAM.replace("OPTION", "")], tmp_path)
    assert asks(url, ["Rscript", "-e", R_PROGRAM.replace("OPTION", f", cainfo = '{authority}'")], tmp_path)


def test_java_trusts_the_key_store_that_is_made(url: str, authority: Path, tmp_path: Path) -> None:
    if shutil.which("keytool") is None:
        pytest.skip("keytool is not installed")
    (tmp_path / "Probe.java").write_text(JAVA_PROGRAM.replace("URL", url), encoding="utf-8")
    store = ["-importcert", "-noprompt", "-alias", "simulator", "-file", str(authority), "-keystore", "ca.p12"]
    subprocess.run(["keytool", *store, "-storepass", "changeit"], cwd=tmp_path, capture_output=True, check=True)
    trusted = ["-Djavax.net.ssl.trustStore=ca.p12", "-Djavax.net.ssl.trustStorePassword=changeit"]
    assert not asks(url, ["java", "Probe.java"], tmp_path)
    assert asks(url, ["java", *trusted, "Probe.java"], tmp_path)
