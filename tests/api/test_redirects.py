"""Where a server sends elsewhere, that is told at once, whatever it says where to."""

from __future__ import annotations

import pytest

from sbg_bulk import InputError, Redirected, Retry
from tests.support.clients import TOKEN, perform
from tests.support.scripts import raw

FILES = ["5c6d4227e4b0385632389346"]


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1/login",
        "https://host:port/",
        "https://a:99999999/",
        "//[",
        "https://x/\x01",
        ":",
    ],
)
@pytest.mark.parametrize(("method", "args"), [("user", ()), ("delete", (FILES,)), ("files_page", ("o/p",))])
@pytest.mark.parametrize("status", [301, 307])
def test_a_redirection_to_no_address_is_told_at_once(
    location: str, method: str, args: tuple[object, ...], status: int
) -> None:
    outcome = perform([raw(status, headers={"Location": location})], method, *args)
    assert isinstance(outcome.error, Redirected)
    assert "The server redirects to another URL" in str(outcome.error)
    assert len(outcome.requests) == 1
    assert outcome.slept == []


def test_the_token_in_a_redirection_is_hidden_and_the_header_is_there_to_be_read() -> None:
    outcome = perform([raw(302, headers={"Location": f"https://login.example.org/{TOKEN}/?x"})], "user")
    assert "https://login.example.org/***/" in str(outcome.error)


@pytest.mark.parametrize("name", ["\udcff", "x" * 70_000])
def test_a_text_that_no_request_can_hold_is_refused_and_nothing_is_sent(name: str) -> None:
    outcome = perform([], "files", "o/p", name=name, retry=Retry(within=0))
    assert isinstance(outcome.error, InputError)
    assert "Nothing was sent" in str(outcome.error)
    assert outcome.requests == []
