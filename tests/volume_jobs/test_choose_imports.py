"""Choices of what to import: what is on the volume, what is there already, and where it goes."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import pytest

from sbg_bulk import InputError, NotFound, RunReport, Tally
from sbg_bulk.simulator import File, Variant
from sbg_bulk.simulator.world.tree import walk
from tests.support.runs import TARGET, Service

BUCKET = "rfranklin/bucket"
KEYS = {"in/a.bam": 1, "in/b.bam": 2, "in/b.bai": 3, "in/run/c.bam": 4, "in/run/deep/d.bam": 5, "other/e.bam": 6}


class Bucket(Service):
    """A simulator with a volume of objects in folders."""

    def __init__(self, objects: Any = None, **settings: Any) -> None:
        super().__init__(0, **settings)
        self.volume = self.world.volumes.add(BUCKET, objects=KEYS if objects is None else objects)

    def bring(self, *sources: str, **how: Any) -> RunReport | None:
        given = [f"{BUCKET}:{one}" for one in sources]
        with self.client() as client:
            return client.import_files(given, **{"to": TARGET, **how})

    def tree(self) -> dict[str, int]:
        """The files of the target by their paths, with their sizes."""
        found = {}
        for node in walk(self.target.root):
            names, above = [node.name], node.parent
            while above is not None and above is not self.target.root:
                names.insert(0, above.name)
                above = above.parent
            if isinstance(node, File):
                found["/".join(names)] = node.size
        return found


CHOSEN: dict[str, tuple[list[str], dict[str, Any], set[str]]] = {
    "what is in a folder": (["in/"], {}, {"a.bam", "b.bam", "b.bai"}),
    "a folder without its slash": (["in"], {}, {"a.bam", "b.bam", "b.bai"}),
    "an object": (["in/b.bam"], {}, {"b.bam"}),
    "objects and folders": (["in/b.bam", "other"], {}, {"b.bam", "e.bam"}),
    "subfolders in one": (["in"], {"recursive": True}, {"a.bam", "b.bam", "b.bai", "c.bam", "d.bam"}),
    "subfolders as they are": (
        ["in"],
        {"recursive": True, "preserve_structure": True},
        {"a.bam", "b.bam", "b.bai", "run/c.bam", "run/deep/d.bam"},
    ),
    "the whole volume": (
        [""],
        {"recursive": True, "preserve_structure": True, "match": ["*.bam"], "exclude": ["deep"]},
        {"in/a.bam", "in/b.bam", "in/run/c.bam", "other/e.bam"},
    ),
    "by a path below the source": (["in"], {"recursive": True, "match": ["run/**"]}, {"c.bam", "d.bam"}),
    "into a folder that is made": (["in/a.bam"], {"to": f"{TARGET}/x/y", "parents": True}, {"x/y/a.bam"}),
}


@pytest.mark.parametrize(("sources", "how", "made"), CHOSEN.values(), ids=CHOSEN.keys())
@pytest.mark.parametrize("variant", [Variant(), Variant(page_max=1), Variant(bulk_order="shuffled")], ids=str)
def test_what_is_chosen_is_imported_and_nothing_else(
    sources: list[str], how: dict[str, Any], made: set[str], variant: Variant
) -> None:
    bucket = Bucket(variant=variant)
    done = bucket.bring(*sources, **how)
    assert done is not None
    assert done.tally == Tally(len(made), done=len(made))
    assert set(bucket.tree()) == made
    assert bucket.bring(*sources, **how) is None


def test_the_awaiting_client_chooses_and_imports_the_same() -> None:
    blocking, awaiting = Bucket(), Bucket()
    blocking.bring("in", recursive=True, preserve_structure=True)

    async def run() -> None:
        async with awaiting.async_client() as client:
            await client.import_files(f"{BUCKET}:in", to=TARGET, recursive=True, preserve_structure=True)

    asyncio.run(run())
    wires = [[(one.operation, one.path) for one in each.simulator.requests] for each in (blocking, awaiting)]
    assert wires[0] == wires[1]
    assert awaiting.tree() == blocking.tree()


def test_names_that_are_taken_are_skipped_or_told() -> None:
    bucket = Bucket()
    bucket.world.add_file("a.bam", bucket.target.root, size=1)
    bucket.world.add_file("b.bam", bucket.target.root, size=100)
    with bucket.client() as client:
        choice = client.choose_imports([f"{BUCKET}:in"], to=TARGET)
    assert (len(choice), choice.existing, choice.size) == (1, 1, 3)
    assert [str(one) for one in choice.different] == [
        f"{TARGET}/b.bam: a file with this name and a different size exists there (100 B; this one has 2 B)"
    ]
    done = bucket.bring("in")
    assert done is not None
    assert (done.succeeded, done.tally) == (False, Tally(1, done=1))
    with pytest.raises(InputError, match="Nothing can be imported"):
        bucket.bring("in")


TAKEN: dict[str, tuple[dict[str, int], int]] = {
    "overwrite": ({"a.bam": 1, "b.bam": 2, "b.bai": 3}, 2),
    "rename": ({"a.bam": 1, "_1_a.bam": 1, "b.bam": 100, "_1_b.bam": 2, "b.bai": 3}, 3),
}


@pytest.mark.parametrize(("how", "told"), TAKEN.items())
def test_names_that_are_taken_are_overwritten_or_renamed_if_that_was_said(how: str, told: Any) -> None:
    tree, rows = told
    bucket = Bucket()
    bucket.world.add_file("a.bam", bucket.target.root, size=1)
    bucket.world.add_file("b.bam", bucket.target.root, size=100)
    done = bucket.bring("in", on_conflict=how)
    assert done is not None
    assert (done.tally, bucket.tree()) == (Tally(rows, done=rows), tree)


def test_with_fail_nothing_is_imported_if_a_name_is_taken() -> None:
    bucket = Bucket()
    bucket.world.add_file("a.bam", bucket.target.root, size=1)
    with pytest.raises(InputError, match="1 name exists at the destination, and nothing was changed"):
        bucket.bring("in", on_conflict="fail")
    assert not bucket.simulator.transfers.all()


def test_a_folder_of_the_name_is_never_replaced() -> None:
    bucket = Bucket()
    bucket.world.add_folder("a.bam", bucket.target.root)
    done = bucket.bring("in", on_conflict="overwrite")
    assert done is not None
    assert [one.destination for one in done.different if hasattr(one, "destination")] == [f"{TARGET}/a.bam"]
    assert set(bucket.tree()) == {"b.bam", "b.bai"}


WRONG: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "a bucket": (["s3://b/a"], {}, "is a bucket"),
    "a slash": ([f"{BUCKET}:/a"], {}, "does not begin with a slash"),
    "two dots": ([f"{BUCKET}:a/../b"], {}, "has no meaning"),
    "no volume": (["5d7f8e9a0b1c2d3e4f5a6b7c"], {}, "not a place on a volume"),
    "nothing": ([], {}, "Give at least one place"),
    "two volumes": ([f"{BUCKET}:in", "x/y:in"], {}, "two volumes"),
    "nothing there": ([f"{BUCKET}:none"], {}, "There is nothing at rfranklin/bucket:none"),
    "no folder": ([f"{BUCKET}:in"], {"to": f"{TARGET}/none"}, "parents"),
    "twice": ([f"{BUCKET}:in", f"{BUCKET}:in/a.bam"], {}, "selected twice"),
    "how": ([f"{BUCKET}:in"], {"on_conflict": "maybe"}, "expected skip, overwrite, rename or fail, not 'maybe'"),
}


@pytest.mark.parametrize(("sources", "how", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_meant_is_told_and_nothing_is_imported(
    sources: list[str], how: dict[str, Any], told: str
) -> None:
    bucket = Bucket()
    with pytest.raises(InputError, match=told), bucket.client() as client:
        client.import_files(sources, **{"to": TARGET, **how})
    assert not bucket.simulator.transfers.all()


def test_two_objects_of_one_name_need_their_folders_or_another_name() -> None:
    bucket = Bucket({"in/x/a": 1, "in/y/a": 2})
    with pytest.raises(InputError, match="preserve_structure=True"):
        bucket.bring("in", recursive=True)
    bucket.bring("in", recursive=True, on_conflict="rename")
    assert bucket.tree() == {"a": 1, "_1_a": 2}


def test_a_volume_that_is_not_there_or_not_active_is_told_before_anything_is_listed() -> None:
    bucket = Bucket()
    with pytest.raises(NotFound, match="rfranklin/none"), bucket.client() as client:
        client.import_files("rfranklin/none:in", to=TARGET)
    bucket.volume.active = False
    with pytest.raises(InputError, match="not active"):
        bucket.bring("in")
    assert "list_volume_objects" not in {one.operation for one in bucket.simulator.requests}


def test_what_cannot_have_its_name_here_is_left_out_and_told() -> None:
    bucket = Bucket({"in/" + "n" * 256: 1, "in/a": 2})
    done = bucket.bring("in")
    assert done is not None
    assert (done.tally, done.succeeded) == (Tally(1, done=1), False)
    assert "at most 255" in str(done.refused[0])


def test_a_plan_that_is_saved_is_a_manifest_of_the_same_imports() -> None:
    bucket = Bucket()
    with bucket.client() as client:
        choice = client.choose_imports([f"{BUCKET}:in"], to=TARGET, recursive=True, preserve_structure=True)
        out = io.StringIO()
        writer = csv.DictWriter(out, choice.plan_columns)
        writer.writeheader()
        writer.writerows(choice.plan())
        done = client.run("IMPORT", io.BytesIO(out.getvalue().encode()), parents=True)
    assert done.tally == Tally(5, done=5)
    assert set(bucket.tree()) == {"a.bam", "b.bam", "b.bai", "run/c.bam", "run/deep/d.bam"}


def test_a_volume_of_many_objects_is_chosen_for_a_request_for_each_hundred() -> None:
    bucket = Bucket({f"many/{number:05}.bam": number for number in range(10_000)})
    with bucket.client() as client:
        choice = client.choose_imports([f"{BUCKET}:many/"], to=TARGET, recursive=True)
    assert (len(choice), choice.size) == (10_000, sum(range(10_000)))
    assert sum(one.operation == "list_volume_objects" for one in bucket.simulator.requests) <= 101
    assert choice.requests <= 110
