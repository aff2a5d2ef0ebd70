"""What came of each row is proved or left open, never guessed: not from the order of a result either."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.models.job import ItemError, ItemResult, Job
from sbg_bulk.runs.records import Outcome, RowOutcome
from sbg_bulk.transfers.outcomes import attribute, by_absence, by_content, done_in_full


def done(file: str | None) -> ItemResult:
    return ItemResult(file, None, None)


def failed(code: int = 10225, file: str | None = None, message: str = "gone") -> ItemResult:
    return ItemResult(file, None, ItemError(404, code, message))


def job(job_type: str, *entries: ItemResult, **counts: int | None) -> Job:
    return Job("7", job_type, "FINISHED", result=entries or None, **counts)  # type: ignore[arg-type]


def copies(*files: str) -> list[Item]:
    return [CopyItem(file, project="a/b") for file in files]


def moves(*files: str) -> list[Item]:
    return [MoveItem(file, project="a/b") for file in files]


def deletions(*files: str) -> list[Item]:
    return [DeleteItem(file) for file in files]


FAILED = RowOutcome(Outcome.FAILED, None, 10225, "gone")


def shown(found: Sequence[RowOutcome] | None) -> list[tuple[str, str | None]] | None:
    return None if found is None else [(str(one.outcome), one.new_id) for one in found]


def made_of(*pairs: tuple[str, str]) -> Callable[[str, Item], bool]:
    """Return what says of a thing and an item whether they are alike: these pairs are."""
    return lambda made, item: (made, item.file) in pairs


# What the job itself proves


def test_all_is_done_if_the_job_accounts_for_all_and_whose_copy_is_whose_stays_open() -> None:
    assert shown(attribute(copies("a", "b"), job("COPY", done("x"), done("y")))) == [("done", None)] * 2
    # Of one thing, too: it may be the file in a folder.
    assert shown(attribute(copies("a"), job("COPY", done("x")))) == [("done", None)]


def test_what_moved_keeps_its_id_and_no_other_id_is_taken_for_that_of_a_folder() -> None:
    found = job("MOVE", done("new"), done("a"), done("b"))
    assert shown(attribute(moves("a", "b", "folder"), found)) == [("done", "a"), ("done", "b"), ("done", None)]
    found = job("MOVE", done("new"), done("a"), done("newer"))
    assert shown(attribute(moves("a", "f", "g"), found)) == [("done", "a"), ("done", None), ("done", None)]


def test_all_has_failed_if_every_result_is_an_error_and_nothing_was_done() -> None:
    assert attribute(copies("a", "b"), job("COPY", failed(), failed())) == [FAILED, FAILED]
    assert (
        shown(attribute(copies("a", "b"), job("COPY", failed(), failed(), completed_files=1)))
        == [("unattributed", None)] * 2
    )


@pytest.mark.parametrize("seed", range(5))
def test_moves_and_deletions_are_told_by_their_ids_whatever_the_order(seed: int) -> None:
    entries = [done("c"), failed(), done("a")]
    random.Random(seed).shuffle(entries)
    assert shown(attribute(moves("a", "b", "c"), job("MOVE", *entries))) == [
        ("done", "a"),
        ("failed", None),
        ("done", "c"),
    ]
    assert shown(attribute(deletions("a", "b", "c"), job("DELETE", *entries))) == [
        ("done", None),
        ("failed", None),
        ("done", None),
    ]


def test_of_several_that_failed_the_reason_is_told_if_it_is_one_and_all_of_them_if_not() -> None:
    same = attribute(moves("a", "b", "c"), job("MOVE", failed(), done("a"), failed()))
    assert same is not None
    assert same[1:] == [FAILED, FAILED]
    apart = attribute(moves("a", "b", "c"), job("MOVE", failed(5002, message="none"), done("a"), failed()))
    assert apart is not None
    assert [(one.outcome, one.api_code) for one in apart[1:]] == [(Outcome.FAILED, None)] * 2
    assert apart[1].message == "one of these (the job does not say which): none [5002]; gone [10225]"


def test_an_error_that_names_what_it_is_about_is_that_items_own() -> None:
    found = attribute(moves("a", "b", "c"), job("MOVE", failed(5002, "c"), failed(10225, "b"), done("a")))
    assert found is not None
    assert [one.api_code for one in found] == [None, 10225, 5002]


def test_fewer_results_than_items_prove_what_they_name_and_nothing_of_the_others() -> None:
    assert shown(attribute(moves("a", "b"), job("MOVE", done("a")))) == [("done", "a"), ("unattributed", None)]
    assert shown(attribute(deletions("a", "b"), job("DELETE", done("b")))) == [("unattributed", None), ("done", None)]


def test_counts_alone_tell_that_everything_was_done_where_no_result_says_less() -> None:
    items = copies("a", "b")
    assert (
        shown(attribute(items, job("COPY", total_files=2, completed_files=2, failed_files=0))) == [("done", None)] * 2
    )
    assert (
        shown(attribute(items, job("COPY", total_files=9, completed_files=9, failed_files=0))) == [("done", None)] * 2
    )
    for completed, failures in ((1, 1), (2, 1), (1, 0), (None, 0), (2, None), (0, 0), (None, None)):
        found = job("COPY", completed_files=completed, failed_files=failures)
        assert shown(attribute(items, found)) == [("unattributed", None)] * 2
    short = job("COPY", done("x"), total_files=2, completed_files=2, failed_files=0)
    assert attribute(items, short) is None


@pytest.mark.parametrize("entry", [done(None), ItemResult.from_answer({}), ItemResult.from_answer(None)])
def test_an_entry_that_is_neither_a_resource_nor_an_error_is_no_success(entry: ItemResult) -> None:
    assert not done_in_full(job("COPY", done("x"), entry), copies("a", "b"))
    assert attribute(copies("a", "b"), job("COPY", done("x"), entry)) is None


def test_a_copy_that_bears_the_id_of_a_source_or_of_another_copy_proves_nothing_by_its_number() -> None:
    assert attribute(copies("a", "b"), job("COPY", done("b"), done("x"))) is None
    assert attribute(copies("a", "b"), job("COPY", done("x"), done("x"))) is None


def test_a_job_that_tells_nothing_leaves_its_rows_open_and_is_named() -> None:
    found = attribute(copies("a", "b", "c"), job("COPY", failed(), failed_files=2))
    assert found is not None
    assert {one.outcome for one in found} == {"unattributed"}
    assert found[0].message == "job 7 has 1 results for 3 items, 2 of them failed; see the job"


# What was made is compared


def test_copies_with_failures_are_told_by_what_was_made() -> None:
    items, found = copies("a", "b", "c"), job("COPY", done("y"), failed(), done("x"))
    assert attribute(items, found) is None
    told = by_content(items, found, made_of(("x", "a"), ("y", "c")))
    assert [(one.outcome, one.new_id, one.api_code) for one in told] == [
        (Outcome.DONE, "x", None),
        (Outcome.FAILED, None, 10225),
        (Outcome.DONE, "y", None),
    ]


def test_as_many_alike_things_as_items_prove_all_of_them_but_not_whose_is_whose() -> None:
    twins = made_of(("x", "a"), ("x", "b"), ("y", "a"), ("y", "b"))
    found = by_content(copies("a", "b", "c"), job("COPY", done("x"), done("y"), failed()), twins)
    assert shown(found) == [("done", None), ("done", None), ("failed", None)]
    found = by_content(copies("a", "b"), job("COPY", done("x"), failed()), twins)
    assert shown(found) == [("unattributed", None)] * 2


def test_a_thing_that_is_like_no_item_leaves_the_others_open() -> None:
    found = by_content(copies("a", "b", "c"), job("COPY", done("x"), done("z"), failed()), made_of(("x", "a")))
    assert shown(found) == [("done", "x"), ("unattributed", None), ("unattributed", None)]


def test_moved_folders_are_told_from_those_that_stayed_by_the_ids_that_there_still_are() -> None:
    items, found = moves("a", "f", "g"), job("MOVE", failed(), done("new"), done("a"))
    assert attribute(items, found) is None
    assert shown(by_absence(items, found, {"g", "a"}, {"new"})) == [("done", "a"), ("done", "new"), ("failed", None)]
    assert shown(by_absence(items, found, {"g", "a"})) == [("done", "a"), ("done", None), ("failed", None)]
    assert shown(by_absence(items, found, {"a", "f", "g"})) == [("done", "a"), *[("unattributed", None)] * 2]


# In general

NAMES = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True)


@given(NAMES, st.data(), st.sampled_from(["COPY", "MOVE", "DELETE"]), st.randoms(use_true_random=False))
def test_whatever_is_done_and_in_whatever_order_it_is_told_no_row_is_told_wrong(
    files: list[str], data: st.DataObject, job_type: str, chance: random.Random
) -> None:
    """A service does some items, and tells of each or leaves some out; sources may look the same."""
    kind = {"COPY": copies, "MOVE": moves, "DELETE": deletions}[job_type]
    items = kind(*files)
    really = {file: data.draw(st.booleans(), label=file) for file in files}
    look = {file: data.draw(st.integers(0, 3)) for file in files}
    new = {file: f"new-{file}" if job_type == "COPY" else file for file in files}
    entries = [done(new[file]) if really[file] else failed(data.draw(st.integers(1, 2))) for file in files]
    chance.shuffle(entries)
    kept = entries[: data.draw(st.integers(0, len(entries)))] if data.draw(st.booleans()) else entries
    counts = {"total_files": len(files), "completed_files": sum(really.values())}
    found = job(job_type, *kept, **counts, failed_files=len(files) - sum(really.values()))
    told = attribute(items, found)
    if told is None:
        assert job_type == "COPY"
        told = by_content(items, found, lambda made, item: look[made.removeprefix("new-")] == look[item.file])
    assert len(told) == len(items)
    for item, one in zip(items, told, strict=True):
        if one.outcome is Outcome.DONE:
            # Of items that look the same one stands for the other.
            assert really[item.file] or any(really[other] for other in files if look[other] == look[item.file])
            assert one.new_id is None or one.new_id == new[item.file]
        elif one.outcome is Outcome.FAILED:
            assert not really[item.file]
        else:
            assert one.outcome is Outcome.UNATTRIBUTED
            assert "job 7" in one.message
    if len({look[file] for file in files}) == len(files) and kept is entries:
        assert Outcome.UNATTRIBUTED not in {one.outcome for one in told}


def test_as_many_ids_as_things_are_gone_prove_nothing_unless_they_are_those_of_folders() -> None:
    # A folder of two files, and what was never there: the result names the files.
    found = job("DELETE", done("a"), done("file 1"), done("file 2"), failed())
    assert shown(by_absence(deletions("a", "folder", "missing"), found, set())) == [
        ("done", None),
        *[("unattributed", None)] * 2,
    ]
    # The error is left out, and there are as many entries as items.
    items, found = moves("folder", "missing"), job("MOVE", done("x"), done("y"), failed_files=1)
    assert shown(by_absence(items, found, set())) == [("unattributed", None)] * 2
    assert shown(by_absence(items, found, set(), {"x"})) == [("unattributed", None)] * 2
    assert shown(by_absence(items, found, set(), {"x", "y"})) == [("done", None)] * 2


def test_all_that_is_gone_is_done_if_the_job_has_done_all_whatever_it_names() -> None:
    counts = {"total_files": 3, "completed_files": 3, "failed_files": 0}
    found = job("DELETE", done("file 1"), done("file 2"), done("a"), **counts)
    items = deletions("a", "folder", "other")
    assert shown(by_absence(items, found, set())) == [("done", None)] * 3
    assert shown(by_absence(items, found, {"other"})) == [("done", None), ("done", None), ("unattributed", None)]
