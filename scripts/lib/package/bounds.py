"""The oldest versions of the dependencies that `pyproject.toml` promises to do."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement


class BoundError(ValueError):
    """A dependency has no lower bound, so nobody knows which versions of it do."""


def declared(project: Path, *extras: str) -> list[str]:
    """Return the dependencies of a `pyproject.toml`, and those of some extras."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    return [*table["dependencies"], *(one for extra in extras for one in table["optional-dependencies"][extra])]


def lowest(requirements: Iterable[str]) -> list[str]:
    """Return the requirements, each at its lower bound, as constraints for pip.

    Raises:
        BoundError: one has no lower bound.
    """
    found: list[str] = []
    for text in requirements:
        requirement = Requirement(text)
        bounds = [one.version for one in requirement.specifier if one.operator in (">=", "==", "~=")]
        if not bounds:
            raise BoundError(f"{text} has no lower bound")
        found.append(f"{requirement.name}=={bounds[0]}")
    return found
