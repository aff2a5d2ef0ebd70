"""Where paths lead from a client, and how it looks around there."""

from __future__ import annotations

from attrs import evolve

from sbg_bulk.api.pace import Meter, Pace
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.settings.names import meaning
from sbg_bulk.settings.settings import Settings
from sbg_bulk.volumes.places import VolumePlace, volume_place


def lookup_policy(policy: RequestPolicy) -> RequestPolicy:
    """Return the policy of looking things up, which may take many requests: within the rate limit."""
    return evolve(policy, meter=Meter(Pace()))


def place_on(settings: Settings, text: str) -> Location:
    """Return the place that a path or an id means.

    Raises:
        InputError: it is neither, or it is on another platform than the one that the client is connected to.
    """
    place = place_of(text)
    _check_name(settings, text, place.deployment)
    place.check_endpoint(settings.endpoint)
    return place


def volume_place_on(settings: Settings, text: str) -> VolumePlace:
    """Return the place on a volume that a text names.

    Raises:
        InputError: it names none, or it is on another deployment than the one that the client is connected to.
    """
    place = volume_place(text)
    _check_name(settings, text, place.deployment)
    return place


def _check_name(settings: Settings, text: str, name: str | None) -> None:
    if name is not None and meaning(name).endpoint != settings.endpoint:
        raise InputError(f"{text!r} is on another platform; the client is connected to {settings.endpoint}.")
