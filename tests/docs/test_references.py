"""What messages say of the documentation holds: the page that they name is there."""

from __future__ import annotations

import re

from scripts.lib.docs.site import ROOT, pages

NAMED = re.compile(r'"([A-Z][^"\n]+)" in the documentation')


def test_every_page_that_a_message_names_is_there() -> None:
    sources = (ROOT / "wrapper" / "sbg_bulk").rglob("*.py")
    named = {title for source in sources for title in NAMED.findall(source.read_text(encoding="utf-8"))}
    titles = {page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") for page in pages()}
    assert named
    assert named <= titles
