"""Variants: how the service answers where its documentation leaves that open, or where a platform may differ.

A switch is given as `NAME=VALUE`, for example `links=empty` or `total_header=no`. Without any, the service answers as
it usually does.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin

from attrs import fields, frozen

_WORDS: Final[Mapping[str, bool]] = {"yes": True, "no": False}


@frozen(kw_only=True)
class Variant:
    """A way to answer. The defaults are the usual one.

    Attributes:
        job_ids: 18 digits that hold the time, 17 digits that count up, 18 random digits, or random letters.
        links: whether pages name their neighbours, or have an empty list, no list or null in that place.
        total_header: whether lists have `X-Total-Matching-Query`.
        page_max: the most entries of a page, whatever was asked for.
        file_lists: the properties of files in lists: the usual ones, the fewest (no `type`), or all.
        fields_parameter: whether lists of files heed `fields`.
        name_parameter: whether lists of files heed `name`.
        listed_results: whether the entries of the list of jobs have their `result`.
        result_order: the order of the entries of a result, compared with the items.
        result_entries: an entry for each item, for each file (those in a folder too), only for items that were done, or
            only for those that failed.
        counts_of: what the counts of a job count.
        counts_as: their JSON type.
        dates: their form; `absent` leaves them out.
        states: the names of the three states before FINISHED, in their order.
        extra_keys: whether all objects have keys that nobody knows.
        without_value: whether a property without a value is as documented, null, or absent.
        hrefs: absolute, without the host, with a host that is not the endpoint's, or left out.
        rate_headers: whether `X-RateLimit-Reset` is in seconds or in milliseconds, or none of these headers is there.
        date_header: whether answers have a `Date`.
        error_codes: whether errors have a `code`. Maintenance has its 0 in any case.
        bulk_order: the order of the entries of a bulk call, compared with what was asked for.
        bulk_folders: whether folders that are read in bulk have an entry.
        bulk_fields: the properties of files in bulk calls: all, or the fewest that a list may have.
        bulk_error_status: whether the error entries of a bulk call have a `status`.
        bulk_status: the status of the answers to bulk calls.
        bulk_edit_erases: whether an edit in bulk erases the tags and the metadata that it does not name.
        bulk_refused: the status with which all bulk calls are refused; `none` if they are answered.
        bulk_item_refused: whether an item that is refused among imports or exports becomes an error entry, or the whole
            call is refused and nothing is started.
        transfer_refusals: when an import or an export is refused: what can be seen at once (codes 90xx) at the
            submission and the rest (91xx) by a job that fails; everything at the submission; or everything by the job.
        transfer_lists: what lists of imports and exports show: what is asked for with `fields`, otherwise `href`, `id`
            and `state`; always only those; or always all.
        copy_only_case: whether `copy_only` counts however it is spelled, or only as `true` in lower case.
        advance_access: whether calls on volumes, imports and exports are refused without the header
            `X-SBG-Advance-Access: advance`.
        drs_bundles: whether a bundle of objects is imported with all its contents, or refused.
        drs_listed: whether the list of jobs has imports by DRS.
        drs_skipped: the entry of an item that is skipped for its name: the existing file, none, or an error; `renamed`
            has it imported under another name.
        drs_pace: how many files are imported by DRS in how many seconds; `none` for no limit.
        maintenance: seconds from one maintenance to the next, and how long each lasts; `none` for none.
        others_every: after so many requests another program of the user submits a job, which fails; `none` for never.
        others_requests: how many requests of the budget that program then uses.
    """

    job_ids: Literal["time", "counted", "random", "letters"] = "time"
    links: Literal["next", "empty", "absent", "null"] = "next"
    total_header: bool = True
    page_max: int = 100
    file_lists: Literal["usual", "least", "all"] = "usual"
    fields_parameter: bool = True
    name_parameter: bool = True
    listed_results: bool = True
    result_order: Literal["items", "reversed", "shuffled"] = "items"
    result_entries: Literal["items", "files", "done", "failed"] = "items"
    counts_of: Literal["files", "items"] = "files"
    counts_as: Literal["integers", "strings"] = "integers"
    dates: Literal["Z", "offset", "fractional", "naive", "absent"] = "Z"
    states: tuple[str, str, str] = ("SUBMITTED", "RESOLVING", "RUNNING")
    extra_keys: bool = False
    without_value: Literal["documented", "null", "absent"] = "documented"
    hrefs: Literal["absolute", "relative", "public", "absent"] = "absolute"
    rate_headers: Literal["seconds", "milliseconds", "absent"] = "seconds"
    date_header: bool = True
    error_codes: bool = True
    bulk_order: Literal["asked", "shuffled"] = "asked"
    bulk_folders: bool = True
    bulk_fields: Literal["all", "least"] = "all"
    bulk_error_status: bool = True
    bulk_status: Literal[200, 202] = 200
    bulk_edit_erases: bool = False
    bulk_refused: Literal[404, 405, 501] | None = None
    bulk_item_refused: Literal["entry", "call"] = "entry"
    transfer_refusals: Literal["usual", "submission", "job"] = "usual"
    transfer_lists: Literal["asked", "least", "all"] = "asked"
    copy_only_case: Literal["any", "lower"] = "any"
    advance_access: bool = False
    drs_bundles: Literal["expanded", "refused"] = "expanded"
    drs_listed: bool = False
    drs_skipped: Literal["existing", "absent", "error", "renamed"] = "existing"
    drs_pace: tuple[float, float] | None = (500.0, 300.0)
    maintenance: tuple[float, float] | None = None
    others_every: int | None = None
    others_requests: int = 0

    def __attrs_post_init__(self) -> None:
        if self.page_max < 1:
            raise ValueError("page_max: expected 1 or more")
        if self.others_every is not None and self.others_every < 1:
            raise ValueError("others_every: expected 1 or more")
        if self.maintenance is not None and not 0 < self.maintenance[1] < self.maintenance[0]:
            raise ValueError("maintenance: must be shorter than the time from one to the next")
        if self.drs_pace is not None and not (self.drs_pace[0] >= 1 and self.drs_pace[1] > 0):
            raise ValueError("drs_pace: expected 1 file or more, and more than 0 seconds")
        for name, choices in _choices().items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name}: expected one of {_listed(choices)}, not {getattr(self, name)!r}")

    @classmethod
    def parse(cls, switches: Sequence[str]) -> Variant:
        """Read switches as they are written on the command line, `NAME=VALUE` each; a later one counts.

        Raises ValueError, with what is known, for a name or a value that is not.
        """
        given: dict[str, Any] = {}
        for switch in switches:
            name, _, value = switch.partition("=")
            if name not in _types():
                raise ValueError(f"{name!r} is not a switch of the simulator; the switches are: {', '.join(_types())}")
            try:
                given[name] = _read(_types()[name], value)
            except ValueError:
                raise ValueError(f"{name}: expected {_expected(name)}, not {value!r}") from None
        return cls(**given)


@cache
def _types() -> Mapping[str, Any]:
    hints = typing.get_type_hints(Variant)
    return {one.name: hints[one.name] for one in fields(Variant)}


@cache
def _choices() -> Mapping[str, Sequence[object]]:
    """Return the values that a switch may have, for those that have few."""
    found: dict[str, Sequence[object]] = {}
    for name, kind in _types().items():
        literals = [one for one in (kind, *get_args(kind)) if get_origin(one) is Literal]
        if literals:
            found[name] = (*get_args(literals[0]), *((None,) if type(None) in get_args(kind) else ()))
        elif kind is bool:
            found[name] = (True, False)
    return found


def _listed(choices: Sequence[object]) -> str:
    return ", ".join({True: "yes", False: "no", None: "none"}.get(one, str(one)) for one in choices)  # type: ignore[call-overload]


def _expected(name: str) -> str:
    if name in _choices():
        return f"one of {_listed(_choices()[name])}"
    return {
        "states": "three names separated by commas",
        "maintenance": "EVERY/LASTS in seconds, such as 20/4, or none",
        "others_every": "a number, or none",
        "drs_pace": "FILES/SECONDS, such as 500/300, or none",
    }.get(name, "a number")


def _read(kind: Any, value: str) -> Any:
    """Read a value of a type. Raises ValueError if it is none of it."""
    parts = get_args(kind)
    if type(None) in parts:
        return None if value == "none" else _read(parts[0], value)
    if kind is bool:
        if value not in _WORDS:
            raise ValueError(value)
        return _WORDS[value]
    if kind is int:
        return int(value)
    if get_origin(kind) is Literal:
        return parts[[str(one) for one in parts].index(value)]
    numbers = parts[0] is float
    texts = value.split("/" if numbers else ",")
    if len(texts) != len(parts) or not all(texts):
        raise ValueError(value)
    return tuple(map(float, texts)) if numbers else tuple(texts)


PLAIN: Final = Variant()
