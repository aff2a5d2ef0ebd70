"""The effects of finished jobs, compared with what they say and with what they were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from sbg_bulk.contract.service import Service
from sbg_bulk.contract.tree import Crawler, Entry, Tree, unnumbered
from sbg_bulk.contract.watching import Planned, Running

MOST_COPIES = 3
"""Copies whose details are read, where lists do not tell all of them."""

MOST_READ = 2
"""Files that are read one by one for each job."""


class Effects:
    """What jobs do to the scratch folder.

    Args:
        service: the service.
        crawler: reads the scratch folder.
        tree: what is expected there.
        home: the id of the scratch folder.
    """

    def __init__(self, service: Service, crawler: Crawler, tree: Tree, home: str) -> None:
        self._service = service
        self._crawler = crawler
        self._tree = tree
        self._home = home

    def compare(self, running: Sequence[Running]) -> None:
        """Compare the scratch folder, and the results, with what jobs were to do."""
        held: set[str] = set()
        before = dict(self._tree.entries)
        for job in running:
            for planned in job.planned:
                held.add(self._expect(job.type, planned))
        wanted = dict(self._tree.entries)
        actual = self._crawler.settled(lambda: self._crawler.crawl(self._home), self._tree.fits)
        flaws = self._tree.compare(actual)
        for flaw in flaws:
            # A copy under another name, and a job that has made another one, are both seen here.
            self._service.report.hold(flaw.promise, False, flaw.cause, expected="as requested", came=flaw.detail)
        for promise in held - {flaw.promise for flaw in flaws}:
            self._service.report.hold(promise, True, "", expected="")
        self._service.report.hold("untouched", True, "", expected="")
        for job in running:
            self._check_result(job, before, wanted)
            self._check_things(job, before)

    def _expect(self, job_type: str, planned: Planned) -> str:
        """Have the tree be as an item makes it. Returns the promise that says so."""
        tree = self._tree
        if planned.project is not None and planned.fails is None:
            return "items-done"  # What is outside of the scratch folder is compared by itself.
        if planned.fails is not None:
            if planned.to and planned.to not in tree.entries:
                tree.left.setdefault(planned.to, "failed-items")
            if planned.path in tree.entries:
                tree.entries[planned.path] = evolve(tree.entries[planned.path], promise="failed-items")
            return "failed-items"
        if job_type == "DELETE":
            tree.remove(str(planned.path), "delete-effects")
            return "delete-effects"
        if job_type == "MOVE":
            if planned.path is None:
                tree.entries[planned.to] = Entry("file", None, planned.source, None, "move-effects")
                return "move-effects"
            merges = planned.to in tree.entries
            tree.move(str(planned.path), planned.to)
            return "move-merges" if merges else "move-effects"
        if planned.path is not None:
            tree.copy(planned.path, planned.to)
            return "copy-effects"
        size = self._crawler.fact(planned.source)[1]
        about = self._crawler.abouts.get(planned.source)
        tree.entries[planned.to] = Entry("file", size, None, planned.source, "copy-effects", about)
        return "copy-effects"

    # Results

    def _check_result(self, job: Running, before: Mapping[str, Entry], wanted: Mapping[str, Entry]) -> None:
        hold, result = self._service.report.hold, job.result
        errors = [entry for entry in result if isinstance(entry.get("error"), Mapping)]
        fails = sum(planned.fails is not None for planned in job.planned)
        failed = job.history.last.get("failed_files")
        # A folder that fails may count as all the files in it.
        most = max(len(errors), failed if isinstance(failed, int) else 0)
        codes = sorted({str(entry["error"].get("code")) for entry in errors})
        hold(
            "items-done",
            len(errors) <= fails,
            f"valid items of a {job.type} job failed",
            expected=f"{fails} failures",
            came=f"{len(errors)}, with the codes {', '.join(codes)}: {job.history.last}",
        )
        hold(
            "failed-items",
            most >= fails,
            f"invalid items of a {job.type} job did not fail",
            expected=f"{fails} failures ({', '.join(sorted({str(one.fails) for one in job.planned if one.fails}))})",
            came=f"{most}: {job.history.last}",
        )
        named = [name for entry in result if (name := _resource_id(entry)) is not None]
        there = {entry.id for path, entry in self._tree.entries.items() if _reached(path, job.planned)}
        if job.type == "DELETE":
            deleted = [str(one.path) for one in job.planned if one.path is not None]
            there = {
                entry.id
                for path, entry in before.items()
                if path not in wanted and any(path == one or path.startswith(f"{one}/") for one in deleted)
            }
        outside = sum(one.project is not None and one.fails is None for one in job.planned)
        hold(
            "result-names",
            len(set(named)) == len(named),
            f"the result of a {job.type} job names the same item twice",
            expected="a different item in each entry",
            came=", ".join(named),
        )
        hold(
            "result-names",
            len({*named} - there) <= outside,
            f"the result of a {job.type} job names something that is not from its items",
            expected="ids of what is at the destination or was deleted",
            came=", ".join(sorted({*named} - {str(one) for one in there})),
        )
        self._check_order(job, result)

    def _check_order(self, job: Running, result: Sequence[Mapping[str, Any]]) -> None:
        if len(result) != len(job.planned):
            return  # told as incomplete
        for planned, entry in zip(job.planned, result, strict=True):
            right = ("error" in entry) == (planned.fails is not None)
            if right and planned.fails is None:
                there = self._tree.entries.get(planned.to)
                wanted = planned.source if job.type == "DELETE" or there is None else there.id
                right = (
                    planned.project is not None
                    or _resource_id(entry) == wanted
                    or (job.type == "MOVE" and _resource_id(entry) == planned.source)
                )
            self._service.report.hold(
                "result-in-order",
                right,
                f"the entries in the result of a {job.type} job are not in the order of the items",
                expected="an entry for each item, in order",
            )

    # Single files

    def _check_things(self, job: Running, before: Mapping[str, Entry]) -> None:
        done = [planned for planned in job.planned if planned.fails is None]
        if job.type == "DELETE":
            there = {path: entry for path, entry in before.items() if any(_at(path, one) for one in done)}
            below = sorted(
                (path for path in there if all(path != one.path for one in done)), key=lambda one: one.count("/")
            )
            # What was named, and the highest and the deepest of what was in it.
            for path in [*(str(one.path) for one in done), *below[:1], *below[1:][-1:]]:
                if path in there:
                    self._expect_gone(there[path])
            folders = [path for path in there if path in {one.path for one in done} and there[path].kind == "folder"]
            for path in folders[:1]:
                self._expect_no_list(str(there[path].id))
        elif job.type == "COPY":
            told = self._crawler.abouts.keys() >= {one.source for one in done if one.path is None and one.to}
            # Where lists tell the metadata, all of them were compared.
            copies = [one for one in done if one.path is None and one.to]
            copies.sort(key=lambda one: -sum(not char.isalnum() for char in str(one.name)))
            for planned in copies[: 1 if told else MOST_COPIES]:
                self._compare_copy(planned)
        else:
            for planned in done[:MOST_READ]:
                self._check_move(planned, before.get(str(planned.path)))

    def _expect_no_list(self, folder: str) -> None:
        by_path = self._service.call("list_folder", path={"file_id": folder})
        for inside in (by_path, self._service.call("list_files", query={"parent": folder})):
            self._service.report.hold(
                "delete-effects",
                inside.status == 404,
                f"a deleted folder can still be listed: {inside.status}",
                expected="404",
                exchange=inside.exchange,
            )

    def _expect_gone(self, entry: Entry) -> None:
        answer = self._service.call("get_file", path={"file_id": str(entry.id)})
        self._service.report.hold(
            "delete-effects",
            answer.status == 404,
            f"a deleted item can still be read: {answer.status}",
            expected="404",
            exchange=answer.exchange,
        )

    def _compare_copy(self, planned: Planned) -> None:
        entry = self._tree.entries.get(planned.to)
        if entry is None or entry.id is None:
            return  # told as missing
        hold = self._service.report.hold
        source = self._service.call("get_file", path={"file_id": planned.source})
        hold(
            "copy-effects",
            source.ok,
            f"the source of a copy can no longer be read: {source.status}",
            expected="the source as it was",
            exchange=source.exchange,
        )
        made = self._service.call("get_file", path={"file_id": entry.id})
        hold(
            "copy-effects",
            (made.field("name"), made.field("parent") or planned.parent) == (planned.name, planned.parent),
            "a copy has the wrong name or parent in its details",
            expected=f"{planned.name} in {planned.parent}",
            exchange=made.exchange,
        )
        hold(
            "copy-metadata",
            made.field("metadata") == source.field("metadata"),
            "a copy and its source differ in metadata",
            expected=str(source.field("metadata")),
            exchange=made.exchange,
        )

    def _check_move(self, planned: Planned, was: Entry | None) -> None:
        old = self._service.call("get_file", path={"file_id": planned.source})
        if was is None or was.kind == "file":
            self._service.report.hold(
                "move-effects",
                old.ok and (old.field("parent") or planned.parent) == planned.parent,
                "a moved file has the wrong parent in its details",
                expected=f"parent {planned.parent}",
                exchange=old.exchange,
            )
            return
        self._service.report.hold(
            "folder-id",
            old.status == 404,
            f"a moved folder can still be read by its old id: {old.status}",
            expected="404: a moved folder has a new id",
            exchange=old.exchange,
        )


def _at(path: str, planned: Planned) -> bool:
    """Return whether a path is that of an item, or below it."""
    return path == planned.path or path.startswith(f"{planned.path}/")


def _reached(path: str, planned: Sequence[Planned]) -> bool:
    """Return whether a path is at or below the destination of an item, renamed or not."""
    paths = (path, unnumbered(path))
    return any(one.to and (one.to in paths or path.startswith(f"{one.to}/")) for one in planned)


def _resource_id(entry: Mapping[str, Any]) -> str | None:
    resource = entry.get("resource")
    found = resource.get("id") if isinstance(resource, Mapping) else None
    return found if isinstance(found, str) else None
