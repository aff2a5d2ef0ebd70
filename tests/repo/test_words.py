"""The words that people read: those of the trade, in every text of the package and every page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import sbg_bulk
from scripts.lib.messages import messages

ROOT = Path(__file__).resolve().parents[2]

RETIRED = {
    r"broke(n)? off": "interrupted",
    r"(take|takes|taken|took|taking) ((it|them|the run|this run|a run|runs|that) )?up( again)?(?! to\b)": "resume",
    r"(became|becomes|become) of": "result",
    r"under way": "running",
    r"anew": "again, resets",
    r"all the same": "anyway",
    r"scarce good": "bottleneck",
    r"is yours to": "you must",
    r"have it made": "create it",
    r"list of a colleague": "a colleague's list",
    r"looks? into encrypted": "inspects TLS traffic",
    r"(came|comes?) to (its|an|their) end": "ended, finished",
    r"comes? of it": "result",
    r"(is|are) wanted,? (not|which|where)": "expected",
    r"goes with --\w+": "needs --OPTION",
    r"(is|are) no (filter|switch|operation|text|valid|value|error|keys?|terminal)": "is not a",
    r"all (it|they) holds?": "all its contents",
    r"what (it|they) holds?": "its contents",
    r"(?-i:deployments?)": "platform",
    r"begun (by|with)": "started",
    r"at work on": "working on",
    r"in step": "in sync",
    r"the source lacks": "not in the source",
    r"the token's user": "you, permission",
    r"stands in (row|column)": "duplicates, is in",
    r"(match|matches) but for": "apart from, without",
    r"only half made": "incomplete",
    r"gave no answer": "did not respond",
    r"(id|path|object|document|URL) a line": "one per line",
    r"mend(ed|s|ing)?": "fix",
    r"as (it|they) should be": "as expected",
    r"agreed to": "confirmed",
    r"unasked": "automatically",
    r"repeatable": "may be repeated",
    r"said to be": "reported as",
    r"for ever": "forever",
    r"DRS address(es)?|address(es)? of DRS": "DRS URI",
    r"go back to a copy": "restore it from a backup",
    r"make room": "free some space",
    r"again and again": "repeatedly, keeps",
    r"is meant so": "is intended",
    r"a column of this name": "this column",
    r"is not there": "is missing",
}
"""Phrases that nobody in the field would write, each with what is meant."""

IN_MESSAGES = {
    r"(is|are|was|were) answered with": "returned",
    r"(was|were) asked for": "requested",
    r"that cannot be done": "invalid",
    r"which is no": "which is not a",
    r"is (a|an|one of) [^.;]*; not": "expected X, not Y",
    r"(a|an|the|several|finished) imports? by DRS": "DRS import",
    r"has another \w+ than": "differs from",
}
"""Phrases that texts of the package are not to use, besides."""

PAGES = [ROOT / "README.md", *sorted((ROOT / "wrapper" / "docs").rglob("*.md"))]


def retired(text: str, phrases: Mapping[str, str] = RETIRED) -> list[str]:
    """Return the retired phrases in a text, each with what is meant."""
    found = (re.search(rf"\b({phrase})\b", " ".join(text.split()), re.IGNORECASE) for phrase in phrases)
    return [f"{hit[0]!r}: {phrases[phrase]}" for hit, phrase in zip(found, phrases, strict=True) if hit]


def test_no_text_of_the_package_uses_a_retired_phrase() -> None:
    phrases = {**RETIRED, **IN_MESSAGES}
    assert not [f"{one.place}: {word}" for one in messages() for word in retired(one.text, phrases)]


def test_no_description_in_the_python_reference_uses_a_retired_phrase() -> None:
    named = {name: getattr(sbg_bulk, name) for name in sbg_bulk.__all__}
    for name, kind in tuple(named.items()):
        if isinstance(kind, type):
            named |= {f"{name}.{part}": one for part, one in vars(kind).items() if not part.startswith("_")}
    texts = {name: one.__doc__ for name, one in named.items() if isinstance(one.__doc__, str)}
    assert {"Client", "Client.copy", "AsyncClient"} <= texts.keys()
    # The names of attributes and arguments are code.
    prose = {name: re.sub(r"(?m)^ +\w+:", "", text) for name, text in texts.items()}
    assert not {name: found for name, text in prose.items() if (found := retired(text))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_uses_a_retired_phrase(page: Path) -> None:
    assert not retired(page.read_text(encoding="utf-8"))


def test_texts_of_every_kind_are_found() -> None:
    """Options and commands, errors, notes, questions, pages: one that is not read would keep its words for ever."""
    kinds = {one.when for one in messages()}
    for kind in (
        "click.command(help=)",
        "help of",
        "click.option(help=)",
        "raised InputError",
        "note",
        "tell",
        "text of p",
        "help of sbg_bulk",
        "print_rows",
        "parts.append",
        "script",
        "description of",
    ):
        assert any(kind in one for one in kinds), kind


def test_what_is_printed_is_a_text_if_it_is_a_single_word() -> None:
    """Headings of columns, and a word beside a number; keys and names of code are none."""
    texts = {(one.when, one.text) for one in messages()}
    assert ("print_rows in du", "FOLDERS") in texts
    assert ("parts.append in line", "{outlook.failed} failed") in texts
    assert not [text for when, text in texts if when.startswith("write_json") and " " not in text]


def test_a_retired_phrase_is_seen_across_lines() -> None:
    assert retired("The run was broken\noff, take it up again") == [
        "'broken off': interrupted",
        "'take it up again': resume",
    ]
