"""Contains all the data models used in inputs/outputs"""

from .copy_item import CopyItem
from .copy_request import CopyRequest
from .delete_item import DeleteItem
from .delete_request import DeleteRequest
from .error_body import ErrorBody
from .file_info import FileInfo
from .file_list import FileList
from .file_type import FileType
from .instance_limit import InstanceLimit
from .job import Job
from .job_list import JobList
from .job_state import JobState
from .job_type import JobType
from .link import Link
from .move_item import MoveItem
from .move_request import MoveRequest
from .new_folder import NewFolder
from .new_folder_type import NewFolderType
from .permissions import Permissions
from .project import Project
from .project_list import ProjectList
from .rate import Rate
from .rate_limit import RateLimit
from .resource_reference import ResourceReference
from .result_entry import ResultEntry
from .user import User

__all__ = (
    "CopyItem",
    "CopyRequest",
    "DeleteItem",
    "DeleteRequest",
    "ErrorBody",
    "FileInfo",
    "FileList",
    "FileType",
    "InstanceLimit",
    "Job",
    "JobList",
    "JobState",
    "JobType",
    "Link",
    "MoveItem",
    "MoveRequest",
    "NewFolder",
    "NewFolderType",
    "Permissions",
    "Project",
    "ProjectList",
    "Rate",
    "RateLimit",
    "ResourceReference",
    "ResultEntry",
    "User",
)
