"""Read response headers, which may say anything."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime


def number(value: str | None) -> float | None:
    """Return a finite number, else None."""
    try:
        found = float(value or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def unix_time(value: str | None) -> float | None:
    """Return the Unix seconds of an HTTP date, else None."""
    try:
        return parsedate_to_datetime(value or "").timestamp()
    except (ValueError, OverflowError):
        return None
