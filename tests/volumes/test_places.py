"""Places on volumes as people write them, and what is said of those that are none."""

from __future__ import annotations

import pytest

from sbg_bulk import InputError
from sbg_bulk.volumes.places import VolumePlace, is_volume_place, volume_place


@pytest.mark.parametrize(
    ("text", "volume", "prefix", "name"),
    [
        ("a/b", "a/b", "", None),
        ("a/b:", "a/b", "", None),
        ("a/b:run", "a/b", "run", None),
        ("a/b:run/", "a/b", "run/", None),
        ("a/b:run/x:y.bam", "a/b", "run/x:y.bam", None),
        ("cgc:a/b", "a/b", "", "cgc"),
        ("cgc:a/b:run/ 1/", "a/b", "run/ 1/", "cgc"),
        ("a/b:..run/x..y/...", "a/b", "..run/x..y/...", None),
        ("a/b:two\nlines//double", "a/b", "two\nlines//double", None),
    ],
)
def test_a_place_is_a_volume_and_what_locations_begin_with(
    text: str, volume: str, prefix: str, name: str | None
) -> None:
    place = volume_place(text)
    assert (place.volume, place.prefix, place.deployment) == (volume, prefix, name)
    assert volume_place(str(place)) == place


def test_a_folder_of_objects_ends_with_a_slash() -> None:
    assert [str(VolumePlace("a/b", prefix).folder) for prefix in ("", "run", "run/")] == [
        "a/b:",
        "a/b:run/",
        "a/b:run/",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not a place on a volume. Write OWNER/VOLUME"),
        ("mine", "is not a place on a volume"),
        ("mine:run/", "is not a place on a volume|is not the id of a volume"),
        ("a/b/c", "is not a place on a volume"),
        ("a/b/c:run", "is not the id of a volume|is not a place on a volume"),
        ("/b:run", "'/b' is not the id of a volume"),
        ("a/..:run", "'a/..' is not the id of a volume"),
        ("a/b:/run/x", "does not begin with a slash. Write a/b:run/x$"),
        ("a/b:run/../x", "'..' has no meaning on a volume"),
        ("a/b:..", "'..' has no meaning on a volume"),
        ("s3://bucket/run/", "is a bucket. Write OWNER/VOLUME.*client.volumes"),
        ("GS://bucket", "is a bucket"),
        ("https://cgc.sbgenomics.com/u/a/b", "is not a place on a volume"),
        ("a/b:\udc80", "cannot be sent as UTF-8"),
    ],
)
def test_of_what_is_no_place_it_is_said_what_to_write(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        volume_place(text)


@pytest.mark.parametrize("text", ["a/b:", "a/b:run/", "cgc:a/b:run", "s3://bucket/x", "a/b:/run"])
def test_a_colon_tells_a_volume_from_a_project(text: str) -> None:
    assert is_volume_place(text)


@pytest.mark.parametrize("text", ["a/b", "a/b/x:y.bam", "cgc:a/b", "cgc:a/b/x:y", "5c6d4227e4b0385632389346", "cgc:x"])
def test_paths_and_ids_are_no_places_on_volumes(text: str) -> None:
    assert not is_volume_place(text)


def test_an_address_is_no_place_on_a_volume() -> None:
    assert not is_volume_place("https://cgc.sbgenomics.com/u/a/b/files/#q?path=x:y")
    assert not is_volume_place("http://127.0.0.1:8000/v2/files/5c6d4227e4b0385632389346")
