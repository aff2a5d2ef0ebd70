"""What a check may take, and what ends it."""

from __future__ import annotations

from attrs import frozen


class CannotCheck(Exception):
    """The check, or the rest of it, could not be done; the message says why, and what to do."""


class AbandonError(Exception):
    """What was found leaves nothing to go on with in this part; it is in the report."""


class NotAllowedError(Exception):
    """A call was about to change something, and nobody has allowed that."""


@frozen(kw_only=True)
class Budget:
    """What a check may take.

    Attributes:
        requests: how many requests are made at most, not counting those that delete the scratch folder.
        job_timeout: seconds that a job may take to end.
        maintenance: seconds of maintenance (503, code 0), one after the other, that are waited out.
    """

    requests: int = 2500
    job_timeout: float = 600.0
    maintenance: float = 120.0
