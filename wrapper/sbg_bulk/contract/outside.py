"""What is outside of the scratch folder: the root of the project, to which one file is copied, and other projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.scratch import PREFIX, Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.tree import Entry, about_of
from sbg_bulk.contract.watching import Planned

MOST_OTHERS = 3
"""Other projects that are looked at."""

WHOLE = 100
"""Entries of a list, from which on it may have others too."""

Entries = Sequence[Mapping[str, Any]]


@define
class Outside:
    """What is outside of the scratch folder, and is to stay as it is.

    Args:
        service: the service.
        scratch: the scratch folder.

    Attributes:
        listed: what the root of the project has.
    """

    _service: Service
    _scratch: Scratch
    listed: Entries = ()
    _elsewhere: Mapping[str, Entries] = field(factory=dict)
    _copied: Planned | None = field(default=None, init=False)
    _original: Entry | None = field(default=None, init=False)

    def look(self) -> None:
        """See what is there, before anything is done: also in other projects, where nobody else may change them."""
        self.listed = self._list(self._scratch.project).listed()
        if not self._service.alone:
            return
        projects = self._service.call("list_projects", query={"limit": 10}).ids()
        others = [one for one in projects if one != self._scratch.project][:MOST_OTHERS]
        self._elsewhere = {one: self._list(one).listed() for one in others}

    def copy(self, source: str, original: Entry) -> Planned:
        """Return the item that copies a file to the root of the project."""
        name = f"{self._scratch.name}.bam"
        self._scratch.astray.append(name)
        self._original = original
        self._copied = Planned(source, None, "", name=name, project=self._scratch.project)
        return self._copied

    def find_copy(self) -> Planned | None:
        """Return the item that moves the copy into the scratch folder; None if there is no copy."""
        if self._copied is None or self._original is None:
            return None
        query = {"project": self._scratch.project, "name": str(self._copied.name), "limit": 100}
        listed = self._service.call("list_files", query=query)
        found = [one for one in listed.listed() if one.get("name") == self._copied.name]
        size = found[0].get("size") if found else None
        self._service.report.hold(
            "copy-effects",
            len(found) == 1
            and found[0].get("id") != self._original.id
            and (size is None or size == self._original.size),
            "a file that is copied to a project is not in its root",
            expected=f"one file named {self._copied.name}",
            exchange=listed.exchange,
        )
        if not found:
            return None
        name = "fetched.bam"
        return Planned(str(found[0].get("id")), None, f"out/{name}", self._scratch.folders["out"], name)

    def compare(self) -> Answer:
        """Compare with what there is now. Returns the list of the project's root."""
        answer = self._list(self._scratch.project)
        self._hold(self.listed, answer, added=self._service.alone)
        for other, before in self._elsewhere.items():
            self._hold(before, self._list(other), added=True)
        return answer

    def _list(self, project: str) -> Answer:
        return self._service.call("list_files", query={"project": project, "limit": WHOLE, "fields": "_all"})

    def _hold(self, before: Entries, answer: Answer, *, added: bool) -> None:
        then, now = _known(before), _known(answer.listed())
        whole = max(len(then), len(now)) < WHOLE - 1
        changed = [name for one, (name, facts) in then.items() if one in now and _differ(facts, now[one][1])]
        # Where somebody else may be, what is gone may be theirs.
        changed += [name for one, (name, _) in then.items() if one not in now and whole and self._service.alone]
        changed += [name for one, (name, _) in now.items() if one not in then and whole and added]
        self._service.report.hold(
            "untouched",
            not changed,
            "something outside the scratch folder changed",
            expected="the same files and folders as before",
            came=", ".join(changed),
            exchange=answer.exchange,
        )


def _known(entries: Entries) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Return names and what else does not change of itself, by id. Other checks have folders of their own there."""
    return {
        str(one.get("id")): (str(one.get("name")), (one.get("name"), one.get("size"), about_of(one)))
        for one in entries
        if not str(one.get("name")).startswith(PREFIX)
    }


def _differ(before: Sequence[Any], now: Sequence[Any]) -> bool:
    return any(None not in pair and pair[0] != pair[1] for pair in zip(before, now, strict=True))
