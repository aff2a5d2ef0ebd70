"""Names with numbers before them are told from others."""

from __future__ import annotations

import pytest

from sbg_bulk.files.numbered import asked_names, is_numbered


@pytest.mark.parametrize(
    ("name", "asked"),
    [("a.bam", ["a.bam"]), ("1_a.bam", ["1_a.bam", "a.bam"]), ("12_1_a", ["12_1_a", "1_a", "a"]), ("1_", ["1_", ""])],
)
def test_each_number_may_be_the_services(name: str, asked: list[str]) -> None:
    assert asked_names(name) == asked


def test_a_name_is_not_numbered_by_itself() -> None:
    assert is_numbered("1_a", "a")
    assert is_numbered("1_1_a", "1_a")
    assert not is_numbered("a", "a")
    assert not is_numbered("x_a", "a")
    assert not is_numbered("a_1_a", "a")
