"""The promises of calls in bulk, of volumes, and of what is brought in and out."""

from __future__ import annotations

from typing import Final

from sbg_bulk.contract.levels import Level

_D, _E, _G = Level.DOCUMENTED, Level.EXPECTED, Level.GUESS
_TRANSFERS: Final = "contract, start_import, start_export", "imports exports"
_JOBS: Final = "contract, ImportJob, ExportJob, DrsImport", "imports exports drs"

STORED_TABLE: Final[tuple[tuple[str, Level, str, str, str], ...]] = (
    # Files in bulk.
    (
        "bulk-edit",
        _D,
        "An edit gives a file the name, tags and metadata that it names; null removes a key.",
        "contract, bulk_edit_files",
        "bulk",
    ),
    ("bulk-edit-keeps", _E, "An edit keeps what it does not name.", "contract, bulk_edit_files", "bulk"),
    (
        "bulk-update",
        _D,
        "An update erases the tags and metadata that it does not name, and keeps the name.",
        "contract, bulk_update_files",
        "bulk",
    ),
    ("bulk-delete", _D, "What is deleted in bulk is gone, and nothing else.", "contract, bulk_delete_files", "bulk"),
    (
        "bulk-errors",
        _E,
        "What cannot be done in bulk becomes an error entry, and the rest is done.",
        "contract, bulk_edit_files, bulk_start_imports",
        "bulk imports",
    ),
    # Volumes.
    ("volume-details", _E, "The entry of a volume and its details agree.", "contract, Volume", "storage"),
    (
        "volume-objects",
        _D,
        "A page of objects has no more than its limit, each once, of the volume that was asked for.",
        "contract, list_volume_objects",
        "storage",
    ),
    ("volume-prefix", _D, "prefix selects the keys that begin so.", "contract, list_volume_objects", "storage"),
    (
        "volume-pages",
        _D,
        "Pages of objects, along next, neither skip nor repeat any.",
        "contract, list_volume_objects",
        "storage",
    ),
    ("volume-level", _G, "Objects are listed up to the next slash.", "contract, list_volume_objects", "storage"),
    # Imports, exports, and imports by DRS.
    (
        "starts",
        _D,
        "A start makes one job for each item, with an id of its own; a refused one makes none.",
        "contract, start_import, start_export, start_drs_import",
        "imports exports drs bodies",
    ),
    ("echo", _D, "An import or export shows the source and the destination that were sent.", *_TRANSFERS),
    ("transfer-readable", _D, "What was started can be read from then on.", *_JOBS),
    ("transfer-ends", _D, "What was started ends.", *_JOBS),
    ("transfer-order", _E, "It passes through its states in their order.", *_JOBS),
    ("transfer-final", _E, "What has ended stays as it is.", *_JOBS),
    ("transfer-outcome", _D, "It has its file as its result if it is COMPLETED, its error if it is FAILED.", *_JOBS),
    ("transfer-fails", _D, "An import of what is not there is refused, or FAILED.", *_TRANSFERS),
    ("transfer-listed", _E, "Each is in its list once, as its details are.", *_TRANSFERS),
    ("transfer-filters", _E, "Lists of imports and exports are filtered by volume, project and state.", *_TRANSFERS),
    (
        "import-effects",
        _D,
        "An import makes an alias of the object, where and under the name that were asked for.",
        "contract, start_import",
        "imports",
    ),
    (
        "import-clash",
        _D,
        "A name that is taken is kept, unless overwrite or autorename is given; then it is done so.",
        "contract, ImportItem",
        "imports",
    ),
    ("import-folder", _D, "A folder is imported with all its contents.", "contract, start_import", "imports"),
    (
        "export-effects",
        _D,
        "An export writes the file to its place on the volume.",
        "contract, start_export",
        "exports",
    ),
    ("export-keeps", _D, "With copy_only, a file stays the platform's own.", "contract, start_export", "exports"),
    (
        "export-alias",
        _D,
        "Without copy_only, a file becomes an alias of what was written.",
        "contract, start_export",
        "exports",
    ),
    (
        "export-clash",
        _D,
        "An object whose key is taken is not replaced without overwrite.",
        "contract, ExportItem",
        "exports",
    ),
    (
        "export-refused",
        _D,
        "Folders and aliases are not exported, and nothing to a volume that is read-only.",
        "contract, start_export",
        "exports",
    ),
    (
        "drs-effects",
        _D,
        "An import by DRS makes a file where it was asked for, with its name, metadata and tags.",
        "contract, start_drs_import",
        "drs",
    ),
    (
        "drs-result",
        _D,
        "The result of an import by DRS has its files, and an error for what cannot be imported.",
        "contract, DrsImport",
        "drs",
    ),
    (
        "drs-conflict",
        _E,
        "SKIP leaves out what has the name of a file, RENAME imports it beside, OVERWRITE in its place.",
        "contract, DrsRequest",
        "drs",
    ),
)
"""Name, level, text, source and parts of each."""
