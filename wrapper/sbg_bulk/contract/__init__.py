"""Check that a service keeps the contract of the bulk API: for those who run such a service, or write one.

It needs the extra `contract` (`pip install 'sbg-bulk[contract]'`).

    from sbg_bulk.contract import check

    report = check("https://api.example.com/v2", token, writes="owner/scratch")
    assert report.kept, report.text()

- `check`: makes the calls, and returns a `Report`
- `Report`, `Finding`, `Exchange`: what was found, and the call that shows it
- `PROMISES`, `Promise`, `Level`: what is checked, how well it is founded, and on what
- `Budget`: how many requests, and how much time, a check may take
- `Interrupted`: ends a check early, with its report
- `page`, `junit`: a report as HTML, and as JUnit XML
- `sbg_bulk.contract.plugin`: the same as a plugin of pytest
- `sbg_bulk.contract.hooks`: the checks of single answers for `schemathesis run`
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sbg_bulk.contract.checking import Interrupted as Interrupted
    from sbg_bulk.contract.checking import check as check
    from sbg_bulk.contract.items import promise_items as promise_items
    from sbg_bulk.contract.levels import Level as Level
    from sbg_bulk.contract.output import junit as junit
    from sbg_bulk.contract.output import page as page
    from sbg_bulk.contract.promises import PROMISES as PROMISES
    from sbg_bulk.contract.promises import Promise as Promise
    from sbg_bulk.contract.report import Exchange as Exchange
    from sbg_bulk.contract.report import Finding as Finding
    from sbg_bulk.contract.report import Report as Report
    from sbg_bulk.contract.stops import Budget as Budget

_HOMES: Final = {
    "check": "checking",
    "Interrupted": "checking",
    "PROMISES": "promises",
    "Level": "levels",
    "Promise": "promises",
    "Exchange": "report",
    "Finding": "report",
    "Report": "report",
    "page": "output",
    "junit": "output",
    "promise_items": "items",
    "Budget": "stops",
}

__all__ = [  # noqa: RUF022 - in the order of the docstring
    "check",
    "Report",
    "Finding",
    "Exchange",
    "PROMISES",
    "Promise",
    "Level",
    "Budget",
    "Interrupted",
    "page",
    "junit",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for: the plugin of pytest is loaded in runs that check nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
