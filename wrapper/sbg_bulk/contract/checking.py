"""Check a service: all the parts in their order, and one report of them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define, field

from sbg_bulk.contract.access import check_access
from sbg_bulk.contract.account import check_account, find_missing
from sbg_bulk.contract.answers import LEAST_SECRET, Answer, tokens_like
from sbg_bulk.contract.bodies import check_bodies
from sbg_bulk.contract.bulk import check_bulk
from sbg_bulk.contract.copies import make_copies
from sbg_bulk.contract.drs import check_drs
from sbg_bulk.contract.explore import explore
from sbg_bulk.contract.files import check_files
from sbg_bulk.contract.jobs import check_jobs
from sbg_bulk.contract.known import Known, find_jobs, find_known
from sbg_bulk.contract.pages import Collection as Pages
from sbg_bulk.contract.pages import check_pages
from sbg_bulk.contract.promises import PARTS, WRITING, parts_of
from sbg_bulk.contract.refusals import check_refusals
from sbg_bulk.contract.report import Finding, Report
from sbg_bulk.contract.scratch import Scratch, scratch_folder
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.stops import AbandonError, Budget, CannotCheck
from sbg_bulk.contract.storage import Volumes, check_storage
from sbg_bulk.contract.transfers import Exports, Imports
from sbg_bulk.contract.transport import connect
from sbg_bulk.contract.walk import walk
from sbg_bulk.text import either

COPIES = 3
"""Copies that changes in bulk take, and exports as many."""

STORED = ("list_volumes", "list_imports", "list_exports")

FULLY = ("list_async_jobs", "list_files")
"""Lists whose pages are gone through most."""


class Interrupted(KeyboardInterrupt):
    """The check was interrupted, with Ctrl-C for example.

    Attributes:
        report: what was found until then.
    """

    def __init__(self, report: Report) -> None:
        super().__init__("the check was interrupted")
        self.report = report


def check(
    service: Any,
    token: str,
    *,
    writes: str | None = None,
    export_to: str | None = None,
    drs_uri: str | None = None,
    second_token: str | None = None,
    budget: Budget | None = None,
    alone: bool = False,
    only_documented: bool = False,
    promises: Collection[str] = (),
    seed: int = 1,
    base_url: str | None = None,
    found: Callable[[Finding], object] | None = None,
    tell: Callable[[str], object] = lambda _: None,
    sleep: Callable[[float], object] = time.sleep,
    options: Sequence[str] = (),
) -> Report:
    """Check that a service keeps the contract.

    Without `writes`, only GET requests are made. With it, the project gets a folder of the check's own, all that is
    copied, moved and deleted is in there, and the folder is deleted in the end, also after Ctrl-C; files of the project
    are copied from.

    Args:
        service: the base URL, or an ASGI application.
        token: the user's token. It is in no finding, and goes to no other host.
        writes: a scratch project, `owner/project`, that may be written to.
        export_to: a volume, `owner/name`, that a few small files of the scratch folder may be exported to. They stay
            there: no call of this API deletes them. None to check no exports.
        drs_uri: the address of an object to import by DRS; None to try only one that leads nowhere.
        second_token: the token of another user, who is no member of the project: what that user can read is checked.
        budget: what the check may take; None for the defaults of Budget.
        alone: nobody else uses the token meanwhile, so that the rate limit and the list of jobs can be counted exactly.
        only_documented: whether `expected` promises are told without failing the check.
        promises: names of PROMISES, to check only these; empty for all.
        seed: what the check draws with; the same seed repeats it.
        base_url: where an application is to be, `http://service.localhost/v2` by default.
        found: is told each finding at once, once for each cause.
        tell: is told why the check waits.
        sleep: lets so many seconds pass.
        options: further options of the command, which findings name to be reproduced with.

    Raises:
        ValueError: the URL, the project or the name of a promise is none.
        Interrupted: with the report so far.
    """
    parts = [part for part in PARTS if not promises or part in parts_of(promises)]
    if writes is not None and (writes.count("/") != 1 or not all(writes.split("/"))):
        raise ValueError(f"Expected a project as owner/project, not {writes!r}.")
    if export_to is not None and (export_to.count("/") != 1 or not all(export_to.split("/"))):
        raise ValueError(f"Expected a volume as owner/name, not {export_to!r}.")
    if writes is None and (export_to is not None or drs_uri is not None):
        given = either("--allow-writes", "writes")
        raise ValueError(f"Exports and DRS imports need a scratch project to write to: {given}.")
    if not token.strip():
        raise ValueError("The token is empty.")
    # A service may repeat what it has refused.
    near = [one for one in tokens_like(token) if len(one) >= LEAST_SECRET]
    secrets = frozenset(filter(None, (token, second_token, *near)))
    with connect(service, base_url) as client:
        report = Report(
            str(client.base_url).rstrip("/"), writes, seed, only_documented, alone, frozenset(promises), secrets, found
        )
        for option, value in (("--export-to", export_to), ("--drs-uri", drs_uri)):
            report.options += () if value is None else (option, value)
        report.options += tuple(options)
        gate = Service(client, token, report, sleep=sleep, budget=budget, writes=writes is not None, tell=tell)
        try:
            _Check(gate, parts, writes, export_to, drs_uri, second_token, seed).run()
        except KeyboardInterrupt:
            report.interrupted = True
            report.could_not("the check was interrupted")
            raise Interrupted(report) from None
    return report


@define
class _Check:
    _service: Service
    _parts: Collection[str]
    _project: str | None
    _export_to: str | None
    _drs_uri: str | None
    _second: str | None
    _seed: int
    _known: Known | None = field(default=None, init=False)

    def run(self) -> None:
        """Do the parts. What ends one of them early leaves the others to be done."""
        try:
            with self._guarded("the account"):
                find_missing(self._service)
            if self._project is not None and WRITING & {*self._parts}:
                with self._guarded("the scratch folder"), scratch_folder(self._service, self._project) as scratch:
                    self._write(scratch)
            reading: dict[str, Callable[[], None]] = {
                "account": partial(check_account, self._service),
                "access": self._check_access,
                "refusals": self._check_refusals,
                "lists": self._check_lists,
                "jobs": partial(check_jobs, self._service),
                "files": lambda: check_files(self._service, self._what_there_is()),
                "storage": self._check_storage,
                "generated": partial(explore, self._service, self._seed),
            }
            for part, do in reading.items():
                if part in self._parts:
                    with self._guarded(part):
                        do()
        except CannotCheck as stopped:
            self._service.report.could_not(f"{stopped}.")

    def _write(self, scratch: Scratch) -> None:
        if "walk" in self._parts:
            with self._guarded("walk"):
                walk(self._service, scratch, self._seed)
        self._move(scratch)
        if "bodies" in self._parts:
            with self._guarded("bodies"):
                check_bodies(self._service, scratch, self._what_there_is(), self._second)

    def _move(self, scratch: Scratch) -> None:
        """Change files in bulk, and bring files in and out."""
        service, volumes = self._service, Volumes(self._service)
        imports = Imports(service, scratch, volumes, self._seed)
        exporting = self._export_to is not None and "exports" in self._parts and service.serves("list_exports")
        folder, names = "", dict[str, str]()
        if "bulk" in self._parts or exporting:
            with self._guarded("copies"):
                folder, names = make_copies(
                    service, scratch, self._what_there_is(), 2 * COPIES if exporting else COPIES
                )
        copies = [*names]
        if "bulk" in self._parts and copies:
            with self._guarded("bulk"):
                check_bulk(service, scratch, folder, copies)
        if "imports" in self._parts and service.serves("list_volumes", "list_imports"):
            with self._guarded("imports"):
                imports.run()
        if "exports" in self._parts and self._export_to is None:
            service.report.note("without a volume to export to, exports were not checked")
        if exporting and self._export_to is not None and len(copies) == 2 * COPIES:
            with self._guarded("exports"):
                Exports(service, scratch, volumes, self._export_to, copies[COPIES:], imports.aliases, names).run()
        if "drs" in self._parts and service.serves("start_drs_import"):
            with self._guarded("drs"):
                check_drs(service, scratch, self._drs_uri)

    def _check_storage(self) -> None:
        if self._service.serves("list_volumes"):
            check_storage(self._service, Volumes(self._service))

    def _what_there_is(self) -> Known:
        if self._known is None:
            self._known = find_known(self._service, self._project)
        return self._known

    def _check_access(self) -> None:
        check_access(self._service, self._with_jobs(), self._second)

    def _check_refusals(self) -> None:
        check_refusals(self._service, self._with_jobs())

    def _with_jobs(self) -> Known:
        """Return what there is, with jobs: some are there only after what was written."""
        known = self._what_there_is()
        if not known.jobs and not known.transfers:
            find_jobs(self._service, known)
        return known

    def _check_lists(self) -> None:
        known = self._what_there_is()
        collections = [Pages("list_async_jobs"), Pages("list_projects")]
        if known.project is not None:
            collections.append(Pages("list_files", query={"project": known.project}))
        if known.root is not None:
            collections.append(Pages("list_folder", path={"file_id": known.root}))
        if known.username is not None and self._service.serves("list_owner_projects"):
            collections.append(Pages("list_owner_projects", path={"owner": known.username}))
        collections += [Pages(name) for name in STORED if self._service.serves(name)]
        for collection in collections:
            first = check_pages(self._service, collection, brief=collection.operation not in FULLY)
            self._check_defaults(collection, first)

    def _check_defaults(self, collection: Pages, first: Answer | None) -> None:
        """Compare a page without offset and limit with the beginning of the first one."""
        call = partial(self._service.call, collection.operation, path=collection.path)
        usual = call(query=dict(collection.query) or None)
        same = first is not None and usual.ids() == first.ids()[:25]
        explicit = call(query={**collection.query, "offset": 0, "limit": 25}) if not same else usual
        same = same or usual.ids() == explicit.ids()
        if same or call(query={**collection.query, "offset": 0, "limit": 25}).ids() == explicit.ids():
            self._service.report.hold(
                "default-page",
                same,
                f"{collection.operation} without offset and limit did not return the page of 25 at 0",
                expected=f"{len(explicit.ids())} entries",
                came=f"{len(usual.ids())} entries",
                exchange=usual.exchange,
            )

    @contextmanager
    def _guarded(self, part: str) -> Iterator[None]:
        """Have a part end early without the others."""
        try:
            yield
        except CannotCheck:
            raise
        except AbandonError:
            self._service.report.note(f"{part}: the rest could not be checked because of what was found")
        except Exception as error:
            # An answer that no check has expected: the report is not lost for it.
            self._service.report.could_not(f"{part}: the check itself failed ({_place(error)}); please report this.")


def _place(error: Exception) -> str:
    """Say what failed and where, and nothing of what it was about."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).parent == Path(__file__).parent]
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
