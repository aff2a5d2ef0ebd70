"""What holds for all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A machine that is busy is slow, and nothing is wrong then. What fails is printed so that it can be run again.
settings.register_profile("suite", deadline=None, print_blob=True)
settings.load_profile("suite")

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every command that they start and
# interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def ctrl_c_is_left_as_it_was() -> Iterator[None]:
    """No test leaves a handler of Ctrl-C behind: the tests after it would not be interrupted."""
    before = signal.getsignal(signal.SIGINT)
    yield
    left = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)
    assert left is before
