"""Contains all the data models used in inputs/outputs"""

from .bulk_file_entry import BulkFileEntry
from .bulk_file_list import BulkFileList
from .copy_item import CopyItem
from .copy_request import CopyRequest
from .delete_item import DeleteItem
from .delete_request import DeleteRequest
from .error_body import ErrorBody
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
from .user import User

__all__ = (
    "BulkFileEntry",
    "BulkFileList",
    "CopyItem",
    "CopyRequest",
    "DeleteItem",
    "DeleteRequest",
    "ErrorBody",
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
    "User",
)
