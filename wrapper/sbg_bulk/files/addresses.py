"""Addresses, as they are pasted from a browser or taken from an answer of the API, as the paths and ids they mean.

    https://cavatica.sbgenomics.com/u/OWNER/PROJECT[/files/[#q?path=FOLDER/...]]     a project, or a folder of it
    https://cavatica.sbgenomics.com/u/OWNER/PROJECT/files/ID/                        a file
    https://cavatica-api.sbgenomics.com/v2/projects/OWNER/PROJECT                    a project
    https://cavatica-api.sbgenomics.com/v2/files/ID                                  a file or folder

`https://` may be left out, as browsers do. The forms of the platforms' pages are documented nowhere; these are those
that public documents link to. Of any other it is said what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from attrs import frozen

from sbg_bulk.errors import InputError
from sbg_bulk.settings.deployments import DEPLOYMENTS
from sbg_bulk.settings.hosts import is_loopback

PAGES: Final[Mapping[str, str]] = {
    "igor.sbgenomics.com": "us",
    "platform.sbgenomics.com": "us",
    "eu.sbgenomics.com": "eu",
    "cgc.sbgenomics.com": "cgc",
    "cavatica.sbgenomics.com": "cavatica",
    "platform.sb.biodatacatalyst.nhlbi.nih.gov": "bdc",
    "platform.sevenbridges.cn": "cn",
}
"""The hosts of the platforms' pages, and the platforms that they show."""

_PAGES_OF: Final = {DEPLOYMENTS[name]: host for host, name in PAGES.items()}
"""The hosts of the platforms' pages, by the base URLs of their APIs; the last one of PAGES where there are two."""

_HOST: Final = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}")

HOW: Final = "Write a path, OWNER/PROJECT/FOLDER/..., or an id"


@frozen
class Address:
    """The meaning of an address.

    Attributes:
        text: the path or the id.
        endpoint: the base URL of the API that it is for.
    """

    text: str
    endpoint: str


def is_address(text: str) -> bool:
    """Return whether a text is an address, and neither a path nor an id.

    Without its `https://` it is one if it begins with a host of the platforms, or with any host before `/u/`.
    """
    return _has_scheme(text) or _begins_with_host(text)


def _has_scheme(text: str) -> bool:
    return text.strip().lower().startswith(("https://", "http://"))


def _begins_with_host(text: str) -> bool:
    first, _, rest = text.strip().lower().partition("/")
    host = first.removeprefix("www.")
    known = host in PAGES or any(urlsplit(endpoint).hostname == host for endpoint in DEPLOYMENTS.values())
    return known or (rest.startswith("u/") and _HOST.fullmatch(first) is not None)


def meaning_of(text: str) -> Address:
    """Return the path or the id that an address means.

    Raises:
        InputError: it is of a form that is not known. What it says is not quoted, as it may hold a login.
    """
    try:
        parts = urlsplit(text.strip() if _has_scheme(text) else f"https://{text.strip()}")
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
        steps = [unquote(step, errors="strict") for step in parts.path.split("/") if step]
        folder = _folder_shown(parts)
    except ValueError:
        raise InputError(f"This is not a valid web address. {HOW}.") from None
    if steps[:1] == ["u"]:
        if host not in PAGES:
            raise InputError(f"{host} is not the host of a known platform. {HOW}: {_page(steps[1:], folder)}")
        return Address(_page(steps[1:], folder), DEPLOYMENTS[PAGES[host]])
    place = next((place for place, step in enumerate(steps) if place and step in ("files", "projects")), None)
    if place is None:
        raise InputError(f"This kind of web address, of {host}, is not supported. {HOW}.")
    name_of_host = f"[{host}]" if ":" in host else host
    netloc = name_of_host if port is None else f"{name_of_host}:{port}"
    base = "/".join((f"{parts.scheme}://{netloc}", *steps[:place]))
    return Address(_call(steps[place], steps[place + 1 :]), base)


def page_of(endpoint: str, project: str, folder: Sequence[str] = (), file: str | None = None) -> str | None:
    """Return the address of the platform's page of a project, a folder or a file; `meaning_of` reads it.

    Args:
        endpoint: the base URL of the API.
        project: the project's id.
        folder: the names of the folder, from the project's root.
        file: the id of the file, instead of a folder.

    Returns:
        None if the pages of a platform are not known. Of a simulator on this machine its one page.
    """
    host = _PAGES_OF.get(endpoint)
    if host is None:
        parts = urlsplit(endpoint)
        return f"{parts.scheme}://{parts.netloc}/" if is_loopback(parts.hostname or "") else None
    page = f"https://{host}/u/{quote(project)}"
    if file is not None:
        return f"{page}/files/{quote(file, safe='')}/"
    return f"{page}/files/#q?path={quote('/'.join(folder))}" if folder else page


def _folder_shown(parts: SplitResult) -> list[str]:
    """Return the names of the folder that a page of files shows: behind #, and so in no request."""
    found = parse_qs(parts.fragment.partition("?")[2], errors="strict").get("path", [""])[-1]
    return [name for name in found.split("/") if name]


def _page(steps: list[str], folder: list[str]) -> str:
    """Return what a page of a project means, by what follows /u/."""
    if len(steps) < 2 or any("/" in step for step in steps):
        raise InputError(f"This web address does not contain a project. {HOW}.")
    project, rest = "/".join(steps[:2]), steps[2:]
    if rest[:1] == ["files"] and len(rest) == 2:
        return rest[1]
    if rest not in ([], ["files"]):
        raise InputError(f"This is not the web address of a project, a folder or a file. {HOW}: {project}")
    return "/".join((project, *folder))


def _call(name: str, steps: list[str]) -> str:
    """Return what a call of the API is about, by what follows its /files/ or /projects/."""
    if name == "files" and steps and "/" not in steps[0]:
        return steps[0]
    if name == "projects" and len(steps) >= 2 and not any("/" in step for step in steps[:2]):
        return "/".join(steps[:2])
    raise InputError(f"This web address contains neither a project nor a file. {HOW}.")
