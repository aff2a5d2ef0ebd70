"""The credentials file: a profile is stored, and all else stays as it is, to the byte, whatever happens on the way."""

from __future__ import annotations

import configparser
import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sbg_bulk import SettingsError
from sbg_bulk.settings import credentials

URL = "https://eu-api.sbgenomics.com/v2"
OTHERS = (
    b"# mine, and no one else's\n\n[default]\n; the old one\napi_endpoint=https://a.example/v2\n"
    b"auth_token : of-default\n\n\n[cavatica]\n\tauth_token = of-cavatica\n\tapi_endpoint = https://c.example/v2\n"
    b"advance_access = yes\n"
)
PATH = Path("credentials")


def changed(content: bytes, name: str = "eu", endpoint: str = URL, token: str = "new-token") -> bytes:
    return credentials.with_profile(content, PATH, name, endpoint, token)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "credentials"
    path.write_bytes(OTHERS)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"[eu]\napi_endpoint = E\nauth_token = T\n"),
        (b"# only a comment", b"# only a comment\n\n[eu]\napi_endpoint = E\nauth_token = T\n"),
        (b"[a]\nx = 1\n\n", b"[a]\nx = 1\n\n[eu]\napi_endpoint = E\nauth_token = T\n"),
        (b"[a]\r\nx = 1\r\n", b"[a]\r\nx = 1\r\n\r\n[eu]\r\napi_endpoint = E\r\nauth_token = T\r\n"),
        (b"[a]\nx = 1", b"[a]\nx = 1\n\n[eu]\napi_endpoint = E\nauth_token = T\n"),
        (b"\xef\xbb\xbf[a]\nx = 1\n", b"\xef\xbb\xbf[a]\nx = 1\n\n[eu]\napi_endpoint = E\nauth_token = T\n"),
        (b"[DEFAULT]\nauth_token = d\n", b"[DEFAULT]\nauth_token = d\n\n[eu]\napi_endpoint = E\nauth_token = T\n"),
        (b"[EU]\nauth_token = d\n", b"[EU]\nauth_token = d\n\n[eu]\napi_endpoint = E\nauth_token = T\n"),
    ],
)
def test_a_new_profile_is_added_at_the_end(before: bytes, after: bytes) -> None:
    assert changed(before, endpoint="E", token="T") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"[eu]\napi_endpoint = a\nauth_token = b\n", b"[eu]\napi_endpoint = E\nauth_token = T\n"),
        (b"[eu]\nAPI_Endpoint:a\nauth_token=b", b"[eu]\nAPI_Endpoint:E\nauth_token=T"),
        (b"[eu]\r\nauth_token=b\r\napi_endpoint =\ta", b"[eu]\r\nauth_token=T\r\napi_endpoint =\tE"),
        (b"[eu]\n[b]\nx=1\n", b"[eu]\napi_endpoint = E\nauth_token = T\n[b]\nx=1\n"),
        (b"[eu]", b"[eu]\napi_endpoint = E\nauth_token = T\n"),
        (
            b"[eu] ; here\n# c\nx = 1\n  and more\n\n[b]\nx=1",
            b"[eu] ; here\n# c\nx = 1\n  and more\napi_endpoint = E\nauth_token = T\n\n[b]\nx=1",
        ),
        (b"[eu]\n  x = 1\n  [b]\n  x=1\n", b"[eu]\n  x = 1\n  api_endpoint = E\n  auth_token = T\n  [b]\n  x=1\n"),
        (b"[eu]\nauth_token =\n  b\n# c\n  d\n\nx=1\n", b"[eu]\nauth_token =T\n# c\n\nx=1\napi_endpoint = E\n"),
        (b"[eu]\nauth_token = b=c:d\nmore=1\n", b"[eu]\nauth_token = T\nmore=1\napi_endpoint = E\n"),
        (b"\xef\xbb\xbf[eu]\nauth_token=b\n", b"\xef\xbb\xbf[eu]\nauth_token=T\napi_endpoint = E\n"),
    ],
)
def test_a_profile_is_replaced_where_it_stands(before: bytes, after: bytes) -> None:
    assert changed(before, endpoint="E", token="T") == after


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[a]\nx=1\n[a]\n", "credentials is not a valid credentials file (line 3)."),
        (b"[eu]\nauth_token=s3cret\nauth_token=s3cret\n", "credentials is not a valid credentials file (line 3)."),
        (b"auth_token=s3cret\n", "credentials is not a valid credentials file (line 1)."),
        (b"[a]\ns3cret\n", "credentials is not a valid credentials file (line 2)."),
        (b"[a]\nx=\xff\n", "credentials cannot be read: it is not UTF-8 text."),
        (
            b"[eu]\n    [b]\nx = 1\n",
            "Profile 'eu' cannot be changed safely in a file of this form. Edit credentials by hand.",
        ),
        (b"[eu]\n    [b]\n", "Profile 'eu' cannot be changed safely in a file of this form. Edit credentials by hand."),
    ],
)
def test_a_file_that_cannot_be_read_is_not_changed_nor_quoted(content: bytes, why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        changed(content)
    assert str(caught.value) == why


LINES = st.sampled_from(
    [
        *["[default]", "[eu]", "  [eu]", "[DEFAULT]", "[x y]", "[ü]"],
        *["api_endpoint = old", "  api_endpoint=old", "auth_token: old", "\tauth_token = old", "AUTH_TOKEN =", "x = 1"],
        *["", "  ", "# comment", "   ; comment", "  continued", "\x0b", "x = 1\x1c2", "y = \u2028z"],
    ]
)


def parsed(content: bytes) -> dict[str, dict[str, str]] | None:
    """What Python's parser reads in a file as the official clients open it; None if it does not."""
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            parser.read(file.name, encoding="utf-8-sig")
        except configparser.Error:
            return None
    return {name: dict(parser[name]) for name in parser.sections()}


@given(
    lines=st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"])), max_size=12),
    bom=st.booleans(),
    ended=st.booleans(),
    name=st.sampled_from(["default", "eu", "new"]),
)
def test_whatever_else_is_in_the_file_is_kept(lines: list[tuple[str, str]], bom: bool, ended: bool, name: str) -> None:
    text = "".join(line + end for line, end in lines)
    content = (b"\xef\xbb\xbf" if bom else b"") + (text if ended else text.rstrip("\r\n")).encode()
    before = parsed(content)
    try:
        after = changed(content, name)
    except SettingsError as error:
        assert before is None or "safely" in str(error)
        return
    assert before is not None
    assert parsed(after) == {**before, name: {**before.get(name, {}), "api_endpoint": URL, "auth_token": "new-token"}}
    if name not in before:
        assert after.startswith(content)
    # Each line is there still, in its order, but for values that were replaced: indented lines may belong to them.
    left = iter(after.removeprefix(b"\xef\xbb\xbf").splitlines())
    for line in content.removeprefix(b"\xef\xbb\xbf").splitlines():
        replaced = name in before and line.lower().startswith((b"api_endpoint", b"auth_token", b" ", b"\t", b"\x0b"))
        assert replaced or line in left
    assert changed(after, name) == after


def test_a_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "made" / "credentials"
    before = os.umask(0)
    try:
        credentials.store(path, "default", URL, "t")
    finally:
        os.umask(before)
    assert path.read_bytes() == f"[default]\napi_endpoint = {URL}\nauth_token = t\n".encode()
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert credentials.exposure(path) is None


def test_a_file_that_others_could_read_is_closed_to_them(file: Path) -> None:
    file.chmod(0o644)
    credentials.store(file, "eu", URL, "t")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_mode_that_somebody_wants_is_kept(file: Path) -> None:
    credentials.store(file, "eu", URL, "t", mode=0o640)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610, 0o602])
def test_it_is_said_that_others_can_use_a_file_and_how_to_fix_it(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert credentials.exposure(file) == (
        f"{file} contains tokens and is open to other users (mode {mode:04o}). Fix it with: chmod 600 {file}"
    )


def test_a_file_of_ones_own_or_none_is_nothing_to_warn_of(file: Path, tmp_path: Path) -> None:
    assert credentials.exposure(file) is None
    assert credentials.exposure(tmp_path / "nowhere") is None


def test_a_link_stays_a_link(tmp_path: Path, file: Path) -> None:
    elsewhere = tmp_path / "dotfiles" / "secret"
    elsewhere.parent.mkdir()
    file.rename(elsewhere)
    file.symlink_to(Path("dotfiles") / "secret")
    credentials.store(file, "eu", URL, "t")
    assert file.readlink() == Path("dotfiles") / "secret"
    assert elsewhere.read_bytes() == changed(OTHERS, token="t")
    assert sorted(tmp_path.iterdir()) == [file, elsewhere.parent]


def test_a_link_that_leads_nowhere_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.symlink_to(tmp_path / "new" / "file")
    credentials.store(path, "default", URL, "t")
    assert path.is_symlink()
    assert credentials.read(path)["default"].token == "t"


@pytest.mark.parametrize("name", ["", " ", "a ", " a", "a]b", "[a", "a\nb", "a\tb", "DEFAULT"])
def test_a_name_that_other_programs_would_not_understand_is_refused(file: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        credentials.store(file, name, URL, "t")
    assert file.read_bytes() == OTHERS


def test_a_profile_does_not_show_its_token(file: Path) -> None:
    assert "of-default" not in repr(credentials.read(file))


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
def test_an_error_on_the_way_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, full)
    with pytest.raises(SettingsError, match=r"cannot be written: No space left on device\. It was not changed\."):
        credentials.store(file, "eu", URL, "t")
    assert file.read_bytes() == OTHERS
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be"):
        credentials.store(tmp_path / "file" / "credentials", "eu", URL, "t")


KILLED = """
import os, signal, sys
from pathlib import Path
from sbg_bulk.settings import credentials

step = getattr(os, sys.argv[2])

def die(*words):
    if sys.argv[3] == "after":
        step(*words)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(os, sys.argv[2], die)
credentials.store(Path(sys.argv[1]), "eu", "https://eu-api.sbgenomics.com/v2", "t")
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", ["fchmod", "fsync", "replace"])
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(file: Path, step: str, moment: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(file), step, moment])
    assert ended.returncode == -signal.SIGKILL
    new = (step, moment) == ("replace", "after")
    assert file.read_bytes() == (changed(OTHERS, token="t") if new else OTHERS)
    for left in file.parent.iterdir():
        assert stat.S_IMODE(left.stat().st_mode) == 0o600
