"""Exporting many files to a volume, on a virtual clock: what it takes of requests and of time."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import define

from sbg_bulk.simulator import Timing, Volume
from sbg_bulk.simulator.seeds import USERNAME
from scripts.lib.bench.bulk import LOOK_EVERY, PEER, Service, Spent
from scripts.lib.bench.official import official
from scripts.lib.bench.table import Claim, Row

FILES: Final = 100_000
IN_A_CALL: Final = 100
JOB_SECONDS: Final = 600.0
BUCKET: Final = f"{USERNAME}/bucket"


@define
class Exporting(Service):
    """A simulator with files to export, and a volume to export them to."""

    @property
    def volume(self) -> Volume:
        return self.simulator.world.volumes[BUCKET]

    @property
    def exported(self) -> int:
        """Number of objects on the volume."""
        return sum(1 for _ in self.volume.objects.under(""))


def rows_of_export(files: int = FILES) -> list[Row]:
    """Measure exporting files, each with a job of ten minutes."""
    ours, peer = export(export_ours, files), export(export_official, files)
    least = 2 * math.ceil(files / IN_A_CALL)
    return [
        Row(
            "export-requests",
            f"requests to export {files:,} files whose jobs take {JOB_SECONDS / 60:.0f} min",
            "requests",
            ours.requests,
            {PEER: peer.requests},
            {"submits and bulk gets": least},
            (Claim("ours / floor", ours.requests / least, 1.15),),
            f"In {ours.seconds / 60:.0f} min of virtual time; the peer's in {peer.seconds / 60:.0f} min. Refused for "
            f"the rate limit: {ours.refused} of ours, {peer.refused} of the peer's, which gets each hundred every "
            f"{LOOK_EVERY:.0f} s.",
        )
    ]


def export(subject: Callable[[Exporting], None], files: int) -> Spent:
    """Have a subject export all files, each once, and keep the platform's copies."""
    service = Exporting(Timing(1.0, 1.0, 0.1, JOB_SECONDS), files)
    service.simulator.world.volumes.add(BUCKET)
    began = service.clock.now()
    subject(service)
    if service.exported != files or len(service.simulator.transfers.all()) != files:
        raise AssertionError(f"{service.exported} objects of {files} files")
    return Spent(service.counted.requests, service.counted.refused, service.clock.now() - began)


def export_ours(service: Exporting) -> None:
    """Run a manifest."""
    with tempfile.TemporaryDirectory() as folder, service.client() as client:
        manifest = Path(folder, "files.csv")
        lines = (f"{file},out/{number}.bam" for number, file in enumerate(service.sources))
        manifest.write_text("\n".join(["file,location", *lines, ""]))
        client.run("EXPORT_COPY", manifest, to=BUCKET, journal=Path(folder, "run.sbg-run"))


def export_official(service: Exporting) -> None:
    """Do as users of the official client do: submit a hundred at a time, then get each hundred until all have ended."""
    with official(service.simulator, service.clock, service.counted) as api:
        batches = []
        for number, batch in enumerate(service.batches(IN_A_CALL)):
            wanted = [
                {"file": file, "volume": BUCKET, "location": f"out/{number * IN_A_CALL + place}.bam"}
                for place, file in enumerate(batch)
            ]
            batches.append([one.resource.id for one in api.exports.bulk_submit(wanted, copy_only=True)])
        while batches:
            service.clock.advance(LOOK_EVERY)
            batches = [batch for batch in batches if not _ended(api.exports.bulk_get(batch))]


def _ended(records: list[object]) -> bool:
    return all(one.resource.state in ("COMPLETED", "FAILED") for one in records)  # type: ignore[attr-defined] # untyped
