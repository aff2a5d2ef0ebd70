"""What holds for all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

# A machine that is busy is slow, and nothing is wrong then. What fails is printed so that it can be run again.
settings.register_profile("suite", deadline=None, print_blob=True)
settings.load_profile("suite")

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every command that they start and
# interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
