"""The promises as tests of pytest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sbg_bulk.contract.checking import check
from sbg_bulk.contract.promises import PROMISES, Promise
from sbg_bulk.contract.report import Report, needs
from sbg_bulk.contract.stops import Budget
from sbg_bulk.settings.settings import Settings


def promise_items(session: pytest.Session) -> Iterator[pytest.Item]:
    """Produce a test for each promise. The service is checked once, when the first of them is run."""
    service = _Service.from_parent(session, name="sbg-contract", path=session.config.rootpath)
    for name in PROMISES:
        yield _PromiseItem.from_parent(service, name=name)


class _Service(pytest.Collector):
    """The service; it has a test for each promise."""

    _report: Report | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Produce nothing: the tests are added at the end, to whatever else is collected."""
        return iter(())

    @property
    def report(self) -> Report:
        """What was found of the promises that are selected."""
        if self._report is None:
            self._report = self._check()
        return self._report

    def _check(self) -> Report:
        def option(name: str) -> Any:
            return self.config.getoption(f"--sbg-contract-{name}")

        settings = Settings.find(option("url"), profile=option("profile"), bare=True)
        second = option("second-token-from")
        limits = {"job_timeout": option("job-timeout"), "requests": option("max-requests")}
        chosen = [item.name for item in self.session.items if isinstance(item, _PromiseItem)]
        return check(
            settings.endpoint,
            settings.token.reveal(),
            writes=option("writes"),
            export_to=option("export-to"),
            drs_uri=option("drs-uri"),
            second_token=None if second is None else _token(settings.endpoint, second),
            budget=Budget(**{name: value for name, value in limits.items() if value is not None}),
            alone=option("alone"),
            promises=[] if len(chosen) == len(PROMISES) else chosen,
            seed=option("seed"),
        )


def _token(endpoint: str, profile: str) -> str:
    return Settings.find(endpoint, profile=profile, bare=True).token.reveal()


class _BrokenError(Exception):
    """A promise is broken; the message says how."""


class _PromiseItem(pytest.Item):
    """A promise, as a test."""

    @property
    def promise(self) -> Promise:
        """The promise."""
        return PROMISES[self.name]

    def runtest(self) -> None:
        """Say what the check has found of the promise."""
        assert isinstance(self.parent, _Service)
        report = self.parent.report
        found = [finding for finding in report.findings if finding.promise.name == self.name]
        text = "\n".join(line for finding in found for line in finding.lines())
        match report.state(self.name):
            case "broken":
                raise _BrokenError(text)
            case "told":
                # A guess never fails.
                pytest.xfail(text)
            case "not checked" if report.unfinished:
                raise _BrokenError(f"could not be checked: {'; '.join(report.unfinished)}")
            case "not checked":
                option = needs(self.promise, report.writes)
                given = None if option is None else f"--sbg-contract-{option.removeprefix('allow-')}"
                pytest.skip(f"not checked: needs {given or 'something to check'}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what is shown of a failure: the finding, and nothing of this package's code."""
        if isinstance(excinfo.value, _BrokenError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return where the test is, for reports: nowhere, under the promise's name."""
        return self.path, None, f"sbg-contract: {self.name}"
