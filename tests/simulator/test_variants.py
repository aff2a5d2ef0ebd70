"""Variants of the simulator: what each switch changes, and how switches are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from attrs import fields

from sbg_bulk.simulator import ManualClock, Simulator, Variant
from sbg_bulk.simulator.variant import PLAIN
from tests.simulator.api import TOKEN

PROJECT = "rfranklin/here"


class Varied:
    """A simulator of a variant, with a folder, two files and three jobs, and plain answers to questions about it.

    One job has ended with a folder, a missing file and a file, the last goes on.
    """

    def __init__(self, *switches: str) -> None:
        self.simulator = Simulator(clock=ManualClock(), rate_limit=None, variant=Variant.parse(switches))
        world = self.simulator.world
        root = world.add_project(PROJECT).root
        self.folder = world.add_folder("folder", root)
        inner = [world.add_file(name, self.folder, metadata={"kept": "yes"}) for name in ("a", "b")]
        self.file = world.add_file("c", root, metadata={"href": "kept"})
        self.inner = [one.id for one in inner]
        world.volumes.add("rfranklin/out")
        world.repository.add("drs://here/taken", "c")
        world.repository.add("drs://here/bundle", "bundle", contents=["drs://here/taken"])
        self.http = httpx.Client(transport=self.simulator.transport(), base_url=self.simulator.base_url, headers=TOKEN)
        for _ in range(2):
            items = [{"file": one, "project": PROJECT} for one in (self.folder.id, "0" * 24, self.file.id)]
            self.job = self.http.post("/async/files/copy", json={"items": items}).json()["id"]
            self.simulator.advance(60)
        self.latest = self.http.post("/async/files/copy", json={"items": items}).json()["id"]

    def answers(self) -> dict[str, httpx.Response]:
        get = self.http.get
        ids = [self.folder.id, self.file.id, "0" * 24]
        answers = {
            "jobs": get("/async/files", params={"limit": 2}),
            "job": get(f"/async/files/copy/{self.job}"),
            "running": get(f"/async/files/copy/{self.latest}"),
            "files": get("/files", params={"project": PROJECT}),
            "named": get("/files", params={"project": PROJECT, "name": "c", "fields": "size"}),
            "file": get(f"/files/{self.file.id}"),
            "bulk": self.http.post("/bulk/files/get", json={"file_ids": ids}),
            "missing": get(f"/files/{'0' * 24}"),
            "rate": get("/rate_limit"),
        }
        return answers | self.transfers()

    def transfers(self) -> dict[str, httpx.Response]:
        """What is answered about imports and exports, good ones and others; the last when a minute has passed."""
        get, post = self.http.get, self.http.post
        to_volume = {"volume": "rfranklin/out", "location": "x"}
        exports = [{"source": {"file": file}, "destination": to_volume} for file in (self.file.id, "0" * 24)]
        objects = [{"drs_uri": f"drs://here/{one}", "project": PROJECT} for one in ("taken", "bundle")]
        answers = {
            "edited": post("/bulk/files/edit", json={"items": [{"id": self.folder.children["a"].id, "tags": ["x"]}]}),
            "exported": post("/bulk/storage/exports/create", params={"copy_only": "True"}, json={"items": exports}),
            "early": post("/storage/exports", json=exports[1]),
            "late": post("/storage/imports", json={"source": to_volume, "destination": {"project": PROJECT}}),
            "whole": get("/storage/exports", params={"fields": "_all"}),
            "usual": get("/storage/exports"),
        }
        made = post("/bulk/drs/imports/create", json={"items": objects}).json().get("id", "0")
        self.simulator.advance(60)
        return answers | {
            "objects": get(f"/bulk/drs/imports/{made}"),
            "kept": get(f"/files/{self.file.id}"),
            "jobs of all kinds": get("/async/files"),
        }


Answers = dict[str, httpx.Response]


def result(answers: Answers) -> list[str | None]:
    return [entry.get("resource", {}).get("id") for entry in answers["job"].json()["result"]]


def keys(answers: Answers, name: str) -> set[str]:
    return set(answers[name].json()["items"][0])


def skipped(answers: Answers) -> list[str]:
    """What the entries of the import by DRS are: of an object whose name is taken, and of a bundle of it."""
    return [key for entry in answers["objects"].json()["result"] for key in entry]


DATES = {
    "offset": r"....-..-..T..:..:..\+00:00",
    "fractional": r"....-..-..T..:..:..\.0+Z",
    "naive": r"....-..-..T..:..:..",
}

PLAIN_ANSWERS = Varied().answers()
PLAIN_RESULT: list[Any] = PLAIN_ANSWERS["job"].json()["result"]
PLAIN_IDS: list[str | None] = result(PLAIN_ANSWERS)

SWITCHES: dict[str, Callable[[Answers], Any]] = {
    "job_ids=counted": lambda it: re.fullmatch(r"70711174378\d{6}", it["job"].json()["id"]),
    "job_ids=random": lambda it: re.fullmatch(r"\d{18}", it["job"].json()["id"]),
    "job_ids=letters": lambda it: it["job"].json()["id"].isalpha(),
    "links=empty": lambda it: it["jobs"].json()["links"] == [] and "link" not in it["jobs"].headers,
    "links=absent": lambda it: "links" not in it["jobs"].json(),
    "links=null": lambda it: it["jobs"].json()["links"] is None,
    "total_header=no": lambda it: "x-total-matching-query" not in it["jobs"].headers,
    "page_max=1": lambda it: (
        len(it["jobs"].json()["items"]) == 1 and "offset=1&limit=2" in it["jobs"].json()["links"][0]["href"]
    ),
    "file_lists=least": lambda it: keys(it, "files") == {"href", "id", "name", "project"},
    "file_lists=all": lambda it: keys(it, "files") > {"size", "metadata"},
    "fields_parameter=no": lambda it: "size" not in keys(it, "named"),
    "name_parameter=no": lambda it: len(it["named"].json()["items"]) > 1,
    "listed_results=no": lambda it: "result" not in keys(it, "jobs") and it["job"].json()["result"],
    "result_order=reversed": lambda it: result(it)[1] is None and it["job"].json()["result"] != PLAIN_RESULT,
    "result_order=shuffled": lambda it: sorted(map(str, result(it))) == sorted(map(str, PLAIN_IDS)),
    "result_entries=files": lambda it: len(result(it)) == 4 and PLAIN_IDS[0] not in result(it),
    "result_entries=done": lambda it: result(it) == [PLAIN_IDS[0], PLAIN_IDS[2]],
    "result_entries=failed": lambda it: result(it) == [None],
    "counts_of=items": lambda it: it["job"].json()["total_files"] == 3,
    "counts_as=strings": lambda it: it["job"].json()["total_files"] == "4",
    **{
        f"dates={name}": lambda it, form=form: re.fullmatch(form, it["job"].json()["started_on"])  # type: ignore[misc]
        for name, form in DATES.items()
    },
    "dates=absent": lambda it: not any("_on" in answer.text for answer in it.values()),
    "states=QUEUED,VALIDATING,BUSY": lambda it: it["running"].json()["state"] == "QUEUED",
    "extra_keys=yes": lambda it: "_revision" in it["file"].json() and it["file"].json()["metadata"] == {"href": "kept"},
    "without_value=null": lambda it: it["missing"].json()["more_info"] is None,
    "without_value=absent": lambda it: "result" not in it["running"].json(),
    "hrefs=relative": lambda it: it["file"].json()["href"].startswith("/v2/files/"),
    "hrefs=public": lambda it: it["file"].json()["href"].startswith("https://api.platform.example/v2/files/"),
    "hrefs=absent": lambda it: "href" not in it["file"].json() and it["file"].json()["metadata"] == {"href": "kept"},
    "rate_headers=milliseconds": lambda it: (
        it["rate"].json()["rate"]["reset"] == int(it["rate"].headers["x-ratelimit-reset"]) > 1e12
    ),
    "rate_headers=absent": lambda it: not any(name.startswith("x-ratelimit") for name in it["file"].headers),
    "date_header=no": lambda it: "date" not in it["file"].headers,
    "error_codes=no": lambda it: (
        "code" not in it["missing"].json() and "code" not in it["job"].json()["result"][1]["error"]
    ),
    "bulk_order=shuffled": lambda it: "resource" not in it["bulk"].json()["items"][1],
    "bulk_folders=no": lambda it: len(it["bulk"].json()["items"]) == 2,
    "bulk_fields=least": lambda it: set(it["bulk"].json()["items"][0]["resource"]) == {"href", "id", "name", "project"},
    "bulk_error_status=no": lambda it: "status" not in it["bulk"].json()["items"][2]["error"],
    "bulk_status=202": lambda it: it["bulk"].status_code == 202,
    **{f"bulk_refused={one}": lambda it, one=one: it["bulk"].status_code == one for one in (404, 405, 501)},  # type: ignore[misc]
    "bulk_item_refused=call": lambda it: it["exported"].status_code == 404,
    "transfer_refusals=submission": lambda it: (it["early"].status_code, it["late"].status_code) == (404, 404),
    "transfer_refusals=job": lambda it: (it["early"].status_code, it["late"].status_code) == (202, 202),
    "bulk_edit_erases=yes": lambda it: it["edited"].json()["items"][0]["resource"]["metadata"] == {},
    "advance_access=yes": lambda it: (it["exported"].status_code, it["jobs"].status_code) == (403, 200),
    "transfer_lists=least": lambda it: keys(it, "whole") == {"href", "id", "state"},
    "transfer_lists=all": lambda it: keys(it, "usual") > {"source", "destination"},
    "copy_only_case=lower": lambda it: it["kept"].json()["storage"]["type"] == "VOLUME",
    "drs_bundles=refused": lambda it: skipped(it) == ["resource", "error"],
    "drs_listed=yes": lambda it: "IMPORT" in {job["type"] for job in it["jobs of all kinds"].json()["items"]},
    "drs_skipped=absent": lambda it: skipped(it) == [],
    "drs_skipped=error": lambda it: skipped(it) == ["error", "error"],
    "drs_skipped=renamed": lambda it: it["kept"].json()["id"] not in it["objects"].text and skipped(it),
    "drs_pace=1/1000": lambda it: it["objects"].json()["state"] == "RUNNING",
    "maintenance=130/129": lambda it: it["file"].status_code == 503 and it["file"].json()["code"] == 0,
    "others_every=1": lambda it: it["jobs"].headers["x-total-matching-query"] > "3",
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_changes_what_it_says(switch: str) -> None:
    # Maintenance would refuse what comes before.
    varied = Varied(*(() if switch.startswith("maintenance") else (switch,)))
    varied.simulator.variant = Variant.parse([switch])
    assert SWITCHES[switch](varied.answers())


@pytest.mark.parametrize(
    "switch",
    [one for one in SWITCHES if one not in ("result_order=shuffled", "job_ids=random")],
)
def test_without_a_switch_nothing_of_that_is_so(switch: str) -> None:
    assert not SWITCHES[switch](PLAIN_ANSWERS)


def test_every_switch_is_tried() -> None:
    tried = {switch.partition("=")[0] for switch in SWITCHES} | {"others_requests"}
    assert tried == {one.name for one in fields(Variant)}


def test_another_program_takes_from_the_budget_and_does_no_harm() -> None:
    simulator = Simulator(clock=ManualClock(), variant=Variant(others_every=2, others_requests=3))
    http = httpx.Client(transport=simulator.transport(), base_url=simulator.base_url, headers=TOKEN)
    left = [int(http.get("/user").headers["x-ratelimit-remaining"]) for _ in range(4)]
    assert left == [999, 995, 994, 990]
    simulator.advance(60)
    assert [job.failed for job in simulator.jobs.all()] == [1, 1]


def test_what_was_deleted_is_told_file_by_file() -> None:
    varied = Varied("result_entries=files")
    job_id = varied.http.post("/async/files/delete", json={"items": [{"file": varied.folder.id}]}).json()["id"]
    varied.simulator.advance(60)
    found = varied.http.get(f"/async/files/delete/{job_id}").json()["result"]
    assert [entry["resource"]["id"] for entry in found] == varied.inner


def test_no_switch_is_the_plain_variant_and_a_later_one_counts() -> None:
    assert Variant.parse([]) == PLAIN
    assert Variant.parse(["links=empty", "links=null", "maintenance=20/4"]) == Variant(
        links="null", maintenance=(20.0, 4.0)
    )
    assert Variant.parse(["others_every=none", "bulk_refused=none"]) == PLAIN


@pytest.mark.parametrize(
    ("switch", "complaint"),
    [
        ("link=empty", "'link' is not a switch of the simulator; the switches are: job_ids, links, total_header"),
        ("links=none", "links: expected one of next, empty, absent, null, not 'none'"),
        ("total_header", "total_header: expected one of yes, no, not ''"),
        ("page_max=many", "page_max: expected a number, not 'many'"),
        ("page_max=0", "page_max: expected 1 or more"),
        ("states=A,B", "states: expected three names separated by commas, not 'A,B'"),
        ("maintenance=20", "maintenance: expected EVERY/LASTS in seconds, such as 20/4, or none, not '20'"),
        ("maintenance=4/20", "maintenance: must be shorter than the time from one to the next"),
        ("bulk_refused=400", "bulk_refused: expected one of 404, 405, 501, none, not '400'"),
        ("others_every=0", "others_every: expected 1 or more"),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused_with_what_is_known(switch: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        Variant.parse([switch])


def test_values_in_python_are_checked_too() -> None:
    with pytest.raises(ValueError, match="links: expected one of"):
        Variant(links="none")  # type: ignore[arg-type]
