"""List the texts that the package shows to people: where each stands, when it is shown, and its words.

What is read are the sources, not runs of them, so that texts of rare errors are there too. A text is a string of at
least two words, or of one beside a value that is filled in, that is not a docstring; the docstrings of commands are
their help, and are texts. What is printed, such as the heading of a column, is a text of one word too. The scripts of
pages and the descriptions of schemas are read as well.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from attrs import asdict, frozen

PACKAGE: Final = Path(__file__).resolve().parents[2] / "wrapper" / "sbg_bulk"

_WORDS: Final = re.compile(r"[A-Za-z][a-z']+[.,:;]? +[\w{'\"(%-]|(\}|%[sd]) +[a-z']{2,}")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z' ]+[.:]?")
_PRINTING: Final = re.compile(r"(print_\w+|note|tell|say|complain|fail|echo|paragraph|caption|table)$")
"""The functions whose texts may be of one word."""
_SCRIPT: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`")
"""A string of a page's script."""
_SQL: Final = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE FROM|CREATE|PRAGMA|ALTER|BEGIN|WITH|DROP|FROM|WHERE)\b")
_HIDDEN: Final = ("script", "style")


@frozen
class Message:
    """A text that people are shown.

    Attributes:
        place: file, relative to the package, and line.
        when: what shows it: the function it is given to or the exception it is raised with, and where that stands.
        text: its words; what is filled in is `{in braces}`.
    """

    place: str
    when: str
    text: str


def messages(package: Path = PACKAGE) -> Iterator[Message]:
    """Yield the texts of the modules and pages below a folder, in the order of their places."""
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        for line, when, text in _Module().read(ast.parse(path.read_text(encoding="utf-8"))):
            yield Message(f"{name}:{line}", when, text)
    for path in sorted(package.rglob("*.html")):
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        for line, when, text in page.found:
            yield Message(f"{path.relative_to(package).as_posix()}:{line}", when, text)
    for path in sorted(package.rglob("*.js")):
        for number, line_of_script in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for found in _SCRIPT.findall(line_of_script):
                if _WORDS.search(text := found[1:-1]):
                    yield Message(f"{path.relative_to(package).as_posix()}:{number}", "script", text)
    for path in sorted(package.rglob("*.schema.json")):
        for where, text in _described(json.loads(path.read_text(encoding="utf-8"))):
            yield Message(f"{path.relative_to(package).as_posix()}", f"description of {where or 'all'}", text)


def _described(schema: object, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield what a JSON Schema says of its parts, each with its place."""
    if isinstance(schema, dict):
        if isinstance(text := schema.get("description"), str):
            yield where, text
        for name, part in schema.items():
            yield from _described(part, f"{where}/{name}".replace("/properties", "").removeprefix("/"))
    elif isinstance(schema, list):
        for part in schema:
            yield from _described(part, where)


class _Module:
    """Find the texts of one module."""

    def __init__(self) -> None:
        self._found: list[tuple[int, str, str]] = []

    def read(self, tree: ast.Module) -> list[tuple[int, str, str]]:
        self._visit(tree, "", "")
        return sorted(self._found)

    def _visit(self, node: ast.AST, where: str, when: str) -> None:
        """Note what is shown by a node or below it.

        Args:
            node: the node.
            where: the function or class it stands in.
            when: what the text is given to, as far as that is known.
        """
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            where = f"{where}.{node.name}".lstrip(".")
            help_text = ast.get_docstring(node)
            if help_text and any(re.search(r"(command|group)\(", ast.unparse(one)) for one in node.decorator_list):
                self._note(node, f"help of {where}", help_text)
        if isinstance(node, ast.Constant | ast.JoinedStr):
            if (text := _text(node)) is not None:
                self._note(node, f"{when or 'text'} in {where or 'the module'}", text)
            return
        for child in ast.iter_child_nodes(node):
            if _is_docstring(child):
                continue
            if isinstance(node, ast.Raise):
                self._visit(child, where, "raised")
            elif isinstance(node, ast.Call) and child is not node.func:
                name = ast.unparse(node.func)
                self._visit(child, where, f"raised {name}" if when == "raised" else name)
            elif isinstance(node, ast.keyword):
                self._visit(child, where, f"{when}({node.arg}=)")
            else:
                self._visit(child, where, when)

    def _note(self, node: ast.AST, when: str, text: str) -> None:
        printed = _PRINTING.search(when.partition(" ")[0]) and _WORD.fullmatch(text)
        if (_WORDS.search(text) or printed) and not _SQL.match(text):
            self._found.append((getattr(node, "lineno", 0), when, " ".join(text.split())))


def _is_docstring(child: ast.AST) -> bool:
    """Return whether a child is a string that stands alone: a docstring, or the note on an attribute."""
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant) and isinstance(child.value.value, str)


def _text(node: ast.Constant | ast.JoinedStr) -> str | None:
    """Return a string's text, with what is filled in in braces; None if it is no string."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            f"{{{ast.unparse(part.value)}}}" if isinstance(part, ast.FormattedValue) else str(ast.literal_eval(part))
            for part in node.values
        )
    return node.value if isinstance(node.value, str) else None


class _Page(HTMLParser):
    """Find the texts of a page: what is between tags, and what is told of them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str, str]] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        for name, value in attrs:
            if name in ("title", "alt", "placeholder", "aria-label") and value:
                self.found.append((self.getpos()[0], f"{name} of {tag}", value))

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if re.search("[A-Za-z]{2}", text) and not set(self._inside) & set(_HIDDEN):
            self.found.append((self.getpos()[0], f"text of {self._inside[-1] if self._inside else 'page'}", text))


def main(arguments: list[str]) -> int:
    """Print the texts, or those that have a word in them."""
    parser = argparse.ArgumentParser(prog="messages", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--of", metavar="WORD", help="only texts that have this in them")
    parser.add_argument("--json", action="store_true", help="a JSON document a line")
    options = parser.parse_args(arguments)
    for message in messages():
        if options.of and options.of.casefold() not in message.text.casefold():
            continue
        if options.json:
            print(json.dumps(asdict(message), ensure_ascii=False))
        else:
            print(f"{message.place}  [{message.when}]\n    {message.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
