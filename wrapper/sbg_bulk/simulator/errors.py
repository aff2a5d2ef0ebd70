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
        5006: 400,  # metadata that may not be
        5008: 403,  # may not rename
        5009: 403,  # may not edit metadata
        5011: 403,  # may not edit tags
        5012: 400,  # not the type of a folder
        5014: 403,  # may not copy
        5021: 400,  # the folder is not empty
        5022: 400,  # the parent is not a folder
        5023: 400,  # folders are not edited
        5024: 400,  # bad name
        5026: 404,  # no such destination folder
        5029: 400,  # neither parent nor project
        5030: 409,  # the folder exists
        5031: 400,  # both parent and project
        5032: 403,  # may not move
        5033: 400,  # the body has the wrong shape
        9003: 403,  # may not import into the project
        9004: 403,  # may not export the file
        9005: 403,  # no access to the import or export
        9006: 403,  # cannot be exported
        9007: 404,  # no such volume
        9008: 404,  # no such import or export
        9009: 404,  # no such file or folder
        9011: 400,  # the body has the wrong shape, or an unknown token of a list
        9012: 400,  # no such project
        9018: 400,  # no name
        9020: 403,  # no access to the volume
        9026: 403,  # the volume is read-only
        9027: 403,  # another cloud or region
        9028: 400,  # another cloud or region
        9101: 403,  # the volume is read-only
        9103: 403,  # the volume cannot be reached
        9105: 404,  # nothing at the location
        9106: 404,  # the file is gone
        9107: 409,  # the name is taken on the volume
        9108: 409,  # the name is taken in the project
        9109: 404,  # the file is an alias by now
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
"""The HTTP status that each code of the API comes with, of those about files, projects, volumes and jobs."""


def _codes(*ranges: tuple[int, int] | int) -> frozenset[int]:
    return frozenset(
        code for each in ranges for code in (range(each[0], each[1] + 1) if isinstance(each, tuple) else (each,))
    )


_OTHERS: Mapping[int, frozenset[int]] = MappingProxyType(
    {
        400: _codes(
            *(2105, (3004, 3005), (3007, 3011), 3013, (4004, 4005), 4007, 5005, 5007, 5015, (5017, 5020), 5025, 5027),
            *(5035, 6004, (6006, 6012), (7004, 7006), (7009, 7024), (8010, 8015), (9011, 9019), (9021, 9025)),
            *((9028, 9031), 9034, 9072, (10101, 10102), 10105, 10110, (10232, 10234), 10246, 10248, (10276, 10278)),
            *((57000, 57038), 57429, 90011),
        ),
        401: _codes(57430),
        403: _codes(
            *(4001, 4006, 6001, 7001, (7007, 7008), 7026, (8001, 8002), (9001, 9006), 9020, (9026, 9027)),
            *((9038, 9040), (9057, 9058), (9101, 9103), (9201, 9209), 10208, 10210, 10221, 13001, 57431),
        ),
        404: _codes(
            *(4002, 6002, 7002, (8003, 8004), (9007, 9009), (9104, 9106), 9109, 9200, 10213, 10222, 13002, 57039, 57432)
        ),
        405: _codes(10214),
        409: _codes(
            *(2003, 3003, 4003, 5034, 6003, 7003, (8005, 8009), 9010, 9069, (9107, 9108), 10216, (10223, 10224)),
            *(10372, 13003, 57040, 57433),
        ),
        429: _codes(10371),
        500: _codes(57434),
        503: _codes(2000, 3000, 4000, 5000, 5010, 6000, 7000, 8000, 9100, 10215, 13000, 13004),
    }
)

DOCUMENTED: Mapping[int, int] = MappingProxyType(
    {**{code: status for status, codes in _OTHERS.items() for code in codes}, **STATUS_OF}
)
"""The HTTP status of every code in the documentation's list, whatever it has to do with.

Where the list gives another status than STATUS_OF (10212, 10217, 10218, 10220, 10228, 90004, 90009), that one counts
here: the contract has it.
"""


class ApiError(Exception):
    """The service refuses a request, or an item of a job.

    `code` is the API's, one of `DOCUMENTED`; `message` says to a person what is wrong and where. `status` is
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
        self.status = DOCUMENTED[code] if status is None else status
        self.headers = tuple(headers)

    def body(self) -> dict[str, Any]:
        """Return the error body, as sent on its own and inside a job's result."""
        return {"status": self.status, "code": self.code, "message": self.message, "more_info": ""}
