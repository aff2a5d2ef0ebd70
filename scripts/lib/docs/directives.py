"""The site's directive `{made} NAME`: a piece that is made of the code anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from sphinx.util.docutils import SphinxDirective

from scripts.lib.docs import contract, events, tables

if TYPE_CHECKING:
    from docutils import nodes  # type: ignore[import-untyped]
    from sphinx.application import Sphinx

SPEC: Final = Path(__file__).resolve().parents[3] / "spec" / "openapi.yaml"


def read_spec() -> contract.Spec:
    """Return the contract."""
    spec: contract.Spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    return spec


PIECES: Final[Mapping[str, Callable[[], str]]] = {
    "api-codes": tables.api_codes,
    "contract-introduction": lambda: contract.introduction(read_spec()),
    "contract-sections": lambda: contract.sections(read_spec()),
    "platforms": tables.platforms,
    "error-descriptions": tables.error_descriptions,
    "errors": tables.errors,
    "events-introduction": lambda: str(events.schema()["description"]),
    "events-sections": lambda: events.sections(events.schema()),
    "exit-codes": tables.exit_codes,
    "promises": tables.promises,
}
"""The pieces, in Markdown. One with headings begins with one: what stands before it would be put elsewhere."""


class Made(SphinxDirective):
    """A piece."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in PIECES:
            raise self.error(f"There is no piece {name!r}; there are: {', '.join(PIECES)}.")
        return self.parse_text_to_nodes(PIECES[name](), allow_section_headings=True)


def as_text(_app: Sphinx, _context: object, lines: list[str]) -> None:
    """Keep what stands in a help from being taken for markup: a pattern such as `*.bam`."""
    lines[:] = [re.sub(r"(?<!\\)([*`])", r"\\\1", line) for line in lines]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known to Sphinx. Comes after `sphinx_click`."""
    app.add_directive("made", Made)
    for part in ("description", "options", "epilog"):
        app.connect(f"sphinx-click-process-{part}", as_text)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
