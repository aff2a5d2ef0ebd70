"""What an error tells to do is told in the reader's words: Python's for a program, the shell's on the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sbg_bulk
from sbg_bulk import NotFound, RunStopped, WaitTimeout
from sbg_bulk.text import either, shell_words

ROOT = Path(sbg_bulk.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]\b")
MAKERS = ("either", "command_line", "command")
ABOUT_THE_COMMAND = {"cli", "simulator"}
OF_OTHER_TOOLS = {
    "contract/checking.py": {"--drs-uri", "--export-to"},  # the command that checks once more
    "contract/answers.py": {" --data-binary ", "--head"},  # curl
    "contract/items.py": {"--sbg-contract-", "--sbg-contract-writes"},  # pytest
    "contract/plugin.py": None,
}
"""Texts for the readers of other commands, all of a module if it is None."""


def names_options(tree: ast.AST) -> Iterator[str]:
    """Texts that name options of the command, but for what is made for its readers alone."""
    if isinstance(tree, ast.Call) and ast.unparse(tree.func) in MAKERS:
        return
    body = getattr(tree, "body", None)
    docstring = body[0] if isinstance(body, list) and body and isinstance(body[0], ast.Expr) else None
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str) and OPTION.search(tree.value):
        yield tree.value
    for child in ast.iter_child_nodes(tree):
        if child is not docstring and not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from names_options(child)


def test_no_error_of_the_library_names_an_option_of_the_command() -> None:
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT)
        others = OF_OTHER_TOOLS.get(place.as_posix(), set())
        if place.parts[0] not in ABOUT_THE_COMMAND and others is not None:
            assert set(names_options(ast.parse(path.read_text("utf-8")))) <= others, place


def test_an_option_in_a_text_is_noticed() -> None:
    assert list(names_options(ast.parse("raise E(f'Create it with --parents, {x}.')")))
    assert not list(names_options(ast.parse("raise E(f\"Create it with {either('--parents', 'parents=True')}.\")")))


@pytest.mark.parametrize("shell", [True, False])
def test_each_reader_is_told_in_their_own_words(shell: bool) -> None:
    def told() -> list[str]:
        made = [
            NotFound("read_file", 404),
            WaitTimeout((), ["7"], 5.0),
            RunStopped("r1", "COPY", 3, ()),
        ]
        return [str(one) for one in made]

    if shell:
        with shell_words():
            texts = told()
        assert either("a", "b") == "b"
    else:
        texts = told()
    for text, (typed, written) in zip(
        texts,
        [
            ("sbg-bulk files list", "client.files("),
            ("sbg-bulk jobs wait 7", "client.wait('7')"),
            ("sbg-bulk runs resume r1 --resubmit", "client.resume('r1', resubmit=True)"),
        ],
        strict=True,
    ):
        assert (typed in text, written in text) == (shell, not shell)
