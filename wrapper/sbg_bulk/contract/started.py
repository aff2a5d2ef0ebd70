"""Imports, exports and imports by DRS: started, followed to their ends, and held against what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import define, field, frozen

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.history import check_dates, disagreement
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.stops import AbandonError
from sbg_bulk.text import either

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between two looks: at first, and when it takes long."""

ALONE = 2
"""Jobs of several that are read by themselves once more when all have ended."""

FULL_PAGE = 50
"""Entries that a page has at least that is not the last, also of a service with short ones."""

MOST_LISTED = 300
"""Entries of a list that are gone through."""


FLAGS: Final = ("overwrite", "autorename", "preserve_folder_structure")
"""How an import or export is to be done; with a name that is taken it does nothing that was not sent."""


@frozen
class Kind:
    """A kind of job, with the calls that it has.

    Attributes:
        name: for messages.
        states: in their order; those of the last step come together at the end.
        ends: the states that end it.
        start: the call that starts one.
        read: the call that reads one.
        part: the parameter of its path.
        listing: the call that lists them; None if there is none.
        bulk_start: the call that starts several; None if `start` does.
        bulk_read: the call that reads several.
        selection: the property of its body.
    """

    name: str
    states: tuple[str, ...]
    ends: frozenset[str]
    start: str
    read: str
    part: str
    listing: str | None = None
    bulk_start: str | None = None
    bulk_read: str | None = None
    selection: str = ""


_ENDS: Final = frozenset({"COMPLETED", "FAILED"})


def _transfer(name: str) -> Kind:
    calls = f"start_{name}", f"get_{name}", f"{name}_id", f"list_{name}s", f"bulk_start_{name}s", f"bulk_get_{name}s"
    return Kind(name, ("PENDING", "RUNNING"), _ENDS, *calls, f"{name}_ids")


IMPORT: Final = _transfer("import")
EXPORT: Final = _transfer("export")
DRS: Final = Kind(
    "DRS import",
    ("SUBMITTED", "RESOLVING", "RUNNING"),
    frozenset({"FINISHED"}),
    "start_drs_import",
    "get_drs_import",
    "import_id",
)


@define
class Started:
    """A job that was started.

    Attributes:
        kind: its kind.
        id: its id.
        sent: the item that was sent for it; empty for an import by DRS.
        began: when it was started, by the service's `now`.
        flags: how it was to be done.
        last: what was said of it last.
        states: the states that it was seen in.
    """

    kind: Kind
    id: str
    sent: Mapping[str, Any]
    began: float
    flags: Mapping[str, bool] = field(factory=dict)
    last: Mapping[str, Any] = field(factory=dict)
    states: list[str] = field(factory=list)

    @property
    def state(self) -> str:
        """The state that it was seen in last."""
        return str(self.last.get("state"))

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.state in self.kind.ends

    @property
    def completed(self) -> bool:
        """Whether it has ended well."""
        return self.state == "COMPLETED"

    @property
    def made(self) -> Mapping[str, Any]:
        """The file that it names as its result; empty if it names none."""
        result = self.last.get("result")
        return result if isinstance(result, Mapping) else {}


class Starter:
    """Starts jobs of a kind, and follows them."""

    def __init__(self, service: Service, kind: Kind) -> None:
        self._service = service
        self._kind = kind

    def start(self, body: Mapping[str, Any], query: Mapping[str, str] | None = None) -> Started | None:
        """Start one. Returns None if that was refused; whether it should have been is for the caller to say."""
        answer = self._service.call(self._kind.start, query=query, body=body)
        return self._taken(answer, answer.body, body) if answer.ok else None

    def start_all(self, items: Sequence[Mapping[str, Any]], query: Mapping[str, str] | None = None) -> list[Started]:
        """Start several with one call, and return them in this order. Raises AbandonError if not all are started."""
        bulk = self._kind.bulk_start
        if bulk is None or not self._service.serves(bulk):
            started = [self.start(one, query) for one in items]
            found = [one for one in started if one is not None]
        else:
            _, found = self.bulk(items, query)
        if len(found) < len(items):
            self._service.report.hold(
                "starts",
                False,
                f"not every valid {self._kind.name} was started",
                expected=f"{len(items)} of them",
                came=f"{len(found)}",
            )
            raise AbandonError
        # The answer may have them in another order.
        wanted = [{name: one[name] for name in ("source", "destination") if name in one} for one in items]
        return sorted(found, key=lambda one: wanted.index(dict(one.sent)))

    def bulk(
        self, items: Sequence[Mapping[str, Any]], query: Mapping[str, str] | None = None
    ) -> tuple[Answer, list[Started]]:
        """Start several with one call. Returns its answer, and those that were started, by what they echo."""
        answer = self._service.call(str(self._kind.bulk_start), query=query, body={"items": list(items)})
        found: list[Started] = []
        left = list(items)
        for told in resources(answer):
            sent = next((one for one in left if echoes(told, one)), None)
            if sent is None:
                self._service.report.hold(
                    "echo",
                    False,
                    f"{answer.operation} returned an entry that matches none of the items",
                    expected="source and destination as they were sent",
                    exchange=answer.exchange,
                )
                sent = left[0] if left else {}
            left = [one for one in left if one is not sent]
            taken = self._taken(answer, told, sent)
            if taken is not None:
                found.append(taken)
        return answer, found

    def _taken(self, answer: Answer, told: Mapping[str, Any], sent: Mapping[str, Any]) -> Started | None:
        job_id = told.get("id")
        if not self._service.report.hold(
            "starts",
            isinstance(job_id, str) and bool(job_id),
            f"{answer.operation} returned no id",
            expected="2xx, and a job",
            exchange=answer.exchange,
        ):
            return None
        echo = {name: sent[name] for name in ("source", "destination") if name in sent}
        flags = {name: sent.get(name, False) for name in FLAGS[:2]} if echo else {}
        flags |= {FLAGS[2]: sent[FLAGS[2]]} if FLAGS[2] in sent else {}
        started = Started(self._kind, str(job_id), echo, self._service.now(), flags)
        self._service.made.setdefault(self._kind.read, started.id)
        self._look(started, told, answer)
        return started

    # Following

    def follow(self, started: Sequence[Started]) -> None:
        """Look at jobs until all have ended. Raises AbandonError if one does not, in its time."""
        pause, limit = FIRST_PAUSE, self._service.budget.job_timeout
        while todo := [one for one in started if not one.ended]:
            self._service.wait(pause)
            pause = min(LONGEST_PAUSE, pause * 1.35)
            self._read_all(todo)
            for one in todo:
                left = limit - (self._service.now() - one.began)
                if not one.ended and not self._service.report.hold(
                    "transfer-ends",
                    left > 0,
                    f"the {self._kind.name} does not end",
                    expected=f"an end within {limit:.0f} s ({either('--job-timeout', 'Budget(job_timeout=...)')})",
                    came=f"{one.id} is {one.state}",
                ):
                    raise AbandonError
        for number, one in enumerate(started):
            # What all were read with is held against what one is.
            if number < ALONE or len(one.states) < 2:
                self.read(one)
            self._check_end(one)

    def _read_all(self, todo: Sequence[Started]) -> None:
        bulk = self._kind.bulk_read
        if bulk is None or len(todo) == 1 or not self._service.serves(bulk):
            for one in todo:
                self.read(one)
            return
        answer = self._service.call(bulk, body={self._kind.selection: [one.id for one in todo]})
        by_id = {str(told.get("id")): told for told in resources(answer)}
        for one in todo:
            if self._service.report.hold(
                "transfer-readable",
                one.id in by_id,
                f"{bulk} lacks the started {self._kind.name}",
                expected="an entry for each",
                exchange=answer.exchange,
            ):
                self._look(one, by_id[one.id], answer)
            else:
                self.read(one)

    def read(self, one: Started) -> Answer:
        """Read one by itself. Raises AbandonError if it cannot be read."""
        answer = self._service.call(self._kind.read, path={self._kind.part: one.id})
        if not self._service.report.hold(
            "transfer-readable",
            answer.ok and answer.field("id") == one.id,
            f"the started {self._kind.name} cannot be read: {answer.status}",
            expected="the job",
            exchange=answer.exchange,
        ):
            raise AbandonError
        self._look(one, answer.body, answer)
        return answer

    def _look(self, one: Started, told: Mapping[str, Any], answer: Answer) -> None:
        hold, kind = self._service.report.hold, self._kind
        if one.ended:
            # The file that it has come to may have changed since.
            changed = disagreement(without_file(one.last), without_file(told))
            hold(
                "transfer-final",
                not changed,
                f"the {kind.name} changed after it ended: {changed}",
                expected="the same as before",
                exchange=answer.exchange,
            )
        elif one.state in kind.states and told.get("state") in kind.states:
            hold(
                "transfer-order",
                kind.states.index(str(told["state"])) >= kind.states.index(one.state),
                f"the {kind.name} went from {one.state} back to {told.get('state')}",
                expected=f"{one.state} or a later state",
                exchange=answer.exchange,
            )
        one.last = told
        one.states.append(one.state)
        if one.sent:
            hold(
                "echo",
                echoes(told, one.sent),
                f"the {kind.name} shows a different source or destination than was sent",
                expected=str(one.sent),
                came=f"{told.get('source')}, {told.get('destination')}",
                exchange=answer.exchange,
            )
        shown = {name: told[name] for name in FLAGS if told.get(name) is not None}
        hold(
            "echo",
            all(one.flags.get(name, value) == value for name, value in shown.items()),
            f"the {kind.name} shows a different overwrite, autorename or preserve_folder_structure",
            expected=str(dict(one.flags)),
            came=str(shown),
            exchange=answer.exchange,
        )
        check_dates(self._service.report, told, kind.ends, kind.states, answer.exchange)

    def _check_end(self, one: Started) -> None:
        hold, told = self._service.report.hold, one.last
        if not one.sent:
            hold(
                "transfer-outcome",
                isinstance(told.get("result"), list),
                "a finished DRS import has no result",
                expected="a list",
                came=str(told),
            )
            return
        error = told.get("error")
        if one.completed:
            hold(
                "transfer-outcome",
                bool(one.made.get("id")) and not error,
                f"the {one.kind.name} is COMPLETED but names no file, or has an error",
                expected="the file as its result",
                came=str(told),
            )
        else:
            hold(
                "transfer-outcome",
                isinstance(error, Mapping) and not one.made,
                f"the {one.kind.name} is FAILED but has no error, or names a file",
                expected="an error",
                came=str(told),
            )

    # Lists

    def listed(self, **query: Any) -> list[Mapping[str, Any]]:
        """Return the entries of the list with a filter, with all their properties."""
        found: list[Mapping[str, Any]] = []
        while len(found) < MOST_LISTED:
            page = self._service.call(
                str(self._kind.listing), query={**query, "offset": len(found), "limit": 100, "fields": "_all"}
            ).listed()
            found += page
            if len(page) < FULL_PAGE:
                break
        return found


def without_file(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job with the id of its file only: the file may have changed since."""
    if "result" not in told:
        return dict(told)
    result = told["result"]
    named = result.get("id") if isinstance(result, Mapping) else result
    return {**told, "result": named}


def echoes(told: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Return whether an answer shows the source and the destination that were sent."""
    for name in ("source", "destination"):
        wanted, found = sent.get(name) or {}, told.get(name)
        if not isinstance(found, Mapping):
            return False
        if any(found.get(key) != value for key, value in wanted.items()):
            return False
    return True


def resources(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """Produce what the entries of a bulk call name as done."""
    for entry in answer.listed():
        if isinstance(entry.get("resource"), Mapping):
            yield entry["resource"]


def errors(answer: Answer) -> int:
    """Return how many entries of a bulk call have an error."""
    return sum(isinstance(entry.get("error"), Mapping) for entry in answer.listed())
