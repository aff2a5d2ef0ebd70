"""Runs of every family are listed, shown, reported, exported, retried and told as events, with no second way of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import frozen

from sbg_bulk.simulator import Simulator
from tests.cli.harness import FILE, FILE_2, Run

PROJECT, VOLUME = "rfranklin/here", "rfranklin/bucket"
DRS = "drs://portal.example/0"
NONE = "0" * 24


@frozen
class Family:
    """A run of two rows, the second of which fails.

    Attributes:
        words: the command, before its manifest.
        manifest: the manifest.
        failed: what a report calls the row that failed.
        done: what became of the other.
        jobs: how many jobs there were, in how many submissions; None where a submission is a job.
        task: what a list of runs calls it.
    """

    words: str
    manifest: str
    failed: str
    done: str
    jobs: tuple[int, int] | None
    task: str


FAMILIES = {
    "copy": Family(
        f"copy --to {PROJECT} --no-check --manifest",
        f"file\n{FILE}\n{NONE}\n",
        NONE,
        "copied",
        None,
        "copy rows.csv to rfranklin/here",
    ),
    "export": Family(
        f"export --copy-only --to {VOLUME}:x --manifest",
        f"file,location\n{FILE},new\n{FILE_2},lost\n",
        f"{VOLUME}:x/lost",
        "exported",
        (2, 1),
        f"export rows.csv to {VOLUME}:x",
    ),
    "import": Family(
        f"import --to {PROJECT} --manifest",
        f"source\n{VOLUME}:x/taken\n{VOLUME}:x/none\n",
        f"{VOLUME}:x/none",
        "imported",
        (2, 1),
        f"import rows.csv to {PROJECT}",
    ),
    "drs": Family(
        f"import --to {PROJECT} --drs",
        f"drs_uri,name\n{DRS},a.bam\n{DRS}9,b.bam\n",
        f"{DRS}9",
        "imported",
        None,
        f"import rows.csv to {PROJECT}",
    ),
    "metadata": Family(
        "metadata set --yes --manifest",
        f"file,sample\n{FILE},S1\n{NONE},S2\n",
        NONE,
        "updated",
        (0, 1),
        "metadata set rows.csv",
    ),
    "tags": Family(
        "tag add --tag new --yes --manifest", f"file\n{FILE}\n{NONE}\n", NONE, "updated", (0, 1), "tag rows.csv"
    ),
}


@pytest.fixture(params=list(FAMILIES.values()), ids=list(FAMILIES))
def family(request: pytest.FixtureRequest, simulator: Simulator) -> Family:
    simulator.world.add_project(PROJECT)
    simulator.world.volumes.add(VOLUME, objects={"x/taken": 5})
    simulator.world.repository.add(DRS, "x.bam", size=5)
    for call, item in ((1, 2), (2, 1)):
        simulator.arm(f"kind=fail_item op=bulk_start_exports call={call} item={item} code=9107")
    return request.param  # type: ignore[no-any-return]


def test_a_run_is_told_alike_whatever_its_family(sbg: Run, tmp_path: Path, family: Family) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(family.manifest)
    ran = sbg(*family.words.split(), str(rows), "--label", "mine", "--notify", "echo $SBG_BULK_MESSAGE", "--json")
    assert ran.code == 3, ran.err
    events = [one["event"] for one in ran.documents]
    assert (events[0], events[-1]) == ("run-started", "run-finished")
    assert "progress" in events
    assert f"Run {ran.documents[0]['run']}: finished with failures, 1 of 2 files done, 1 failed." in ran.err
    assert f"mine: {family.task}\n" in sbg("runs", "list").out
    shown = sbg("runs", "show").out
    assert "files     1 of 2 done\nfailed    1\n" in shown
    report = sbg("runs", "report").out
    assert f"Finished: 1 of 2 files {family.done}, 1 failed." in report
    jobs, sent = family.jobs or (1, None)
    told = f"{jobs} jobs in {sent} submission;" if jobs and sent else "1 submission;" if sent else "1 job;"
    assert told in report
    page = tmp_path / "page.html"
    assert sbg("runs", "report", "--html", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    assert ("Submissions over time" if sent else "Jobs over time") in text
    assert family.failed in text
    assert "unknown" not in text.partition("<tbody>")[2].partition("</tbody>")[0]
    [failed] = sbg("runs", "export", "--outcome", "failed", "--json").documents
    assert failed["message"]
    verified = sbg("runs", "verify")
    assert (verified.code, "Not checked: 1 file that failed." in verified.err) == (0, True), verified.err
    again = sbg("runs", "retry", ran.documents[0]["run"], "--json")
    assert (again.code, again.document["rows"], again.document["failed"]) == (3, 1, 1), again.err
