"""The findings of a check: which promise is broken, what shows it, and how to see it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from attrs import asdict, define, field, frozen

from sbg_bulk.contract.levels import Level
from sbg_bulk.contract.promises import PROMISES, Promise
from sbg_bulk.text import command_line, counted

HIDDEN = "***"
"""Stands where a token was."""

MOST_SHOWN = 300
"""Characters that are shown of an answer."""


@frozen
class Exchange:
    """A request and its answer, without the token.

    Attributes:
        method: the HTTP method.
        request: a command of curl that makes the request again; it takes the token from `SB_AUTH_TOKEN`.
        status: the HTTP status of the answer.
        body: the beginning of its body.
        request_id: its `X-Request-Id`, to find it in the logs of the service; None if it has none.
    """

    method: str
    request: str
    status: int
    body: str
    request_id: str | None

    def __str__(self) -> str:
        named = f" (request {self.request_id})" if self.request_id else ""
        return f"HTTP {self.status}{named} {self.body}".rstrip()


@define
class Finding:
    """A promise that is broken, in one way.

    Attributes:
        promise: the promise.
        cause: what is wrong, without ids: the same for all calls that show it.
        expected: what was expected.
        came: what came instead, the first time; empty if the cause says it.
        exchange: the call that shows it, the first time; None if it takes more than one.
        reproduce: the command that checks this promise alone, in the same way.
        places: the calls that show it, where several may.
        times: how often it was found.
    """

    promise: Promise
    cause: str
    expected: str
    came: str
    exchange: Exchange | None
    reproduce: str
    places: list[str] = field(factory=list)
    times: int = 1

    @property
    def level(self) -> Level:
        """How well the promise is founded."""
        return self.promise.level

    def lines(self) -> list[str]:
        """Return it as text."""
        often = f" ({self.times} times)" if self.times > 1 else ""
        told = "GUESS" if self.level is Level.GUESS else "BROKEN"
        found = [
            f"{told} {self.promise.name} [{self.level.value}]: {self.cause}{often}",
            f"  promise:   {self.promise.text} ({self.promise.source})",
        ]
        if len(self.places) > 1:
            found.append(f"  calls:     {', '.join(self.places)}")
        if self.exchange is not None:
            found.append(f"  sent:      {self.exchange.request}")
        found += [f"  received:  {self.came}"] if self.came else []
        return [*found, f"  expected:  {self.expected}", f"  reproduce: {self.reproduce}"]


@define
class Report:
    """What a check has found.

    Attributes:
        service: the base URL of the service.
        writes: the project that was written to; None if nothing was.
        seed: what the check drew with.
        only_documented: whether `expected` promises are told without failing the check.
        alone: whether nobody else used the token meanwhile.
        selected: the promises that were asked for; empty for all.
        findings: what is wrong, in the order in which it was found.
        checked: how often each promise was checked.
        unfinished: why something could not be checked; empty if all was.
        notes: what else is worth knowing.
        calls: how often each operation was called.
        finished: how many jobs were followed until they ended.
        interrupted: whether the check was interrupted.
        options: further options of the command, to repeat the check with.
    """

    service: str
    writes: str | None = None
    seed: int = 1
    only_documented: bool = False
    alone: bool = False
    selected: frozenset[str] = frozenset()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    found: Callable[[Finding], object] | None = field(default=None, repr=False)
    findings: list[Finding] = field(factory=list)
    checked: Counter[str] = field(factory=Counter)
    unfinished: list[str] = field(factory=list)
    notes: list[str] = field(factory=list)
    calls: Counter[str] = field(factory=Counter)
    finished: int = 0
    interrupted: bool = False
    options: tuple[str, ...] = ()

    # What the check says.

    def hold(
        self,
        name: str,
        kept: bool,
        cause: str,
        *,
        expected: str,
        came: str | None = None,
        exchange: Exchange | None = None,
        place: str | None = None,
    ) -> bool:
        """Note that a promise was checked, and whether it was kept. Returns that.

        Args:
            name: the promise.
            kept: whether it was kept.
            cause: what is wrong if not, without ids, so that all findings of one cause are told once.
            expected: what was expected.
            came: what came; the exchange, if not given. Neither is needed where the cause says it.
            exchange: the call that shows it.
            place: names the call, where several may show the same cause.

        Raises:
            KeyError: there is no such promise.
        """
        promise = PROMISES[name]
        if self.selected and name not in self.selected:
            return kept
        self.checked[name] += 1
        if not kept:
            shown = self._add(promise, cause, expected, came or str(exchange or ""), exchange)
            if place is not None and place not in shown.places:
                shown.places.append(place)
        return kept

    def note(self, text: str) -> None:
        """Note what is worth knowing, once."""
        shown = self.hide(text)
        if shown not in self.notes:
            self.notes.append(shown)

    def could_not(self, why: str) -> None:
        """Note that something could not be checked."""
        shown = self.hide(why)
        if shown not in self.unfinished:
            self.unfinished.append(shown)

    def hide(self, text: str) -> str:
        """Return a text without the tokens of the check."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def _add(self, promise: Promise, cause: str, expected: str, came: str, exchange: Exchange | None) -> Finding:
        cause = self.hide(cause)
        for known in self.findings:
            if known.promise == promise and known.cause == cause:
                known.times += 1
                return known
        shown = Finding(promise, cause, self.hide(expected), self.hide(came), exchange, self._reproduce(promise))
        self.findings.append(shown)
        if self.found is not None:
            self.found(shown)
        return shown

    def _reproduce(self, promise: Promise) -> str:
        return command_line(
            *("contract", self.service, "--promise", promise.name, "--seed", str(self.seed)),
            *(() if self.writes is None else ("--allow-writes", self.writes)),
            *(("--alone",) if self.alone else ()),
            *self.options,
        )

    # What it comes to.

    def fails(self, finding: Finding) -> bool:
        """Return whether a finding fails the check."""
        return finding.level is Level.DOCUMENTED or (finding.level is Level.EXPECTED and not self.only_documented)

    @property
    def broken(self) -> list[Finding]:
        """The findings that fail the check."""
        return [finding for finding in self.findings if self.fails(finding)]

    @property
    def told(self) -> list[Finding]:
        """The findings that do not."""
        return [finding for finding in self.findings if not self.fails(finding)]

    @property
    def kept(self) -> bool:
        """Whether all was checked and no promise is broken."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """The command's exit code. It is 0 if all is kept, 1 if a promise is broken, 2 if it could not be checked."""
        if self.broken:
            return 1
        return 2 if self.unfinished or self.unchecked else 0

    @property
    def unchecked(self) -> list[str]:
        """The promises that were asked for by name and could not be checked, each with what that needs."""
        return [_needing(PROMISES[name], self.writes) for name in PROMISES if name in self.selected - {*self.checked}]

    @property
    def verdict(self) -> str:
        """What the exit code means, in a sentence."""
        if self.broken:
            names = dict.fromkeys(finding.promise.name for finding in self.broken)
            return f"{counted(len(names), 'promise')} broken: {', '.join(names)}."
        if self.unfinished or self.unchecked:
            return f"Could not be checked: {'; '.join(self.unfinished or self.unchecked)}"
        return f"The contract is kept: {counted(len(self.checked), 'promise')} checked."

    def summary(self) -> list[str]:
        """Return what is told at the end, after the findings."""
        found = [f"note: {note}" for note in self.notes]
        if self.broken:
            found += [f"could not be checked: {why}" for why in self.unfinished or self.unchecked]
        jobs = f", {counted(self.finished, 'job')} followed until they ended" if self.writes else ""
        found.append(f"{counted(self.calls.total(), 'request')} to {counted(len(self.calls), 'operation')}{jobs}.")
        return [*found, self.verdict]

    def times(self) -> list[str]:
        """Return how often each cause was found that was found more than once: known at the end only."""
        return [
            f"{one.times} times: {one.promise.name}: {one.cause}"
            + (f" ({', '.join(one.places)})" if one.places else "")
            for one in self.findings
            if one.times > 1
        ]

    def text(self) -> str:
        """Return all of it as text."""
        lines = [line for finding in self.findings for line in finding.lines()]
        return "\n".join([*lines, *self.summary()])

    def document(self) -> Mapping[str, Any]:
        """Return all of it as a document, to be written as JSON."""
        return {
            "service": self.service,
            "writes": self.writes,
            "seed": self.seed,
            "exit_code": self.exit_code,
            "verdict": self.verdict,
            "interrupted": self.interrupted,
            "requests": self.calls.total(),
            "jobs": self.finished,
            "unfinished": list(self.unfinished),
            "notes": list(self.notes),
            "promises": [self._promise(promise) for promise in PROMISES.values()],
            "findings": [self._finding(finding) for finding in self.findings],
        }

    def state(self, name: str) -> str:
        """Return `broken`, `told`, `kept` or `not checked`: what is known of a promise."""
        levels: Collection[bool] = [self.fails(one) for one in self.findings if one.promise.name == name]
        if levels:
            return "broken" if any(levels) else "told"
        return "kept" if self.checked[name] else "not checked"

    def _promise(self, promise: Promise) -> Mapping[str, Any]:
        return {
            "name": promise.name,
            "level": promise.level.value,
            "text": promise.text,
            "source": promise.source,
            "state": self.state(promise.name),
            "checked": self.checked[promise.name],
        }

    def _finding(self, finding: Finding) -> Mapping[str, Any]:
        exchange = None if finding.exchange is None else asdict(finding.exchange)
        return {
            "promise": finding.promise.name,
            "level": finding.level.value,
            "fails": self.fails(finding),
            "cause": finding.cause,
            "expected": finding.expected,
            "came": finding.came,
            "exchange": exchange,
            "reproduce": finding.reproduce,
            "calls": list(finding.places),
            "times": finding.times,
        }


def needs(promise: Promise, writes: str | None) -> str | None:
    """Return the option that a promise can be checked with only; None if it needs none, or has been given it.

    Args:
        promise: the promise.
        writes: the project that may be written to.
    """
    if promise.writes and writes is None:
        return "allow-writes"
    if promise.parts == {"exports"}:
        return "export-to"
    if promise.parts == {"drs"}:
        return "drs-uri"
    return "second-token-from" if promise.name == "private" else None


def _needing(promise: Promise, writes: str | None) -> str:
    option = needs(promise, writes)
    return f"{promise.name} (it needs {'something to check' if option is None else f'--{option}'})"
