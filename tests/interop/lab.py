"""The small world of these tests, and what was asked of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sbg_bulk.simulator import File, Folder, Project, Simulator, World

TOKEN = "demo-token"
OWNER = "rfranklin"

Official = Any
"""The official client has no types."""


class Service(NamedTuple):
    """A simulator that is served, and where."""

    simulator: Simulator
    url: str


class Lab(NamedTuple):
    """A small world: a project with three files and a folder of two more, and another one to bring them to."""

    world: World
    cohort: Project
    files: tuple[File, ...]
    run: Folder
    reads: tuple[File, ...]
    archive: Project
    incoming: Folder


def asked(sim: Simulator) -> list[tuple[str, str]]:
    """Path and query of each request so far."""
    return [(entry.path, entry.query) for entry in sim.requests]


def naive_utc(seconds: float) -> datetime:
    """A time in Unix seconds as the official client gives it: whole seconds, without a zone, and meant as UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None)
