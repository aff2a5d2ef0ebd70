"""What is read from the credentials file or the environment is shown only when it is known to be no secret."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sbg_bulk import AsyncClient, Client, Settings, SettingsError, Token
from sbg_bulk.cli.app import sbg_bulk
from sbg_bulk.cli.profile_completion import complete_profile
from sbg_bulk.settings import credentials
from sbg_bulk.settings.proxy import proxy_for
from sbg_bulk.settings.settings import normal_endpoint
from sbg_bulk.settings.shown import has_secret, shown
from tests.cli.harness import run_here
from tests.support.secrets import shown as all_shown

HEX = "0123456789abcdef0123456789abcdef"
SHORT = "hunter2-of-mine"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N-XgL0n3I9PlFUP0THsR8U"
URL = "https://cgc-api.sbgenomics.com/v2"


def spoilt(token: str) -> list[str]:
    """Credentials files with a token where a person or a program may put it."""
    return [
        f"[cgc]\napi_endpoint = {URL}\n  auth_token = {token}\n",
        f"[cgc]\napi_endpoint = {URL}\n\tauth_token = {token}\n",
        f"[cgc]\nauth_token = {token}\n  api_endpoint = {URL}\n",
        f"[cgc]\napi_endpoint =\n  {URL}\n  {token}\nauth_token = {token}\n",
        f"[cgc]\napi_endpoint = {token}\nauth_token = {URL}\n",
        f"[cgc]\napi_endpoint = {URL}/{token}\nauth_token = {token}\n",
        f"[cgc]\napi_endpoint = {URL}?token={token}\nauth_token = {token}\n",
        f"[cgc]\napi_endpoint = {URL}#{token}\n",
        f"[cgc]\napi_endpoint = https://user:{token}@cgc-api.sbgenomics.com/v2\n",
        f"[cgc]\napi_endpoint = https://{token}@cgc-api.sbgenomics.com/v2\n",
        f"[cgc]\napi_endpoint = https://cgc-api.sbgenomics.com:{token}/v2\n",
        f"[cgc]\napi_endpoint = http://{token}.example.org/v2\nauth_token = {token}\n",
        f"[cgc]\napi_endpoint = {URL} auth_token = {token}\n",
        f"[cgc]\napi_endpoint = {URL};{token}\nauth_token = {token}\n",
        f"[cgc]\napi_endpoint = https://cgc-api.sbgenomics.com\n  auth_token = {token}\n",
        f"[cgc]\napi_endpoint = http://cgc-api.sbgenomics.com/v2\n  auth_token = {token}\n",
        f"[cgc]\napi_endpoint: {URL}\nauth_token {token}\n",
        f"[cgc]\n{token}\n",
        f"[cgc\nauth_token = {token}\n",
        f"{token}\n",
        f"[cgc]\nauth_token = {token}\nauth_token = {token}\n",
    ]


FILES = [
    *(text.encode() for token in (HEX, SHORT, JWT) for text in spoilt(token)),
    *(text.replace("\n", "\r\n").encode("utf-8-sig") for text in spoilt(HEX)),
    *(text.replace("\n", "\r").encode("utf-16") for text in spoilt(HEX)),
    f"[{HEX}]\napi_endpoint = {URL}\nauth_token = {SHORT}\n".encode(),
    f"[{SHORT}]\napi_endpoint = {URL}\nauth_token = {SHORT}\n".encode(),
    f"[cgc]\nauth_token = {HEX}\xff\n".encode("latin-1"),
]

COMMANDS = [
    ("configure", "--list"),
    ("configure", "--list", "--json"),
    ("configure", "--profile", "cgc", "--endpoint", "cgc", "--no-check"),
    ("configure", "--profile", "cgc", "--token-stdin", "--no-check"),
    ("-v", "whoami", "--profile", "cgc"),
    ("whoami", "--json", "--profile", "other"),
    ("rate-limit", "--profile", "cgc"),
    ("files", "list", "cgc:rfranklin/my-project", "--profile", "other"),
    ("files", "list", "other:rfranklin/my-project"),
]


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No command gets as far as the network: the proxy for https is none."""
    for name in ("SB_API_ENDPOINT", "SB_AUTH_TOKEN", "SB_PROFILE", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://user:S3cret/x@proxy.example.org:3128")


@pytest.mark.parametrize("content", FILES)
def test_no_command_shows_a_token_wherever_the_file_has_it(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ".sevenbridges" / "credentials"
    path.parent.mkdir()
    path.write_bytes(content)
    for words in COMMANDS:
        ran = run_here(monkeypatch, capsys, words)
        for secret in (HEX, SHORT, *JWT.split("."), "S3cret"):
            assert secret not in ran.out + ran.err, words
        assert path.read_bytes() == content
    try:
        completed = complete_profile(
            sbg_bulk.make_context("sbg-bulk", [], resilient_parsing=True), sbg_bulk.params[0], ""
        )
    except SettingsError:
        completed = []
    for item in completed:
        assert HEX not in f"{item.value} {item.help}"
        assert SHORT not in f"{item.value} {item.help}"


@pytest.mark.parametrize("content", FILES)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_no_exception_of_the_library_holds_it(
    content: bytes, kind: type[Client] | type[AsyncClient], tmp_path: Path
) -> None:
    path = tmp_path / "credentials"
    path.write_bytes(content)
    for profile in ("cgc", "other"):
        with pytest.raises(SettingsError) as caught:
            kind(profile=profile, credentials=path)
        told = all_shown(caught.value)
        for secret in (HEX, SHORT, *JWT.split("."), "S3cret"):
            assert secret not in told


@pytest.mark.parametrize("variable", ["SB_API_ENDPOINT", "SB_PROFILE"])
@pytest.mark.parametrize(
    "value", [HEX, JWT, f"{URL}/{HEX}", f"https://me:{HEX}@x.example/v2", f"{HEX}:x/y", f"\ufeff{HEX}"]
)
def test_a_token_in_the_wrong_variable_is_not_shown(
    variable: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, value)
    for words in (*COMMANDS, ("configure", "--no-check"), ("whoami",), ("rate-limit", "--json")):
        ran = run_here(monkeypatch, capsys, words)
        assert ran.code in (0, 2)
        assert HEX not in ran.out + ran.err
        assert not any(part in ran.out + ran.err for part in JWT.split("."))
    assert not (tmp_path / ".sevenbridges").exists()


@pytest.mark.parametrize(
    "address",
    [
        "http://user:S3cret/x@proxy.example.org:3128",
        "http://user:S3cret#x@proxy.example.org:3128",
        "http://user:S3cret?x@proxy.example.org:3128",
        "http://user:S3cret:x/@proxy.example.org:3128",
        "http://user:123/S3cret@proxy.example.org:3128",
        "ftp://user:S3cret@proxy.example.org:3128",
        "http://user:S3cret@[proxy:3128",
        "http://user:S3cret@proxy..example.org:3128",
        "http://user:S3cret@proxy.example.org:99999",
        "http://user:S3cret@pröxy.example.org",
        "http://user:S3cret%ff@proxy.example.org",
        "http://user:S3cret\udcff@proxy.example.org",
        "S3cret",
        "://S3cret",
        "socks5://user:S3cret@proxy.example.org:1080/more",
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_without_being_quoted(address: str) -> None:
    if address == "S3cret":
        assert proxy_for(URL, {"https": address}) is not None
        return
    with pytest.raises(SettingsError, match="HTTPS_PROXY") as caught:
        proxy_for(URL, {"https": address})
    assert "S3cret" not in all_shown(caught.value)
    assert "123/" not in str(caught.value)


def test_a_proxy_shows_its_place_alone() -> None:
    proxy = proxy_for(URL, {"https": "http://user:S3cret%2Fx@Proxy.example.org:3128"})
    assert proxy is not None
    assert proxy.login == ("user", "S3cret/x")
    assert proxy.place == "proxy.example.org:3128"
    assert "S3cret" not in repr(proxy)
    at = proxy_for(URL, {"all": "user:p@ss@proxy.example.org"})
    assert at is not None
    assert (at.url, at.login) == ("http://proxy.example.org", ("user", "p@ss"))


def test_the_parts_of_the_settings_do_not_show_what_is_written_there(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    profile = credentials.Profile(HEX, f"{URL}/{HEX}", HEX, None)
    assert HEX not in f"{profile!r} {profile}"
    with pytest.raises(SettingsError) as caught:
        Settings(f"{URL}/{SHORT}", Token(SHORT))
    assert SHORT not in all_shown(caught.value)
    assert HEX not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        *["cgc", "cavatica", "my-lab-2026", "kids_first_2024-11-28", "biodata-catalyst-production", "a" * 27],
        *["https://internal-my-lb-1234567890.us-east-1.elb.amazonaws.com/v2", URL, "http://localhost:8000/v2"],
        *["https://sim-7f9c8d6b5-x2x9z.cluster.example/v2", "https://[2001:db8::1]:8443/v2", "https://10.20.30.40/v2"],
    ],
)
def test_what_is_no_secret_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text
    assert not has_secret(text)


@pytest.mark.parametrize("around", ["{}", "x-{}", "{}.example.org", "{} ", "https://a/{}/b", "a={};b"])
@pytest.mark.parametrize("secret", [HEX, HEX.upper(), JWT, "123e4567-e89b-12d3-a456-426614174000", "a" * 28])
def test_what_may_be_a_secret_is_hidden_wherever_it_stands(secret: str, around: str) -> None:
    assert secret not in shown(around.format(secret))
    assert has_secret(around.format(secret))


def test_what_is_known_to_be_secret_is_hidden_whatever_it_looks_like() -> None:
    assert shown("for hunter2-of-mine", SHORT) == "for ***"
    assert shown("two\nlines\t\x1b[31m") == r"two\nlines\t\x1b[31m"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("https://cgc-api.example.org\u200b/v2", r"U\+200B"),
        ("https://cgc-api.example.org/v2\nauth_token = x", r"U\+000A, U\+0020"),
        ("https://cgc\u2010api.example.org/v2", r"U\+2010"),
        ("https://cgc-api.example.org/v2\udcff", r"U\+DCFF"),
        ("https://cgc-api..example.org/v2", "host name"),
        (f"https://{'a' * 64}.example.org/v2", "host name"),
        ("https://-a.example.org/v2", "host name"),
        ("https://256.1.1.1/v2", "host name"),
        ("https://[fe80::1%25eth0]/v2", "host name"),
        ("https://a b.example.org/v2", r"U\+0020"),
    ],
)
def test_an_endpoint_that_no_request_can_be_sent_to_is_refused_before_there_is_one(given: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        normal_endpoint(given)


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("localhost,127.0.0.1,::1/128", "api.example.org", False),
        ("localhost,127.0.0.1,::1/128", "[::1]", True),
        ("localhost,[::1]", "[::1]", True),
        ("localhost,[::1]:8443", "[::1]:8443", True),
        ("localhost,[::1]:8443", "[::1]", False),
        ("fd00:1234:5678::/64", "[fd00:1234:5678::9]", True),
        ("fd00:1234:5678::/64", "[fd00:1234:5679::9]", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/99, ,/,:,[,]", "10.1.2.3", False),
        ("*", "api.example.org", True),
        ("example.org", "api.example.org", True),
        (".example.org", "api.example.org", True),
        ("*.Example.org", "api.example.org", True),
        ("https://api.example.org", "api.example.org", True),
        ("api.example.org:443", "api.example.org", True),
        ("api.example.org:8443", "api.example.org", False),
        ("ample.org", "api.example.org", False),
        ("0.1", "10.0.0.1", False),
        ("\udcff,\u200b", "api.example.org", False),
    ],
)
@pytest.mark.parametrize("separator", [",", " ,\t"])
def test_no_proxy_is_understood_as_container_tools_write_it(
    no_proxy: str, host: str, direct: bool, separator: str
) -> None:
    proxies = {"https": "http://proxy:3128", "no": no_proxy.replace(",", separator)}
    assert (proxy_for(f"https://{host}/v2", proxies) is None) is direct


def test_a_proxy_counts_for_its_scheme_and_one_for_all_where_there_is_none() -> None:
    both = {"http": "http://one:1", "all": "http://two:2"}
    assert [proxy.place for url in ("http://localhost/v2", URL) if (proxy := proxy_for(url, both))] == [
        "one:1",
        "two:2",
    ]
    assert proxy_for(URL, {"http": "http://one:1", "https": " "}) is None
    assert proxy_for(URL, {}) is None
