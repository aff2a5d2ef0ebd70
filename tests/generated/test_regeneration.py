"""What is in generated/ is what the spec and the pinned generator make, to the byte."""

from __future__ import annotations

import ast
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sbg_async_api import provenance
from scripts.lib import generate


def change_a_byte(package: Path) -> str:
    file = package / "models" / "job.py"
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)
    return "differs: models/job.py"


def add_a_file(package: Path) -> str:
    (package / "api" / "extra.py").write_bytes(b"")
    return "not generated: api/extra.py"


def remove_a_file(package: Path) -> str:
    (package / "py.typed").unlink()
    return "missing: py.typed"


DAMAGES = (change_a_byte, add_a_file, remove_a_file)


@pytest.fixture
def copied(regenerated: Path, tmp_path: Path) -> Path:
    """A copy of the package, to be damaged."""
    return Path(shutil.copytree(regenerated, tmp_path / "copy"))


def test_the_committed_package_is_what_the_spec_makes(regenerated: Path) -> None:
    assert generate.differences(regenerated, generate.PACKAGE) == []


def test_the_package_is_generated_as_a_whole(regenerated: Path) -> None:
    files = generate.files_below(regenerated)
    assert {Path("py.typed"), Path("provenance.py"), Path("client.py"), Path("models/job.py")} <= files
    for file in files:
        if file.suffix == ".py":
            ast.parse((regenerated / file).read_bytes())


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_difference_is_found(regenerated: Path, copied: Path, damage: Callable[[Path], str]) -> None:
    assert generate.differences(regenerated, copied) == []
    line = damage(copied)
    assert generate.differences(regenerated, copied) == [line]


def test_what_python_leaves_behind_is_no_difference(regenerated: Path, copied: Path) -> None:
    (copied / "models" / "__pycache__").mkdir(exist_ok=True)
    (copied / "models" / "__pycache__" / "job.cpython-311.pyc").write_bytes(b"")
    assert generate.differences(regenerated, copied) == []


def run(monkeypatch: pytest.MonkeyPatch, package: Path, *arguments: str) -> int:
    """What the script exits with when `package` is in the place of generated/sbg_async_api."""
    monkeypatch.setattr(generate, "PACKAGE", package)
    monkeypatch.setattr("sys.argv", ["generate", *arguments])
    return generate.main()


def test_the_check_passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, generate.PACKAGE, "--check") == 0
    assert capsys.readouterr().out == ""


def test_the_check_fails_names_each_file_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], copied: Path
) -> None:
    lines = [damage(copied) for damage in DAMAGES]
    before = {file: (copied / file).read_bytes() for file in generate.files_below(copied)}
    assert run(monkeypatch, copied, "--check") == 1
    told = capsys.readouterr().out.splitlines()
    assert set(told[:-1]) == {f"generated/sbg_async_api: {line}" for line in lines}
    assert "scripts/generate" in told[-1]
    assert {file: (copied / file).read_bytes() for file in generate.files_below(copied)} == before


def test_generating_mends_every_difference(monkeypatch: pytest.MonkeyPatch, regenerated: Path, copied: Path) -> None:
    for damage in DAMAGES:
        damage(copied)
    assert run(monkeypatch, copied) == 0
    assert generate.differences(regenerated, copied) == []


def test_a_spec_that_the_generator_rejects_leaves_the_package_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, regenerated: Path, copied: Path
) -> None:
    broken = tmp_path / "openapi.yaml"
    broken.write_text("openapi: 3.0.3\ninfo: {title: Broken, version: 1.0.0}\n", encoding="utf-8")
    monkeypatch.setattr(generate, "SPEC", broken)
    with pytest.raises(SystemExit, match="openapi-python-client rejects"):
        run(monkeypatch, copied)
    assert generate.differences(regenerated, copied) == []


def test_other_versions_of_the_tools_are_refused() -> None:
    tools = generate.pinned_tools()
    assert set(tools) == {"openapi-python-client", "ruff"}
    generate.require_pinned(tools)
    for name in tools:
        with pytest.raises(SystemExit, match=f"{name} .* is installed, but pyproject.toml pins 0.0.1"):
            generate.require_pinned({**tools, name: "0.0.1"})


def test_the_package_records_the_spec_that_it_was_made_from() -> None:
    spec = (generate.ROOT / "spec" / "openapi.yaml").read_bytes()
    assert hashlib.sha256(spec).hexdigest() == provenance.SPEC_SHA256
    assert f"\n  version: {provenance.SPEC_VERSION}\n".encode() in spec
    assert f"openapi-python-client {generate.pinned_tools()['openapi-python-client']}" == provenance.GENERATOR
