"""The contents of the wheel and the sdist, and what must not be in them."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.metadata import InvalidMetadata, Metadata

from scripts.lib import man
from scripts.lib.man_hook import FOLDER
from scripts.lib.package.build import ROOT

PACKAGES: Final[Mapping[str, str]] = {"sbg_bulk": "wrapper/sbg_bulk", "sbg_async_api": "generated/sbg_async_api"}
"""The packages, and where their sources are."""

BESIDE: Final[Mapping[str, str]] = {"sbg_async_api/openapi.yaml": "spec/openapi.yaml"}
"""Files that are put beside the packages' own, and where they are from."""

_CACHES: Final = re.compile(
    r"(^|/)(__pycache__|\.venv[^/]*|\.git|\.[a-z]+_cache|\.hypothesis|node_modules|dist)(/|$)|\.pyc$"
)


def wheel_problems(wheel: Path) -> list[str]:
    """List what is wrong with a wheel: files that are missing or too many, traces of the checkout, its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    return [f"{wheel.name}: {problem}" for problem in _in_wheel(files)]


def sdist_problems(sdist: Path) -> list[str]:
    """List what is wrong with a source distribution."""
    files: dict[str, bytes] = {}
    with tarfile.open(sdist) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                files[member.name.partition("/")[2]] = content.read()
    return [f"{sdist.name}: {problem}" for problem in _in_sdist(files)]


def _in_wheel(files: Mapping[str, bytes]) -> Iterator[str]:
    inside = {name for name in files if not re.match(r"[^/]+\.dist-info/", name)}
    wanted = {*_sources(), *BESIDE, *_man_pages()}
    yield from (f"{name} is missing" for name in sorted(wanted - inside))
    yield from (f"{name} should not be in it" for name in sorted(inside - wanted))
    information = {re.sub(r"^[^/]+/", "", name): content for name, content in files.items() if name not in inside}
    for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"):
        if name not in information:
            yield f"{name} is missing from its metadata"
    yield from _metadata_problems(information.get("METADATA", b""))
    yield from _traces(files)


def _in_sdist(files: Mapping[str, bytes]) -> Iterator[str]:
    wanted = {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO", *BESIDE.values()}
    for name in _sources():
        package, _, rest = name.partition("/")
        wanted.add(f"{PACKAGES[package]}/{rest}")
    yield from (f"{name} is missing" for name in sorted(wanted - files.keys()))
    yield from (f"{name} should not be in it" for name in sorted(files) if _CACHES.search(name))
    yield from _metadata_problems(files.get("PKG-INFO", b""))
    yield from _traces(files)


def _sources() -> set[str]:
    """List the files of the packages, by their names in a wheel."""
    return {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not _CACHES.search(path.as_posix().removeprefix(ROOT.as_posix()))
    }


def _man_pages() -> set[str]:
    """List the manual pages, by their names in a wheel: what is below its data gets into the environment."""
    version = metadata.version("sbg-bulk")
    return {f"sbg_bulk-{version}.data/data/{FOLDER}/{name}" for name in man.pages(version)}


def _metadata_problems(text: bytes) -> Iterator[str]:
    try:
        found = Metadata.from_email(text, validate=True)
    except ExceptionGroup as group:
        yield from (f"its metadata: {error}" for error in group.exceptions if isinstance(error, InvalidMetadata))
        return
    if not found.description or found.description_content_type != "text/markdown":
        yield "its metadata: there is no description in Markdown"
    if not found.license_expression:
        yield "its metadata: there is no licence"


def _traces(files: Mapping[str, bytes]) -> Iterator[str]:
    """List the files that name the folder in which they were built."""
    here = str(ROOT).encode()
    yield from (f"{name} names the folder {ROOT}" for name, content in sorted(files.items()) if here in content)
