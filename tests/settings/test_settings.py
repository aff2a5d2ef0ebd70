"""Where to connect and as whom: found in a fixed order, never mixed, never unsafe."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk import DEPLOYMENTS, Client, Settings, SettingsError, Token
from sbg_bulk.settings.settings import normal_endpoint

CGC = DEPLOYMENTS["cgc"]
EU = DEPLOYMENTS["eu"]
FILE = f"""
[default]
api_endpoint = {CGC}
auth_token = token-of-default

[eu]
api_endpoint = {EU}/
auth_token = token-of-eu%%x

[no-token]
api_endpoint = {EU}

[no-endpoint]
auth_token = lonely-token
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "credentials"
    path.write_text(FILE)
    return path


def find(
    file: Path,
    endpoint: str | None = None,
    token: str | Token | None = None,
    profile: str | None = None,
    **environment: str,
) -> tuple[str, str, str]:
    settings = Settings.find(endpoint, token, profile, environment=environment, credentials=file)
    return settings.endpoint, settings.token.reveal(), settings.source.replace(str(file), "FILE")


def why_not(
    file: Path, endpoint: str | None = None, token: str | None = None, profile: str | None = None, **environment: str
) -> str:
    with pytest.raises(SettingsError) as caught:
        find(file, endpoint, token, profile, **environment)
    return str(caught.value)


def test_arguments_count_before_all_else(file: Path) -> None:
    both = {"SB_API_ENDPOINT": EU, "SB_AUTH_TOKEN": "of-environment"}
    assert find(file, "cgc", "given", **both) == (CGC, "given", "arguments")
    assert find(file, "cgc", Token("given"), "eu", **both) == (CGC, "given", "arguments")


def test_the_environment_counts_before_the_file(file: Path) -> None:
    assert find(file, SB_API_ENDPOINT=EU, SB_AUTH_TOKEN="of-environment") == (EU, "of-environment", "the environment")


def test_the_default_profile_comes_last(file: Path) -> None:
    assert find(file) == (CGC, "token-of-default", "profile 'default' of FILE")
    assert find(file, SB_API_ENDPOINT="", SB_AUTH_TOKEN="") == (CGC, "token-of-default", "profile 'default' of FILE")


def test_a_profile_that_is_asked_for_counts_before_the_environment(file: Path) -> None:
    both = {"SB_API_ENDPOINT": CGC, "SB_AUTH_TOKEN": "of-environment"}
    assert find(file, profile="eu", **both) == (EU, "token-of-eu%%x", "profile 'eu' of FILE")


def test_the_environment_can_name_the_profile(file: Path) -> None:
    assert find(file, SB_PROFILE="eu") == (EU, "token-of-eu%%x", "profile 'eu' of FILE")
    assert find(file, SB_PROFILE="") == (CGC, "token-of-default", "profile 'default' of FILE")
    assert find(file, EU, SB_PROFILE="eu")[:2] == (EU, "token-of-eu%%x")
    assert find(file, token="given", SB_PROFILE="eu")[:2] == (EU, "given")
    assert find(file, "eu", SB_PROFILE="no-endpoint")[:2] == (EU, "lonely-token")
    assert "has no profile 'us'" in why_not(file, SB_PROFILE="us")
    assert "so it is not sent to" in why_not(file, "cgc", SB_PROFILE="eu")


def test_arguments_count_before_the_profile_of_the_environment(file: Path) -> None:
    assert find(file, profile="default", SB_PROFILE="eu")[:2] == (CGC, "token-of-default")
    assert find(file, "cgc", "given", SB_PROFILE="us")[:2] == (CGC, "given")


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"SB_AUTH_TOKEN": "0123abcd"}, "SB_AUTH_TOKEN has a different token"),
        ({"SB_AUTH_TOKEN": "0123abcd", "SB_API_ENDPOINT": EU}, "SB_AUTH_TOKEN has a different token"),
        ({"SB_API_ENDPOINT": CGC}, "SB_API_ENDPOINT has a different endpoint"),
        ({"SB_AUTH_TOKEN": "token-of-eu%%x", "SB_API_ENDPOINT": CGC}, "SB_API_ENDPOINT has a different endpoint"),
    ],
)
def test_a_profile_and_another_pair_in_the_environment_are_refused(
    file: Path, environment: dict[str, str], why: str
) -> None:
    told = why_not(file, SB_PROFILE="eu", **environment)
    assert why in told
    assert "0123abcd" not in told
    assert find(file, profile="eu", SB_PROFILE="eu", **environment)[:2] == (EU, "token-of-eu%%x")


def test_a_profile_and_the_same_pair_in_the_environment_agree(file: Path) -> None:
    same = {"SB_API_ENDPOINT": "eu", "SB_AUTH_TOKEN": "token-of-eu%%x"}
    assert find(file, SB_PROFILE="eu", **same) == (EU, "token-of-eu%%x", "profile 'eu' of FILE")


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text(FILE.lstrip(), encoding="utf-8-sig")
    assert find(path)[:2] == (CGC, "token-of-default")


def test_a_token_that_is_given_takes_the_endpoint_from_where_it_is_found(file: Path) -> None:
    assert find(file, token="given") == (CGC, "given", "arguments")
    assert find(file, token="given", profile="eu")[:2] == (EU, "given")
    assert find(file, token="given", SB_API_ENDPOINT=EU)[:2] == (EU, "given")


def test_an_endpoint_that_is_given_takes_a_token_stored_with_it(file: Path) -> None:
    assert find(file, "cgc")[:2] == (CGC, "token-of-default")
    assert find(file, EU, profile="eu")[:2] == (EU, "token-of-eu%%x")
    assert find(file, "eu", SB_API_ENDPOINT=f"{EU}/", SB_AUTH_TOKEN="t")[:2] == (EU, "t")


def test_a_token_stored_without_an_endpoint_is_used_with_the_one_given(file: Path) -> None:
    assert find(file, "eu", profile="no-endpoint")[:2] == (EU, "lonely-token")
    assert find(file, "eu", SB_AUTH_TOKEN="t")[:2] == (EU, "t")


def test_an_endpoint_in_the_environment_finds_the_token_stored_with_it(file: Path) -> None:
    assert find(file, SB_API_ENDPOINT="cgc")[:2] == (CGC, "token-of-default")


@pytest.mark.parametrize(
    ("endpoint", "profile", "environment"),
    [
        ("eu", None, {}),
        ("eu", None, {"SB_API_ENDPOINT": CGC, "SB_AUTH_TOKEN": "t"}),
        ("cgc", "eu", {}),
        ("https://cgc-api.sbgenomics.com:8443/v2", None, {}),
        ("https://cgc-api.sbgenomics.com/v3", None, {}),
        ("http://localhost:8000/v2", None, {}),
    ],
)
def test_a_token_is_not_used_with_another_endpoint(
    file: Path, endpoint: str, profile: str | None, environment: dict[str, str]
) -> None:
    assert "so it is not sent to" in why_not(file, endpoint, profile=profile, **environment)


def test_the_files_token_is_not_used_with_another_endpoint_of_the_environment(file: Path) -> None:
    assert why_not(file, SB_API_ENDPOINT=EU).startswith("No token found in the environment.")


def test_the_environments_token_is_not_used_with_the_files_endpoint(file: Path) -> None:
    assert "The token in the environment has no endpoint" in why_not(file, SB_AUTH_TOKEN="t")


def test_what_is_missing_is_said(file: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert why_not(nowhere).startswith(f"No token found in {nowhere}.")
    assert why_not(nowhere, "cgc").startswith("No token found")
    assert why_not(nowhere, token="t").startswith("The endpoint is missing.")
    assert why_not(nowhere, SB_API_ENDPOINT=EU).startswith("No token found in the environment.")
    assert why_not(nowhere, profile="eu") == (
        f"Profile 'eu' was not found: there is no file {nowhere}. Create it with: sbg-bulk configure --profile eu"
    )
    assert why_not(file, profile="us") == (
        f"{file} has no profile 'us'. Choose one of: default, eu, no-token, no-endpoint. Create it with: "
        "sbg-bulk configure --profile us"
    )
    assert why_not(file, profile="no-token").startswith(f"No token found in profile 'no-token' of {file}.")
    assert "has no endpoint" in why_not(file, profile="no-endpoint")


def test_a_file_without_a_default_profile_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text(f"[eu]\napi_endpoint={EU}\nauth_token=t\n")
    assert why_not(path).startswith(f"No token found in {path}.")
    assert find(path, profile="eu")[:2] == (EU, "t")


@pytest.mark.parametrize(
    "content",
    [
        "auth_token = s3cr3t-value\n",
        "[default]\nauth_token s3cr3t-value\n",
        "[default]\nauth_token = s3cr3t-value\nauth_token = s3cr3t-value\n",
        "[default]\nauth_token = s3cr3t-value\n[default]\n",
        "[default\nauth_token = s3cr3t-value\n",
        b"[default]\nauth_token = s3cr3t-value\xff\n",
    ],
)
def test_a_malformed_file_is_refused_without_quoting_it(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "credentials"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SettingsError) as caught:
        find(path)
    error: BaseException | None = caught.value
    assert str(path) in str(error)
    while error is not None:
        assert "s3cr3t" not in repr(error) + str(vars(error))
        error = error.__cause__ or error.__context__


def test_a_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in why_not(tmp_path)


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        *DEPLOYMENTS.items(),
        (" CGC ", CGC),
        ("https://api.example.org/v2/", "https://api.example.org/v2"),
        ("https://api.example.org/v2//", "https://api.example.org/v2"),
        ("HTTPS://API.Example.org/v2", "https://api.example.org/v2"),
        ("https://api.example.org:8443/some/where/v2", "https://api.example.org:8443/some/where/v2"),
        ("https://[2001:db8::1]:8443/v2/", "https://[2001:db8::1]:8443/v2"),
        ("http://localhost:8000/v2", "http://localhost:8000/v2"),
        ("http://sim.localhost/v2", "http://sim.localhost/v2"),
        ("http://127.0.0.1:8000/v2", "http://127.0.0.1:8000/v2"),
        ("http://127.8.9.1/v2", "http://127.8.9.1/v2"),
        ("http://[::1]:8000/v2", "http://[::1]:8000/v2"),
    ],
)
def test_an_endpoint_is_a_url_or_a_short_name(given: str, endpoint: str) -> None:
    assert normal_endpoint(given) == endpoint
    assert normal_endpoint(endpoint) == endpoint


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("http://api.example.org/v2", "would send the token unencrypted"),
        ("http://localhost.example.org/v2", "would send the token unencrypted"),
        ("http://127.0.0.1.example.org/v2", "would send the token unencrypted"),
        ("http://[2001:db8::1]/v2", "would send the token unencrypted"),
        ("http://0.0.0.0/v2", "would send the token unencrypted"),
        ("https://user:pass-word@api.example.org/v2", "remove the user and password from"),
        ("https://pass-word@api.example.org/v2", "remove the user and password from"),
        ("https://pass-word:x@api.example.org:port/v2", "not a valid URL"),
        ("https://pass-word@[::1/v2", "not a valid URL"),
        ("https://api.example.org:99999/v2", "not a valid URL"),
        ("https://api.example.org/v2?auth_token=pass-word", "must end with its path"),
        ("https://api.example.org/v2#pass-word", "must end with its path"),
        ("https://api.example.org", "lacks the path, usually /v2. Try https://api.example.org/v2"),
        ("https://api.example.org/", "lacks the path"),
        ("https:///v2", "neither a URL"),
        ("ftp://api.example.org/v2", "neither a URL"),
        ("api.example.org/v2", "neither a URL"),
        ("0123456789pass-word0123456789", "neither a URL"),
        ("", "neither a URL"),
    ],
)
def test_an_endpoint_that_is_not_safe_to_use_is_refused_and_a_secret_in_it_is_not_quoted(given: str, why: str) -> None:
    with pytest.raises(SettingsError, match="the endpoint given: ") as caught:
        normal_endpoint(given)
    assert why in str(caught.value)
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize("given", ["https://api.example.org", "https://api.example.org/"])
def test_a_service_of_ones_own_may_have_no_path(tmp_path: Path, given: str) -> None:
    assert normal_endpoint(given, bare=True) == "https://api.example.org"
    path = tmp_path / "credentials"
    path.write_text(f"[default]\napi_endpoint = {given}\nauth_token = t\n")
    for endpoint in (None, given):
        assert (
            Settings.find(endpoint, environment={}, credentials=path, bare=True).endpoint == "https://api.example.org"
        )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("cavatcia", "nor one of: us, eu, cgc, cavatica, bdc, cn. Did you mean cavatica?"),
        ("https://api.example.org", "https://api.example.org lacks the path, usually /v2."),
        ("http://api.example.org/v2", "http://api.example.org/v2 would send the token unencrypted. Use https."),
    ],
)
def test_a_bad_endpoint_in_the_environment_is_said_to_be_in_its_variable(tmp_path: Path, given: str, told: str) -> None:
    for token in ({}, {"SB_AUTH_TOKEN": "t"}):
        why = why_not(tmp_path / "none", SB_API_ENDPOINT=given, **token)
        assert why.startswith("SB_API_ENDPOINT: ")
        assert told in why


def test_a_bad_endpoint_in_the_file_is_said_to_be_there(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text("[default]\napi_endpoint = http://api.example.org/v2\nauth_token = t\n")
    assert why_not(path).startswith(f"profile 'default' of {path}: ")


@pytest.mark.parametrize("token", ["", "  ", "two words", "tökén", "line\nbreak", "nul\0"])
def test_what_no_token_can_be_is_refused_without_quoting_it(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Token(token)
    assert not token.strip() or token not in str(caught.value)


def test_a_token_is_stripped_of_the_space_that_copying_leaves() -> None:
    assert Token(" abc\n") == Token("abc")
    assert hash(Token("abc")) == hash(Token("abc "))
    assert Token("abc") != Token("abd")
    assert Token("abc") != "abc"


def test_the_clients_ask_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SB_API_ENDPOINT", "cavatica")
    monkeypatch.setenv("SB_AUTH_TOKEN", "of-environment")
    with Client() as client:
        assert client.settings.endpoint == DEPLOYMENTS["cavatica"]
        assert client.settings.token == Token("of-environment")
    monkeypatch.delenv("SB_AUTH_TOKEN")
    with pytest.raises(SettingsError):
        Client()
