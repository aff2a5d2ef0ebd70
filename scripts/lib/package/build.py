"""The build of the wheel and the sdist: the same sources make the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from attrs import frozen

ROOT: Final = Path(__file__).resolve().parents[3]


class BuildError(Exception):
    """The distribution cannot be built, or not twice alike."""


@frozen
class Built:
    """A distribution.

    Attributes:
        wheel: its wheel.
        sdist: its source distribution.
    """

    wheel: Path
    sdist: Path


def build(target: Path, source: Path = ROOT) -> Built:
    """Build both into a folder.

    Raises:
        BuildError: the build backend fails.
    """
    return Built(_build("wheel", "*.whl", target, source), _build("sdist", "*.tar.gz", target, source))


def differences(built: Built) -> list[str]:
    """List what differs if all is built once more, and if the wheel is built from the sdist. Nothing should.

    Raises:
        BuildError: the build backend fails.
    """
    found: list[str] = []
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-package-") as scratch:
        again = build(Path(scratch) / "again")
        if again.wheel.read_bytes() != built.wheel.read_bytes():
            found.append(f"{built.wheel.name}: built once more it is different")
        if again.sdist.read_bytes() != built.sdist.read_bytes():
            found.append(f"{built.sdist.name}: built once more it is different")
        with tarfile.open(built.sdist) as archive:
            archive.extraction_filter = getattr(tarfile, "data_filter", None)  # from Python 3.11.4
            archive.extractall(Path(scratch) / "sources")  # noqa: S202 - it was built a moment ago
        (sources,) = (Path(scratch) / "sources").iterdir()
        from_sdist = _build("wheel", "*.whl", Path(scratch) / "from-sdist", sources)
        if from_sdist.read_bytes() != built.wheel.read_bytes():
            found.append(f"{built.wheel.name}: built from the sdist it is different")
    return found


def _build(kind: str, pattern: str, target: Path, source: Path) -> Path:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-package-", dir=target) as scratch:
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", scratch],
            cwd=source,
            # The date of files in an archive: any will do, as long as it is always the same.
            env={**os.environ, "SOURCE_DATE_EPOCH": "1577836800"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise BuildError(done.stdout)
        (made,) = Path(scratch).glob(pattern)
        return made.replace(target / made.name)
