"""The work of both clients with volumes, as flows that wait for a driver: choose what to export or to import."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from attrs import evolve

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.client.places import lookup_policy, place_on, volume_place_on
from sbg_bulk.client.wanted import Wanted, filters_of
from sbg_bulk.errors import Forbidden, InputError, NotFound
from sbg_bulk.files.addresses import is_address
from sbg_bulk.files.comparison import Comparison
from sbg_bulk.files.paths import is_path, unpasted
from sbg_bulk.items import COPY, DONE_AS, EXPORT_COPY, EXPORT_REPLACE, IMPORT, MOVE
from sbg_bulk.models.storage import Volume
from sbg_bulk.runs.draft import Draft
from sbg_bulk.runs.left_out import Conflicts
from sbg_bulk.runs.problems import ManifestError, Problem
from sbg_bulk.runs.result import RunReport
from sbg_bulk.settings.settings import Settings
from sbg_bulk.volume_jobs.choice import OnTaken, VolumeChoice
from sbg_bulk.volume_jobs.choose import choose_exports, usable, writable
from sbg_bulk.volume_jobs.choose_imports import choose_imports
from sbg_bulk.volume_jobs.row_conflicts import look_at_exports, look_at_imports
from sbg_bulk.volumes.compare import compare_with_volume
from sbg_bulk.volumes.places import is_volume_place

JOB_TYPES: Final = (EXPORT_COPY, EXPORT_REPLACE, IMPORT)
"""What is done with volumes."""

CHECKED: Final = (COPY, MOVE, *JOB_TYPES)
"""The runs whose rows have names that may be taken where they go."""


class VolumeFlows:
    """Choices of what goes to volumes, or comes from them."""

    def __init__(self, settings: Settings, policy: RequestPolicy) -> None:
        self._settings = settings
        self._policy = policy

    def choose_exports(
        self,
        sources: Iterable[str],
        to: str,
        wanted: Wanted,
        *,
        recursive: bool,
        on_conflict: str,
        on_request: Callable[[int], object] | None,
    ) -> Flow[VolumeChoice]:
        if isinstance(sources, str):
            raise InputError("sources: give a list, even for one path or id.")
        given = list(sources)
        for text in given:
            if is_address(text) or is_path(text):
                place_on(self._settings, text)
        volume_place_on(self._settings, to)
        return choose_exports(
            lookup_policy(self._policy),
            map(unpasted, given),
            to,
            filters_of(*wanted),
            recursive=recursive,
            on_conflict=OnTaken.of(on_conflict),
            on_request=on_request,
        )

    def choose_imports(
        self,
        sources: Iterable[str],
        to: str,
        wanted: Wanted,
        *,
        recursive: bool,
        preserve_structure: bool,
        parents: bool,
        on_conflict: str,
        on_request: Callable[[int], object] | None,
    ) -> Flow[VolumeChoice]:
        if isinstance(sources, str):
            raise InputError("sources: give a list, even for one place.")
        given = list(sources)
        for text in given:
            volume_place_on(self._settings, text)
        place_on(self._settings, to)
        return choose_imports(
            lookup_policy(self._policy),
            given,
            to,
            filters_of(*wanted),
            recursive=recursive,
            preserve_structure=preserve_structure,
            parents=parents,
            on_conflict=OnTaken.of(on_conflict, renames=True),
            on_request=on_request,
        )

    def check(self, draft: Draft) -> Flow[None]:
        """Look whether the volumes that rows name can be used, unless that was done.

        Raises:
            InputError: all rows name one that cannot be, or not for this.
            ManifestError: some do.
            NotFound: there is no such volume.
        """
        if draft.checked or draft.plan.job_type not in JOB_TYPES:
            return
        look = usable if draft.plan.job_type == IMPORT else writable
        found = yield from record(lambda: draft.first_with("volume"))
        problems: list[Problem] = []
        volumes: list[Volume] = []
        for volume, number in found.items():
            try:
                volumes.append((yield from look(lookup_policy(self._policy), volume)))
            except (InputError, Forbidden, NotFound) as error:
                if len(found) == 1:
                    raise
                problems.append(Problem(number, "volume", str(error).rstrip(".")))
            draft.requests += 1
        if problems:
            raise ManifestError(problems[: ManifestError.SHOWN], len(problems))
        draft.checked, draft.used = True, tuple(volumes)

    def check_rows(self, draft: Draft, on_conflict: str, on_request: Callable[[int], object] | None) -> Flow[Conflicts]:
        """Find what is there already where a manifest's rows go, and leave out what is not to be done."""
        policy, imports = lookup_policy(self._policy), draft.plan.job_type == IMPORT
        look = look_at_imports if imports else look_at_exports
        return look(policy, draft, OnTaken.of(on_conflict, renames=imports), on_request)

    def compare(
        self,
        source: str,
        place: str,
        wanted: Wanted,
        *,
        one_way: bool,
        on_request: Callable[[int], object] | None,
    ) -> Flow[Comparison]:
        if is_volume_place(source) and is_volume_place(place):
            raise InputError(f"{source} and {place} are both on volumes. Compare one with a project or folder.")
        sides = [
            volume_place_on(self._settings, one) if is_volume_place(one) else place_on(self._settings, one)
            for one in (source, place)
        ]
        policy, filters = lookup_policy(self._policy), filters_of(*wanted)
        return compare_with_volume(policy, sides[0], sides[1], filters, one_way=one_way, on_request=on_request)

    def export_type(self, copy_only: bool, replace_with_alias: bool) -> str:
        """Return the type of the jobs. Raises InputError unless it was said what becomes of the platform's copies."""
        if copy_only == replace_with_alias:
            raise InputError(
                "Say what to do with the platform's copies: copy_only=True keeps them; replace_with_alias=True deletes "
                "them, and aliases of what was exported take their place, which cannot be undone."
            )
        return EXPORT_COPY if copy_only else EXPORT_REPLACE

    def with_left_out(self, choice: VolumeChoice, report: RunReport | None) -> RunReport | None:
        """Return the report of a run with what was left out of its choice.

        Raises:
            InputError: there was no run, as all that is not there already was left out.
        """
        if report is not None:
            return evolve(report, different=choice.different, refused=choice.refused)
        left_out = (*choice.refused, *choice.different)
        if left_out:
            raise InputError(f"Nothing can be {DONE_AS[choice.job_types[0]]}. {left_out[0]}.")
        return None
