"""Choosing what to export: where it goes, what is there already, and what the platform would refuse, before anything is
sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import InputError, NotFound, VolumeChoice
from sbg_bulk.models.storage import VolumeObject
from sbg_bulk.simulator import File, ManualClock, Permissions, Simulator, Variant
from sbg_bulk.simulator.world.moving import Export
from tests.support.both import Both
from tests.support.clients import KINDS, Kind

VOLUME, PROJECT = "rfranklin/bucket", "rfranklin/here"


def world_of(*switches: str) -> Simulator:
    """A project with folders, an alias and an archived file; a volume to write to, and one to read."""
    simulator = Simulator(clock=ManualClock(), seed="empty", rate_limit=None, variant=Variant.parse(switches))
    world = simulator.world
    project = world.add_project(PROJECT)
    run = world.add_folder("run", project)
    for number in range(3):
        world.add_file(f"{number}.bam", run, size=100 + number)
    world.add_file("top.vcf", project, size=7)
    world.volumes.add(VOLUME, objects={"kept": 1})
    world.volumes.add("rfranklin/sealed", access_mode="RO", objects={"a": 5})
    world.add_file("alias.bam", run, size=5, alias_of=("rfranklin/sealed", "a"))
    return simulator


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def call(kind: Kind) -> Both:
    return Both(world_of(), kind)


def choose(call: Both, *sources: str, to: str = f"{VOLUME}:x", **more: Any) -> VolumeChoice:
    found: VolumeChoice = call("choose_exports", list(sources or (PROJECT,)), to=to, **more)
    return found


def destinations(choice: VolumeChoice) -> list[str]:
    return [one.destination for one in choice.items]


def volume(call: Both) -> Any:
    return call.simulator.world.volumes.get(VOLUME)


def test_files_keep_their_folders_below_the_prefix(call: Both) -> None:
    found = choose(call, recursive=True)
    assert sorted(destinations(found)) == sorted(
        [*(f"{VOLUME}:x/run/{number}.bam" for number in range(3)), f"{VOLUME}:x/top.vcf"]
    )
    assert (found.size, found.volume.id, found.volume.cloud) == (310, VOLUME, "AWS")
    assert destinations(choose(call, to=VOLUME)) == [f"{VOLUME}:top.vcf"]
    assert choose(call).subfolders == 1
    below = choose(call, f"{PROJECT}/run", f"{PROJECT}/top.vcf", match=["[12].bam", "*.vcf"])
    assert destinations(below) == [f"{VOLUME}:x/1.bam", f"{VOLUME}:x/2.bam", f"{VOLUME}:x/top.vcf"]


def test_a_file_and_a_folder_by_their_ids_are_told_apart(call: Both) -> None:
    nodes = {node.name: node.id for node in call.simulator.world.nodes.values()}
    found = choose(call, nodes["0.bam"], nodes["run"])
    assert destinations(found) == [f"{VOLUME}:x/0.bam"]
    assert [(one.source, one.reason.split(";")[0]) for one in found.refused] == [(nodes["run"], "a folder")]


def test_aliases_and_public_files_are_left_out_before_anything_is_submitted(call: Both) -> None:
    world = call.simulator.world
    world.add_user("admin")
    public = world.add_project("admin/sbg-public-data", members={"rfranklin": Permissions(read=True, copy=True)})
    public.public = True
    world.add_file("hg38.fa", public, size=3)
    found = choose(call, f"{PROJECT}/run", "admin/sbg-public-data")
    assert sorted(str(one) for one in found.refused) == [
        "admin/sbg-public-data/hg38.fa: a public file",
        f"{PROJECT}/run/alias.bam: an alias: its contents are already on a volume",
    ]
    assert len(found) == 3


@pytest.mark.parametrize("switch", ["file_lists=least", "bulk_refused=404", "page_max=2", "bulk_order=shuffled"])
def test_however_the_service_answers_the_choice_is_the_same(kind: Kind, switch: str) -> None:
    usual, other = choose(Both(world_of(), kind), recursive=True), choose(Both(world_of(switch), kind), recursive=True)
    assert destinations(other) == destinations(usual)


def test_what_is_there_with_the_same_size_is_skipped_and_with_another_reported(call: Both) -> None:
    volume(call).objects.put("x/run/0.bam", 100)
    volume(call).objects.put("x/run/1.bam", 1)
    found = choose(call, recursive=True)
    assert (found.existing, [str(one) for one in found.different]) == (
        1,
        [
            f"{VOLUME}:x/run/1.bam: a file with this name and a different size exists there (1 B; this one has 101 B)",
        ],
    )
    assert len(found) == 2
    over = choose(call, recursive=True, on_conflict="overwrite")
    assert (len(over), over.overwritten, [one.item.overwrite for one in over.items].count(True)) == (4, 2, 2)
    with pytest.raises(InputError, match=r"2 names exist on the volume: .*Nothing was exported"):
        choose(call, recursive=True, on_conflict="fail")
    with pytest.raises(InputError, match="on_conflict: expected skip, overwrite or fail, not 'rename'"):
        choose(call, on_conflict="rename")


def test_what_was_exported_before_and_is_an_alias_now_is_there_already(
    call: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = call("export_files", PROJECT, to=f"{VOLUME}:x", recursive=True, replace_with_alias=True)
    assert (report.tally.done, len(report.refused), report.succeeded) == (4, 1, False)
    again = choose(call, recursive=True)
    assert (len(again), again.existing, len(again.refused)) == (0, 4, 1)
    # So it is whatever the storage tells of its size.
    volume(call).objects.put("x/top.vcf", 8)
    monkeypatch.setattr(VolumeObject, "size", None)
    again = choose(call, recursive=True)
    assert (len(again), again.existing, again.unsized, len(again.refused)) == (0, 4, 4, 1)


def test_only_folders_of_the_volume_that_files_go_to_are_listed(call: Both) -> None:
    for number in range(300):
        volume(call).objects.put(f"other/{number}", 1)
        volume(call).objects.put(f"x/{number}/a", 1)
    sent = call.counted("choose_exports", [f"{PROJECT}/run"], to=f"{VOLUME}:x")
    assert sent.count("list_volume_objects") == 3
    assert choose(call, f"{PROJECT}/run").requests == len(sent)


REFUSED = {
    "rfranklin/none": (NotFound, "olume rfranklin/none was not found"),
    "rfranklin/sealed": (InputError, r"Volume rfranklin/sealed is read-only \(RO\)"),
    f"{VOLUME}:/x": (InputError, "does not begin with a slash"),
    f"{VOLUME}:a/../x": (InputError, "has no meaning"),
    PROJECT + "/run": (InputError, "is not a place on a volume"),
}


@pytest.mark.parametrize(("to", "told"), REFUSED.items(), ids=list(REFUSED))
def test_a_place_that_cannot_be_written_to_is_told_before_files_are_listed(call: Both, to: str, told: Any) -> None:
    kind, message = told
    with pytest.raises(kind, match=message):
        choose(call, to=to)
    assert all(one.operation == "get_volume" for one in call.simulator.requests)


def test_an_inactive_volume_is_refused(call: Both) -> None:
    volume(call).active = False
    with pytest.raises(InputError, match="is not active"):
        choose(call)


def test_two_files_that_would_become_one_object_are_named(call: Both) -> None:
    world = call.simulator.world
    world.add_file("0.bam", world.add_folder("other", world.projects[PROJECT]), size=1)
    with pytest.raises(InputError, match=r"run/0.bam and .*other/0.bam would both become rfranklin/bucket:x/0.bam"):
        choose(call, f"{PROJECT}/run", f"{PROJECT}/other")


def test_nothing_is_exported_unless_it_is_said_what_becomes_of_the_copies(call: Both) -> None:
    for given in ({}, {"copy_only": True, "replace_with_alias": True}):
        with pytest.raises(InputError, match="Say what to do with the platform's copies"):
            call("export_files", PROJECT, to=VOLUME, **given)
    assert not call.simulator.requests


def test_exports_are_done_once_and_typed_twice_there_is_nothing_to_do(call: Both) -> None:
    done = call("export_files", [f"{PROJECT}/run"], to=f"{VOLUME}:x", copy_only=True, match=["?.bam"])
    assert (done.tally.done, done.succeeded, done.job_type, done.carried.size) == (3, True, "EXPORT_COPY", 303)
    assert call("export_files", [f"{PROJECT}/run"], to=f"{VOLUME}:x", copy_only=True, match=["?.bam"]) is None
    started = [one.wanted for one in call.simulator.transfers.all()]
    assert len(started) == 3
    assert all(isinstance(one, Export) and one.copy_only for one in started)
    files = [node for node in call.simulator.world.nodes.values() if isinstance(node, File)]
    assert sum(one.alias_of is not None for one in files) == 1
    with pytest.raises(InputError, match=r"Nothing can be exported. .*alias.bam: an alias"):
        call("export_files", [f"{PROJECT}/run"], to=f"{VOLUME}:x", copy_only=True)


def test_a_choice_of_exports_goes_with_no_other_job(call: Both, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can be run as EXPORT_COPY or EXPORT_REPLACE, not as COPY"):
        call("run", "COPY", choose(call), journal=tmp_path / "a")
