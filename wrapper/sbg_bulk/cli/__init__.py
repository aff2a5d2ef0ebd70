"""The command line, `sbg-bulk`: a thin layer on the client.

Results go to standard output, everything else to standard error. With `--json`, one thing is one JSON document on
one line, and a list is one document a line (JSON Lines). While a run is carried, or jobs are waited for, it is events,
one a line, which `events.schema.json` describes.

    exit code   meaning
    0           done
    1           unexpected: no connection, a server error, an unknown outcome
    2           wrong usage or input: an option, an id, a setting
    3           finished, with failed items or differences (check, --verify)
    4           timed out: jobs are still running; the run or the wait can be resumed
    5           not authorised: the token was not accepted, or lacks permission
    6           stopped: the outcome of a submission is unknown; you must decide
    130         interrupted, or not confirmed
"""

from sbg_bulk.cli.interrupts import while_loading

with while_loading():
    from sbg_bulk.cli.app import main

__all__ = ["main"]
