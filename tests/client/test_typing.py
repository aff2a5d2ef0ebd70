"""The promises of `py.typed`; that a user's program has the types that `program.py` says, the static checks see."""

from __future__ import annotations

from importlib.resources import files


def test_both_packages_say_that_they_are_typed() -> None:
    assert (files("sbg_bulk") / "py.typed").is_file()
    assert (files("sbg_async_api") / "py.typed").is_file()
