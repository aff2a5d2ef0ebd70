"""The releases of the contract that are kept, and whether a change since the last one may go out as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import yaml
from attrs import frozen

from scripts.lib.changes.differences import Difference, Weight, differences

ROOT = Path(__file__).resolve().parents[3]
SPEC = ROOT / "spec" / "openapi.yaml"
RELEASES = ROOT / "spec" / "releases"
CHANGELOG = ROOT / "spec" / "CHANGELOG.md"


class Version(NamedTuple):
    """A version as semantic versioning has it, without pre-releases."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version. Raises ValueError for anything but three numbers with dots."""
        if not re.fullmatch(r"\d+\.\d+\.\d+", text):
            raise ValueError(f"{text!r} is no version such as 1.0.0")
        return cls(*map(int, text.split(".")))

    def __str__(self) -> str:
        return ".".join(map(str, self))

    def next(self, weight: Weight) -> Version:
        """Return the least version that a change of this weight may go out as.

        Before 1.0.0, the minor number is for breaking changes and the last one for all others.
        """
        steps = (0, 1, 2) if self.major else (0, 0, 1)
        match steps[weight] if weight else None:
            case 2:
                return Version(self.major + 1, 0, 0)
            case 1:
                return Version(self.major, self.minor + 1, 0)
            case 0:
                return Version(self.major, self.minor, self.patch + 1)
            case _:
                return self


@frozen
class Verdict:
    """The changes since the last release, and what is missing for them to go out: no objections, nothing."""

    released: Version
    current: Version
    differences: tuple[Difference, ...]
    objections: tuple[str, ...]


def version_of(spec: Path) -> Version:
    """Return the version that a spec gives itself. Raises ValueError if it is none."""
    return Version.parse(str(yaml.safe_load(spec.read_text(encoding="utf-8"))["info"]["version"]))


def last_release(folder: Path = RELEASES) -> Path:
    """Return the kept spec of the highest version.

    Raises:
        ValueError: none is kept, or one is not named after the version that it gives itself.
    """
    kept = {version_of(path): path for path in folder.glob("*.yaml")}
    misnamed = [path.name for version, path in kept.items() if path.stem != str(version)]
    if misnamed or not kept:
        raise ValueError(f"{folder}: not named after the version inside: {misnamed}" if kept else f"{folder}: empty")
    return kept[max(kept)]


def logged(changelog: str) -> dict[str, str]:
    """Return the entries of the changelog by version; each is a section of the second level with some text."""
    parts = re.split(r"^## (\S+).*$", changelog, flags=re.MULTILINE)
    return {version: text.strip() for version, text in zip(parts[1::2], parts[2::2], strict=True)}


def judge(released: Path, current: Path, changelog: str) -> Verdict:
    """Compare the contract with its last release.

    Raises:
        ValueError: one of them has no version.
        RuntimeError: they could not be compared.
    """
    before, after = version_of(released), version_of(current)
    found = tuple(differences(released, current))
    weight = max((each.weight for each in found), default=Weight.PROSE)
    needed = before.next(weight)
    objections = []
    if after < needed:
        objections += [str(each) for each in found if each.weight is weight]
        objections.append(
            f"These are {weight.name.lower()} changes since {before}. Undo them, or set info.version to {needed} or "
            f"higher; it is {after}."
        )
    if (weight or after != before) and not logged(changelog).get(str(max(after, needed))):
        objections.append(f"Say what has changed under a heading '## {max(after, needed)}' in spec/CHANGELOG.md.")
    return Verdict(before, after, found, tuple(objections))
