"""The wheel carries everything that the two packages need."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from scripts.lib.generate import PACKAGE, ROOT, SPEC, files_below

WRAPPER = ROOT / "wrapper" / "sbg_bulk"

PROGRAM = """
import sys
from pathlib import Path

folder = Path(sys.argv[1])
sys.path.insert(0, str(folder))

import httpx
import sbg_async_api.models
import sbg_bulk
from sbg_bulk.simulator import Simulator

for module in (sbg_async_api, sbg_async_api.models, sbg_bulk):
    assert Path(module.__file__).is_relative_to(folder), module.__file__
sim = Simulator()
with httpx.Client(transport=sim.transport(), base_url=sim.base_url, trust_env=False) as client:
    print(client.get("/user", headers={"X-SBG-Auth-Token": "demo-token"}).json()["username"])
    print(client.get("http://localhost/_page/board.js").headers["Content-Type"])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    return Path(built)


def test_the_wheel_holds_both_packages_whole(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    ours = {name for name in names if ".dist-info/" not in name and ".data/data/share/man/" not in name}
    wanted = {f"sbg_async_api/{file.as_posix()}" for file in files_below(PACKAGE)}
    wanted |= {f"sbg_bulk/{file.as_posix()}" for file in files_below(WRAPPER)}
    assert ours == {*wanted, "sbg_async_api/openapi.yaml"}
    assert {"sbg_async_api/py.typed", "sbg_bulk/py.typed"} <= ours


def test_the_wheel_holds_the_spec_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("sbg_async_api/openapi.yaml") == SPEC.read_bytes()
        (licence,) = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_what_is_in_the_wheel_works_without_the_sources(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("rfranklin\ntext/javascript; charset=utf-8\n", "")
