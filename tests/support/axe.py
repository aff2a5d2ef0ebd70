"""axe-core, which finds what makes a page hard to use: run within the page."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page

from scripts.lib import npm

VERSION = "4.14.1"

RUN = """async (skipped) => {
  const { violations } = await axe.run({ exclude: skipped });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}"""


def violations(page: Page, *skipped: str) -> Sequence[str]:
    """What axe's rules find wrong on the page, except within the elements that selectors name."""
    page.evaluate(
        (npm.modules("axe-core", {"axe-core": VERSION}) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    )
    found: list[str] = page.evaluate(RUN, list(skipped))
    return found
