"""The models of the generated package are there when they are asked for, and not before."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.generated.package import Package, imported


def test_a_program_loads_only_the_models_that_it_uses(regenerated: Path) -> None:
    with imported(regenerated, "just_imported") as package:
        models = package.models
        made = models.CopyItem("f", project="a/b")
        assert made.to_dict() == {"file": "f", "project": "a/b"}
        assert models.CopyItem is type(made)
        below = f"{models.__name__}."
        assert [name for name in sys.modules if name.startswith(below)] == [f"{below}copy_item"]


def test_all_models_are_listed_and_can_be_had(package: Package) -> None:
    assert set(package.models.__all__) <= set(dir(package.models))
    for name in package.models.__all__:
        assert getattr(package.models, name).__name__ == name


def test_what_is_no_model_is_told_as_of_any_module(package: Package) -> None:
    with pytest.raises(AttributeError, match=r"module '.+\.models' has no attribute 'CopyItems'"):
        _ = package.models.CopyItems
