"""Build the documentation's site, or write anew what its pages show."""

from __future__ import annotations

import argparse
import sys
import tempfile
import webbrowser
from pathlib import Path

from scripts.lib.docs import site
from scripts.lib.docs.again import again
from scripts.lib.docs.blocks import PageError
from scripts.lib.docs.player import play


def renew(path: Path) -> bool:
    """Follow a page, and write what it shows anew. Return whether it could be followed to its end."""
    try:
        with tempfile.TemporaryDirectory(prefix="sbg-bulk-page-") as home:
            first = play(path, Path(home))
    except PageError as error:
        print(error, file=sys.stderr)
        return False
    if not first.findings:
        return True
    path.write_text(first.text, encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-page-") as home:
        left = play(path, Path(home)).findings
    print(f"{path.relative_to(site.ROOT)}: written anew")
    for finding in left:
        print(finding, file=sys.stderr)
    return not left


def _typed_again(path: Path) -> bool:
    """Type the commands of a page again, tell what came of each, and return whether nothing was lost or doubled."""
    right = True
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-page-") as home:
        for one in again(path, Path(home)):
            right = right and not one.wrong
            told = [
                f"{path.stem}:{one.line}",
                one.how,
                str(one.codes),
                one.command.partition("\n")[0][:70],
                one.last[:90],
            ]
            print("WRONG" if one.wrong else "ok", *told, *filter(None, [one.wrong]), sep="\t", flush=True)
    return right


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--out", type=Path, default=site.ROOT / "dist" / "site", metavar="FOLDER")
    parser.add_argument("--open", action="store_true", help="open it in a browser")
    parser.add_argument(
        "--renew", action="store_true", help="run the blocks of all pages, and write anew what they show"
    )
    parser.add_argument(
        "--again", action="store_true", help="type each command twice, and again after Ctrl-C and SIGKILL at 5 moments"
    )
    parser.add_argument("page", nargs="*", type=Path, help="with --renew and --again: only these pages")
    options = parser.parse_args()
    if options.page and not (options.renew or options.again):
        parser.error("pages are named with --renew and --again")
    if options.again:
        how_tos = [page for page in site.pages() if page.parent.name == "how-to"]
        found = [_typed_again(path) for path in [path.resolve() for path in options.page] or how_tos]
        return 0 if all(found) else 1
    if options.renew:
        chosen = [path.resolve() for path in options.page] or [site.ROOT / "README.md", *site.pages()]
        followed = [renew(path) for path in chosen]
        return 0 if all(followed) else 1
    try:
        site.build(options.out)
    except site.BuildError as error:
        print(error, file=sys.stderr)
        return 1
    index = options.out.resolve() / "index.html"
    print(index)
    if options.open:
        webbrowser.open(index.as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main())
