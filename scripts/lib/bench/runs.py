"""Runs of large manifests: the memory that they take, and the CPU, without a network."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from scripts.lib.bench.measure import cpu, fresh, interleaved, peak_memory
from scripts.lib.bench.table import Claim, Row, brief

PROJECT: Final = "rfranklin/target"
SIZES: Final = (10_000, 100_000, 1_000_000)
ITEMS_PER_JOB: Final = 100
PEER: Final = "pandas and sevenbridges-python"


def write_manifest(path: Path, rows: int) -> None:
    """Write a manifest of so many rows."""
    with path.open("w", encoding="ascii", newline="") as stream:
        stream.write("file,name,sample\n")
        stream.writelines(f"f{number:023x},sample-{number}.bam,CA-{number:07}\n" for number in range(rows))


# Memory


def rows_of_memory(sizes: Sequence[int] = SIZES[1:]) -> list[Row]:
    """Measure the memory of a dry run and a run of a manifest, of the smallest size and of the largest."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {size: Path(folder, f"{size}.csv") for size in sizes}
        for size, path in paths.items():
            write_manifest(path, size)

        def above(function: Callable[..., float], size: int) -> float:
            return float(fresh(function, manifest=str(paths[size]))) - float(fresh(interpreter))

        subjects = {(name, size): partial(above, work, size) for name, work in _MEMORY.items() for size in sizes}
        found = interleaved(subjects, 1)  # which is always nearly the same
    least, most = min(sizes), max(sizes)
    return [
        Row(
            f"memory-{name}",
            f"memory of a {name.replace('-', ' ')} of {most:,} rows",
            "MiB above the interpreter",
            found[name, most],
            {PEER: found["peer", most]},
            {},
            (
                Claim("MiB", found[name, most], 150),
                Claim(f"{most:,} rows / {least:,}", found[name, most] / found[name, least], 1.1),
            ),
            f"With {least:,} rows: {brief(found[name, least])} MiB; the peer {brief(found['peer', least])}.",
        )
        for name in ("dry-run", "run")
    ]


def interpreter() -> float:
    """Measure the memory of a process that does nothing."""
    return peak_memory()


def memory_dry_run(manifest: str) -> float:
    """Measure the memory of a process that counts and checks a manifest's rows."""
    from sbg_bulk.families import FAMILIES
    from sbg_bulk.runs import create
    from sbg_bulk.runs.rows import Defaults

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "rows")
        create.read(Path(manifest), FAMILIES["COPY"], "", Defaults(None, PROJECT), None, journal=kept).close()
    return peak_memory()


def memory_run(manifest: str) -> float:
    """Measure the memory of a process that carries a manifest to its end."""
    run(Path(manifest))
    return peak_memory()


def memory_peer(manifest: str) -> float:
    """Measure the memory of a process that reads a manifest as users do, and makes the official client's items.

    Nothing is submitted: that would only add to it.
    """
    pandas: Any = import_module("pandas")  # not in the environment of the tests
    import_module("sevenbridges")
    frame = pandas.read_csv(manifest)
    items = [{"file": row["file"], "name": row["name"], "project": PROJECT} for row in frame.to_dict("records")]
    assert len(items) == len(frame)
    return peak_memory()


_MEMORY: Final = {"dry-run": memory_dry_run, "run": memory_run, "peer": memory_peer}


# CPU


def rows_of_overhead(sizes: Sequence[int] = SIZES) -> list[Row]:
    """Measure the CPU of runs without a network, for each of the sizes."""
    found: dict[tuple[str, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        # What takes long needs fewer repetitions.
        for size, repetitions in zip(sorted(sizes), (5, 3, 1), strict=False):
            path = Path(folder, f"{size}.csv")
            write_manifest(path, size)
            subjects = {
                ("ours", size): partial(_per_100_000, cpu_run, path, size),
                ("floor", size): partial(_per_100_000, cpu_inserts, path, size),
            }
            found |= interleaved(subjects, repetitions)
    least, most = min(sizes), max(sizes)
    growth = found["ours", most] / found["ours", least]
    return [
        Row(
            f"overhead-{size}",
            f"run of {size:,} rows without network",
            "s of CPU per 100,000 rows",
            found["ours", size],
            {},
            {"sqlite inserts": found["floor", size]},
            (Claim(f"per row, {most:,} / {least:,}", growth, 1.15),) if size == most else (),
            "The service's own CPU is taken off." if size == most else "",
        )
        for size in sizes
    ]


def _per_100_000(work: Callable[..., float], path: Path, size: int) -> float:
    return float(fresh(work, manifest=str(path))) * 100_000 / size


def cpu_run(manifest: str) -> float:
    """Measure the CPU of a run, without that of the service."""
    run(_warm(manifest))
    service: list[float] = []
    return cpu(lambda: service.append(run(Path(manifest)))) - service[0]


def cpu_inserts(manifest: str) -> float:
    """Measure the CPU of writing the rows to a database: what is sent of each, its place, and what became of it."""
    _inserts(_warm(manifest))
    return cpu(lambda: _inserts(Path(manifest)))


def _warm(manifest: str) -> Path:
    """Write a small manifest beside the other."""
    path = Path(manifest + ".small.csv")
    write_manifest(path, 10 * ITEMS_PER_JOB)
    return path


def run(manifest: Path) -> float:
    """Carry a manifest to its end, on a clock that does not wait; return the service's CPU in seconds."""
    from sbg_bulk import Client
    from sbg_bulk.testing import VirtualClock
    from scripts.lib.bench.canned import ENDPOINT, Canned

    service = Canned()
    driver = VirtualClock().blocking_driver(service)
    with tempfile.TemporaryDirectory() as folder, Client(ENDPOINT, "demo-token", driver=driver) as client:
        report = client.run("copy", manifest, project=PROJECT, journal=Path(folder, "run.sbg-run"))
    assert report.succeeded, report
    return service.seconds


def _inserts(manifest: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder, "rows.sqlite"))
        try:
            database.execute(
                "CREATE TABLE rows (place INTEGER PRIMARY KEY, file TEXT, name TEXT, project TEXT, new TEXT)"
            )
            with database:
                database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", _values(manifest))
        finally:
            database.close()


def _values(manifest: Path) -> Iterable[tuple[int, str, str, str, str]]:
    with manifest.open(encoding="ascii") as stream:
        next(stream)
        for place, line in enumerate(stream):
            file, name, _ = line.split(",")
            yield place, file, name, PROJECT, file
