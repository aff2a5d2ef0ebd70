"""`sbg-bulk volumes`: which there are, what is on them, and whether they can be used."""

from __future__ import annotations

import csv
import io

import pytest

from sbg_bulk.cli.output.draw import Output
from sbg_bulk.simulator import Simulator, Variant
from tests.cli.harness import Run

VOLUME, ARCHIVE = "rfranklin/bucket", "rfranklin/results"
OBJECTS = {"a.bam": 1_500_000, "run/": 0, "run/b.bam": 20, "run/deep/c.bam": 30, "runner": 50}


@pytest.fixture(autouse=True)
def volumes(simulator: Simulator) -> None:
    simulator.world.volumes.clear()
    simulator.world.volumes.add(VOLUME, access_mode="RO", objects=OBJECTS)
    simulator.world.volumes.add(ARCHIVE, service="gcs", region="us-east1")
    simulator.world.volumes.add("rfranklin/off").active = False


def rows(out: str) -> list[list[str]]:
    return [line.split() for line in out.splitlines()]


def test_volumes_are_a_table_with_what_tells_whether_they_can_be_used(sbg: Run) -> None:
    ran = sbg("volumes", "list")
    assert (ran.code, ran.err) == (0, "")
    assert rows(ran.out) == [
        ["VOLUME", "ACCESS", "CLOUD", "ACTIVE", "BUCKET"],
        [VOLUME, "RO", "AWS", "yes", "rfranklin-bucket"],
        [ARCHIVE, "RW", "Google", "Cloud", "yes", "rfranklin-results"],
        ["rfranklin/off", "RW", "AWS", "no", "rfranklin-off"],
    ]
    first = sbg("volumes", "list", "--json").documents[0]
    assert first == {
        "id": VOLUME,
        "access_mode": "RO",
        "cloud": "AWS",
        "service": {"type": "S3", "bucket": "rfranklin-bucket", "prefix": ""},
        "active": True,
    }


def test_on_a_narrow_terminal_each_volume_is_a_block(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Output()
    drawn.width = 60
    monkeypatch.setattr("sbg_bulk.cli.output.tables._output", lambda **_: drawn)
    assert sbg("volumes", "list").out.splitlines()[:3] == [
        VOLUME,
        "  RO, AWS, active: yes",
        "  bucket rfranklin-bucket",
    ]


def test_that_there_are_none_is_told(sbg: Run, simulator: Simulator) -> None:
    simulator.world.volumes.clear()
    ran = sbg("volumes", "list")
    assert (ran.code, ran.out, ran.err) == (0, "", "No volumes.\n")
    assert sbg("volumes", "list", "--json").out == ""


def test_a_level_of_a_volume_is_shown_with_sizes_and_folders(sbg: Run) -> None:
    ran = sbg("volumes", "ls", VOLUME)
    assert (ran.code, ran.err) == (0, "2 objects, 1 folder, 1.5 MB.\n")
    head, *lines = ran.out.splitlines()
    assert head == "    SIZE  MODIFIED              LOCATION"
    assert lines[0].startswith("  1.5 MB  20")
    assert lines[0].endswith("Z  a.bam")
    assert lines[1:2] == [f"       -  {'-':<20}  run/"]
    assert [line.split()[-1] for line in lines] == ["a.bam", "run/", "runner"]


def test_all_below_is_listed_with_recursive(sbg: Run) -> None:
    ran = sbg("volumes", "ls", f"{VOLUME}:run", "--recursive", "--json")
    assert (ran.code, ran.err) == (0, "4 objects, 100 B.\n")
    assert [(one["location"], one["size"]) for one in ran.documents] == [
        ("run/", 0),
        ("run/b.bam", 20),
        ("run/deep/c.bam", 30),
        ("runner", 50),
    ]
    assert {one["type"] for one in ran.documents} == {"object"}


def test_a_table_for_programs_has_the_volume_and_the_location(sbg: Run) -> None:
    ran = sbg("volumes", "ls", f"{VOLUME}:run/", "--csv")
    found = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(one["volume"], one["location"], one["type"], one["size"]) for one in found] == [
        (VOLUME, "run/", "object", "0"),
        (VOLUME, "run/b.bam", "object", "20"),
        (VOLUME, "run/deep/", "folder", ""),
    ]


def test_what_is_not_told_is_not_made_up(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sbg_bulk.simulator.service.documents.volume_object", lambda _, key, base: {"href": base, "location": key}
    )
    ran = sbg("volumes", "ls", VOLUME)
    assert ran.err == "2 objects, 1 folder.\n"
    assert rows(ran.out)[1] == ["-", "-", "a.bam"]


def test_nothing_is_told_as_such(sbg: Run) -> None:
    assert sbg("volumes", "ls", ARCHIVE).err == "Empty.\n"
    ran = sbg("volumes", "ls", f"{VOLUME}:nothing/")
    assert (ran.code, ran.out, ran.err) == (0, "", f"Nothing on {VOLUME} begins with nothing/.\n")


def test_a_location_shows_no_control_characters(sbg: Run, simulator: Simulator) -> None:
    simulator.world.volumes[VOLUME].objects.put("x\x1b[1m\n.bam", 1)
    assert r"x\x1b[1m\n.bam" in sbg("volumes", "ls", f"{VOLUME}:x").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["ls"], "Missing argument 'VOLUME[:PREFIX]'"),
        (["ls", "bucket"], "'bucket' is not a place on a volume. Write OWNER/VOLUME[:PREFIX]."),
        (["ls", f"{VOLUME}:/run"], f"does not begin with a slash. Write {VOLUME}:run"),
        (["ls", f"{VOLUME}:run/../x"], "'..' has no meaning on a volume"),
        (["ls", VOLUME, "--csv", "--json"], "Give --csv or --json, not both."),
        (["check", "s3://bucket/x"], "sbg-bulk volumes list shows the volumes and their buckets"),
        (["ls", f"cgc:{VOLUME}", "--profile", "x"], "cgc"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_sent(
    sbg: Run, simulator: Simulator, words: list[str], told: str
) -> None:
    simulator.requests.clear()
    ran = sbg("volumes", *words)
    assert ran.code == 2
    assert told in ran.err
    assert len(simulator.requests) == 0


@pytest.mark.parametrize("command", ["ls", "check"])
def test_a_volume_that_is_not_there_is_named(sbg: Run, command: str) -> None:
    ran = sbg("volumes", command, "rfranklin/other")
    assert (ran.code, ran.out) == (2, "")
    assert "Volume rfranklin/other was not found, or is not shared with you." in ran.err
    assert "sbg-bulk volumes list shows those you can see" in ran.err


def test_a_volume_that_can_be_read_and_written_to_is_told_so(sbg: Run) -> None:
    ran = sbg("volumes", "check", ARCHIVE, "--writable")
    assert (ran.code, ran.err) == (0, "")
    assert [line.rstrip().split(None, 1) for line in ran.out.splitlines()] == [
        ["Volume", ARCHIVE],
        ["Cloud", "Google Cloud"],
        ["Bucket", "rfranklin-results"],
        ["Active", "yes"],
        ["Access", "read and write"],
        ["Readable", "yes"],
        ["Writable", "yes"],
    ]


def test_a_volume_that_is_read_only_fails_only_where_it_is_to_be_written_to(sbg: Run) -> None:
    assert sbg("volumes", "check", VOLUME).code == 0
    ran = sbg("volumes", "check", VOLUME, "--writable")
    assert ran.code == 3
    assert f"{VOLUME} cannot be written to: it is read-only (RO)" in ran.err
    document = sbg("volumes", "check", VOLUME, "--json").document
    assert (document["id"], document["readable"], document["writable"], document["reason"]) == (
        VOLUME,
        True,
        False,
        None,
    )


def test_a_volume_that_cannot_be_listed_fails_with_what_the_platform_says(sbg: Run) -> None:
    ran = sbg("volumes", "check", "rfranklin/off")
    assert ran.code == 3
    assert "rfranklin/off cannot be read:" in ran.err
    assert "code 9103" in ran.err
    document = sbg("volumes", "check", "rfranklin/off", "--json").document
    assert (document["active"], document["readable"], document["writable"]) == (False, False, False)
    assert "9103" in document["reason"]


def test_a_volume_of_somebody_else_is_a_matter_of_permission(sbg: Run, simulator: Simulator) -> None:
    simulator.world.add_user("somebody")
    simulator.world.volumes.add("somebody/private")
    assert sbg("volumes", "check", "somebody/private").code == 5


def test_a_service_that_pages_by_one_shows_the_same(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sbg("volumes", "ls", VOLUME, "-r").out
    monkeypatch.setattr(simulator.operations, "variant", Variant.parse(["page_max=1"]))
    assert sbg("volumes", "ls", VOLUME, "-r").out == before
