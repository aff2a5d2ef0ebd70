"""The site: built by Sphinx from `wrapper/docs`, with nothing taken from a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
SOURCES: Final = ROOT / "wrapper" / "docs"

_LOADED: Final = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc\s*=\s*["']?(?P<src>(?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*\brel\s*=\s*["']?canonical)[^>]*?\bhref\s*=\s*["']?(?P<href>(?:https?:)?//[^"'\s>]+)"""
    r"""|url\(\s*["']?(?P<url>(?:https?:)?//[^"')\s]+)"""
    r"""|@import\s+["'](?P<imported>(?:https?:)?//[^"']+)""",
    re.IGNORECASE,
)


_MARKUP: Final = {
    # Sphinx and its theme leave out what a screen reader and the keyboard need.
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}


class BuildError(Exception):
    """The site could not be built as it should be. The message is what Sphinx said."""


def build(target: Path, sources: Path = SOURCES) -> None:
    """Build the site in a folder. What is in it from a build before is replaced.

    Args:
        target: the folder.
        sources: the folder of its sources.

    Raises:
        BuildError: Sphinx has warned of something.
    """
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-docs-") as scratch:
        # Nothing is read from an earlier build: a warning of a page that has not changed would be missed.
        options = ["--fail-on-warning", "--keep-going", "--nitpicky", "--fresh-env", "--write-all", "--quiet"]
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", *options, "--doctree-dir", scratch, str(sources), str(target.resolve())],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "0", "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
    if done.returncode:
        raise BuildError(done.stdout)
    for path in target.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for old, new in _MARKUP.items():
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def loaded_from_elsewhere(site: Path) -> Iterator[str]:
    """List what a browser would load from another host, each with the file of the site that says so."""
    for path in sorted(site.rglob("*")):
        if path.suffix in (".html", ".css", ".svg"):
            for found in _LOADED.finditer(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(site)}: {found[found.lastgroup or 0]}"


def pages() -> list[Path]:
    """Return the sources of the site that are written by hand, in alphabetical order."""
    return sorted(SOURCES.rglob("*.md"))
