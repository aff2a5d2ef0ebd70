"""The command line, as a process of its own, does its work with the second server over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import frozen

from tests.second.server.app import application
from tests.second.server.transport import serving
from tests.second.server.variant import Variant
from tests.second.server.world import World
from tests.second.service import SOURCE, TARGET, TOKEN, VOLUME, fill, variants

COMMAND: Final = Path(sysconfig.get_path("scripts")) / "sbg-bulk"
PATIENCE: Final = 60.0
FILES: Final = 160


@frozen
class Site:
    """A server with something in it, and a user's command line.

    Attributes:
        world: what the server knows.
        run: runs the command, expects one of some exit codes, and returns what it wrote.
    """

    world: World
    run: Callable[..., str]


@pytest.fixture
def site(variant: Variant, tmp_path: Path) -> Iterator[Site]:
    world = World(variant, time.time, step=0.01, pace=0.0001)
    fill(world, FILES)
    with serving(application(world)) as url:
        environment = {
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            # No certificates are needed here, and to load the usual ones takes long.
            "SSL_CERT_DIR": str(tmp_path),
            "SB_API_ENDPOINT": url + variant.base_path,
            "SB_AUTH_TOKEN": TOKEN,
        }

        def run(*words: str, codes: Collection[int] = (0,)) -> str:
            ended = subprocess.run(
                [COMMAND, *words], env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE
            )
            assert ended.returncode in codes, ended.stderr
            assert TOKEN not in ended.stdout + ended.stderr
            assert "Traceback" not in ended.stderr
            return ended.stdout

        yield Site(world, run)


def last(written: str) -> Any:
    """Return the last of the documents that a command wrote."""
    return json.loads(written.splitlines()[-1])


HANDFUL: Final = ("plain", "poor and mixed up", "a result for each file", "connections closed")
"""What a process makes of each switch alone, the clients show without one."""

VOLUMES: Final = (
    "no prefixes",
    "short pages",
    "least fields whatever is asked for",
    "bulk least fields",
    "bulk shuffled",
)


@pytest.mark.parametrize("variant", variants(HANDFUL))
def test_what_fits_a_pattern_is_copied_verified_and_deleted(site: Site) -> None:
    site.run("copy", SOURCE, "--match", "*.bam", "--to", TARGET, "--yes", "--verify")
    target = site.world.projects[TARGET].root
    assert Counter(one.name for one in target.children) == Counter(f"f{n:03}.bam" for n in range(FILES))
    listed = site.run("files", "list", TARGET, "--json")
    assert listed.count('"f159.bam"') == 1
    site.run("delete", TARGET, "--match", "f1*.bam", "--yes")
    assert sorted(one.name for one in target.children) == [f"f{n:03}.bam" for n in range(100)]


@pytest.mark.parametrize("variant", variants(HANDFUL))
def test_what_is_in_a_folder_is_deleted_and_the_folder_stays(site: Site, variant: Variant) -> None:
    source = site.world.projects[SOURCE].root
    folder = site.world.add_folder("old", source)
    deep = site.world.add_folder("deep", folder)
    site.world.add_file("a.bam", deep)
    # Results for the files in a folder do not say that the folder itself is gone.
    codes = (0, 3) if variant.result_entries == "files" else (0,)
    site.run("delete", f"{SOURCE}/old", "--recursive", "--yes", codes=codes)
    assert folder.children == []
    assert len(source.children) == FILES + 1


@pytest.mark.parametrize("variant", variants(HANDFUL))
def test_what_is_exported_of_a_manifest_with_failures_is_true(site: Site, tmp_path: Path) -> None:
    source, target = site.world.projects[SOURCE].root, site.world.projects[TARGET].root
    files = [one.id for one in source.children[:20]]
    path = tmp_path / "manifest.csv"
    path.write_text("\n".join(["file", *files[:7], "none-1", *files[7:], "none-2", ""]), "utf-8")
    journal = str(tmp_path / "a.sbg-run")
    site.run("copy", "--manifest", str(path), "--to", TARGET, "--journal", journal, codes=(3,))
    assert len(target.children) == 20
    rows = [json.loads(line) for line in site.run("runs", "export", journal, "--format", "jsonl").splitlines()]
    deeds = {deed.item.file: deed for job in site.world.jobs.values() if not job.foreign for deed in job.deeds}
    assert [row["file"] for row in rows] == [*files[:7], "none-1", *files[7:], "none-2"]
    for row in rows:
        deed = deeds[row["file"]]
        assert row["outcome"] != ("done" if deed.error else "failed")
        assert row.get("new_id") in (None, "", deed.made)


@pytest.mark.parametrize("variant", variants(("plain", *VOLUMES)))
def test_a_manifest_of_exports_or_imports_that_is_typed_again_finds_all_there(site: Site, tmp_path: Path) -> None:
    moving, source = site.world.moving, site.world.projects[SOURCE].root
    rows = tmp_path / "rows.csv"
    rows.write_text("".join(["file,location\n", *(f"{one.id},{one.name}\n" for one in source.children[:3])]), "utf-8")
    keys = ("first.bam,S1", "second.bam,S2", "runs/a/1.bam,")
    objects = tmp_path / "objects.csv"
    objects.write_text("".join(["source,metadata.sample\n", *(f"{VOLUME}:{one}\n" for one in keys)]), "utf-8")
    for command in (
        ("export", "--manifest", str(rows), "--to", f"{VOLUME}:kept", "--copy-only", "--yes"),
        ("export", "--manifest", str(rows), "--to", f"{VOLUME}:moved/deep", "--replace-with-alias", "--yes"),
        ("import", "--manifest", str(objects), "--to", TARGET, "--yes"),
    ):
        before = len(moving.transfers)
        site.run(*command)
        assert len(moving.transfers) == before + 3
        assert last(site.run(*command, "--json"))["items"] == 0
        assert len(moving.transfers) == before + 3


@pytest.mark.parametrize("variant", variants(HANDFUL))
def test_small_questions_are_answered(site: Site) -> None:
    file = site.world.projects[SOURCE].root.children[0].id
    assert "rfranklin" in site.run("whoami")
    assert last(site.run("rate-limit", "--json"))["limit"] == 1000
    assert TARGET in site.run("projects", "list")
    job = last(site.run("move", file, "--to", TARGET, "--yes", "--json"))
    assert [one.id for one in site.world.projects[TARGET].root.children] == [file]
    listed = [json.loads(line) for line in site.run("jobs", "list", "--json").splitlines()]
    assert job["id"] in json.dumps(listed)
    assert last(site.run("jobs", "wait", job["id"], "--json"))["state"] == "FINISHED"
