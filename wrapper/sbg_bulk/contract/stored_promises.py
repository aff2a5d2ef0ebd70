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
        "An edit sets the name, tags and metadata that it gives; null removes a key.",
        "contract, bulk_edit_files",
        "bulk",
    ),
    ("bulk-edit-keeps", _E, "An edit keeps what it does not give.", "contract, bulk_edit_files", "bulk"),
    (
        "bulk-update",
        _D,
        "An update removes the tags and metadata that it does not give, and keeps the name.",
        "contract, bulk_update_files",
        "bulk",
    ),
    ("bulk-delete", _D, "A bulk deletion deletes its files and nothing else.", "contract, bulk_delete_files", "bulk"),
    (
        "bulk-errors",
        _E,
        "In a bulk call, an item that fails becomes an error entry; the rest are done.",
        "contract, bulk_edit_files, bulk_start_imports",
        "bulk imports",
    ),
    # Volumes.
    ("volume-details", _E, "A volume's entry in the list agrees with its details.", "contract, Volume", "storage"),
    (
        "volume-objects",
        _D,
        "A page of objects has no more than its limit, each once, all on the requested volume.",
        "contract, list_volume_objects",
        "storage",
    ),
    ("volume-prefix", _D, "prefix selects the keys that begin with it.", "contract, list_volume_objects", "storage"),
    (
        "volume-pages",
        _D,
        "Following next, pages of objects neither skip nor repeat any.",
        "contract, list_volume_objects",
        "storage",
    ),
    ("volume-level", _G, "Objects are listed up to the next slash.", "contract, list_volume_objects", "storage"),
    # Imports, exports, and imports by DRS.
    (
        "starts",
        _D,
        "A start creates one job for each item, each with its own id; a refused one creates none.",
        "contract, start_import, start_export, start_drs_import",
        "imports exports drs bodies",
    ),
    ("echo", _D, "An import or export shows the source and destination that were sent.", *_TRANSFERS),
    ("transfer-readable", _D, "Imports and exports can be read as soon as they are started.", *_JOBS),
    ("transfer-ends", _D, "Imports and exports end.", *_JOBS),
    ("transfer-order", _E, "Imports and exports go through their states in order.", *_JOBS),
    ("transfer-final", _E, "Imports and exports that have ended do not change.", *_JOBS),
    (
        "transfer-outcome",
        _D,
        "If COMPLETED, an import or export has its file as the result; if FAILED, an error.",
        *_JOBS,
    ),
    ("transfer-fails", _D, "An import of an object that does not exist is refused or FAILED.", *_TRANSFERS),
    ("transfer-listed", _E, "Each import or export is listed once, in agreement with its details.", *_TRANSFERS),
    ("transfer-filters", _E, "Lists of imports and exports can be filtered by volume, project and state.", *_TRANSFERS),
    (
        "import-effects",
        _D,
        "An import creates an alias of the object, with the requested name and place.",
        "contract, start_import",
        "imports",
    ),
    (
        "import-clash",
        _D,
        "An existing file is kept; overwrite replaces it, and autorename imports beside it.",
        "contract, ImportItem",
        "imports",
    ),
    ("import-folder", _D, "A folder is imported with all its contents.", "contract, start_import", "imports"),
    (
        "export-effects",
        _D,
        "An export writes the file to the requested location on the volume.",
        "contract, start_export",
        "exports",
    ),
    (
        "export-keeps",
        _D,
        "With copy_only, the file stays on the platform's storage.",
        "contract, start_export",
        "exports",
    ),
    (
        "export-alias",
        _D,
        "Without copy_only, the file becomes an alias of the exported object.",
        "contract, start_export",
        "exports",
    ),
    (
        "export-clash",
        _D,
        "An existing object is replaced only with overwrite.",
        "contract, ExportItem",
        "exports",
    ),
    (
        "export-refused",
        _D,
        "Folders and aliases cannot be exported, and nothing can be exported to a read-only volume.",
        "contract, start_export",
        "exports",
    ),
    (
        "drs-effects",
        _D,
        "A DRS import creates the file at the requested place, with its name, metadata and tags.",
        "contract, start_drs_import",
        "drs",
    ),
    (
        "drs-result",
        _D,
        "The result of a DRS import has its files, and an error for each object that cannot be imported.",
        "contract, DrsImport",
        "drs",
    ),
    (
        "drs-conflict",
        _E,
        "If the name exists, SKIP skips the object, RENAME imports it beside, OVERWRITE replaces the file.",
        "contract, DrsRequest",
        "drs",
    ),
)
"""Name, level, text, source and parts of each."""
