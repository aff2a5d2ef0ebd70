"""Bugs to plant in the second server, each by itself: what they are called, and what has to find them."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MethodType
from typing import Any, Final, TypeVar

from attrs import frozen

from tests.contract.wire import Alter, Asked, Before, Told, before
from tests.second.server.app import application
from tests.second.service import Service

Plant = Callable[[Service], Any]
"""Breaks the server, or returns an application to stand before it."""

Planter = TypeVar("Planter", bound=Callable[..., Any])


@frozen
class Bug:
    """A bug.

    Attributes:
        name: its name.
        family: the calls that have it.
        text: what is wrong, in a sentence.
        promises: those of which at least one is found broken, whatever is drawn.
        plant: plants it.
    """

    name: str
    family: str
    text: str
    promises: frozenset[str]
    plant: Plant

    def served(self, service: Service) -> Any:
        """Return the application that serves a world with the bug."""
        planted = self.plant(service)
        return application(service.world) if planted is None else planted


BUGS: Final[dict[str, Bug]] = {}


@frozen
class Family:
    """Registers the bugs of some calls."""

    name: str

    def breaking(self, *promises: str) -> Callable[[Planter], Planter]:
        """Register a bug that breaks the world."""
        return self._registering(promises, lambda change: change)

    def asking(self, *promises: str) -> Callable[[Planter], Planter]:
        """Register a bug that changes requests, or answers them itself."""

        def planting(change: Before) -> Plant:
            return lambda service: before(application(service.world), asked=change)

        return self._registering(promises, planting)

    def telling(self, *promises: str) -> Callable[[Planter], Planter]:
        """Register a bug that changes answers."""

        def planting(change: Alter) -> Plant:
            return lambda service: before(application(service.world), told=change)

        return self._registering(promises, planting)

    def _registering(self, promises: tuple[str, ...], planting: Callable[[Any], Plant]) -> Callable[[Planter], Planter]:
        def register(change: Planter) -> Planter:
            name = change.__name__
            assert name not in BUGS
            text = " ".join(str(change.__doc__).split())
            BUGS[name] = Bug(name, self.name, text, frozenset(promises), planting(change))
            return change

        return register


def replacing(thing: Any, name: str, change: Callable[..., Any]) -> None:
    """Put a function in the place of a method; it is given the original one first."""
    original = getattr(thing, name)
    setattr(thing, name, MethodType(lambda _, *given, **named: change(original, *given, **named), thing))


def standing(service: Service, *, asked: Before | None = None, told: Alter | None = None) -> Any:
    """Return an application that stands before the server, and changes requests or answers."""
    return before(application(service.world), asked=asked, told=told)


def error(status: int, code: int = 90000) -> Told:
    """Return the refusal of a request."""
    body = {"status": status, "code": code, "message": "", "more_info": ""}
    return Told(status, {"content-type": "application/json"}, body)


def items_of(asked: Asked, key: str = "items") -> list[Any]:
    """Return the list in the body of a request; empty if it has none."""
    body = asked.json
    found = body.get(key) if isinstance(body, dict) else None
    return found if isinstance(found, list) else []


def objects_of(asked: Asked) -> list[dict[str, Any]]:
    """Return the items of a request, if all of them are objects; none otherwise."""
    found = items_of(asked)
    return found if all(isinstance(one, dict) for one in found) else []


def rewritten(asked: Asked, **changed: Any) -> None:
    """Change properties of the body of a request."""
    asked.body = json.dumps({**asked.json, **changed}).encode()


def documents_of(told: Told) -> list[dict[str, Any]]:
    """Return the documents in an answer: itself, the entries of a list, and what those of a bulk call have done."""
    body = told.body if isinstance(told.body, dict) else {}
    entries = [one for one in body.get("items") or [] if isinstance(one, dict)]
    return [body, *entries, *(one["resource"] for one in entries if isinstance(one.get("resource"), dict))]


def without(asked: Asked, *names: str) -> None:
    """Take parameters out of the query."""
    asked.query = [pair for pair in asked.query if pair[0].partition(".")[0] not in names]
