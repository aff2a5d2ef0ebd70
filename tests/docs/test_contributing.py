"""CONTRIBUTING and the page on the architecture name what there is."""

from __future__ import annotations

import os
import re

from scripts.lib.docs.site import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_script_is_named_and_there() -> None:
    there = {path.name for path in (ROOT / "scripts").iterdir() if path.is_file() and os.access(path, os.X_OK)}
    assert set(re.findall(r"scripts/([a-z]+)\b(?![/.])", TEXT)) - {"lib"} == there


def test_every_folder_and_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:spec|generated|wrapper|tests|scripts)/[\w./-]*)`", TEXT))
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_module_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "wrapper" / "docs" / "concepts" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", text))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / "wrapper" / "sbg_bulk" / name).exists()] == []
