"""The site is built without a warning, tells of everything that is public, and loads nothing from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from sphinx.util.inventory import InventoryFile

import sbg_bulk
from sbg_bulk.cli.app import sbg_bulk as command_line
from scripts.lib.docs import contract, events
from scripts.lib.docs import site as building
from scripts.lib.docs.directives import read_spec


def _paths(command: click.Command, *path: str) -> Iterator[str]:
    yield " ".join(path)
    if isinstance(command, click.Group):
        for word, below in command.commands.items():
            yield from _paths(below, *path, word)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert list(building.loaded_from_elsewhere(site)) == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://example.org/a.js"></script>',
        '<img alt="" src=//example.org/a.png>',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        "<style>body { background: url('https://example.org/a.png') }</style>",
        '<style>@import "https://example.org/a.css"</style>',
    ],
)
def test_what_is_loaded_from_elsewhere_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.html").write_text(f'<a href="https://example.org/">a link is none</a>{text}', encoding="utf-8")
    (found,) = building.loaded_from_elsewhere(tmp_path)
    assert "example.org/a." in found


def test_every_public_name_is_described(site: Path) -> None:
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    described = {entry for kind, entries in inventory.data.items() if kind.startswith("py:") for entry in entries}
    assert {f"sbg_bulk.{name}" for name in sbg_bulk.__all__} <= described


def test_every_command_is_described(site: Path) -> None:
    text = (site / "reference" / "command-line.html").read_text(encoding="utf-8")
    paths = list(_paths(command_line, "sbg-bulk"))
    assert len(paths) > 15
    assert [path for path in paths if f'id="{path.replace(" ", "-")}"' not in text] == []


def test_every_operation_and_schema_of_the_contract_is_described(site: Path) -> None:
    text = (site / "reference" / "contract.html").read_text(encoding="utf-8")
    spec = read_spec()
    assert -1 < text.find(f"Version {spec['info']['version']}.") < text.find('id="servers"')
    wanted = [f"operation-{operation['operationId']}" for _, _, operation in contract.operations(spec)]
    wanted += [f"schema-{name}" for name in spec["components"]["schemas"]]
    assert len(wanted) > 30
    assert [one for one in wanted if f'id="{one.lower().replace("_", "-")}"' not in text] == []


def test_every_event_and_field_is_described(site: Path) -> None:
    text = (site / "reference" / "events.html").read_text(encoding="utf-8")
    schema = events.schema()
    assert -1 < text.find(schema["description"].partition(" (")[0]) < text.find('id="run-started"')
    kinds = [event for event in schema["$defs"].values() if "event" in event.get("properties", {})]
    fields = {name for event in kinds for name in event["properties"]} - {"event"}
    assert len(kinds) >= 8
    assert [event["description"] for event in kinds if event["description"] not in text] == []
    assert [name for name in sorted(fields) if f">{name}</span>" not in text] == []


def test_it_is_built_twice_alike(site: Path, tmp_path: Path) -> None:
    building.build(tmp_path / "again")
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (site, tmp_path / "again")
    )
    assert first.keys() == second.keys()
    assert [path for path in first if first[path] != second[path]] == []


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    shutil.copy(building.SOURCES / "conf.py", sources)
    (sources / "index.md").write_text("# A site\n\n[Read on](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(building.BuildError, match=r"index\.md:3: .*nowhere"):
        building.build(tmp_path / "site", sources)
