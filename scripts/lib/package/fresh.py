"""Fresh environments outside the checkout, with the wheel installed as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SMOKE: Final = Path(__file__).with_name("smoke.py")


class FreshError(Exception):
    """The wheel cannot be installed, or does not work once it is. The message is what was said."""


def try_out(wheel: Path, folder: Path, constraints: Sequence[str]) -> str:
    """Install a wheel in a new environment, and try it: first alone, then with the simulator and the contract checks.

    Args:
        wheel: the wheel.
        folder: where to make the environment; it must not exist.
        constraints: what pip is bound to; nothing, for the newest of everything.

    Returns:
        The versions that were installed, as `pip freeze` lists them.

    Raises:
        FreshError: something does not work.
    """
    _run([sys.executable, "-m", "venv", str(folder / "venv")], folder.parent)
    folder.joinpath("constraints.txt").write_text("".join(f"{one}\n" for one in constraints), encoding="utf-8")
    python = folder / "venv" / "bin" / "python"
    home = folder / "home"
    home.mkdir()
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    install += ["--constraint", str(folder / "constraints.txt")]
    _run([*install, str(wheel)], home)
    _run([str(python), "-W", "error", str(SMOKE), "alone"], home)
    _run([*install, f"{wheel}[simulator,contract]", "mypy"], home)
    _run([str(python), "-W", "error", str(SMOKE), "whole"], home)
    return _run([str(python), "-m", "pip", "--disable-pip-version-check", "freeze"], home)


def _run(command: Sequence[str], folder: Path) -> str:
    # Nothing of the caller's Python leads here to the checkout, or there to other versions.
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_CON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise FreshError(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout
