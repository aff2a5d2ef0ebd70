"""The worlds to start from."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.simulator import SEEDS, File, ManualClock, Simulator, World
from sbg_bulk.simulator.seeds import LIKELY_TOKEN
from sbg_bulk.simulator.service.contract import load_contract
from sbg_bulk.simulator.world.tree import walk
from tests.simulator.api import Api

DOCUMENT = load_contract().document
DOCUMENTED = Path(__file__).parents[2] / "spec" / "examples"


def seeded(seed: str) -> Api:
    return Api(Simulator(clock=ManualClock(), seed=seed))


def sizes(world: World, project: str) -> dict[str, int]:
    return {node.name: node.size for node in walk(world.projects[project].root) if isinstance(node, File)}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_has_the_user_of_the_demo_token(seed: str) -> None:
    assert seeded(seed).get("/user").json()["username"] == "rfranklin"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_has_a_token_that_looks_like_one(seed: str) -> None:
    assert re.fullmatch("[0-9a-f]{32}", LIKELY_TOKEN)
    answer = seeded(seed).send("GET", "/user", headers={"X-SBG-Auth-Token": LIKELY_TOKEN})
    assert answer.json()["username"] == "rfranklin"


def test_the_demo_can_be_searched_by_tag_metadata_and_task() -> None:
    api = seeded("demo")
    [batch] = api.get("/files", project="rfranklin/cohort-a", name="batch-02").json()["items"]
    [sample] = api.get("/files", parent=batch["id"], name="CA-0051").json()["items"]
    files = api.get("/files", parent=sample["id"], fields="_all").json()["items"]
    assert {file["metadata"]["sample_id"] for file in files} == {"CA-0051"}
    assert {file["metadata"]["experimental_strategy"] for file in files} == {"WGS"}
    [bam] = [file for file in files if file["name"] == "CA-0051.bam"]
    assert (bam["tags"], bam["size"] > 50 << 30) == (["batch-02", "aligned"], True)
    raw = api.get("/files", parent=sample["id"], tag="raw", **{"metadata.paired_end": "2"}).json()["items"]
    assert [file["name"] for file in raw] == ["CA-0051_R2.fastq.gz"]
    made = api.get("/files", parent=sample["id"], **{"origin.task": bam["origin"]["task"]}).json()["items"]
    assert [file["name"] for file in made] == ["CA-0051.bam", "CA-0051.bam.bai", "CA-0051.vcf.gz"]


def test_the_empty_seed_has_nothing_else() -> None:
    api = seeded("empty")
    assert api.get("/projects").json()["items"] == []
    assert api.get("/async/files").json()["items"] == []
    assert len(api.simulator.world.users) == 1


def test_the_demo_has_2500_files_named_as_in_a_sequencing_study() -> None:
    files = sizes(seeded("demo").simulator.world, "rfranklin/cohort-a")
    assert len(files) == 2500
    form = re.compile(r"CA-\d{4}(_R[12]\.fastq\.gz|\.bam|\.bam\.bai|\.vcf\.gz)")
    kinds = Counter(match.group(1) for name in files if (match := form.fullmatch(name)))
    assert kinds == dict.fromkeys(("_R1.fastq.gz", "_R2.fastq.gz", ".bam", ".bam.bai", ".vcf.gz"), 500)
    assert all(files[name] < files[name.removesuffix(".bai")] for name in files if name.endswith(".bai"))


def test_the_demo_can_be_copied_as_a_whole() -> None:
    api = seeded("demo")
    batches = api.get("/files", project="rfranklin/cohort-a").json()["items"]
    api.done("copy", *({"file": batch["id"], "project": "rfranklin/analysis"} for batch in batches))
    world = api.simulator.world
    assert sizes(world, "rfranklin/analysis").items() >= sizes(world, "rfranklin/cohort-a").items()


# The contract's own examples, sent as they are


def requests() -> list[Any]:
    """Operation and body of every example of a request, in the contract and in the documentation."""
    found = []
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for name, example in content.get("examples", {}).items():
                found.append(pytest.param(operation["operationId"], example["value"], id=f"spec-{name}"))
    for file in sorted(DOCUMENTED.glob("*.request.json")):
        operation_id = file.name.partition(".")[0]
        found.append(pytest.param(operation_id, json.loads(file.read_text()), id=file.name))
    return found


@pytest.mark.parametrize(("operation_id", "body"), requests())
def test_every_example_of_a_request_succeeds(operation_id: str, body: Any) -> None:
    api = seeded("examples")
    before = {each.id for each in api.simulator.transfers.all()}
    operation = load_contract().operations[operation_id]
    answer = api.send(operation.method, operation.path, json=body)
    assert answer.is_success, answer.text
    if operation_id == "create_folder":
        return
    if operation_id.startswith("bulk_"):
        assert [list(entry) for entry in answer.json()["items"]] == [["resource"]] * len(next(iter(body.values())))
    api.simulator.advance(3600)
    assert {each.state for each in api.simulator.transfers.all() if each.id not in before} <= {"COMPLETED"}
    if operation_id.startswith(("bulk_", "start_import", "start_export")):
        return
    result = api.get(answer.json()["href"]).json()["result"]
    assert ["resource" in entry for entry in result] == [True] * len(body["items"]), result


def example_of(parameter: Any) -> Any:
    if "$ref" in parameter:
        parameter = DOCUMENT["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return parameter["name"], parameter["in"], parameter.get("example")


READS = [operation for operation in load_contract().operations.values() if operation.method == "GET"]


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.id)
def test_every_read_succeeds_with_the_examples_of_its_parameters(operation: Any) -> None:
    path, query = operation.path, {}
    for parameter in DOCUMENT["paths"][operation.path]["get"].get("parameters", []):
        name, place, example = example_of(parameter)
        if place == "path":
            path = path.replace(f"{{{name}}}", example)
        elif example is not None:
            query[name] = example
    answer = seeded("examples").get(path, **query)
    assert answer.status_code == 200, answer.text
    items = answer.json().get("items")
    assert items is None or items


def test_the_examples_have_jobs_with_failures_and_jobs_of_others() -> None:
    api = seeded("examples")
    mine = api.get("/async/files").json()["items"]
    assert {(job["type"], job["failed_files"] > 0) for job in mine} >= {("COPY", True), ("DELETE", True)}
    [other] = [job for job in api.simulator.jobs.all() if job.owner.username != "rfranklin"]
    assert other.id not in {job["id"] for job in mine}
    assert api.refused("GET", f"/async/files/copy/{other.id}")[:2] == (404, 10211)


@pytest.mark.parametrize(
    ("project", "action", "code"),
    [("no-access", "copy", 10226), ("no-copy", "copy", 5014), ("no-write", "move", 5032), ("read-only", "copy", 5014)],
)
def test_the_examples_have_projects_with_less_than_all_permissions(project: str, action: str, code: int) -> None:
    api = seeded("examples")
    root = api.simulator.world.projects[f"bmcclintock/{project}"].root
    folder = root.children["maize"]
    assert api.failed(action, {"file": folder.id, "project": "rfranklin/my-project"}) == [code]


# Worlds of one's own


def test_a_world_is_built_by_hand(simulator: Simulator) -> None:
    world = simulator.world
    world.add_user("somebody", token="token-of-somebody", first_name="Some", last_name="Body")
    project = world.add_project("somebody/project", name="Long name", root="r" * 24, created_on=0.0)
    folder = world.add_folder("folder", project, id="f" * 24)
    world.add_file("a.bam", folder, size=7, id="a" * 24)
    other = Api(simulator, {"X-SBG-Auth-Token": "token-of-somebody"})
    assert other.get("/user").json()["last_name"] == "Body"
    assert other.get("/projects/somebody/project").json()["created_on"] == "1970-01-01T00:00:00Z"
    assert other.get(f"/files/{'a' * 24}").json()["size"] == 7
    assert "token-of-somebody" not in repr(world.users)


def test_a_world_refuses_what_cannot_be(simulator: Simulator) -> None:
    world = simulator.world
    project = world.add_project("rfranklin/mine")
    file = world.add_file("a.bam", project)
    wrong: list[tuple[str, Any]] = [
        ("user rfranklin already exists", lambda: world.add_user("rfranklin")),
        ("token of x already belongs to another", lambda: world.add_user("x", token="demo-token")),
        ("owner/project, not 'mine'", lambda: world.add_project("mine")),
        ("owner/project, not 'a/b/c'", lambda: world.add_project("a/b/c")),
        ("there is no user nobody", lambda: world.add_project("nobody/mine")),
        ("project rfranklin/mine already exists", lambda: world.add_project("rfranklin/mine")),
        ("a.bam exists already", lambda: world.add_folder("a.bam", project)),
        ("not a name: 'x/y'", lambda: world.add_file("x/y", project)),
        ("not a name: ''", lambda: world.add_folder("", project)),
        (f"with the id {file.id} already", lambda: world.add_file("b.bam", project, id=file.id)),
    ]
    for message, build in wrong:
        with pytest.raises(ValueError, match=message):
            build()
    assert list(project.root.children) == ["a.bam"]
