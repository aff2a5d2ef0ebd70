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


_ID: Final = "Check the id, and that the token's user is a member of the project it is in."
_MEMBER: Final = "Ask an administrator of the project to give the token's user the permission, then retry."
_BODY: Final = "What is sent is checked first, so this should not happen: please report it."
_LATER: Final = "Retry. If it persists, contact the platform's support."
_TOKEN: Final = "Check that the token is for this deployment and has not expired, then retry."  # noqa: S105

MEANINGS: Final[Mapping[int, Meaning]] = {
    0: Meaning("The platform was down for maintenance.", "Retry when it is over.", again=True),
    1000: Meaning(
        "The rate limit was reached: it is shared by all programs with the same token.",
        lambda: f"Retry, and leave more to the others with {either('--reserve', 'RunOptions(reserve=...)')}.",
        again=True,
    ),
    2001: Meaning("The token's user may not see this user.", _MEMBER, again=True),
    2002: Meaning("There is no such user.", "Check the name of the user in the project's id."),
    3001: Meaning("The token's user may not do this in the project.", _MEMBER, again=True),
    3002: Meaning("There is no such project, or the token's user may not see it.", _ID),
    3006: Meaning("The project's id is empty.", "Name the project as owner/project."),
    3012: Meaning("The project's id is malformed.", "Name the project as owner/project."),
    5001: Meaning("The token's user may not read the file.", _MEMBER, again=True),
    5002: Meaning("There is no such file: it was deleted, or the id is wrong.", _ID),
    5003: Meaning(
        "There is a file of that name at the destination already.",
        "It may be there from an earlier run: check, and leave the file out, or give it another name.",
    ),
    5004: Meaning("The file's id is empty.", "Fill in the column file."),
    5006: Meaning("The metadata are not allowed.", "Change them: a key has at most 100 bytes, and a value 300."),
    5008: Meaning("The token's user may not rename the file.", _MEMBER, again=True),
    5009: Meaning("The token's user may not change the file's metadata.", _MEMBER, again=True),
    5011: Meaning("The token's user may not change the file's tags.", _MEMBER, again=True),
    5012: Meaning("What was to be created is not a folder.", _BODY),
    5014: Meaning("The token's user may not copy from the project, or not to it.", _MEMBER, again=True),
    5021: Meaning("The folder is not empty.", "Delete it with a job, which takes what it holds as well."),
    5022: Meaning("The parent is a file, not a folder.", "Put a folder's id into the column parent."),
    5023: Meaning("It is a folder, and folders cannot be edited.", "Leave it out."),
    5024: Meaning("The name is not allowed.", "Change the column name: at most 255 characters, and no slash."),
    5026: Meaning("The folder to put it into does not exist.", "Create the folder, or correct the column parent."),
    5029: Meaning("Neither a folder nor a project is named to put it into.", "Fill in parent or project."),
    5030: Meaning("There is a folder of that name already.", "Use that one, or give it another name."),
    5031: Meaning("Both a folder and a project are named to put it into.", "Leave either parent or project empty."),
    5032: Meaning("The token's user may not move files out of the project, or into it.", _MEMBER, again=True),
    5033: Meaning("The request was not understood.", _BODY),
    10211: Meaning(
        "There is no such job: it has expired, or is another user's.", "Check the destination for what was done."
    ),
    10212: Meaning("What was asked for does not exist.", _ID),
    10217: Meaning("The request was not understood.", _BODY),
    10218: Meaning("The request was not understood.", _BODY),
    10220: Meaning("Something unexpected went wrong on the platform.", _LATER, again=True),
    10225: Meaning("The file or folder to be copied, moved or deleted does not exist.", _ID),
    10226: Meaning("The token's user may not read the file or folder.", _MEMBER, again=True),
    10227: Meaning("The destination is a file, not a folder.", "Put a folder's id into the column parent."),
    10228: Meaning("The folder or project to put it into does not exist.", "Create it, or correct the destination."),
    10229: Meaning("A folder cannot be put into itself, or where it is already.", "Choose another destination."),
    10230: Meaning("Nothing was named to be copied, moved or deleted.", _BODY),
    10231: Meaning("The same file or folder was named twice.", _BODY),
    10235: Meaning("The file's name is not allowed.", "Change the column name: at most 255 characters, and no slash."),
    10236: Meaning(
        "The folder's name is not allowed.", "Change the column name: at most 255 characters, and no slash."
    ),
    90000: Meaning("The platform found the request wrong.", "The message says why; correct the manifest."),
    90001: Meaning("The token was not accepted.", _TOKEN, again=True),
    90002: Meaning("The token's user may not do this.", _MEMBER, again=True),
    90003: Meaning("What was asked for does not exist.", _ID),
    90004: Meaning("Something went wrong on the platform.", _LATER, again=True),
    90005: Meaning("The platform was not available.", _LATER, again=True),
    90006: Meaning("The platform does not offer this.", "Check that the endpoint is that of the API."),
    90007: Meaning("It clashes with what is there already.", "Check the destination; give the file another name."),
    90008: Meaning("The request was not understood.", _BODY),
    90009: Meaning("The request was not understood.", _BODY),
    90010: Meaning("The platform does not offer this.", "Check that the endpoint is that of the API."),
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

_NO_CODE: Final = Meaning("The platform gave no code.", "The message says what it knows. " + _LATER, again=True)
_NEW_CODE: Final = Meaning("The code is not documented.", "The message says what the platform knows of it.")


def meaning(outcome: str, api_code: int | None) -> Meaning:
    """Return what it means that files came to this outcome with this code."""
    if outcome in _UNCLEAR:
        return _UNCLEAR[outcome]
    return _NO_CODE if api_code is None else MEANINGS.get(api_code, _NEW_CODE)


def retry_helps(failures: Failures) -> bool:
    """Return whether a second try, without a change, may do some of what failed in a run."""
    return any(outcome == Outcome.FAILED and meaning(outcome, code).again for outcome, code, *_ in failures)
