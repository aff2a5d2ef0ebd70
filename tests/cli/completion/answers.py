"""Ask the command as a shell does."""

from __future__ import annotations

import subprocess

from tests.cli.harness import COMMAND, HEAVY
from tests.support.waiting import PATIENCE

LOADED = f"""
import sys
from sbg_bulk.cli import completion, main


def tell(code):
    print("loaded", *(sys.modules.keys() & {HEAVY}))
    sys.exit(code)


completion.os._exit = tell
main()
"""


def answered(env: dict[str, str], line: str, shell: str = "zsh") -> list[str]:
    """The lines of the answer for a line that ends at the cursor."""
    asked = env | {"_SBG_BULK_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    ended = subprocess.run([COMMAND], env=asked, capture_output=True, timeout=PATIENCE, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "s3cret" not in ended.stdout
    return ended.stdout.splitlines()
