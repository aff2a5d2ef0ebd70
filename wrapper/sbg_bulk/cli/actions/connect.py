"""Connect to where the NAMEs of paths lead: `cavatica:rfranklin/cohort-a`."""

from __future__ import annotations

from collections.abc import Iterable

import click
from attrs import evolve

from sbg_bulk.cli.context import Context
from sbg_bulk.files.paths import Location
from sbg_bulk.settings.names import meaning
from sbg_bulk.settings.settings import Settings, normal_endpoint
from sbg_bulk.settings.shown import shown
from sbg_bulk.volumes.places import VolumePlace


def connected(context: Context, places: Iterable[Location | VolumePlace]) -> Context:
    """Return the options before the command, with what the NAMEs of paths say of where to connect.

    Args:
        context: the options.
        places: what the paths name.

    Raises:
        UsageError: the NAMEs contradict each other, or the options.
        InputError: an address is one of another platform.
        SettingsError: a NAME means nothing, or it is not known where to connect.
    """
    places = list(places)
    found = _named(context, places)
    pasted = [place for place in places if isinstance(place, Location) and place.endpoint is not None]
    if pasted:
        endpoint = Settings.find(found.endpoint, profile=found.profile).endpoint
        for place in pasted:
            place.check_endpoint(endpoint)
    return found


def _named(context: Context, places: Iterable[Location | VolumePlace]) -> Context:
    names = list(dict.fromkeys(place.deployment for place in places if place.deployment is not None))
    if not names:
        return context
    first, *others = names
    where = meaning(first)
    for other in others:
        if meaning(other).endpoint != where.endpoint:
            raise click.UsageError(
                f"{first}: and {other}: are on different platforms. Data cannot be copied or moved between them."
            )
        if meaning(other) != where:
            raise click.UsageError(f"{first}: and {other}: are different accounts. A command can use only one account.")
    if context.endpoint is not None and normal_endpoint(context.endpoint) != where.endpoint:
        raise click.UsageError(
            f"{first}: is {where.endpoint}, but --endpoint is another platform. Remove one of the two."
        )
    if context.profile is None:
        return evolve(context, profile=first) if where.profile else evolve(context, endpoint=first)
    if where.profile not in (None, context.profile) or meaning(context.profile).endpoint != where.endpoint:
        raise click.UsageError(
            f"{first}: is a different account from --profile {shown(context.profile)}. Remove one of the two."
        )
    return context
