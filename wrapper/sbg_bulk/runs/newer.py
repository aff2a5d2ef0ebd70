"""Which jobs and files came after a submission was sent, all by the server's clock.

A time that an answer tells may be years late, and the one process that was told others may have ended since. So what is
much newer than a submission seems to be is in question like what is older than the latest time that was told: it may
have been there before.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from sbg_bulk.runs.records import Submission

CLOCK_TOLERANCE: Final = 60.0
"""Seconds that the clocks of the service's own machines may be apart."""

STARTED_WITHIN: Final = 3600.0
"""Seconds within which what a submission starts is certainly told from what was there before it was sent."""


@frozen
class Since:
    """When a submission was sent, as far as the server had told the time by then, in Unix seconds.

    Attributes:
        sent_on: at the last answer before; None if no answer told it. Then what was there before is known.
        latest: at any answer, if that is known.
    """

    sent_on: float | None
    latest: float | None = None

    @classmethod
    def of(cls, submission: Submission, latest: float | None = None) -> Since:
        """Return when a submission was sent."""
        return cls(submission.sent_on, latest)

    def may_precede(self, moment: float) -> bool:
        """Return whether what came at that moment may have come after the submission was sent."""
        return self.sent_on is None or moment >= self.sent_on - CLOCK_TOLERANCE

    def precedes(self, moment: float, within: float = STARTED_WITHIN) -> bool:
        """Return whether what came at that moment certainly came after the submission was sent.

        Args:
            moment: when it came.
            within: seconds in which it comes, if it is the submission's.
        """
        if self.sent_on is None:
            return True
        told = self.sent_on if self.latest is None else max(self.sent_on, self.latest)
        return told - CLOCK_TOLERANCE <= moment <= told + within
