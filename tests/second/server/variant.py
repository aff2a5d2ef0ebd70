"""The ways in which servers of this API may differ without breaking its contract, or hardly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from attrs import frozen

USUAL_STATES: Final = ("SUBMITTED", "RESOLVING", "RUNNING")


@frozen
class Deviation:
    """A property that a variant withholds though the contract requires it, or whose value has another form.

    Attributes:
        schema: the schema's name in the contract.
        name: the property's.
        absent: whether it is withheld; otherwise its value has another form.
    """

    schema: str
    name: str
    absent: bool


@frozen(kw_only=True)
class Variant:
    """A way to keep the contract. Each default is the plainest reading of it.

    Attributes:
        list_order: of all lists. `shuffled` is an order without meaning that stays the same.
        job_ids: 18 digits that hold the time, 17 digits that count up, 18 random digits, or random letters.
        post_status: of submissions and of new folders.
        links: whether pages name their neighbours, have an empty list (also between two pages), no list or null.
            The last two withhold a required property.
        total_header: whether lists have X-Total-Matching-Query.
        page_max: the most entries of a page, whatever was asked for.
        file_lists: the properties of files in lists: those of the contract's example, the fewest (no `type`), or all.
        fields_parameter: whether lists of files heed `fields`.
        name_parameter: whether lists of files heed `name`.
        listed_results: whether the entries of the list of jobs have their `result`.
        result_order: of the entries of a result, compared with the items.
        result_entries: an entry for each item, for each file (those in a folder too), only for items that were done, or
            only for those that failed.
        counts_of: what the counts of a job count.
        counts_as: their JSON type. Strings, as the documentation's tables have them, deviate from the contract.
        dates: their form. Without a zone they deviate from the contract.
        states: those that a job passes through before FINISHED.
        extra_keys: whether all objects have keys that nobody knows.
        without_value: whether a property without a value is null, absent, or as in the contract's examples.
        hrefs: absolute, without the host, with a host that is not the endpoint's, or withheld though required.
        rate_headers: in seconds, in milliseconds (as one deployment documents them), or not there.
        date_header: whether answers have a Date.
        listed_late: seconds until a job, an import or an export is listed.
        maintenance: seconds from one maintenance to the next, and how long one lasts; None for none.
        foreign_every: after so many requests another program of the user submits a job; None for never.
        foreign_requests: how many requests of the budget that program then uses.
        error_codes: whether errors have a `code`. Maintenance has its 0 in any case.
        base_path: what all paths begin with.
        slash_redirects: whether a path with a slash too many is redirected, or not found.
        numbering: what the second clash of a name gets: `2_name`, or `1_1_name`.
        copy_clash: a copy whose name is taken is renamed `1_name`, fails, or stands beside the other.
        keep_alive: whether a connection lasts longer than one answer.
        bulk_order: of the entries of a bulk call, compared with what was asked for.
        bulk_folders: whether folders that are read in bulk have an entry. They have one where they are edited or
            deleted.
        bulk_deletes_folders: whether empty folders can be deleted in bulk.
        bulk_fields: the properties of a bulk call's resources: all, or the fewest that a list may have.
        bulk_error_status: whether the error entries of a bulk call have a `status`.
        bulk_status: of the answers to bulk calls.
        bulk_refused: the status with which bulk calls are refused as a whole, which the contract does not have; None if
            they are answered.
        storage: whether there are volumes, imports and exports, and imports by DRS.
        storage_lists: the properties of entries of lists of imports and exports: those asked for with `fields`, always
            the fewest, or always all.
        storage_refusals: whether an item of a bulk start that is refused becomes an error entry, or the whole call is
            refused.
        prefixes: whether the objects of a volume are listed up to the next slash only, or all of them.
        drs_skipped: the entry of an object that is left out for its name: the file that is there, none, or an error.
        object_pages: the most entries of a page of a volume's objects, whatever was asked for.
        project_files: whether the URL of a project's files has the list, or redirects to it.
        unknown_owners: whether the projects of an owner that does not exist are not found, or none.
        empty_tags: what a file without tags has.
        empty_strings: whether an empty `parent`, `project` or `name` of an item is as good as none, or refused.
        files_listed_late: seconds until a file or folder is listed.
        first_objects: whether the first page of objects has some, or only leads to the next.
        alias_ids: whether an exported file that becomes an alias keeps its id.
        failed_state: the last state of a job in which something failed. Any but FINISHED deviates from the contract's
            prose.
    """

    list_order: Literal["newest", "oldest", "by id", "shuffled"] = "newest"
    job_ids: Literal["time", "counted", "random", "letters"] = "time"
    post_status: Literal[200, 201, 202] = 200
    links: Literal["next", "empty", "absent", "null"] = "next"
    total_header: bool = True
    page_max: int = 100
    file_lists: Literal["usual", "least", "all"] = "usual"
    fields_parameter: bool = True
    name_parameter: bool = True
    listed_results: bool = True
    result_order: Literal["items", "reversed", "shuffled"] = "items"
    result_entries: Literal["items", "files", "done", "failed"] = "items"
    counts_of: Literal["items", "files"] = "items"
    counts_as: Literal["integers", "strings"] = "integers"
    dates: Literal["Z", "offset", "fractional", "naive", "absent"] = "Z"
    states: tuple[str, ...] = USUAL_STATES
    extra_keys: bool = False
    without_value: Literal["as documented", "null", "absent"] = "as documented"
    hrefs: Literal["absolute", "relative", "public", "absent"] = "absolute"
    rate_headers: Literal["seconds", "milliseconds", "absent"] = "seconds"
    date_header: bool = True
    listed_late: float = 0.0
    maintenance: tuple[float, float] | None = None
    foreign_every: int | None = None
    foreign_requests: int = 0
    error_codes: bool = True
    base_path: str = "/v2"
    slash_redirects: bool = True
    numbering: Literal["on", "again"] = "on"
    copy_clash: Literal["rename", "fail", "twin"] = "rename"
    keep_alive: bool = True
    bulk_order: Literal["asked", "shuffled"] = "asked"
    bulk_folders: bool = True
    bulk_deletes_folders: bool = True
    bulk_fields: Literal["all", "least"] = "all"
    bulk_error_status: bool = True
    bulk_status: Literal[200, 202] = 200
    bulk_refused: Literal[404, 405, 501] | None = None
    storage: bool = True
    storage_lists: Literal["asked", "least", "all"] = "asked"
    storage_refusals: Literal["entry", "call"] = "entry"
    prefixes: bool = True
    drs_skipped: Literal["existing", "absent", "error"] = "existing"
    object_pages: int = 100
    project_files: Literal["listed", "redirected"] = "listed"
    unknown_owners: Literal["refused", "none"] = "refused"
    empty_tags: Literal["list", "null"] = "list"
    empty_strings: Literal["absent", "refused"] = "absent"
    files_listed_late: float = 0.0
    first_objects: bool = True
    alias_ids: Literal["kept", "new"] = "kept"
    failed_state: str = "FINISHED"

    @property
    def deviations(self) -> Iterator[Deviation]:
        """What it withholds, or writes in another form, though the contract says otherwise. Nothing else."""
        lists = ("JobList", "FileList", "ProjectList", "VolumeList", "ImportList", "ExportList")
        jobs = ("Job", "ImportJob", "ExportJob", "DrsImport")
        if self.links in ("absent", "null"):
            yield from (Deviation(one, "links", absent=self.links == "absent") for one in lists)
        if self.hrefs == "absent":
            places = ("VolumeObjectList", "VolumeObject", "VolumePrefix", "Volume", "FileInfo", "Project", "User")
            yield from (Deviation(one, "href", absent=True) for one in (*lists, *jobs, *places))
        if self.counts_as == "strings":
            counts = ("total_files", "completed_files", "failed_files")
            yield from (Deviation("Job", one, absent=False) for one in counts)
        if self.dates == "naive":
            yield from (Deviation(one, f"{what}_on", absent=False) for one in jobs for what in ("started", "finished"))
            for schema in ("FileInfo", "Project", "Volume"):
                yield from (Deviation(schema, one, absent=False) for one in ("created_on", "modified_on"))
