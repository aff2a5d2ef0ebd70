"""Puts the manual pages into the wheel: hatchling loads this file when it builds one."""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER: Final = "share/man/man1"
"""Where the pages get to in an environment. `man` finds them there if the folder of its commands is in PATH."""


class ManPages(BuildHookInterface[Any]):
    """Makes the pages of the commands as the sources have them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages, and say where they go. An editable installation gets none: its commands change."""
        self._made = tempfile.TemporaryDirectory(prefix="sbg-bulk-man-")
        if version == "editable":
            return
        root = Path(self.root)
        sys.path[:0] = [str(root), str(root / "wrapper"), str(root / "generated")]
        for name, text in import_module("scripts.lib.man").pages(self.metadata.version).items():
            page = Path(self._made.name, name)
            page.write_text(text, "utf-8")
            build_data["shared_data"][str(page)] = f"{FOLDER}/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was written."""
        self._made.cleanup()
