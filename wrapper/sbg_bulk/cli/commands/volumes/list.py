"""`sbg-bulk volumes list`."""

from __future__ import annotations

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.known_places import VOLUMES, KnownPlaces
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.documents import volume_document
from sbg_bulk.cli.output.tables import print_rows_or_blocks
from sbg_bulk.text import yes_or_no


@click.command("list")
@json_option
@click.pass_obj
def list_volumes(context: Context, as_json: bool) -> None:
    """List the volumes that you own or are a member of. Use VOLUME (owner/name) in other commands."""
    with context.client() as client:
        found = []
        for volume in client.volumes():
            found.append(volume)
            if as_json:
                write_json(volume_document(volume))
        KnownPlaces.of(client.settings).remember({VOLUMES: [volume.id for volume in found]})
    if found and not as_json:
        rows = [(one.id, one.access_mode, one.cloud, yes_or_no(one.active), one.service.bucket) for one in found]
        blocks = (
            (volume, [", ".join(filter(None, (access, cloud, f"active: {active}"))), f"bucket {bucket or '-'}"])
            for volume, access, cloud, active, bucket in rows
        )
        print_rows_or_blocks(("VOLUME", "ACCESS", "CLOUD", "ACTIVE", "BUCKET"), rows, blocks)
    elif not found and not as_json:
        note("No volumes.")
