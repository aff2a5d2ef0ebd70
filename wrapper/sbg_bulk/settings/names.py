"""The NAME of a path: a section of the credentials file, or a platform's short name."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from sbg_bulk.errors import SettingsError
from sbg_bulk.settings import credentials as credentials_file
from sbg_bulk.settings.deployments import DEPLOYMENTS
from sbg_bulk.settings.settings import normal_endpoint
from sbg_bulk.settings.shown import shown


@frozen
class Named:
    """The platform or profile that a NAME leads to.

    Attributes:
        endpoint: the base URL of the API.
        profile: the section of the credentials file, if it is one.
    """

    endpoint: str
    profile: str | None


def meaning(name: str, credentials: Path | None = None) -> Named:
    """Return what a NAME means. A section of the credentials file counts before a platform.

    Args:
        name: as it stands before the colon.
        credentials: instead of `~/.sevenbridges/credentials`.

    Raises:
        SettingsError: it is neither, or the section names no endpoint, or the file cannot be read.
    """
    path = credentials or credentials_file.usual_path()
    profiles = credentials_file.read(path)
    if name in profiles:
        profile = profiles[name]
        profile.check(path)
        if profile.endpoint is None:
            raise SettingsError(
                f"{profile.in_file(path)} has no api_endpoint, so {shown(name)}: cannot be used. Add one."
            )
        return Named(normal_endpoint(profile.endpoint, profile.in_file(path), profile.token), name)
    if name.lower() in DEPLOYMENTS:
        return Named(DEPLOYMENTS[name.lower()], None)
    raise SettingsError(
        f"{shown(name)}: is neither a platform ({', '.join(DEPLOYMENTS)}) nor a profile of {path} (profiles: "
        f"{credentials_file.names(profiles)})."
    )
