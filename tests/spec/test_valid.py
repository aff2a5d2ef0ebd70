"""The spec is valid OpenAPI, and clean by the rules of its most used linter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
from referencing.exceptions import Unresolvable

from scripts.lib.spec import ROOT, SPEC_FILE, Node, load_spec
from tests.spec import redocly

JOBS = "/async/files"


def without_operation_id(spec: Node) -> None:
    del spec["paths"][JOBS]["get"]["operationId"]


def without_summary(spec: Node) -> None:
    del spec["paths"][JOBS]["get"]["summary"]


def without_security(spec: Node) -> None:
    del spec["security"]


def without_license(spec: Node) -> None:
    del spec["info"]["license"]


def with_a_wrong_example(spec: Node) -> None:
    spec["components"]["examples"]["JobList"]["value"]["items"][0]["id"] = 70711174378885120


def write(spec: Node, folder: Path) -> Path:
    path = folder / "openapi.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path


def test_the_spec_is_openapi_3_0_3() -> None:
    spec = load_spec()
    assert spec["openapi"] == "3.0.3"
    OpenAPIV30SpecValidator(spec).validate()


def test_the_validator_finds_a_reference_that_leads_nowhere() -> None:
    spec = load_spec()
    del spec["components"]["schemas"]["Job"]
    with pytest.raises(Unresolvable):
        OpenAPIV30SpecValidator(spec).validate()


def test_the_validator_finds_a_response_without_description() -> None:
    spec = load_spec()
    del spec["components"]["responses"]["JobNotFound"]["description"]
    with pytest.raises(OpenAPIValidationError):
        OpenAPIV30SpecValidator(spec).validate()


def test_redocly_finds_nothing(tmp_path: Path) -> None:
    shutil.copy(SPEC_FILE, tmp_path)
    assert redocly.lint(tmp_path / SPEC_FILE.name) == redocly.Verdict(problems=[], ignored=0)


def test_redocly_is_not_told_to_overlook_anything() -> None:
    """Its configuration and its list of ignored problems would have to be where the spec or the project is."""
    names = [".redocly.lint-ignore.yaml", "redocly.yaml", "redocly.yml", ".redocly.yaml", ".redocly.yml"]
    assert not [folder / name for folder in (ROOT, SPEC_FILE.parent) for name in names if (folder / name).exists()]
    assert "redocly" not in SPEC_FILE.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("break_it", "rule"),
    [
        (without_operation_id, "operation-operationId"),
        (without_summary, "operation-summary"),
        (without_security, "security-defined"),
        (without_license, "info-license"),
        (with_a_wrong_example, "no-invalid-media-type-examples"),
    ],
)
def test_redocly_finds_what_is_broken(tmp_path: Path, break_it: Callable[[Node], None], rule: str) -> None:
    spec = load_spec()
    break_it(spec)
    problems = redocly.lint(write(spec, tmp_path)).problems
    assert rule in {problem.partition(": ")[2] for problem in problems}
