"""What a call is about, in words for people, and what to do if that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import Any, Final

from attrs import frozen

from sbg_bulk.text import command_line, either

NO_PROJECT: Final = 3002
"""The API's code for a project that is not there (https://docs.sevenbridges.com/reference/api-status-codes)."""

_ALIKE: Final = 0.8
"""How much of two names has to be the same for one to be meant by the other, from 0 to 1."""

_AN_ID: Final = re.compile(r"[0-9a-f]{24}")
"""What the ids of files and folders look like, as far as was seen. Others are asked for, too."""

_NO_ID: Final = "It was read as an id (24 hexadecimal digits). A path is written owner/project/folder/file."


@frozen
class Subject:
    """What a call is about.

    Attributes:
        text: it, such as `project owner/name`; empty if it is no one thing.
        advice: what to do if it is not there; None for what is said of anything.
        project: the project's id, if it is a project.
    """

    text: str = ""
    advice: str | None = None
    project: str | None = None


def subject(arguments: Mapping[str, Any]) -> Subject:
    """Return what a call with these arguments of the generated function is about."""
    body = arguments.get("body")
    # A folder that is to be made names in its body where.
    inside = {key: value for key in ("project", "parent") if isinstance(value := getattr(body, key, None), str)}
    arguments = {**arguments, **inside}
    project, owner = arguments.get("project"), arguments.get("owner")
    if project is not None:
        project = project if owner is None else f"{owner}/{project}"
        shown = either(command_line("projects", "list"), "client.projects()")
        return Subject(f"project {project}", f"Check its spelling; {shown} shows those you can see.", project)
    for key, kind in (("parent", "folder"), ("file_id", "file or folder")):
        if (thing := arguments.get(key)) is not None:
            return Subject(f"{kind} {thing}", None if _AN_ID.fullmatch(thing) else _NO_ID)
    if (job := arguments.get("job_id")) is not None:
        return Subject(f"job {job}", jobs_expire())
    if (volume := arguments.get("volume_name")) is not None:
        shown = either(command_line("volumes", "list"), "client.volumes()")
        volume_id = f"{arguments.get('volume_owner')}/{volume}"
        return Subject(f"volume {volume_id}", f"Check its spelling; {shown} shows those you can see.")
    for key, kind in (("import_id", "import"), ("export_id", "export")):
        if (thing := arguments.get(key)) is not None:
            return Subject(f"{kind} {thing}", "Check the id; only the user who started it can see it.")
    return Subject()


def jobs_expire() -> str:
    """Return what to know where a job is not there."""
    return (
        "Jobs expire a month after they end, and only the user who started them can see them; "
        f"{either(command_line('jobs', 'list'), 'client.jobs()')} shows yours."
    )


def meant(project: str, projects: Iterable[str]) -> str | None:
    """Return the id most like that of a project that is not there, its owner's first; None if none is like it."""
    every = list(projects)
    owner = project.partition("/")[0].casefold()
    own = [one for one in every if one.partition("/")[0].casefold() == owner]
    return closest(project, own) or closest(project, every)


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like one that is not there, whatever the case; None if none is like it."""
    folded, typed = {one.casefold(): one for one in names}, name.casefold()
    alike = get_close_matches(typed, folded, n=max(len(folded), 1), cutoff=_ALIKE)
    # Of numbered names many are as much alike: CA-001 is CA-0001 rather than CA-0041.
    best = min(alike, key=lambda one: (-SequenceMatcher(None, one, typed).ratio(), one), default=None)
    return None if best is None else folded[best]
