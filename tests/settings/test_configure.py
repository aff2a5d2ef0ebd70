"""`sbg-bulk configure` on a terminal and in scripts."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from sbg_bulk.files.addresses import PAGES
from sbg_bulk.settings import credentials
from sbg_bulk.settings.deployments import DEPLOYMENTS, TITLES
from sbg_bulk.simulator import Simulator
from tests.cli.harness import COMMAND, TOKEN, Ran, checked
from tests.support.terminal import Dialogue, Terminal
from tests.support.waiting import PATIENCE

CGC = "https://cgc-api.sbgenomics.com/v2"
WRONG = "0123456789abcdef"


def scripted(env: dict[str, str], *words: str, typed: str = "") -> Ran:
    """The command with a pipe as its standard input."""
    ended = subprocess.run(
        [COMMAND, *words], env=env, input=typed, capture_output=True, timeout=PATIENCE, encoding="utf-8"
    )
    return checked(Ran(ended.returncode, ended.stdout, ended.stderr))


def ended(child: Dialogue) -> tuple[int, str]:
    """The exit code of a command on a terminal, and the rest of what it has written."""
    code, rest = child.end()
    assert TOKEN not in rest
    assert WRONG not in rest
    return code, rest


def stored(file: Path, name: str = "default") -> tuple[str | None, str | None]:
    profile = credentials.read(file)[name]
    return profile.endpoint, profile.token


def put(file: Path, content: str, mode: int = 0o600) -> str:
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    file.chmod(mode)
    return content


def test_a_person_is_asked_for_both_and_told_whose_token_it_is(terminal: Terminal, file: Path, url: str) -> None:
    child = terminal("configure")
    child.expect("  Cancer Genomics Cloud (cgc)\n")
    child.expect("  CAVATICA (cavatica)\n")
    child.expect("Platform (short name or URL): ")
    child.send(f"{url}\n")
    child.expect("hidden while you type): ")
    child.send(f"{TOKEN}\n")
    code, told = ended(child)
    assert code == 0
    assert told == f"\nThe token belongs to rfranklin (Rosalind Franklin).\nSaved as profile 'default' in {file}.\n"
    assert stored(file) == (url, TOKEN)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_a_person_mistypes_is_asked_for_again(terminal: Terminal, file: Path, url: str) -> None:
    child = terminal("configure")
    child.expect("or URL): ")
    child.send("cavatika\n")
    child.expect("Platform: neither a URL")
    child.expect("Did you mean cavatica?")
    child.expect("or URL): ")
    child.send(f"{url}\n")
    child.expect("hidden while you type): ")
    child.send("two words\n")
    child.expect("Copy it again, completely")
    child.expect("hidden while you type): ")
    child.send(f"{TOKEN}\n")
    assert ended(child)[0] == 0
    assert stored(file) == (url, TOKEN)


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_an_interrupt_is_told_on_a_line_of_its_own_with_that_nothing_was_saved(
    terminal: Terminal, file: Path, key: str
) -> None:
    child = terminal("configure")
    child.expect("or URL): ")
    child.send(key)
    code, told = ended(child)
    assert code == 130
    assert told.endswith("\nsbg-bulk: interrupted. Nothing was saved.\n")
    assert not file.parent.exists()


def test_a_token_that_is_not_accepted_is_not_saved(terminal: Terminal, file: Path, url: str) -> None:
    child = terminal("configure", "--endpoint", url)
    child.expect("hidden while you type): ")
    child.send(f"{WRONG}\n")
    child.expect(f"sbg-bulk: {url} does not accept this token. Check that it was copied completely")
    child.expect(" [HTTP 401, request ")
    child.expect("Save it anyway? [y/N]: ")
    child.send("\n")
    child.expect("Nothing was saved. Enter another token, or press Ctrl-C to stop.\n")
    child.expect("hidden while you type): ")
    child.send("\x03")
    assert ended(child)[0] == 130
    assert not file.parent.exists()


def test_after_a_refused_token_another_is_asked_for_and_saved(terminal: Terminal, file: Path, url: str) -> None:
    child = terminal("configure", "--endpoint", url)
    for token in (WRONG, TOKEN):
        child.expect("hidden while you type): ")
        child.send(f"{token}\n")
        if token == WRONG:
            child.expect("Save it anyway? [y/N]: ")
            child.send("n\n")
    assert ended(child)[0] == 0
    assert stored(file) == (url, TOKEN)


@pytest.mark.parametrize(
    ("platform", "told"),
    [
        ("cgc", "Your token for Cancer Genomics Cloud: https://cgc.sbgenomics.com/developer, under"),
        ("us", "Your token for Seven Bridges Platform, US: https://igor.sbgenomics.com/developer, under"),
        ("https://cavatica-api.sbgenomics.com/v2", "CAVATICA: https://cavatica.sbgenomics.com/developer, under"),
    ],
)
def test_a_person_is_told_where_to_find_the_token_of_a_platform(terminal: Terminal, platform: str, told: str) -> None:
    child = terminal("configure")
    child.expect("or URL): ")
    child.send(f"{platform}\n")
    child.expect(told)
    child.expect("hidden while you type): ")
    child.send("\x03")
    assert ended(child)[0] == 130


def test_every_platform_has_a_full_name_and_a_page() -> None:
    assert set(TITLES) == set(DEPLOYMENTS) == set(PAGES.values())


def test_a_token_that_is_not_accepted_is_saved_for_a_person_who_insists(
    terminal: Terminal, file: Path, url: str
) -> None:
    child = terminal("configure", "--endpoint", url)
    child.expect("hidden while you type): ")
    child.send(f"{WRONG}\n")
    child.expect("[y/N]: ")
    child.send("y\n")
    assert ended(child)[0] == 0
    assert stored(file) == (url, WRONG)


def test_a_person_is_asked_before_a_profile_is_replaced(terminal: Terminal, file: Path, url: str) -> None:
    before = put(file, f"[default]\napi_endpoint = {CGC}\nauth_token = old\n\n[other]\nauth_token = t\n")
    child = terminal("configure")
    child.expect(f"Profile 'default' already exists in {file}, for {CGC}.")
    child.expect("Replace it? [y/N]: ")
    child.send("n\n")
    code, told = ended(child)
    assert (code, told) == (2, "n\nNothing was changed. Choose another name with --profile.\n")
    assert file.read_text() == before

    child = terminal("configure")
    child.expect("[y/N]: ")
    child.send("y\n")
    child.expect(f"or URL) [{CGC}]: ")
    child.send(f"{url}\n")
    child.expect("hidden while you type): ")
    child.send(f"{TOKEN}\n")
    assert ended(child)[0] == 0
    assert file.read_text() == before.replace(CGC, url).replace("old", TOKEN)


def test_an_interrupt_changes_nothing(terminal: Terminal, file: Path, url: str) -> None:
    child = terminal("configure", "--endpoint", url)
    child.expect("hidden while you type): ")
    child.send("\x03")
    code, told = ended(child)
    assert (code, told.strip()) == (130, "sbg-bulk: interrupted. Nothing was saved.")
    assert not file.exists()


@pytest.mark.parametrize(("answer", "mode"), [("", 0o600), ("y", 0o600), ("n", 0o644)])
def test_a_file_that_others_can_read_is_closed_if_the_person_agrees(
    terminal: Terminal, file: Path, url: str, answer: str, mode: int
) -> None:
    put(file, "[other]\nauth_token = t\n", 0o644)
    child = terminal("configure", "--endpoint", url, "--no-check")
    child.expect("hidden while you type): ")
    child.send(f"{TOKEN}\n")
    child.expect(f"Warning: {file} contains tokens and is open to other users (mode 0644)")
    child.expect("Make it readable only by you? [Y/n]: ")
    child.send(f"{answer}\n")
    assert ended(child)[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert stored(file) == (url, TOKEN)


def test_a_script_gives_the_token_by_a_pipe(env: dict[str, str], file: Path, url: str) -> None:
    ran = scripted(env, "configure", "--profile", "sim", "--endpoint", url, "--token-stdin", typed=f"{TOKEN}\n")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        f"The token belongs to rfranklin (Rosalind Franklin).\nSaved as profile 'sim' in {file}.\n"
        "Use it with --profile sim, or set SB_PROFILE=sim.\n"
    )
    assert scripted(env, "files", "list", "rfranklin/my-project", "--profile", "sim").code == 0
    assert scripted(env, "--profile", "sim", "files", "list", "rfranklin/my-project").code == 0
    assert scripted({**env, "SB_PROFILE": "sim"}, "files", "list", "rfranklin/my-project").code == 0
    assert scripted(env, "files", "list", "rfranklin/my-project").code == 2


def test_whoami_warns_of_a_file_that_others_can_read(env: dict[str, str], file: Path, url: str) -> None:
    put(file, f"[default]\napi_endpoint = {url}\nauth_token = {TOKEN}\n", 0o604)
    ran = scripted(env, "whoami")
    assert (ran.code, ran.err.split(" (")[0]) == (0, f"Warning: {file} contains tokens and is open to other users")
    file.chmod(0o600)
    assert scripted(env, "whoami").err == ""


def test_a_quiet_command_still_asks(terminal: Terminal, file: Path, url: str) -> None:
    put(file, f"[default]\napi_endpoint = {CGC}\nauth_token = old\n")
    child = terminal("configure", "--endpoint", url, "--quiet")
    child.expect("already exists")
    child.expect("[y/N]: ")
    child.send("y\n")
    child.expect("hidden while you type): ")
    child.send(f"{TOKEN}\n")
    assert ended(child) == (0, "\n")


def test_a_script_gets_json(env: dict[str, str], file: Path, url: str) -> None:
    words = ("configure", "--endpoint", url, "--token-stdin", "--json")
    assert scripted(env, *words, typed=TOKEN).document == {
        "profile": "default",
        "endpoint": url,
        "credentials": str(file),
        "username": "rfranklin",
    }
    assert scripted(env, *words, "--yes", "--no-check", typed=TOKEN).document["username"] is None


def test_a_script_must_say_that_a_profile_may_be_replaced(env: dict[str, str], file: Path, url: str) -> None:
    before = put(file, f"[default]\napi_endpoint = {url}\nauth_token = old")
    ran = scripted(env, "configure", "--token-stdin", typed=TOKEN)
    assert ran.code == 2
    assert "Replace it with --yes, or choose another name with --profile." in ran.err
    assert file.read_text() == before
    # A new token of the same profile is for the same endpoint.
    assert scripted(env, "configure", "--token-stdin", "--yes", typed=TOKEN).code == 0
    assert file.read_text() == before.replace("old", TOKEN)


def test_a_wrong_token_in_a_script_is_not_saved_unless_it_is_not_to_be_checked(
    env: dict[str, str], file: Path, url: str
) -> None:
    words = ("configure", "--endpoint", url, "--token-stdin")
    ran = scripted(env, *words, typed=WRONG)
    assert ran.code == 5
    assert WRONG not in ran.err
    assert not file.exists()
    assert scripted(env, *words, "--no-check", typed=WRONG).code == 0
    assert stored(file) == (url, WRONG)


def test_nothing_is_asked_of_the_platform_with_no_check(
    env: dict[str, str], url: str, simulator: Simulator, file: Path
) -> None:
    assert scripted(env, "configure", "--endpoint", url, "--token-stdin", "--no-check", typed=TOKEN).code == 0
    assert list(simulator.requests) == []
    assert file.exists()


def test_the_profile_is_the_one_given_or_the_one_of_the_environment(env: dict[str, str], file: Path, url: str) -> None:
    words = ("configure", "--endpoint", url, "--token-stdin", "--no-check")
    for more, before in (({"SB_PROFILE": "a"}, ()), ({}, ("--profile", "b"))):
        assert scripted({**env, **more}, *before, *words, typed=TOKEN).code == 0
    assert scripted({**env, "SB_PROFILE": "a"}, *words, "--profile", "c", typed=TOKEN).code == 0
    assert list(credentials.read(file)) == ["a", "b", "c"]


def test_how_to_use_a_profile_is_said_in_words_of_the_shell(env: dict[str, str], url: str) -> None:
    words = ("configure", "--endpoint", url, "--token-stdin", "--no-check", "--profile", "my lab")
    assert "--profile 'my lab', or set SB_PROFILE='my lab'." in scripted(env, *words, typed=TOKEN).err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--token-stdin",), "Pass the platform of profile 'default' with --endpoint."),
        (("--endpoint", "cgc"), "pipe it in with --token-stdin"),
        (("--endpoint", "cgd", "--token-stdin"), "neither a URL"),
        (("--endpoint", "cgc", "--token-stdin", "--profile", "a]"), "cannot be a profile's name"),
        (("--list", "--yes"), "--list can only be combined with --json"),
    ],
)
def test_what_is_missing_or_wrong_is_said(env: dict[str, str], file: Path, words: tuple[str, ...], why: str) -> None:
    ran = scripted(env, "configure", *words, typed=TOKEN)
    assert ran.code == 2
    assert why in ran.err
    assert not file.exists()


def test_an_empty_pipe_is_no_token(env: dict[str, str], file: Path) -> None:
    ran = scripted(env, "configure", "--endpoint", "cgc", "--token-stdin")
    assert (ran.code, ran.err) == (2, "sbg-bulk: The token is empty.\n")
    assert not file.exists()


def test_a_malformed_file_is_told_of_before_anything_is_asked(env: dict[str, str], file: Path) -> None:
    before = put(file, "auth_token = s3cret\n")
    ran = scripted(env, "configure", "--endpoint", "cgc", "--token-stdin", "--no-check", typed=TOKEN)
    assert (ran.code, ran.err) == (2, f"sbg-bulk: {file} is not a valid credentials file (line 1).\n")
    assert file.read_text() == before


def test_what_in_the_environment_counts_before_the_profile_is_said(env: dict[str, str], url: str) -> None:
    words = ("configure", "--endpoint", url, "--token-stdin", "--no-check")
    ran = scripted({**env, "SB_AUTH_TOKEN": "another"}, *words, typed=TOKEN)
    assert ran.err.splitlines()[-1] == "SB_AUTH_TOKEN in the environment overrides it; unset it to use the profile."


def test_the_list_shows_profiles_and_no_token(env: dict[str, str], file: Path) -> None:
    ran = scripted(env, "configure", "--list")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"No profiles in {file}. Create one with: sbg-bulk configure\n"
    put(file, f"[default]\napi_endpoint = {CGC}\nauth_token = s3cret\n[half]\napi_endpoint = {CGC}\n", 0o640)
    ran = scripted(env, "configure", "--list")
    assert [line.split() for line in ran.out.splitlines()] == [
        ["PROFILE", "ENDPOINT", "TOKEN"],
        ["default", CGC, "saved"],
        ["half", CGC, "missing"],
    ]
    assert ran.err.startswith(f"Warning: {file} contains tokens and is open to other users (mode 0640)")
    ran = scripted(env, "configure", "--list", "--json")
    assert ran.documents == [
        {"profile": "default", "endpoint": CGC, "token": True},
        {"profile": "half", "endpoint": CGC, "token": False},
    ]
    assert "s3cret" not in ran.out + ran.err
