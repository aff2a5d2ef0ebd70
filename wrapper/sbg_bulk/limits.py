"""The limits that the platform documents."""

from __future__ import annotations

from typing import Final

BULK_LIMIT: Final = 100
"""The most files that are asked for at once (https://docs.sevenbridges.com/reference/get-details-of-multiple-files)."""

PAGE_LIMIT: Final = 100
"""The most entries of a page (https://docs.sevenbridges.com/reference/get-details-of-all-async-jobs)."""


RATE_LIMIT_WINDOW: Final = 300.0
"""Seconds of one window of the rate limit (https://docs.sevenbridges.com/docs/api-rate-limit)."""


USUAL_LIMIT: Final = 1000
"""Requests in a window, until an answer says otherwise (https://docs.sevenbridges.com/docs/api-rate-limit)."""

DRS_FILES: Final = 500
DRS_WINDOW: Final = 300.0
"""Files that are imported by DRS in so many seconds. What exceeds that is not refused, and comes later
(https://docs.sevenbridges.com/reference/start-a-bulk-drs-import-job)."""
