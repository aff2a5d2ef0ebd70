"""Which names, types and dates fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sbg_bulk import InputError
from sbg_bulk.files.filters import Filters, parse_metadata, parse_since

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("*.bam", "x.bam", True),
        ("*.bam", "run/x.bam", True),
        ("*.bam", "x.BAM", False),
        ("*.bam", "x.bam.bai", False),
        ("run", "run/x.bam", False),
        ("run/*", "run/x.bam", True),
        ("run/*", "run/deep/x.bam", False),
        ("run/**", "run/deep/x.bam", True),
        ("run/**/*.bam", "run/x.bam", True),
        ("**/*.bam", "x.bam", True),
        ("**/*.bam", "run/deep/x.bam", True),
        ("*.{bam,bai}", "run/x.bai", True),
        ("s{1..3}.bam", "s2.bam", True),
        ("[!a]*", "a.bam", False),
        (r"\*.bam", "*.bam", True),
        (r"\*.bam", "x.bam", False),
        (r"\{a,b}", "{a,b}", True),
        ("*", ".hidden", True),
        ("!a", "!a", True),
        ("a|b", "a", False),
        ("Re\u0301sume\u0301*", "R\u00e9sum\u00e9.bam", True),
        ("R\u00e9sum\u00e9/*.bam", "Re\u0301sume\u0301/x.bam", True),
        ("*/x.bam", "run/x.bam", True),
        ("*/x.bam", "x.bam", False),
        ("/x.bam", "x.bam", True),
        ("/x.bam", "run/x.bam", False),
        ("run/", "run", True),
        ("[ab]?.bam", "b1.bam", True),
        ("[*].bam", "*.bam", True),
        ("[*].bam", "x.bam", False),
        ("Größe*", "Größe 1", True),
    ],
)
def test_a_glob_fits_the_name_or_with_a_slash_the_path(glob: str, path: str, fits: bool) -> None:
    names = path.split("/")
    assert Filters(match=(glob,)).wants(names, "file") is fits
    assert Filters(exclude=(glob,)).wants(names, "file") is not fits
    assert Filters(exclude=(glob,)).excludes(names) is fits


def test_one_of_the_globs_has_to_fit_and_none_that_excludes() -> None:
    filters = Filters(match=("*.bam", "*.bai"), exclude=("tmp*",))
    wanted = ["a.bam", "a.bam.bai", "a.txt", "tmp.bam"]
    assert [name for name in wanted if filters.wants([name], "file")] == ["a.bam", "a.bam.bai"]


def test_a_glob_that_stands_for_too_many_names_is_refused() -> None:
    with pytest.raises(InputError, match=r"'s\{1\.\.9999\}' cannot be used"):
        Filters(match=("s{1..9999}",))


def test_only_files_have_tags_and_metadata() -> None:
    with pytest.raises(InputError, match="Only files have tags and metadata"):
        Filters(type="folder", tags=("wgs",))


def test_metadata_is_given_as_key_and_value() -> None:
    assert parse_metadata(["a=1", "b=x=y", "a=2", "c="]) == {"a": ("1", "2"), "b": ("x=y",), "c": ("",)}
    for wrong in ("a", "=1"):
        with pytest.raises(InputError, match="is not KEY=VALUE"):
            parse_metadata([wrong])


def test_values_of_any_kind_are_compared_as_they_are_written() -> None:
    wanted = Filters(metadata={"age": ("41",), "tissue": ("lung", "liver")})
    assert wanted.describes([], {"age": 41, "tissue": ["skin", "liver"]})
    assert not wanted.describes([], {"age": 41, "tissue": None})
    assert not wanted.describes([], None)


def test_without_filters_everything_is_wanted() -> None:
    assert not Filters().given
    assert Filters().wants(["x"], "file")
    assert Filters().wants(["x"], "folder")
    assert Filters().in_time(None)
    assert all(
        one.given for one in (Filters(("*",)), Filters(exclude=("x",)), Filters(newer_than=NOW), Filters(type="file"))
    )


def test_a_type_wants_that_type_only() -> None:
    assert [Filters(type="file").wants(["x"], kind) for kind in ("file", "folder")] == [True, False]
    assert [Filters(type="folder").wants(["x"], kind) for kind in ("file", "folder")] == [False, True]


def test_newer_is_later_than_and_what_has_no_date_is_not() -> None:
    filters = Filters(newer_than=NOW)
    second = timedelta(seconds=1)
    assert [filters.in_time(one) for one in (NOW - second, NOW, NOW + second, None)] == [False, False, True, False]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(days=14)),
        ("12h", NOW - timedelta(hours=12)),
        (" 30m ", NOW - timedelta(minutes=30)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T12:30", datetime(2026, 11, 1, 12, 30, tzinfo=UTC)),
        ("2026-11-01T12:30:00Z", datetime(2026, 11, 1, 12, 30, tzinfo=UTC)),
        ("2026-11-01T12:30+02:00", datetime(2026, 11, 1, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_date_or_a_time_before_now(text: str, found: datetime) -> None:
    assert parse_since(text, NOW) == found


@pytest.mark.parametrize("text", ["", "yesterday", "7", "7x", "-7d", "7.5d", "2026-13-01", "999999w"])
def test_what_is_no_moment_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="such as 7d"):
        parse_since(text, NOW)


@pytest.mark.parametrize(
    "wrong",
    [{"type": "link"}, {"match": ("",)}, {"exclude": ("/",)}, {"newer_than": datetime(2026, 1, 1)}],  # noqa: DTZ001
)
def test_filters_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Filters(**wrong)  # type: ignore[arg-type]
