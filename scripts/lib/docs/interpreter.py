"""A Python that the pieces of a program are typed into, one after the other: `python interpreter.py`.

It reads a JSON document a line, {"page": ..., "line": ..., "code": ...}, and answers with
{"output": ..., "error": ...}: what the piece printed, and the traceback of what it raised, by the lines of the page.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import json
import linecache
import sys
import traceback
from types import CodeType
from typing import Any


def run(page: str, line: int, code: str, namespace: dict[str, Any]) -> str:
    """Run a piece of a program, where `await` may stand anywhere as in a notebook. Return the traceback if it fails."""
    padded = "\n" * (line - 1) + code
    linecache.cache[page] = (len(padded), None, padded.splitlines(keepends=True), page)
    try:
        compiled: CodeType = compile(padded, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        made = eval(compiled, namespace)  # noqa: S307 - the page is our own
        if inspect.iscoroutine(made):
            asyncio.run(made)
    except BaseException:
        return traceback.format_exc()
    return ""


def main() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    answers = sys.stdout
    for request in sys.stdin:
        asked = json.loads(request)
        with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
            error = run(asked["page"], asked["line"], asked["code"], namespace)
        print(json.dumps({"output": output.getvalue(), "error": error}), file=answers, flush=True)


if __name__ == "__main__":
    main()
