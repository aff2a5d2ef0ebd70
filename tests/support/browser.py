"""A real browser, that of the system."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

PATIENCE = 30_000
"""Milliseconds after which what the page should show is given up."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",  # which does not start as root, as in many containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # It would ask its makers for news otherwise.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")  # no longer: while Playwright lives, its thread cannot run another event loop
def browser() -> Iterator[Browser]:
    program = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if program is None:
        missing = f"needs a browser: install one of {', '.join(BROWSERS)}"
        if "CI" in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()
