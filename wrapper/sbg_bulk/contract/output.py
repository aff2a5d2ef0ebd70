"""A report as a page of HTML, and as JUnit XML for systems that run tests."""

from __future__ import annotations

from html import escape
from xml.sax.saxutils import quoteattr

from sbg_bulk.contract.promises import PROMISES, Promise
from sbg_bulk.contract.report import Finding, Report

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8884; padding: .3em .6em; text-align: left; vertical-align: top }
pre { background: #8881; padding: .8em; white-space: pre-wrap; overflow-wrap: anywhere }
.broken { background: #e1323226 } .told { background: #e1a03226 }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #ddd } }
"""


def page(report: Report) -> str:
    """Return the report as a page of HTML."""
    findings = "".join(_section(report, finding) for finding in report.findings)
    rows = "".join(_row(report, promise) for promise in PROMISES.values())
    summary = "".join(f"<p>{escape(line)}</p>" for line in report.summary())
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Contract: {escape(report.service)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>Contract check of {escape(report.service)}</h1>{summary}"
        + (f"<h2>Findings</h2>{findings}" if findings else "")
        + "<h2>Promises</h2><table><tr><th>Promise</th><th>Level</th><th>State</th><th>Checked</th><th>Text</th>"
        f"<th>Source</th></tr>{rows}</table></body></html>\n"
    )


def _section(report: Report, finding: Finding) -> str:
    title, *rest = finding.lines()
    kind = "broken" if report.fails(finding) else "told"
    return f'<section><h3 class="{kind}">{escape(title)}</h3><pre>{escape(chr(10).join(rest))}</pre></section>'


def _row(report: Report, promise: Promise) -> str:
    state = report.state(promise.name)
    cells = (promise.name, promise.level.value, state, report.checked[promise.name], promise.text, promise.source)
    return f'<tr class="{state}">{"".join(f"<td>{escape(str(cell))}</td>" for cell in cells)}</tr>'


def junit(report: Report) -> str:
    """Return the report as JUnit XML: a test case for each promise."""
    chosen = [one for one in PROMISES.values() if not report.selected or one.name in report.selected]
    cases = [_case(report, promise) for promise in chosen]
    failures = sum("<failure" in case for case in cases)
    skipped = sum("<skipped" in case for case in cases)
    unfinished = "; ".join(report.unfinished)
    errors = 1 if unfinished else 0
    if unfinished:
        cases.append(
            f'<testcase classname="sbg-contract" name="finished"><error message={_attribute(unfinished)}/></testcase>'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuite name="sbg-contract" tests="{len(cases)}" failures="{failures}" errors="{errors}" '
        f'skipped="{skipped}">{"".join(cases)}</testsuite>\n'
    )


def _case(report: Report, promise: Promise) -> str:
    state = report.state(promise.name)
    found = [finding for finding in report.findings if finding.promise == promise]
    text = _clean("\n\n".join("\n".join(finding.lines()) for finding in found))
    inside = ""
    if state == "broken":
        inside = f"<failure message={_attribute(found[0].cause)}>{escape(text)}</failure>"
    elif state == "not checked":
        inside = '<skipped message="not checked"/>'
    elif state == "told":
        inside = f"<system-out>{escape(text)}</system-out>"
    return f'<testcase classname="sbg-contract" name="{promise.name}">{inside}</testcase>'


def _attribute(text: str) -> str:
    return quoteattr(_clean(text).replace("\n", " "))


def _clean(text: str) -> str:
    """Return a text without the characters that XML does not have."""
    return "".join(char if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff") else "?" for char in text)
