"""The changed templates of the generator are its own, of the pinned version, but for what is marked in them."""

from __future__ import annotations

import re
from pathlib import Path

import openapi_python_client
import pytest

from scripts.lib import generate
from scripts.lib.generate import TEMPLATES
from tests.generated.package import imported

UPSTREAM = Path(openapi_python_client.__file__).with_name("templates")
CHANGED = sorted(file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("*.jinja"))
MARK = re.compile(r"\{# CHANGED: (?P<why>.+?\.) Upstream:\n(?P<upstream>.*?)#\}\n(?P<ours>.*?)\{# END #\}\n", re.DOTALL)


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_template_is_the_generators_own_but_for_what_is_marked(name: str) -> None:
    ours = (TEMPLATES / name).read_text(encoding="utf-8")
    restored = MARK.sub(lambda mark: mark["upstream"], ours)
    assert restored == (UPSTREAM / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_template_changes_something_and_names_what_is_known_of_it_upstream(name: str) -> None:
    marks = list(MARK.finditer((TEMPLATES / name).read_text(encoding="utf-8")))
    assert marks
    assert all(mark["upstream"] != mark["ours"] for mark in marks)
    known = re.compile(r"openapi-python-client (issues?|pull request) \d+|none of the openapi-python-client issues")
    assert any(known.search(mark["why"]) for mark in marks)


def test_the_licence_of_the_templates_is_beside_them() -> None:
    others = {file.name for file in TEMPLATES.rglob("*") if file.is_file() and file.suffix != ".jinja"}
    assert others == {"LICENSE"}
    assert "MIT License" in (TEMPLATES / "LICENSE").read_text(encoding="utf-8")


NOT_IN_OURS = """
openapi: 3.0.3
info: {title: What the spec does not have, version: 1.0.0}
paths: {}
components:
  schemas:
    Tag: {type: object, properties: {name: {type: string}}}
    Tagged:
      type: object
      properties:
        tags: {type: array, items: {$ref: '#/components/schemas/Tag'}}
"""


def test_null_in_place_of_a_list_that_may_be_absent_counts_as_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = tmp_path / "openapi.yaml"
    spec.write_text(NOT_IN_OURS, encoding="utf-8")
    monkeypatch.setattr(generate, "SPEC", spec)
    generate.generate(tmp_path / "package")
    with imported(tmp_path / "package", "not_in_ours") as package:
        tagged, unset = package.models.Tagged, package.module("types").UNSET
        assert tagged.from_dict({"tags": None}).tags is unset
        assert tagged.from_dict({}).tags is unset
        assert tagged.from_dict({"tags": [{"name": "a"}]}).to_dict() == {"tags": [{"name": "a"}]}
