"""What a run has read and written, in the words of OpenLineage, where Airflow's provider for it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

# Without that provider, nobody asks for facets.
with suppress(ImportError):
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import Dataset, OutputDataset
    from openlineage.client.facet_v2 import output_statistics_output_dataset


@frozen
class Lineage:
    """What a run has read and written.

    Attributes:
        endpoint: the base URL of the API.
        manifest: the path or URL of its manifest, if it has one.
        sources: the paths and ids that it was chosen by.
        destinations: the paths and ids that it wrote to.
        files: how many files were written.
        size: how many bytes these have, as far as is known.
    """

    endpoint: str
    manifest: str | None = None
    sources: Sequence[str] = ()
    destinations: Sequence[str] = ()
    files: int = 0
    size: int = 0

    def facets(self) -> Any:
        """Return it as an `OperatorLineage`.

        A place on the platform is a dataset whose namespace is the platform's API without its path, and whose name is
        that by which the task knows it: OWNER/PROJECT/FOLDER, OWNER/VOLUME:PREFIX, or an id.
        """
        parts = urlsplit(self.endpoint)
        platform = f"{parts.scheme}://{parts.netloc}"
        read = [] if self.manifest is None else [Dataset(*_name_of(self.manifest))]
        statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            fileCount=self.files, size=self.size or None
        )
        # Of several destinations it is not known what was written to which.
        known = {"outputStatistics": statistics} if len(self.destinations) == 1 else {}
        return OperatorLineage(
            inputs=[*read, *(Dataset(platform, name) for name in self.sources)],
            outputs=[OutputDataset(platform, name, outputFacets=dict(known)) for name in self.destinations],
        )


def _name_of(path: str) -> tuple[str, str]:
    """Return the namespace and the name that OpenLineage has for a file. A URL's connection does not belong to it."""
    if "://" not in path:
        return "file", str(Path(path).absolute())
    parts = urlsplit(path)
    if not parts.netloc:
        return "file", parts.path
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", parts.path.lstrip("/")
