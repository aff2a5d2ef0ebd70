"""Contains all the data models used in inputs/outputs"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bulk_export_entry import BulkExportEntry
    from .bulk_export_list import BulkExportList
    from .bulk_file_entry import BulkFileEntry
    from .bulk_file_list import BulkFileList
    from .bulk_import_entry import BulkImportEntry
    from .bulk_import_list import BulkImportList
    from .bulk_start_exports_copy_only import BulkStartExportsCopyOnly
    from .copy_item import CopyItem
    from .copy_request import CopyRequest
    from .delete_item import DeleteItem
    from .delete_request import DeleteRequest
    from .drs_import import DrsImport
    from .drs_item import DrsItem
    from .drs_item_imported_metadata import DrsItemImportedMetadata
    from .drs_request import DrsRequest
    from .drs_request_conflict_resolution import DrsRequestConflictResolution
    from .error_body import ErrorBody
    from .export_item import ExportItem
    from .export_job import ExportJob
    from .export_job_written_as import ExportJobWrittenAs
    from .export_list import ExportList
    from .export_properties import ExportProperties
    from .export_request import ExportRequest
    from .export_selection import ExportSelection
    from .export_source import ExportSource
    from .file_edit import FileEdit
    from .file_edit_new_metadata import FileEditNewMetadata
    from .file_edits import FileEdits
    from .file_info import FileInfo
    from .file_info_metadata import FileInfoMetadata
    from .file_info_origin import FileInfoOrigin
    from .file_info_storage import FileInfoStorage
    from .file_list import FileList
    from .file_selection import FileSelection
    from .file_type import FileType
    from .import_destination import ImportDestination
    from .import_item import ImportItem
    from .import_job import ImportJob
    from .import_list import ImportList
    from .import_request import ImportRequest
    from .import_selection import ImportSelection
    from .instance_limit import InstanceLimit
    from .job import Job
    from .job_list import JobList
    from .job_state import JobState
    from .job_type import JobType
    from .link import Link
    from .list_files_metadata import ListFilesMetadata
    from .move_item import MoveItem
    from .move_request import MoveRequest
    from .new_folder import NewFolder
    from .new_folder_type import NewFolderType
    from .permissions import Permissions
    from .project import Project
    from .project_list import ProjectList
    from .project_settings import ProjectSettings
    from .rate import Rate
    from .rate_limit import RateLimit
    from .resource_reference import ResourceReference
    from .result_entry import ResultEntry
    from .start_export_copy_only import StartExportCopyOnly
    from .transfer_place import TransferPlace
    from .user import User
    from .volume import Volume
    from .volume_link import VolumeLink
    from .volume_list import VolumeList
    from .volume_location import VolumeLocation
    from .volume_object import VolumeObject
    from .volume_object_list import VolumeObjectList
    from .volume_object_object_metadata import VolumeObjectObjectMetadata
    from .volume_prefix import VolumePrefix
    from .volume_service import VolumeService

_MODULES = {
    "BulkExportEntry": ".bulk_export_entry",
    "BulkExportList": ".bulk_export_list",
    "BulkFileEntry": ".bulk_file_entry",
    "BulkFileList": ".bulk_file_list",
    "BulkImportEntry": ".bulk_import_entry",
    "BulkImportList": ".bulk_import_list",
    "BulkStartExportsCopyOnly": ".bulk_start_exports_copy_only",
    "CopyItem": ".copy_item",
    "CopyRequest": ".copy_request",
    "DeleteItem": ".delete_item",
    "DeleteRequest": ".delete_request",
    "DrsImport": ".drs_import",
    "DrsItem": ".drs_item",
    "DrsItemImportedMetadata": ".drs_item_imported_metadata",
    "DrsRequest": ".drs_request",
    "DrsRequestConflictResolution": ".drs_request_conflict_resolution",
    "ErrorBody": ".error_body",
    "ExportItem": ".export_item",
    "ExportJob": ".export_job",
    "ExportJobWrittenAs": ".export_job_written_as",
    "ExportList": ".export_list",
    "ExportProperties": ".export_properties",
    "ExportRequest": ".export_request",
    "ExportSelection": ".export_selection",
    "ExportSource": ".export_source",
    "FileEdit": ".file_edit",
    "FileEditNewMetadata": ".file_edit_new_metadata",
    "FileEdits": ".file_edits",
    "FileInfo": ".file_info",
    "FileInfoMetadata": ".file_info_metadata",
    "FileInfoOrigin": ".file_info_origin",
    "FileInfoStorage": ".file_info_storage",
    "FileList": ".file_list",
    "FileSelection": ".file_selection",
    "FileType": ".file_type",
    "ImportDestination": ".import_destination",
    "ImportItem": ".import_item",
    "ImportJob": ".import_job",
    "ImportList": ".import_list",
    "ImportRequest": ".import_request",
    "ImportSelection": ".import_selection",
    "InstanceLimit": ".instance_limit",
    "Job": ".job",
    "JobList": ".job_list",
    "JobState": ".job_state",
    "JobType": ".job_type",
    "Link": ".link",
    "ListFilesMetadata": ".list_files_metadata",
    "MoveItem": ".move_item",
    "MoveRequest": ".move_request",
    "NewFolder": ".new_folder",
    "NewFolderType": ".new_folder_type",
    "Permissions": ".permissions",
    "Project": ".project",
    "ProjectList": ".project_list",
    "ProjectSettings": ".project_settings",
    "Rate": ".rate",
    "RateLimit": ".rate_limit",
    "ResourceReference": ".resource_reference",
    "ResultEntry": ".result_entry",
    "StartExportCopyOnly": ".start_export_copy_only",
    "TransferPlace": ".transfer_place",
    "User": ".user",
    "Volume": ".volume",
    "VolumeLink": ".volume_link",
    "VolumeList": ".volume_list",
    "VolumeLocation": ".volume_location",
    "VolumeObject": ".volume_object",
    "VolumeObjectList": ".volume_object_list",
    "VolumeObjectObjectMetadata": ".volume_object_object_metadata",
    "VolumePrefix": ".volume_prefix",
    "VolumeService": ".volume_service",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})


__all__ = (
    "BulkExportEntry",
    "BulkExportList",
    "BulkFileEntry",
    "BulkFileList",
    "BulkImportEntry",
    "BulkImportList",
    "BulkStartExportsCopyOnly",
    "CopyItem",
    "CopyRequest",
    "DeleteItem",
    "DeleteRequest",
    "DrsImport",
    "DrsItem",
    "DrsItemImportedMetadata",
    "DrsRequest",
    "DrsRequestConflictResolution",
    "ErrorBody",
    "ExportItem",
    "ExportJob",
    "ExportJobWrittenAs",
    "ExportList",
    "ExportProperties",
    "ExportRequest",
    "ExportSelection",
    "ExportSource",
    "FileEdit",
    "FileEditNewMetadata",
    "FileEdits",
    "FileInfo",
    "FileInfoMetadata",
    "FileInfoOrigin",
    "FileInfoStorage",
    "FileList",
    "FileSelection",
    "FileType",
    "ImportDestination",
    "ImportItem",
    "ImportJob",
    "ImportList",
    "ImportRequest",
    "ImportSelection",
    "InstanceLimit",
    "Job",
    "JobList",
    "JobState",
    "JobType",
    "Link",
    "ListFilesMetadata",
    "MoveItem",
    "MoveRequest",
    "NewFolder",
    "NewFolderType",
    "Permissions",
    "Project",
    "ProjectList",
    "ProjectSettings",
    "Rate",
    "RateLimit",
    "ResourceReference",
    "ResultEntry",
    "StartExportCopyOnly",
    "TransferPlace",
    "User",
    "Volume",
    "VolumeLink",
    "VolumeList",
    "VolumeLocation",
    "VolumeObject",
    "VolumeObjectList",
    "VolumeObjectObjectMetadata",
    "VolumePrefix",
    "VolumeService",
)
