"""A project is compared with a volume by names and sizes, in either direction."""

from __future__ import annotations

import pytest

from sbg_bulk import InputError, NotFound, VolumeComparison
from tests.support.both import Both

VOLUME, PROJECT = "rfranklin/bucket", "rfranklin/p"


@pytest.fixture(autouse=True)
def place(call: Both) -> None:
    world = call.simulator.world
    project = world.add_project(PROJECT)
    run = world.add_folder("run", project)
    world.add_folder("empty", project)
    for name, size in (("a.bam", 10), ("b.bam", 20), ("c.bam", 30)):
        world.add_file(name, run, size=size)
    objects = {"x/run/": 0, "x/run/a.bam": 10, "x/run/b.bam": 21, "x/more/d.bam": 1, "elsewhere": 5}
    world.volumes.add(VOLUME, objects=objects)


def told(found: VolumeComparison) -> list[str]:
    return [f"{one.mismatch} {one.path}" for one in found.mismatches]


def test_what_is_missing_on_the_volume_is_told_file_by_file(call: Both) -> None:
    found = call("compare", PROJECT, f"{VOLUME}:x")
    assert (told(found), found.same) == (["extra more/d.bam", "different run/b.bam", "missing run/c.bam"], 1)
    assert (str(found.volume), str(found.source)) == (f"{VOLUME}:x", PROJECT)
    assert told(call("compare", PROJECT, f"{VOLUME}:x/", one_way=True)) == ["different run/b.bam", "missing run/c.bam"]
    assert told(call("compare", PROJECT, f"{VOLUME}:nothing"))[0] == "missing run/a.bam"


def test_the_volume_can_be_the_source(call: Both) -> None:
    found = call("compare", f"{VOLUME}:x", PROJECT)
    assert told(found) == ["missing more/d.bam", "different run/b.bam", "extra run/c.bam"]
    assert found.mismatches[0].file.id == f"{VOLUME}:x/more/d.bam"


def test_filters_and_folders_narrow_what_counts(call: Both) -> None:
    assert call("compare", f"{PROJECT}/run", f"{VOLUME}:x/run", match=["a.*"]).agrees
    by_tag = call("compare", PROJECT, f"{VOLUME}:x", tags=["none"])
    assert (by_tag.mismatches, by_tag.same) == ((), 0)
    with pytest.raises(InputError, match="need a source on the platform"):
        call("compare", f"{VOLUME}:x", PROJECT, tags=["none"])


def test_each_folder_is_listed_once_and_sizes_of_objects_are_not_asked_for(call: Both) -> None:
    sent = call.counted("compare", PROJECT, f"{VOLUME}:x")
    assert sent.count("list_volume_objects") == 3
    assert "bulk_get_files" not in sent
    assert call("compare", PROJECT, f"{VOLUME}:x").requests == len(sent)


def test_two_volumes_and_one_that_is_not_there_are_refused(call: Both) -> None:
    with pytest.raises(InputError, match="are both on volumes"):
        call("compare", f"{VOLUME}:x", f"{VOLUME}:y")
    with pytest.raises(NotFound, match="olume rfranklin/none was not found"):
        call("compare", PROJECT, "rfranklin/none:x")
