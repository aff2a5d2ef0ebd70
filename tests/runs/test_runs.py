"""A manifest is carried to its end, each row once, from wherever it was broken off."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import random
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal

import httpx
import pytest

from sbg_bulk import (
    BadRequest,
    InputError,
    Maintenance,
    ManifestError,
    NotFound,
    RunOptions,
    Unauthorized,
    Wait,
)
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Reply, Sleep, Step
from sbg_bulk.runs import kept_options
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import Progress
from sbg_bulk.runs.records import State, Tally
from sbg_bulk.settings.settings import Token
from sbg_bulk.simulator import ApiError, Permissions, Timing, Variant
from tests.support.runs import TARGET, TOKEN, Killed, Service, interrupted, outcomes, report, table


def names(count: int, prefix: str = "") -> list[str]:
    return sorted(f"{prefix}f{n}.bam" for n in range(count))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


def carry(service: Service, path: Path, job_type: str = "copy", **settings: Any) -> Any:
    columns = {} if job_type == "delete" else {"project": TARGET}
    chosen: dict[str, Any] = {"items_per_job": 2, **settings}
    driver = chosen.pop("driver", BlockingDriver)
    return service.client(driver).run(job_type, service.manifest(**columns), journal=path, **chosen)


def test_a_manifest_is_done_and_the_report_says_so(path: Path) -> None:
    service = Service(5)
    manifest = table(service.files, project=TARGET, lab="x")
    wanted = RunOptions(new_ids=True)
    result = service.client().run("COPY", manifest, journal=path, items_per_job=2, options=wanted)
    assert (result.journal, result.tally, result.succeeded) == (path, Tally(5, done=5), True)
    assert service.copies() == names(5)
    found = report(path)
    assert [row["file"] for row in found] == service.files
    assert {row["lab"] for row in found} == {"x"}
    for row in found:
        copied = service.world.nodes[row["new_id"]]
        assert (copied.name, row["outcome"]) == (service.world.nodes[row["file"]].name, "done")
    assert Counter(row["job"] for row in found).most_common()[0][1] == 2


@pytest.mark.parametrize("items_per_job", [1, 2, 3, 7, 100])
def test_jobs_have_as_many_items_as_asked_for(path: Path, items_per_job: int) -> None:
    service = Service(7)
    assert carry(service, path, items_per_job=items_per_job).succeeded
    sizes = [len(job.items) for job in service.simulator.jobs.all()]
    assert sum(sizes) == 7
    assert set(sizes[:-1]) <= {items_per_job}
    with pytest.raises(InputError, match="items_per_job"):
        carry(service, path.with_name("other"), items_per_job=0)


@pytest.mark.parametrize("jobs_in_flight", [1, 3, 100])
def test_no_more_jobs_are_under_way_than_allowed(path: Path, jobs_in_flight: int) -> None:
    service = Service(20, timing=Timing(3, 3, 3))
    most = [0]

    class Counting(BlockingDriver):
        def _perform(self, step: Step) -> object:
            outcome = super()._perform(step)
            running = sum(job.finished_on is None for job in service.simulator.jobs.all())
            most[0] = max(most[0], running)
            return outcome

    assert carry(service, path, driver=Counting, options=RunOptions(jobs_in_flight=jobs_in_flight)).succeeded
    assert most[0] == min(jobs_in_flight, 10)


def test_to_watch_all_jobs_costs_less_than_one_look_at_each(path: Path) -> None:
    service = Service(40, timing=Timing(10, 10, 10))
    assert carry(service, path, items_per_job=1).succeeded
    looks = [one for one in service.simulator.requests if one.method == "GET" and one.operation != "get_rate_limit"]
    assert len(looks) < 40


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
def test_jobs_are_found_among_many_others(path: Path, order: str) -> None:
    service = Service(9, list_order=order)
    others = [service.world.add_file(f"o{n}", service.source.root, size=1).id for n in range(250)]
    for other in others:
        service.submit([other], project="rfranklin/source")
    assert carry(service, path).succeeded
    assert service.copies() == names(9)


FAULTS: dict[str, list[str]] = {
    "copy": [],
    "move": [],
    "delete": [],
    "copy, an answer lost": ["kind=cut_after op=submit_* call=2"],
    "copy, a request lost": ["kind=cut_before op=submit_* call=2"],
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_run_that_is_broken_off_at_any_step_is_taken_up_and_every_row_is_done_once(tmp_path: Path, what: str) -> None:
    job_type, faults, before = what.partition(",")[0], FAULTS[what], list[int]()
    for at in itertools.count():
        random.seed(at)  # the jitter of pauses
        service, path = Service(4, faults=[*faults, "kind=late_list seconds=5"]), tmp_path / f"{at}"
        try:
            assert carry(service, path, job_type, driver=interrupted(at, after=False)).succeeded
            break
        except Killed:
            if not path.exists():
                assert not service.simulator.requests, at
                before.append(at)
                continue
            assert service.client().resume(path).succeeded, at
        assert service.copies() == ([] if job_type == "delete" else names(4)), at
        assert sorted(service.source.root.children) == (names(4) if job_type == "copy" else []), at
        assert outcomes(path) == ["done"] * 4, at
        assert len(service.simulator.jobs.all()) == 2, at
    assert at > 15
    # What was read is looked at first, and for a deletion what unfinished runs still need: on this machine, and before
    # there is a run.
    assert before == ([0, 1] if job_type == "delete" else [0])


@pytest.mark.parametrize("seed", range(10))
def test_a_run_may_be_broken_off_again_and_again(path: Path, seed: int) -> None:
    service, chance = Service(12), random.Random(seed)
    random.seed(seed)  # the jitter of pauses
    with pytest.raises(Killed):
        carry(service, path, driver=interrupted(5, after=True))
    for breaks in itertools.count():
        # The longer it takes, the later it is broken off: it comes to an end.
        at = chance.randrange(40 + 10 * breaks)
        try:
            assert service.client(interrupted(at, after=chance.random() < 0.5)).resume(path).succeeded
            break
        except Killed:
            continue
    assert breaks > 3
    assert service.copies() == names(12)
    assert len(service.simulator.jobs.all()) == 6


class Impatient(BlockingDriver):
    """Somebody presses Ctrl-C when the run sleeps."""

    def _perform(self, step: Step) -> object:
        if isinstance(step, Sleep):
            raise KeyboardInterrupt
        return super()._perform(step)


def test_an_interrupt_while_it_sleeps_leaves_a_run_that_can_be_resumed(path: Path) -> None:
    service = Service(4)

    with pytest.raises(KeyboardInterrupt):
        carry(service, path, driver=Impatient)
    assert len(service.submissions) == 2
    assert service.client().resume(path).succeeded
    assert (service.copies(), len(service.submissions)) == (names(4), 2)


def test_ctrl_c_while_it_submits_leaves_nothing_unclear(path: Path) -> None:
    service = Service(4)

    class Interrupted(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if isinstance(step, Call) and not step.operation.repeatable and not service.submissions:
                signal.raise_signal(signal.SIGINT)
            return super()._perform(step)

    with pytest.raises(KeyboardInterrupt):
        carry(service, path, driver=Interrupted)
    with Journal.open(path) as journal:
        assert [one.state for one in journal.unfinished()] == [State.RUNNING]
    assert service.client().resume(path).succeeded
    assert (service.copies(), len(service.submissions)) == (names(4), 2)


def test_a_task_that_is_cancelled_while_it_submits_leaves_nothing_unclear(path: Path) -> None:
    service, carrying = Service(4), list[asyncio.Task[None]]()

    class Cancelled(AwaitingDriver):
        async def _perform(self, step: Step) -> object:
            if isinstance(step, Call) and not step.operation.repeatable and not service.submissions:
                carrying[0].cancel()
                await asyncio.sleep(0)
            return await super()._perform(step)

    async def main() -> None:
        carrying.append(asyncio.create_task(carried()))
        with pytest.raises(asyncio.CancelledError):
            await carrying[0]

    async def carried() -> None:
        async with service.async_client(Cancelled) as client:
            await client.run("copy", service.manifest(project=TARGET), journal=path, items_per_job=2)

    asyncio.run(main())
    with Journal.open(path) as journal:
        assert [one.state for one in journal.unfinished()] == [State.RUNNING]
    assert service.client().resume(path).succeeded
    assert (service.copies(), len(service.submissions)) == (names(4), 2)


@pytest.mark.parametrize("at", range(4))
def test_what_a_watcher_raises_ends_the_run_which_can_be_resumed(path: Path, at: int) -> None:
    service = Service(4)
    calls = iter(range(100))

    def watch(_: Progress) -> None:
        if next(calls) == at:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        carry(service, path, on_change=watch)
    assert service.client().resume(path).succeeded
    assert service.copies() == names(4)


def test_progress_is_told_when_it_changes_and_adds_up(path: Path) -> None:
    service = Service(10, timing=Timing(20, 20, 5))
    seen: list[Progress] = []
    assert carry(service, path, on_change=seen.append).succeeded
    assert all(before != after for before, after in itertools.pairwise(seen))
    assert (seen[0].tally, seen[-1].tally) == (Tally(10, open=10), Tally(10, done=10))
    assert seen[-1].jobs_ended == 5
    for one in seen:
        tally = one.tally
        assert tally.rows == tally.done + tally.failed + tally.running + tally.open
        assert (tally.running > 0) == (one.jobs_running > 0)


# What goes wrong


def test_items_that_fail_are_told_with_code_and_words_and_tried_again_in_a_run_of_their_own(
    path: Path, tmp_path: Path
) -> None:
    service = Service(4)
    missing = service.world.add_file("gone.bam", service.source.root, size=1)
    service.files.insert(1, missing.id)
    service.world.delete(missing)
    result = service.client().run("copy", table(service.files, project=TARGET, lab="x"), journal=path)
    assert (result.succeeded, result.tally) == (False, Tally(5, done=4, failed=1))
    (failed,) = [row for row in report(path) if row["outcome"] == "failed"]
    assert (failed["file"], failed["api_code"], failed["new_id"]) == (missing.id, 10225, None)
    assert "There is no file" in failed["message"]

    service.world.nodes[missing.id] = missing
    service.world._attach(missing, service.source.root, "gone.bam")
    again = service.client().retry(path, journal=tmp_path / "again")
    assert (again.succeeded, again.tally) == (True, Tally(1, done=1))
    with Journal.open(tmp_path / "again") as journal:
        assert journal.plan.retry_of == result.run
        assert [row["lab"] for row in journal.report()] == ["x"]
        assert [row.number for row in journal.rows(["done"])] == [3]
    assert service.copies() == sorted([*names(4), "gone.bam"])
    with pytest.raises(InputError, match="Nothing failed in run"):
        service.client().retry(tmp_path / "again", journal=tmp_path / "third")
    assert not (tmp_path / "third").exists()


def test_a_chunk_that_is_refused_fails_with_the_code_and_the_rest_goes_on(path: Path) -> None:
    service = Service(6)
    refused = refusing(2, 400, {"status": 400, "code": 5033, "message": "No."})
    assert carry(service, path, driver=refused).tally == Tally(6, done=4, failed=2)
    assert [(row["outcome"], row["api_code"], row["message"], row["job"]) for row in report(path)][2:4] == [
        ("failed", 5033, "No.", None)
    ] * 2
    assert len(service.copies()) == 4


def refusing(call: int, status: int, body: object) -> type[BlockingDriver]:
    """A driver for a service that answers one submission, counted from 1, in this way, and does not carry it out."""
    calls = iter(range(1, 1000))

    class Refusing(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if isinstance(step, Call) and step.operation.name.startswith("submit_") and next(calls) == call:
                return Reply(step.operation, status, httpx.Headers(), json.dumps(body).encode())
            return super()._perform(step)

    return Refusing


@pytest.mark.parametrize("status", [400, 404, 405, 413])
def test_a_refusal_that_is_not_the_apis_own_ends_the_run_and_fails_no_row(path: Path, status: int) -> None:
    service = Service(6)
    with pytest.raises((NotFound, BadRequest), match=f"HTTP {status}"):
        carry(service, path, driver=refusing(2, status, "<html>"))
    assert set(outcomes(path)) == {"open"}
    assert service.client().resume(path).succeeded
    assert service.copies() == names(6)


def test_a_token_that_is_not_known_ends_the_run_which_can_be_resumed(path: Path) -> None:
    service = Service(4)
    with pytest.raises(Unauthorized):
        service.client(token="another-token").run("copy", service.manifest(project=TARGET), journal=path)
    with pytest.raises(Unauthorized):
        service.client(refusing(1, 401, {"code": 90001})).resume(path)
    assert not service.simulator.jobs.all()
    assert service.client().resume(path).succeeded


@pytest.mark.parametrize("fault", ["500", "html", "cut_before", "429", "maintenance", "520"])
def test_the_first_request_may_fail_without_ending_the_run(path: Path, fault: str) -> None:
    service = Service(4, faults=[f"kind={fault} op=get_rate_limit"])
    assert carry(service, path).succeeded


def test_nothing_is_sent_for_a_manifest_with_problems(path: Path) -> None:
    service = Service(3)
    with pytest.raises(ManifestError):
        service.client().run("copy", table([*service.files, "", service.files[0]], project=TARGET), journal=path)
    with pytest.raises(InputError, match="expected COPY, MOVE, DELETE"):
        service.client().run("link", service.manifest(), journal=path)
    assert len(service.simulator.requests) == 0
    assert not path.exists()


def test_a_job_whose_details_have_expired_leaves_its_rows_unknown(path: Path) -> None:
    service = Service(4)
    with pytest.raises(KeyboardInterrupt):
        carry(service, path, driver=Impatient)
    service.simulator.advance(40 * 86_400)
    assert service.client().resume(path).tally == Tally(4, unknown=4)
    (message,) = {row["message"].replace(row["job"], "N") for row in report(path)}
    assert message == "job N can no longer be read: jobs expire a month after they end"


def test_a_job_that_cannot_be_found_for_a_moment_is_not_given_up(path: Path) -> None:
    service = Service(4, faults=["kind=late_list seconds=20"])
    calls = iter(range(1000))

    class Late(BlockingDriver):
        def _perform(self, step: Step) -> object:
            outcome: Any = super()._perform(step)
            if isinstance(step, Call) and step.operation.name == "get_copy_job" and next(calls) < 5:
                return Reply(step.operation, 404, outcome.headers, b'{"code": 10211}')
            return outcome

    assert carry(service, path, driver=Late).succeeded


@pytest.mark.parametrize("field", ["result", "completed_files", "started_on", "type", "href"])
def test_what_the_list_leaves_out_is_read_from_the_job(path: Path, field: str) -> None:
    service = Service(4, faults=[f"kind=null_field field={field} op=list_async_jobs"])
    assert carry(service, path, options=RunOptions(new_ids=True)).tally == Tally(4, done=4)
    assert all(row["new_id"] for row in report(path))


def test_rows_that_a_shorter_result_does_not_prove_are_unattributed_and_name_the_job(path: Path) -> None:
    service = Service(3)

    class Short(BlockingDriver):
        def _perform(self, step: Step) -> object:
            outcome: Any = super()._perform(step)
            if isinstance(step, Call) and step.operation.name == "get_copy_job":
                answer = json.loads(outcome.content)
                answer["result"] = (answer["result"] or [])[:2]
                return Reply(step.operation, 200, outcome.headers, json.dumps(answer).encode())
            return outcome

    assert carry(service, path, items_per_job=3, driver=Short).tally == Tally(3, done=2, unattributed=1)
    (job,) = service.simulator.jobs.all()
    # Two copies are seen to be those of two rows; of the third nothing is told.
    assert sorted((row["outcome"], row["job"]) for row in report(path)) == [
        ("done", job.id),
        ("done", job.id),
        ("unattributed", job.id),
    ]
    assert [job.id in (row["message"] or "") for row in report(path)].count(True) == 1


# Both clients


def _run(client: Any, manifest: IO[bytes], path: Path, on_wait: Callable[[Wait], object]) -> Any:
    return client.run("copy", manifest, journal=path, items_per_job=2, on_wait=on_wait)


def blocking(service: Service, work: Callable[[Any], Any]) -> Any:
    return work(service.client())


def awaiting(service: Service, work: Callable[[Any], Any]) -> Any:
    async def main() -> Any:
        async with service.async_client() as client:
            return await work(client)

    return asyncio.run(main())


@pytest.mark.parametrize(
    "faults",
    [
        [],
        ["kind=cut_after op=submit_* call=2"],
        ["kind=fail_item op=submit_* item=2"],
        ["kind=429 op=* every=3"],
        ["kind=html op=submit_* call=1"],
    ],
)
def test_both_clients_do_the_same(tmp_path: Path, faults: list[str]) -> None:
    seen: list[object] = []
    for number, perform in enumerate((blocking, awaiting)):
        random.seed(3)
        service, path = Service(6, faults=faults), tmp_path / f"{number}"
        told: list[object] = []
        work = partial(_run, manifest=service.manifest(project=TARGET), path=path, on_wait=told.append)
        done = perform(service, work)
        requests = [(one.time, one.method, one.path, one.query, one.status) for one in service.simulator.requests]
        seen.append((done.tally, report(path), requests, told))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("perform", [blocking, awaiting])
@pytest.mark.parametrize(("again", "most"), [(None, 1), (RunOptions(), 1), (RunOptions(jobs_in_flight=3), 3)])
def test_a_run_is_resumed_with_the_limits_that_it_was_given(
    path: Path, perform: Callable[..., Any], again: RunOptions | None, most: int
) -> None:
    service = Service(20, timing=Timing(3, 3, 3))
    with pytest.raises(Killed):
        carry(
            service,
            path,
            driver=interrupted(20, after=True),
            options=RunOptions(jobs_in_flight=1, reserve=5, list_lag=9.0, new_ids=True),
            within=60.0,
        )
    running: list[int] = []
    work = lambda client: client.resume(  # noqa: E731
        path, options=again, on_change=lambda progress: running.append(progress.jobs_running)
    )
    assert perform(service, work).succeeded
    assert max(running) == most
    assert all(row["new_id"] for row in report(path))
    with Journal.open(path) as journal:
        assert kept_options.earlier(journal) == (RunOptions(most, 5, 9.0, new_ids=True), 60.0)


@pytest.mark.parametrize("perform", [blocking, awaiting])
def test_both_clients_resume_and_retry(tmp_path: Path, perform: Callable[..., Any]) -> None:
    service, path = Service(4, faults=["kind=fail_item op=submit_* call=2"]), tmp_path / "j"
    with pytest.raises(Killed):
        carry(service, path, driver=interrupted(12, after=True))
    assert perform(service, lambda client: client.resume(path)).tally.failed == 1
    assert perform(service, lambda client: client.retry(path, journal=tmp_path / "again")).succeeded
    assert service.copies() == names(4)


@pytest.mark.parametrize("perform", [blocking, awaiting])
def test_a_report_says_why_files_failed_and_whether_a_second_try_may_help(
    path: Path, tmp_path: Path, perform: Callable[..., Any]
) -> None:
    service = Service(1)
    service.world.add_user("someone")
    member = {"rfranklin": Permissions(read=True, write=True)}
    closed = service.world.add_project("someone/closed", members=member)
    theirs = service.world.add_file("theirs.bam", closed.root, size=1).id

    def reasons(files: list[str], where: Path) -> tuple[list[tuple[int, str]], bool]:
        source = table([*service.files, *files], project=TARGET)
        found = perform(service, lambda client: client.run("copy", source, journal=where, items_per_job=1))
        return [(reason.files, reason.what) for reason in found.reasons], found.retry_helps

    gone = (2, "The file or folder to be copied, moved or deleted does not exist.")
    assert reasons([], tmp_path / "none") == ([], False)
    assert reasons(["none-1", "none-2"], tmp_path / "gone") == ([gone], False)
    refused = (1, "No permission to copy from the project, or to it.")
    assert reasons([theirs, "none-1", "none-2"], path) == ([gone, refused], True)


def test_the_form_of_a_stream_is_kept_for_the_report(path: Path) -> None:
    service = Service(1)
    lines = f'{{"file": "{service.files[0]}", "project": "{TARGET}", "deep": {{"a": 1}}}}\n'
    assert service.client().run("copy", io.BytesIO(lines.encode()), journal=path).succeeded
    with Journal.open(path) as journal:
        assert (journal.plan.form, journal.plan.manifest) == ("jsonl", "-")
        assert [row["deep"] for row in journal.report()] == [{"a": 1}]


def test_a_manifest_is_read_from_a_file(path: Path, tmp_path: Path) -> None:
    service = Service(3)
    source = tmp_path / "m.tsv"
    source.write_text("file\n" + "\n".join(service.files))
    assert service.client().run("copy", source, project=TARGET, journal=path).succeeded
    with Journal.open(path) as journal:
        assert (journal.plan.form, journal.plan.manifest) == ("tsv", str(source))


def asked_for_the_user(service: Service) -> int:
    return sum(one.operation == "get_user" for one in service.simulator.requests)


def break_off(service: Service, path: Path, until: Callable[[], object]) -> None:
    """Carry a run until this is so, and break it off then."""

    class Broken(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if until():
                raise Killed
            return super()._perform(step)

    with pytest.raises(Killed):
        carry(service, path, driver=Broken)


def remembered(path: Path, key: str) -> str | None:
    with Journal.open(path) as journal:
        return journal.remembered(key)


def test_a_run_is_not_resumed_as_another_user_whose_list_does_not_show_its_jobs(path: Path) -> None:
    service = Service(4, timing=Timing(1, 1, 100))
    break_off(
        service, path, lambda: asked_for_the_user(service) and service.simulator.requests[-1].operation != "get_user"
    )
    assert remembered(path, "user") == "rfranklin"
    service.world.add_user("other", token="other-token")
    with pytest.raises(InputError, match="was started by rfranklin, but the token belongs to other"):
        service.client(token="other-token").resume(path)
    assert service.client().resume(path).succeeded
    assert service.copies() == names(4)


def test_a_run_is_resumed_with_a_new_token_of_the_same_user(path: Path) -> None:
    service = Service(4, timing=Timing(1, 1, 100))
    break_off(
        service, path, lambda: asked_for_the_user(service) and service.simulator.requests[-1].operation != "get_user"
    )
    assert remembered(path, "user") == "rfranklin"
    service.world.tokens["new-token"] = service.world.users["rfranklin"]
    assert service.client(token="new-token").resume(path).succeeded
    assert asked_for_the_user(service) == 2
    assert service.copies() == names(4)


def test_a_run_whose_user_is_not_known_yet_is_resumed_with_its_own_token_only(path: Path) -> None:
    # A window that the submissions fill has no room for the question whose token it is.
    service = Service(4, faults=["kind=cut_after op=submit_copy_job call=1"], rate_limit=(2, 60))
    break_off(service, path, lambda: bool(service.submissions))
    assert remembered(path, "user") is None
    service.world.add_user("other", token="other-token")
    with pytest.raises(InputError, match="Resume it with the token it was started with"):
        service.client(token="other-token").resume(path)
    assert len(service.submissions) == 1
    assert service.client().resume(path).succeeded
    assert service.copies() == names(4)


def test_another_user_may_carry_a_run_of_which_nothing_was_done(path: Path) -> None:
    service = Service(2, faults=["kind=maintenance op=submit_*"])
    with pytest.raises(Maintenance):
        carry(service, path, within=60)
    assert remembered(path, "token") is not None
    service.simulator.disarm()
    service.world.add_user("other", token="other-token")
    # It is that user who may not read the files: the rows have failed, which is not refused beforehand.
    assert service.client(token="other-token").resume(path).tally.failed == 2


def test_the_token_is_not_in_the_journal_nor_to_be_found_out_from_it(path: Path) -> None:
    service = Service(2)
    assert carry(service, path).succeeded
    with Journal.open(path) as journal:
        mark = journal.remembered("token")
    assert mark == Token(TOKEN).mark(journal.plan.run) != Token(TOKEN).mark("another run")
    assert TOKEN.encode() not in path.read_bytes()


def test_what_failed_is_tried_again_by_one_run_only(tmp_path: Path, path: Path) -> None:
    service = Service(3, faults=["kind=fail_item op=submit_copy_job call=1 item=1"])
    assert carry(service, path).tally.failed == 1
    again = service.client().retry(path, journal=tmp_path / "again")
    assert again.succeeded
    with pytest.raises(InputError, match=f"Run {again.run} already retries the failures of run .*\nIts journal is not"):
        service.client().retry(path, journal=tmp_path / "third")
    assert service.copies() == names(3)
    assert not (tmp_path / "third").exists()


def test_a_submission_refused_for_a_file_fails_its_rows_and_the_others_go_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(6)
    submit = service.simulator.operations.submit_copy_job

    def refusing(call: Any) -> Any:
        if any(item["file"] == service.files[2] for item in call.arguments.body["items"]):
            raise ApiError(5001, "No access to this file.")
        return submit(call)

    monkeypatch.setattr(service.simulator.operations, "submit_copy_job", refusing)
    assert carry(service, path).tally == Tally(6, done=4, failed=2)
    assert [row["api_code"] for row in report(path)] == [None, None, 5001, 5001, None, None]


# What a folder became


@pytest.mark.parametrize("entries", ["items", "files"])
@pytest.mark.parametrize(("job_type", "wanted"), [("copy", False), ("copy", True), ("move", False)])
@pytest.mark.parametrize("fails", [False, True])
def test_the_id_of_a_file_in_a_folder_is_not_told_as_that_of_the_folder(
    path: Path, job_type: str, wanted: bool, entries: Literal["items", "files"], fails: bool
) -> None:
    faults = ["kind=fail_item op=submit_* item=1"] if fails else []
    service = Service(2 if fails else 0, faults=faults, variant=Variant(result_entries=entries))
    folder = service.world.add_folder("folder", service.source.root)
    service.world.add_file("in.bam", folder, size=1)
    service.files.append(folder.id)
    carry(service, path, job_type, items_per_job=3, options=RunOptions(new_ids=wanted))
    told = report(path)[-1]
    made = service.target.root.children["folder"]
    proved = entries == "items" and (job_type == "move" or wanted or fails)
    assert told["new_id"] == (made.id if proved else None)
    assert told["outcome"] == ("done" if proved or not fails or job_type == "move" else "unattributed")
