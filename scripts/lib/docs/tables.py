"""Tables and lists that the documentation takes from the code, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sbg_bulk
from sbg_bulk.cli.exits import MEANINGS
from sbg_bulk.contract import PROMISES
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.files.addresses import PAGES
from sbg_bulk.runs.codes import MEANINGS as MEANINGS_OF_CODES
from sbg_bulk.settings.deployments import DEPLOYMENTS, TITLES
from sbg_bulk.text import shell_words


def exit_codes() -> str:
    """List each exit code and what it means."""
    return table(("code", "meaning"), ((str(int(code)), meaning) for code, meaning in MEANINGS.items()))


def api_codes() -> str:
    """List each code of the API, what it means and what to do about it."""
    with shell_words():
        rows = [
            (str(code), one.what, one.advice, "yes" if one.again else "no")
            for code, one in sorted(MEANINGS_OF_CODES.items())
        ]
    return table(("code", "meaning", "what to do", "again"), rows)


def platforms() -> str:
    """List each platform: its full and its short name, its base URL, and the page with the token."""
    pages = {name: host for host, name in reversed(list(PAGES.items()))}
    rows = (
        (title, f"`{name}`", f"`{DEPLOYMENTS[name]}`", f"`{pages[name]}/developer`") for name, title in TITLES.items()
    )
    return table(("platform", "short name", "base URL", "page with your token"), rows)


def errors() -> str:
    """List each error, what it is a kind of, and what it means."""
    rows = []
    for kind in error_classes():
        bases = ", ".join(
            f"{{py:exc}}`~sbg_bulk.{base.__name__}`" for base in kind.__bases__ if issubclass(base, SbgBulkError)
        )
        meaning = (kind.__doc__ or "").partition("\n")[0]
        rows.append((f"{{py:exc}}`~sbg_bulk.{kind.__name__}`", bases, meaning))
    return table(("error", "a kind of", "meaning"), rows)


def error_descriptions() -> str:
    """Describe each error with its attributes."""
    entries = "".join(f".. autoexception:: sbg_bulk.{kind.__name__}\n\n" for kind in error_classes())
    return f"```{{eval-rst}}\n{entries}```"


def error_classes() -> list[type[SbgBulkError]]:
    """Return the errors that are part of the package's interface, each after what it is a kind of."""
    named = (getattr(sbg_bulk, name) for name in sbg_bulk.__all__)
    found = [one for one in named if isinstance(one, type) and issubclass(one, SbgBulkError)]
    return sorted(found, key=lambda kind: [base.__name__ for base in reversed(kind.__mro__)])


def promises() -> str:
    """List each promise that `sbg-bulk contract` checks, how well it is founded, and on what."""
    rows = ((f"`{one.name}`", one.level.value, one.text, one.source) for one in PROMISES.values())
    return table(("promise", "level", "what is promised", "source"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown, with an empty line before and after it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines) + "\n"
