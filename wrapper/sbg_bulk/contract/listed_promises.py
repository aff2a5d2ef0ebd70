"""The promises of lists, and of files and projects."""

from __future__ import annotations

from typing import Final

from sbg_bulk.contract.levels import Level

_D, _E, _G = Level.DOCUMENTED, Level.EXPECTED, Level.GUESS

LISTED_TABLE: Final[tuple[tuple[str, Level, str, str, str], ...]] = (
    # Lists.
    ("limit", _D, "A page has no more entries than its limit.", "contract, Limit", "lists walk"),
    (
        "pages",
        _D,
        "Pages neither skip nor repeat entries, whatever their size.",
        "contract, Offset and Limit",
        "lists walk",
    ),
    (
        "default-page",
        _D,
        "Without offset and limit, a page starts at 0 and has up to 25 entries.",
        "contract, Offset and Limit",
        # There may be jobs only after some were submitted.
        "lists walk",
    ),
    (
        "links",
        _D,
        "The links next and prev lead to the next and the previous page.",
        "contract, Link",
        "lists walk files bulk imports exports",
    ),
    ("links-given", _G, "A page links to the pages before and after it.", "several clients", "lists"),
    ("links-home", _G, "Links point to the host of the request.", "several clients", "lists walk"),
    ("full-pages", _G, "Every page except the last is full.", "several clients", "lists walk"),
    (
        "total",
        _D,
        "X-Total-Matching-Query is the number of entries.",
        "contract, X-Total-Matching-Query",
        "lists walk files bulk imports exports",
    ),
    ("total-given", _G, "Lists have the header X-Total-Matching-Query.", "contract, X-Total-Matching-Query", "lists"),
    # Files.
    (
        "one-level",
        _D,
        "A list has only what is directly in the folder.",
        "contract, list_files",
        "files walk",
    ),
    (
        "same-content",
        _D,
        "All ways to list a folder return the same entries.",
        "contract, list_folder, list_project_files",
        "files walk",
    ),
    (
        "name-filter",
        _D,
        "name selects entries with exactly that name; if repeated, with any of the names.",
        "contract, list_files",
        "files walk",
    ),
    (
        "more-filters",
        _D,
        "tag and metadata select files, name and tags projects; several filters must all match.",
        "contract, list_files, list_projects",
        "files bulk",
    ),
    (
        "fields",
        _E,
        "fields selects the properties of an answer, or of the entries of a list.",
        "contract, list_files, Fields",
        "files storage imports exports",
    ),
    (
        "entry-details",
        _E,
        "A file's or project's entry in a list agrees with its details.",
        "contract, FileInfo, Project",
        "files",
    ),
    (
        "entry-href",
        _D,
        "The href of a file, project, volume, import or export leads to it.",
        "contract, FileInfo.href, Project.href, Volume.href, ImportJob.href, ExportJob.href",
        "files walk bulk imports exports drs storage",
    ),
    (
        "as-asked",
        _D,
        "A call returns what has the requested id, and a list what is in the requested place.",
        "contract, get_file, get_project, list_files, list_owner_projects",
        "files lists walk storage imports exports",
    ),
    (
        "bulk-read",
        _E,
        "Files read in bulk are the same as when read one by one.",
        "contract, bulk_get_files",
        "bodies bulk",
    ),
)
"""Name, level, text, source and parts of each."""
