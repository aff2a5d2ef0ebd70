"""The meanings of the API's codes, and what to do about each, for people who read a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from sbg_bulk.runs.records import Failures, Outcome
from sbg_bulk.text import either


@frozen
class Meaning:
    """The meaning that files which were not done have in common.

    Attributes:
        what: what it means.
        again: whether a retry may help without a change.
    """

    what: str
    _advice: str | Callable[[], str]
    again: bool = False

    @property
    def advice(self) -> str:
        """Return what to do, in the reader's words."""
        return self._advice if isinstance(self._advice, str) else self._advice()


_ID: Final = "Check the id, and that you are a member of its project."
_MEMBER: Final = "Ask an administrator of the project for permission, then retry."
_BODY: Final = "Requests are checked before they are sent, so this should not happen: please report it."
_LATER: Final = "Retry. If it persists, contact the platform's support."
_TOKEN: Final = "Check that the token is for this platform and has not expired, then retry."  # noqa: S105
_VOLUME: Final = "Check the volume's id (owner/name), and that you are a member of it."
_VOLUME_MEMBER: Final = "Ask an administrator of the volume for permission, then retry."
_WRITABLE: Final = "Ask an administrator of the volume to make it writable, or choose another one."
_SAME_CLOUD: Final = "Choose a volume in the cloud and region of the file's project."

MEANINGS: Final[Mapping[int, Meaning]] = {
    0: Meaning("The platform was down for maintenance.", "Retry after the maintenance.", again=True),
    1000: Meaning(
        "The rate limit was reached: it is shared by all programs with the same token.",
        lambda: f"Retry, and leave more requests for the others with {either('--reserve', 'RunOptions(reserve=...)')}.",
        again=True,
    ),
    2001: Meaning("No permission to see this user.", _MEMBER, again=True),
    2002: Meaning("This user does not exist.", "Check the name of the user in the project's id."),
    3001: Meaning("No permission to do this in the project.", _MEMBER, again=True),
    3002: Meaning("The project does not exist, or is not shared with you.", _ID),
    3006: Meaning("The project's id is empty.", "Name the project as owner/project."),
    3012: Meaning("The project's id is malformed.", "Name the project as owner/project."),
    5001: Meaning("No permission to read the file.", _MEMBER, again=True),
    5002: Meaning("The file does not exist: it was deleted, or the id is wrong.", _ID),
    5003: Meaning(
        "A file with this name already exists at the destination.",
        "It may be from an earlier run: check, then skip the file or give it another name.",
    ),
    5004: Meaning("The file's id is empty.", "Fill in the column file."),
    5006: Meaning("The metadata is not valid.", "Change it: a key has at most 100 bytes, and a value 300."),
    5008: Meaning("No permission to rename the file.", _MEMBER, again=True),
    5009: Meaning("No permission to change the file's metadata.", _MEMBER, again=True),
    5011: Meaning("No permission to change the file's tags.", _MEMBER, again=True),
    5012: Meaning("The item to create is not a folder.", _BODY),
    5014: Meaning("No permission to copy from the project, or to it.", _MEMBER, again=True),
    5021: Meaning("The folder is not empty.", "Delete it with a job, which deletes its contents too."),
    5022: Meaning("The parent is a file, not a folder.", "Put a folder's id into the column parent."),
    5023: Meaning("Folders cannot be edited.", "Take the folder out of the manifest or the selection."),
    5024: Meaning("The name is not allowed.", "Change the column name: at most 255 characters, and no slash."),
    5026: Meaning("The destination folder does not exist.", "Create the folder, or correct the column parent."),
    5029: Meaning("The destination is missing: no folder and no project.", "Fill in parent or project."),
    5030: Meaning("A folder with this name already exists.", "Use that one, or give it another name."),
    5031: Meaning("Two destinations are given: a folder and a project.", "Leave either parent or project empty."),
    5032: Meaning("No permission to move files out of the project, or into it.", _MEMBER, again=True),
    5033: Meaning("The request was not understood.", _BODY),
    9003: Meaning("No permission to import into the project.", _MEMBER, again=True),
    9004: Meaning("No permission to export the file.", _MEMBER, again=True),
    9005: Meaning("No permission to see this import or export.", "Read it with the token that started it.", again=True),
    9006: Meaning("The file cannot be exported.", "Only files can be exported: no folders, public files or aliases."),
    9007: Meaning("The volume does not exist.", _VOLUME),
    9008: Meaning("The import or export does not exist, or belongs to another user.", "Check its id."),
    9009: Meaning("The file or folder to export from, or to import into, does not exist.", _ID),
    9011: Meaning("The request was not understood.", _BODY),
    9012: Meaning("The project to import into does not exist, or is not shared with you.", _ID),
    9018: Meaning("No name was given, and the location on the volume has none.", "Name the file or folder."),
    9020: Meaning("No permission to use the volume.", _VOLUME_MEMBER, again=True),
    9026: Meaning("The volume is read-only.", _WRITABLE, again=True),
    9027: Meaning("The volume is in another cloud or region than the file.", _SAME_CLOUD),
    9028: Meaning("The volume is in another cloud or region than the file.", _SAME_CLOUD),
    9101: Meaning("The volume is read-only.", _WRITABLE, again=True),
    9103: Meaning(
        "The volume could not be accessed.", "Check the volume's credentials and bucket, then retry.", again=True
    ),
    9105: Meaning(
        "There is nothing at this location on the volume.", "Check the location: upper and lower case differ."
    ),
    9106: Meaning("The file to export no longer exists.", "Check whether it was deleted or moved meanwhile."),
    9107: Meaning(
        "A file with this name already exists on the volume.",
        "It may be from an earlier export: check, then skip the file or give it another name.",
    ),
    9108: Meaning(
        "A file with this name already exists in the project.",
        "It may be from an earlier import: check, then skip the file or give it another name.",
    ),
    9109: Meaning(
        "The file was exported already: it is an alias of a file on a volume.", "Use the file on the volume."
    ),
    10211: Meaning(
        "The job does not exist: it has expired, or belongs to another user.",
        "Check the destination for what was done.",
    ),
    10212: Meaning("The requested resource does not exist.", _ID),
    10217: Meaning("The request was not understood.", _BODY),
    10218: Meaning("The request was not understood.", _BODY),
    10220: Meaning("Unexpected error on the platform.", _LATER, again=True),
    10225: Meaning("The file or folder to be copied, moved or deleted does not exist.", _ID),
    10226: Meaning("No permission to read the file or folder.", _MEMBER, again=True),
    10227: Meaning("The destination is a file, not a folder.", "Put a folder's id into the column parent."),
    10228: Meaning("The destination folder or project does not exist.", "Create it, or correct the destination."),
    10229: Meaning(
        "A folder cannot be copied or moved into itself, or to where it already is.", "Choose another destination."
    ),
    10230: Meaning("Nothing was named to be copied, moved or deleted.", _BODY),
    10231: Meaning("The same file or folder was named twice.", _BODY),
    10235: Meaning("The file's name is not allowed.", "Change the column name: at most 255 characters, and no slash."),
    10236: Meaning(
        "The folder's name is not allowed.", "Change the column name: at most 255 characters, and no slash."
    ),
    90000: Meaning("The platform rejected the request.", "The message says why; correct the manifest."),
    90001: Meaning("The token was not accepted.", _TOKEN, again=True),
    90002: Meaning("No permission to do this.", _MEMBER, again=True),
    90003: Meaning("The requested resource does not exist.", _ID),
    90004: Meaning("Error on the platform.", _LATER, again=True),
    90005: Meaning("The platform was not available.", _LATER, again=True),
    90006: Meaning("The platform does not support this call.", "Check that the endpoint is the API's URL."),
    90007: Meaning("It conflicts with an existing item.", "Check the destination, or give the file another name."),
    90008: Meaning("The request was not understood.", _BODY),
    90009: Meaning("The request was not understood.", _BODY),
    90010: Meaning("The platform does not support this call.", "Check that the endpoint is the API's URL."),
}
"""The codes that are documented, each in our own words."""

_UNCLEAR: Final[Mapping[str, Meaning]] = {
    Outcome.UNATTRIBUTED: Meaning(
        "The job has ended, and does not report the result of each file. Some of them may have been done.",
        "Check the destination before you run anything again: a second copy would be a duplicate.",
    ),
    Outcome.UNKNOWN: Meaning(
        "The job can no longer be read, as jobs are kept for a month. The files may have been done.",
        "Check the destination before you run anything again: a second copy would be a duplicate.",
    ),
}

_NO_CODE: Final = Meaning("The platform gave no code.", "See the message for details. " + _LATER, again=True)
_NEW_CODE: Final = Meaning("The code is not documented.", "See the platform's message for details.")


def meaning(outcome: str, api_code: int | None) -> Meaning:
    """Return what it means that files came to this outcome with this code."""
    if outcome in _UNCLEAR:
        return _UNCLEAR[outcome]
    return _NO_CODE if api_code is None else MEANINGS.get(api_code, _NEW_CODE)


def retry_helps(failures: Failures) -> bool:
    """Return whether a second try, without a change, may do some of what failed in a run."""
    return any(outcome == Outcome.FAILED and meaning(outcome, code).again for outcome, code, *_ in failures)
