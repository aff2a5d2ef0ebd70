"""Worlds to start from, each with the user `rfranklin`, whose token is `demo-token`, or one that looks like a real one.

- `demo`: a project with 2,500 files of a sequencing study, in folders by batch and sample, with tags and metadata,
  and a nearly empty one to copy them to; a volume with 100,000 objects, and two to export to. For demonstrations, and
  for trying things out.
- `examples`: what the examples in the contract and in the documentation name, so that they can be sent as they are;
  besides, projects in which the user may do less than everything, and a job of somebody else.
- `empty`: the user, and nothing more. For tests that build their own world.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.world.actions import JobType
from sbg_bulk.simulator.world.clock import DAY
from sbg_bulk.simulator.world.described import DrsImports
from sbg_bulk.simulator.world.jobs import Jobs
from sbg_bulk.simulator.world.moving import Export, Import
from sbg_bulk.simulator.world.transfers import Transfers
from sbg_bulk.simulator.world.tree import Folder, Permissions, User, World
from sbg_bulk.simulator.world.volumes import Series

TOKEN = "demo-token"  # noqa: S105 - opens nothing but this simulator
USERNAME = "rfranklin"
LIKELY_TOKEN = hashlib.sha256(f"{USERNAME} in the simulator".encode()).hexdigest()[:32]
"""The same user's, of 32 hexadecimal digits as the platform's are: for programs that check how a token looks."""

_BILLING_GROUP = str(uuid.uuid5(uuid.NAMESPACE_URL, "billing-group"))


def known_seed(name: str) -> str:
    """Return the name itself. Raises ValueError if it is none of a seed."""
    if name not in _SEEDS:
        raise ValueError(f"there is no seed {name!r}; the seeds are: {', '.join(_SEEDS)}")
    return name


@frozen
class Ground:
    """What a seed is planted in: an empty world, and empty books of jobs. Dates are counted back from `now`."""

    world: World
    jobs: Jobs
    transfers: Transfers
    drs_imports: DrsImports
    now: float


def plant(name: str, ground: Ground) -> None:
    """Fill an empty world."""
    _SEEDS[name](ground)


def _add_user(world: World) -> User:
    user = world.add_user(
        USERNAME, token=TOKEN, first_name="Rosalind", last_name="Franklin", affiliation="King's College London"
    )
    world.add_token(user, LIKELY_TOKEN)
    return user


def _add_colleague(world: World) -> User:
    return world.add_user(
        "bmcclintock", first_name="Barbara", last_name="McClintock", affiliation="Cold Spring Harbor Laboratory"
    )


def _empty(ground: Ground) -> None:
    _add_user(ground.world)


_REPOSITORY = "caninedc.org"
"""A host of a repository, which has an object of every id."""
_BATCHES = 10
_SAMPLES_OF_A_BATCH = 50
_FILES_OF_A_SAMPLE: Mapping[str, tuple[int, int, str]] = MappingProxyType(
    {
        "_R1.fastq.gz": (28 << 30, 44 << 30, "raw"),
        "_R2.fastq.gz": (29 << 30, 46 << 30, "raw"),
        ".bam": (55 << 30, 95 << 30, "aligned"),
        ".bam.bai": (8 << 20, 10 << 20, "index"),
        ".vcf.gz": (900 << 20, 1300 << 20, "variants"),
    }
)
"""The files of a genome sequenced thirtyfold, with their least and greatest sizes in bytes and a tag."""
_TYPES_OF_SAMPLES = ("Primary Tumor", "Blood Derived Normal")


def _demo(ground: Ground) -> None:
    world, now = ground.world, ground.now
    _add_user(world)
    colleague = _add_colleague(world)
    sizes = random.Random("sizes")  # noqa: S311 - the same in every run
    then = now - 60 * DAY
    project = world.add_project(
        f"{USERNAME}/cohort-a",
        name="Cohort A",
        description="Whole genomes of the first 500 participants",
        members={colleague.username: Permissions(read=True, copy=True)},
        created_on=then,
        tags=["cohort", "wgs"],
        billing_group=_BILLING_GROUP,
    )
    for batch in range(1, _BATCHES + 1):
        arrived = then + batch * DAY
        batch_folder = world.add_folder(f"batch-{batch:02}", project, created_on=arrived)
        for number in range(1, _SAMPLES_OF_A_BATCH + 1):
            overall = (batch - 1) * _SAMPLES_OF_A_BATCH + number
            sample = f"CA-{overall:04}"
            folder = world.add_folder(sample, batch_folder, created_on=arrived)
            about = _metadata(sample, overall)
            for suffix, (least, greatest, tag) in _FILES_OF_A_SAMPLE.items():
                world.add_file(
                    sample + suffix,
                    folder,
                    size=sizes.randint(least, greatest),
                    created_on=arrived,
                    tags=[f"batch-{batch:02}", tag],
                    metadata=about | ({"paired_end": suffix[2]} if tag == "raw" else {}),
                    task=None if tag == "raw" else _task(sample),
                )
    analysis = world.add_project(
        f"{USERNAME}/analysis",
        name="Analysis",
        description="Joint calling of cohort A",
        created_on=now - 3 * DAY,
        billing_group=_BILLING_GROUP,
    )
    world.add_folder("incoming", analysis, created_on=now - 3 * DAY)
    world.add_file("samples.csv", analysis, size=41_237, created_on=now - 2 * DAY)
    volumes = world.volumes
    volumes.add(
        f"{USERNAME}/sequencer",
        access_mode="RO",
        description="Sequencer output",
        objects=Series("delivered", 100_000),
        created_on=then,
    )
    volumes.add(f"{USERNAME}/archive", description="Archived results", created_on=then)
    volumes.add(f"{USERNAME}/archive-gcs", service="gcs", region="us-east1", created_on=then)
    world.repository.add_host(_REPOSITORY)


def _metadata(sample: str, number: int) -> dict[str, str]:
    """What is known of a sample, in the keys that the platforms use; two samples come from each person."""
    case = (number + 1) // 2
    return {
        "sample_id": sample,
        "case_id": f"CA-P{case:03}",
        "sample_type": _TYPES_OF_SAMPLES[number % 2],
        "experimental_strategy": "WGS",
        "platform": "Illumina",
        "reference_genome": "GRCh38",
        "gender": ("female", "male")[case % 2],
    }


def _task(sample: str) -> str:
    """The id of the task that has made a sample's files, the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, sample))


_IN_BULK = (
    "5a97d4741c94edbe85904936",
    "5a97d4741c94edbe85904909",
    "5a97d4741c94edbe8590492a",
    "5a97d4741c94edbe85904949",
    "5a97d4701c94edbe8590471e",
    "5a97d4741c94edbe8590494c",
)
"""The files that the documentation reads and edits in bulk."""


def _examples(ground: Ground) -> None:
    world, now = ground.world, ground.now
    user, colleague = _add_user(world), _add_colleague(world)
    then = now - 30 * DAY
    mine = world.add_project(
        f"{USERNAME}/my-project",
        name="My project",
        description="Sequencing data of the first cohort",
        root="5c6d3a08e4b0385632389300",
        created_on=then,
        tags=["pilot"],
        billing_group=_BILLING_GROUP,
    )
    world.add_file(
        "sample.bam",
        mine,
        size=2 << 30,
        id="5c6d4227e4b0385632389346",
        created_on=then,
        tags=["tumor"],
        metadata=_metadata("CA-0001", 1),
        task=_task("CA-0001"),
    )
    world.add_file(
        "sample-1.bam",
        mine,
        size=3 << 30,
        id="5c6d3f30e4b038563238932f",
        created_on=then,
        tags=["normal"],
        metadata=_metadata("CA-0002", 2),
    )
    world.add_file("sample-2.bam", mine, size=3 << 30, id="5c6d3f30e4b038563238932b", created_on=then)
    world.add_file("sample-3.bam", mine, size=2 << 30, id="5c6d3f30e4b0385632389331", created_on=then)
    world.add_file("variants-1.vcf.gz", mine, size=1 << 30, id="5c6d3c30e4b038363238932f", created_on=then)
    world.add_file("variants-2.vcf.gz", mine, size=1 << 30, id="5c6d3c30e4b038363238932e", created_on=then)
    world.add_file("variants-3.vcf.gz", mine, size=1 << 30, id="5c6d3c30e4b0383632389331", created_on=then)
    documented = world.add_folder("run-2", mine, id="567890abc8a5136ec6127063", created_on=then)
    for number, file_id in enumerate(_IN_BULK, 1):
        name = f"lane-{number}.fastq.gz"
        alias = (f"{USERNAME}/sequencer", f"run-2/{name}")
        world.add_file(name, documented, size=7 << 30, id=file_id, created_on=then, alias_of=alias)
    # Not in the root, although the contract shows it there: its example of a new folder makes one of this name.
    run = world.add_folder("run-1", mine, created_on=then)
    results = world.add_folder("results", run, id="5c6d3f30e4b0385632389310", created_on=then)
    world.add_file("report.html", results, size=1 << 20, created_on=then)
    target = world.add_project(f"{USERNAME}/destination-project", name="Destination project", created_on=then)
    world.add_folder("incoming", target, id="1e3de690c4b058509735944e", created_on=then)
    # Ids as the documentation has them: not all of their digits are hexadecimal, and one is 25 of them long.
    world.add_folder("copies-1", target, id="2c6d3b10e5e031231235932g", created_on=then)
    world.add_folder("copies-2", target, id="85c6d3f30e4b038516235932h", created_on=then)
    world.add_folder("moved-1", target, id="2c6d3b11e9b038533235932g", created_on=then)
    world.add_folder("moved-2", target, id="85c6d3f32c4b038533235932h", created_on=then)
    _add_limited_projects(world, colleague, then)
    _add_finished_jobs(world, ground.jobs, user, colleague, now)
    _add_volumes(ground, user, colleague, then)


def _add_volumes(ground: Ground, user: User, colleague: User, then: float) -> None:
    world, transfers = ground.world, ground.transfers
    volumes = world.volumes
    delivered = {"chimeras.html.gz": 40_960}
    delivered |= {f"{folder}/{name}": 4096 for folder in ("my-folder", "my-volume-folder") for name in ("a", "in/b")}
    volumes.add(f"{USERNAME}/my-volume", access_mode="RO", objects=delivered, created_on=then)
    volumes.add(f"{USERNAME}/input", objects={"example_human_Illumina.pe_1.fastq": 1 << 20}, created_on=then)
    november = {f"samples/november/{number}.fastq": 1 << 20 for number in (1, 2)}
    volumes.add(f"{USERNAME}/my_volume", objects=november, created_on=then)
    volumes.add(f"{USERNAME}/output", objects={"kept.vcf": 1 << 10}, created_on=then)
    volumes.add(f"{colleague.username}/private", created_on=then)
    other = world.add_project(f"{USERNAME}/my_project", name="My other project", created_on=then)
    world.add_folder("november", other, id="5bcdc233e4b0cbdd7a82e7cc", created_on=then)
    world.add_folder("imported", other, id="5ced23f5e4b04d4c8d7a309a", created_on=then)
    world.add_file("output.vcf", other, size=1 << 20, id="567890abc1e5339df0414123", created_on=then)
    world.add_file("exported.vcf", other, size=1 << 20, id="5abce2851c948ad3c0ce2b7c", created_on=then)
    world.repository.add_host(_REPOSITORY)
    world.repository.add("drs://dg.4503:01349ad3-6008-426f-a17c-88dcc00492ff", "reads.bam", size=1 << 30)
    alias = world.add_file("alias.gz", other, created_on=then, alias_of=(f"{USERNAME}/my-volume", "chimeras.html.gz"))
    wanted = Import(f"{USERNAME}/my-volume", "chimeras.html.gz", None, other.id)
    when = {"submitted_on": then, "finished_on": then + 2}
    # One of the documentation's ids has 33 letters.
    for number in ("YFyyZ7rpCGtXjKTzjGGRJIIBmWd6Mh19", "gOM3zcx63MW711ac0SbNkaUE0SNRK4H0S"):
        transfers.add_ended(user, wanted, alias, id=number, **when)
    missing = ApiError(9105, "There is no nothing.gz on rfranklin/my-volume.")
    transfers.add_ended(user, Import(wanted.volume, "nothing.gz", None, other.id), missing, id="F" * 32, **when)
    kept = Export(alias.id, f"{USERNAME}/output", "kept.vcf", properties={"sse_algorithm": "AES256"})
    transfers.add_ended(user, kept, alias, id="JCqIZNxBjjVBmKp8cPw5aHmDMgXSKaJ2", **when)
    taken = ApiError(9107, "kept.vcf exists already on rfranklin/output.")
    transfers.add_ended(user, kept, taken, id="G" * 32, **when)
    gone = ApiError(10212, "There is no object at drs://caninedc.org.")
    ground.drs_imports.add_finished(user, [alias.id, gone], id="154608246075330560", **when)


def _add_limited_projects(world: World, colleague: User, then: float) -> None:
    may: Mapping[str, Permissions | None] = {
        "no-copy": Permissions(read=True, write=True),
        "no-write": Permissions(read=True, copy=True),
        "read-only": Permissions(read=True),
        "no-access": None,
    }
    for name, permissions in may.items():
        members = {} if permissions is None else {USERNAME: permissions}
        project = world.add_project(f"{colleague.username}/{name}", members=members, created_on=then)
        folder: Folder = world.add_folder("maize", project, created_on=then)
        world.add_file("maize-1.bam", folder, size=2 << 30, created_on=then)


def _add_finished_jobs(world: World, jobs: Jobs, user: User, colleague: User, now: float) -> None:
    copied = "5c6d4227e4b0385632389346"
    missing = ApiError(10225, "There is no file or folder 5c6d3f30e4b038563238932a.")
    started = now - 2 * DAY
    jobs.add_finished(
        user,
        JobType.DELETE,
        ["568e69abe9b0307bc0414164"],
        id="71721895316959284",
        submitted_on=started,
        finished_on=started,
    )
    jobs.add_finished(
        user,
        JobType.DELETE,
        ["5c6e7e36e4b038560025d309", missing],
        submitted_on=started + 60,
        finished_on=started + 61,
    )
    jobs.add_finished(
        user,
        JobType.MOVE,
        ["5c6d3c30e4b038363238932f", "5c6d3c30e4b038363238932e"],
        id="70725310812958720",
        submitted_on=started + 120,
        finished_on=started + 122,
    )
    jobs.add_finished(user, JobType.COPY, [copied, missing], submitted_on=started + 180, finished_on=started + 182)
    jobs.add_finished(
        user, JobType.COPY, [copied], id="70711174378885120", submitted_on=started + 240, finished_on=started + 241
    )
    maize = next(node.id for node in world.nodes.values() if node.name == "maize-1.bam")
    jobs.add_finished(colleague, JobType.COPY, [maize], submitted_on=started + 300, finished_on=started + 301)


_SEEDS: Mapping[str, Callable[[Ground], None]] = MappingProxyType(
    {"demo": _demo, "examples": _examples, "empty": _empty}
)
SEEDS = tuple(_SEEDS)
"""The names of all seeds."""
