"""A change of the contract that asks something of its users does not go out unnoticed."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from scripts.lib.changes.__main__ import report
from scripts.lib.changes.differences import Weight, differences
from scripts.lib.changes.releases import CHANGELOG, SPEC, Version, judge, last_release, logged
from scripts.lib.spec import Node, load_spec
from tests.spec.changes import CHANGES, Change

LOG = "# Changes\n\n## 1.0.0\n\nThe first.\n"


def unshared() -> Node:
    """The contract without YAML's aliases: a change in one place changes no other."""
    spec: Node = json.loads(json.dumps(load_spec()))
    spec["info"]["version"] = "1.0.0"
    return spec


def write(spec: Node, path: Path) -> Path:
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path


def plant(change: Change, folder: Path, version: str = "1.0.0", released: str = "1.0.0") -> tuple[Path, Path]:
    """The contract before and after a change, as files."""
    before = unshared()
    change.before(before)
    after = copy.deepcopy(before)
    change.apply(after)
    assert before != after
    before["info"]["version"], after["info"]["version"] = released, version
    return write(before, folder / "released.json"), write(after, folder / "current.json")


def named(name: str) -> Change:
    return next(change for change in CHANGES if change.name == name)


BREAKING = named("a call removed")
COMPATIBLE = named("a call added")
PROSE = named("a summary changed")


def test_the_contract_may_go_out_as_it_is() -> None:
    verdict = judge(last_release(), SPEC, CHANGELOG.read_text(encoding="utf-8"))
    assert verdict.objections == (), report(verdict)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_is_rated_by_what_it_means_to_users(change: Change, tmp_path: Path) -> None:
    found = differences(*plant(change, tmp_path))
    heaviest = max((difference.weight for difference in found), default=Weight.PROSE)
    assert heaviest.name.lower() == change.weight, [str(difference) for difference in found]


@pytest.mark.parametrize(
    ("change", "released", "version", "passes"),
    [
        (BREAKING, "1.0.0", "1.0.0", False),
        (BREAKING, "1.0.0", "1.1.0", False),
        (BREAKING, "1.2.3", "2.0.0", True),
        (BREAKING, "0.1.0", "0.1.1", False),
        (BREAKING, "0.1.0", "0.2.0", True),
        (COMPATIBLE, "1.0.0", "1.0.0", False),
        (COMPATIBLE, "1.0.0", "1.0.1", False),
        (COMPATIBLE, "1.0.0", "1.1.0", True),
        (COMPATIBLE, "0.1.0", "0.1.1", True),
        (PROSE, "1.0.0", "1.0.0", True),
    ],
    ids=lambda value: value.name if isinstance(value, Change) else None,
)
def test_a_change_needs_a_version_of_its_weight(
    change: Change, released: str, version: str, passes: bool, tmp_path: Path
) -> None:
    log = f"{LOG}\n## {version}\n\nA change.\n" if version != "1.0.0" else LOG
    verdict = judge(*plant(change, tmp_path, version, released), log)
    assert (not verdict.objections) is passes, verdict.objections


@pytest.mark.parametrize(("change", "version"), [(BREAKING, "2.0.0"), (COMPATIBLE, "1.1.0"), (PROSE, "1.0.1")])
@pytest.mark.parametrize("log", [LOG, f"{LOG}\n## 9.9.9\n\nOther.\n", "{log}\n## {version}\n"])
def test_a_new_version_needs_an_entry_that_says_something(
    change: Change, version: str, log: str, tmp_path: Path
) -> None:
    verdict = judge(*plant(change, tmp_path, version), log.format(log=LOG, version=version))
    assert verdict.objections == (f"Say what has changed under a heading '## {version}' in spec/CHANGELOG.md.",)


def test_an_objection_names_each_breaking_change_its_place_and_the_remedy(tmp_path: Path) -> None:
    released, current = plant(BREAKING, tmp_path)
    spec = json.loads(current.read_text(encoding="utf-8"))
    named("maxLength lowered").apply(spec)
    text = "\n".join(judge(released, write(spec, current), LOG).objections)
    assert "#/paths/~1user/get: " in text
    assert "/items/properties/name: " in text and "from '255' to '100'" in text
    assert "info.version to 2.0.0" in text and "'## 2.0.0' in spec/CHANGELOG.md" in text


def test_a_release_is_named_after_its_version(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="empty"):
        last_release(tmp_path)
    write({"info": {"version": "1.9.0"}}, tmp_path / "1.9.0.yaml")
    write({"info": {"version": "1.10.0"}}, tmp_path / "1.10.0.yaml")
    assert last_release(tmp_path).stem == "1.10.0"
    write({"info": {"version": "1.11.0"}}, tmp_path / "2.0.0.yaml")
    with pytest.raises(ValueError, match=r"2\.0\.0\.yaml"):
        last_release(tmp_path)


def test_the_changelog_has_the_newest_version_first() -> None:
    versions = [Version.parse(text) for text in logged(CHANGELOG.read_text(encoding="utf-8"))]
    assert versions == sorted(versions, reverse=True)
