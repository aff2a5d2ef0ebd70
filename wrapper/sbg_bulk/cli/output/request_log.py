"""`-v`: each request is told. The library logs them; here that is written for a person."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from sbg_bulk.text import plain

REQUESTS: Final = "sbg_bulk.requests"
"""The logger of the library's requests."""


class _Log(logging.Handler):
    """Tells what is logged, where everything else is told."""

    def __init__(self, write: Callable[[str], object]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        moment = time.strftime("%H:%M:%S", time.localtime(record.created))
        self._write(plain(f"{moment} {record.getMessage()}"))


def log_requests(write: Callable[[str], object]) -> Callable[[], None] | None:
    """Have each request written as a line. Gives what ends that; None if it is done already."""
    logger = logging.getLogger(REQUESTS)
    if any(isinstance(handler, _Log) for handler in logger.handlers):
        return None
    handler, level = _Log(write), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)

    def end() -> None:
        logger.removeHandler(handler)
        logger.setLevel(level)

    return end
