"""What became of each row is proved or left open, never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.models.job import ItemError, ItemResult, Job
from sbg_bulk.runs.outcomes import Outcome, RowOutcome, attribute


def done(file: str | None) -> ItemResult:
    return ItemResult(file, None, None)


def failed(code: int = 10225, file: str | None = None) -> ItemResult:
    return ItemResult(file, None, ItemError(404, code, "gone"))


def job(job_type: str, *entries: ItemResult, **counts: int | None) -> Job:
    return Job("7", job_type, "FINISHED", result=entries or None, **counts)  # type: ignore[arg-type]


def copies(*files: str) -> list[Item]:
    return [CopyItem(file, project="a/b") for file in files]


def moves(*files: str) -> list[Item]:
    return [MoveItem(file, project="a/b") for file in files]


def deletions(*files: str) -> list[Item]:
    return [DeleteItem(file) for file in files]


FAILED = RowOutcome(Outcome.FAILED, None, 10225, "gone")


def told(items: Sequence[Item], of: Job) -> list[tuple[str, str | None]]:
    return [(str(one.outcome), one.new_id) for one in attribute(items, of)]


def test_as_many_results_as_items_belong_to_the_items_in_their_places() -> None:
    assert attribute(copies("a", "b"), job("COPY", done("x"), failed())) == [RowOutcome(Outcome.DONE, "x"), FAILED]


def test_a_moved_file_keeps_its_id_and_a_moved_folder_has_a_new_one() -> None:
    found = job("MOVE", done("a"), failed(), done("new"))
    assert told(moves("a", "b", "folder"), found) == [("done", "a"), ("failed", None), ("done", "new")]


def test_a_deleted_file_has_no_new_id() -> None:
    assert told(deletions("a", "b"), job("DELETE", done("a"), failed())) == [("done", None), ("failed", None)]
    assert told(deletions("a", "b"), job("DELETE", done("b"))) == [("unattributed", None), ("done", None)]
    assert told(deletions("a"), job("DELETE", total_files=1, completed_files=1, failed_files=0)) == [("done", None)]


def test_results_in_another_order_are_told_by_their_ids_and_errors_are_not() -> None:
    found = job("MOVE", failed(), done("c"), done("a"))
    assert told(moves("a", "b", "c"), found) == [("done", "a"), ("unattributed", None), ("done", "c")]


def test_a_copy_that_bears_the_id_of_a_source_is_no_copy() -> None:
    assert {one.outcome for one in attribute(copies("a", "b"), job("COPY", done("b"), done("x")))} == {"unattributed"}


def test_two_copies_do_not_have_one_id() -> None:
    assert {one.outcome for one in attribute(copies("a", "b"), job("COPY", done("x"), done("x")))} == {"unattributed"}


def test_results_of_another_number_belong_to_nobody_and_the_job_is_named() -> None:
    outcomes = attribute(copies("a", "b", "c"), job("COPY", done("x"), failed(), failed_files=2))
    assert {one.outcome for one in outcomes} == {"unattributed"}
    assert outcomes[0].message == "job 7 has 2 results for 3 items, 2 of them failed; see the job"


def test_counts_alone_tell_that_everything_was_done() -> None:
    items = copies("a", "b")
    assert told(items, job("COPY", total_files=2, completed_files=2, failed_files=0)) == [("done", None)] * 2
    assert told(items, job("COPY", total_files=9, completed_files=9, failed_files=0)) == [("done", None)] * 2
    for completed, failures in ((1, 1), (2, 1), (1, 0), (None, 0), (2, None), (0, 0)):
        found = job("COPY", completed_files=completed, failed_files=failures)
        assert told(items, found) == [("unattributed", None)] * 2


def test_the_type_that_an_answer_leaves_out_is_not_missed() -> None:
    assert told(copies("a"), job("", done("x"))) == [("done", "x")]
    assert told(moves("a"), job("?", done("a"))) == [("done", "a")]


FILES = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True)
ENTRIES = st.lists(
    st.builds(done, st.none() | st.sampled_from([*"abcdef", "new1", "new2"]))
    | st.builds(failed, st.integers(1, 9), st.none() | st.sampled_from("abcdef")),
    max_size=6,
)
COUNTS = st.none() | st.integers(0, 6)


@given(FILES, st.sampled_from([copies, moves, deletions]), ENTRIES, COUNTS, COUNTS)
def test_there_is_one_outcome_for_each_item_and_none_is_contradicted(
    files: list[str], kind: object, entries: list[ItemResult], completed: int | None, failures: int | None
) -> None:
    assert callable(kind)
    items: list[Item] = kind(*files)
    found = Job("7", "?", "FINISHED", result=tuple(entries), completed_files=completed, failed_files=failures)
    outcomes = attribute(items, found)
    assert len(outcomes) == len(items)
    assert all("job 7" in one.message for one in outcomes if one.outcome is Outcome.UNATTRIBUTED)
    made = {entry.id for entry in entries if entry.error is None}
    for place, (item, one) in enumerate(zip(items, outcomes, strict=True)):
        assert one.outcome in (Outcome.DONE, Outcome.FAILED, Outcome.UNATTRIBUTED)
        if one.outcome is Outcome.FAILED:
            # Only in its own place, where nothing says otherwise.
            assert len(entries) == len(items)
            assert entries[place].error is not None
            assert entries[place].id in (None, item.file) or item.file not in made
        if one.outcome is Outcome.DONE and entries:
            assert one.new_id is None or one.new_id in made
            if kind is copies:
                assert one.new_id not in files
            elif kind is deletions:
                assert item.file in made
            else:
                assert item.file in made or one.new_id not in files
    if kind is not copies:
        # What came back under an item's own id was done, whatever the rest looks like.
        assert not any(
            one.outcome is Outcome.FAILED and item.file in made for item, one in zip(items, outcomes, strict=True)
        )
