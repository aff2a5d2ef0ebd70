"""The wheel and the sdist hold what they should, and are the same bytes each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sbg_bulk.simulator import running
from scripts.lib.package import bounds, contents
from scripts.lib.package import build as building
from tests.contract.bugs import next_skips_one
from tests.contract.deployments import TOKEN, build


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> building.Built:
    return building.build(tmp_path_factory.mktemp("dist"))


def changed(wheel: Path, folder: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """A copy of a wheel with other contents."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    copy = folder / wheel.name
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return copy


def test_wheel_and_sdist_hold_what_they_should(built: building.Built) -> None:
    assert contents.wheel_problems(built.wheel) == []
    assert contents.sdist_problems(built.sdist) == []


def test_what_users_need_beside_the_modules_is_in_the_wheel(built: building.Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = set(archive.namelist())
    assert {
        "sbg_bulk/py.typed",
        "sbg_async_api/py.typed",
        "sbg_async_api/openapi.yaml",
        "sbg_bulk/simulator/http/page/static/index.html",
        "sbg_bulk/cli/events.schema.json",
    } <= names
    assert not [name for name in names if "docs" in name or "tests" in name]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(lambda files: files.pop("sbg_bulk/py.typed"), "sbg_bulk/py.typed is missing", id="missing"),
        pytest.param(
            lambda files: files.pop("sbg_bulk-0.1.0.data/data/share/man/man1/sbg-bulk-copy.1"),
            "sbg_bulk-0.1.0.data/data/share/man/man1/sbg-bulk-copy.1 is missing",
            id="manual",
        ),
        pytest.param(
            lambda files: files.update({"tests/test_a.py": b""}), "tests/test_a.py should not be in it", id="too many"
        ),
        pytest.param(
            lambda files: files.update({"sbg_bulk/client/sync.py": str(building.ROOT).encode()}),
            f"sbg_bulk/client/sync.py names the folder {building.ROOT}",
            id="trace",
        ),
        pytest.param(
            lambda files: files.pop("sbg_bulk-0.1.0.dist-info/licenses/LICENSE"),
            "licenses/LICENSE is missing from its metadata",
            id="licence",
        ),
        pytest.param(
            lambda files: files.update({"sbg_bulk-0.1.0.dist-info/METADATA": b"Metadata-Version: 2.4\nName: a b\n"}),
            "its metadata: 'a b' is invalid for 'name'",
            id="metadata",
        ),
    ],
)
def test_a_wheel_that_is_not_as_it_should_be_is_noticed(
    built: building.Built, tmp_path: Path, change: Callable[[dict[str, bytes]], object], problem: str
) -> None:
    problems = contents.wheel_problems(changed(built.wheel, tmp_path, change))
    assert f"{built.wheel.name}: {problem}" in problems


FOREIGN = """\
import os

from sbg_bulk import contract


def test_our_service_keeps_the_contract():
    assert "site" in contract.__file__
    url, token = os.environ["SB_API_ENDPOINT"], os.environ["SB_AUTH_TOKEN"]
    report = contract.check(url, token, promises=["links", "total"])
    assert report.kept, report.text()
"""


@pytest.mark.parametrize("planted", [False, True])
def test_a_foreign_repository_finds_a_planted_bug_with_ten_lines_of_pytest(
    built: building.Built, tmp_path: Path, planted: bool
) -> None:
    """With the wheel, and nothing of the checkout. `scripts/package` does it in an environment that is all fresh."""
    site, foreign = tmp_path / "site", tmp_path / "foreign"
    with zipfile.ZipFile(built.wheel) as archive:
        archive.extractall(site)
    foreign.mkdir()
    (foreign / "test_service.py").write_text(FOREIGN, encoding="utf-8")
    simulator = build()
    if planted:
        next_skips_one(simulator)
    with running(simulator) as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", foreign],
            cwd=foreign,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("SB_")},
                "SB_API_ENDPOINT": url,
                "SB_AUTH_TOKEN": TOKEN,
                "PYTHONPATH": str(site),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == planted, done.stdout + done.stderr
    assert ("BROKEN links [documented]: " in done.stdout) is planted
    assert TOKEN not in done.stdout + done.stderr


def test_an_sdist_with_a_cache_in_it_is_noticed(built: building.Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # from Python 3.11.4
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    (folder / "wrapper" / "__pycache__").mkdir()
    (folder / "wrapper" / "__pycache__" / "a.pyc").touch()
    shutil.move(folder / "spec" / "openapi.yaml", folder / "spec" / "other.yaml")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.add(folder, folder.name)
    assert contents.sdist_problems(tmp_path / "a.tar.gz") == [
        "a.tar.gz: spec/openapi.yaml is missing",
        "a.tar.gz: wrapper/__pycache__/a.pyc should not be in it",
    ]


def test_the_same_sources_make_the_same_bytes(built: building.Built) -> None:
    assert building.differences(built) == []


def test_the_oldest_versions_promised_are_those_of_the_bounds() -> None:
    assert bounds.lowest(["attrs>=23.2", "httpx>=0.27,<1", "sphinx[x]==9.0.4", "a~=1.2"]) == [
        "attrs==23.2",
        "httpx==0.27",
        "sphinx==9.0.4",
        "a==1.2",
    ]


def test_a_dependency_without_a_lower_bound_is_refused() -> None:
    with pytest.raises(bounds.BoundError, match="httpx<1 has no lower bound"):
        bounds.lowest(["httpx<1"])


def test_every_dependency_has_a_lower_bound() -> None:
    assert len(bounds.lowest(bounds.declared(building.ROOT / "pyproject.toml", "simulator"))) > 8
