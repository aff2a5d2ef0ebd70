"""Refusals: the API's error codes and the body that carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

STATUS_OF: Mapping[int, int] = MappingProxyType(
    {
        0: 503,  # maintenance
        1000: 429,  # rate limit
        2001: 403,  # no access to the user
        2002: 404,  # no such user
        3001: 403,  # no access to the project
        3002: 404,  # no such project
        3006: 400,  # a project's id is empty
        3012: 400,  # a project's id is not owner/project
        5001: 403,  # no access to the file
        5002: 404,  # no such file
        5003: 409,  # the name is taken
        5004: 400,  # a file's id is empty
        5014: 403,  # may not copy
        5022: 400,  # the parent is not a folder
        5024: 400,  # bad name
        5026: 404,  # no such destination folder
        5029: 400,  # neither parent nor project
        5031: 400,  # both parent and project
        5032: 403,  # may not move
        5033: 400,  # the body has the wrong shape
        10211: 404,  # no such job
        10212: 404,  # no such resource
        10217: 400,  # not JSON
        10218: 400,  # JSON, but not an object
        10220: 500,  # unexpected
        10225: 404,  # the source is missing
        10226: 403,  # no access to the source
        10227: 400,  # the destination is not a folder
        10228: 404,  # the destination is missing
        10229: 400,  # the destination is inside the source
        10230: 400,  # no items
        10231: 400,  # the same source twice
        10235: 400,  # bad file name
        10236: 400,  # bad folder name
        90000: 400,  # bad request
        90001: 401,  # unauthorized
        90002: 403,  # forbidden
        90003: 404,  # the path leads nowhere
        90004: 500,  # server error
        90005: 503,  # not available
        90006: 405,  # method not allowed
        90007: 409,  # conflict
        90008: 415,  # unsupported media type
        90009: 400,  # undecodable body
        90010: 501,  # not implemented
    }
)
"""The HTTP status that each code of the API comes with."""


class ApiError(Exception):
    """The service refuses a request, or an item of a job.

    `code` is the API's, one of `STATUS_OF`; `message` says to a person what is wrong and where. `status` is
    only given to have another HTTP status than the code's own. `headers` go out with the response.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = STATUS_OF[code] if status is None else status
        self.headers = tuple(headers)

    def body(self) -> dict[str, Any]:
        """Return the error body, as sent on its own and inside a job's result."""
        return {"status": self.status, "code": self.code, "message": self.message, "more_info": ""}
