"""Imports from volumes and exports to them, each a job of its own, and the volumes themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sbg_bulk.simulator import File, ManualClock, Permissions, Project, Series, Simulator, Timing, Variant, Volume
from sbg_bulk.simulator.world.moving import Export
from sbg_bulk.simulator.world.tree import Folder, walk
from tests.simulator.api import Api, run_to_end

NOTHING = "0" * 24
OBJECTS = {"a.bam": 10, "run/": 0, "run/b.bam": 20, "run/deep/c.bam": 30, "run/deep/er/b.bam": 40, "runner": 50}


@pytest.fixture
def project(simulator: Simulator) -> Project:
    return simulator.world.add_project("rfranklin/mine")


@pytest.fixture
def file(simulator: Simulator, project: Project) -> File:
    return simulator.world.add_file("x.bam", project, size=7, tags=["raw"], metadata={"sample_id": "S1"})


@pytest.fixture
def volume(simulator: Simulator) -> Volume:
    return simulator.world.volumes.add("rfranklin/bucket", objects=OBJECTS)


@pytest.fixture
def foreign(simulator: Simulator) -> Project:
    simulator.world.add_user("somebody")
    return simulator.world.add_project("somebody/theirs", members={"rfranklin": Permissions(read=True)})


def an_import(location: str, *, volume: str = "rfranklin/bucket", name: str | None = None, **more: Any) -> Any:
    destination = more.pop("destination", {"project": "rfranklin/mine"})
    named = {} if name is None else {"name": name}
    return {"source": {"volume": volume, "location": location}, "destination": destination | named, **more}


def an_export(file: File | str, location: str = "out.bam", *, volume: str = "rfranklin/bucket", **more: Any) -> Any:
    file_id = file if isinstance(file, str) else file.id
    return {"source": {"file": file_id}, "destination": {"volume": volume, "location": location}, **more}


def done(api: Api, kind: str, body: Any, **query: str) -> dict[str, Any]:
    """Start an import or an export, let time pass, and return it."""
    answer = api.send("POST", f"/storage/{kind}", json=body, params=query)
    assert answer.status_code == 202, answer.text
    api.simulator.advance(60)
    ended: dict[str, Any] = api.get(f"/storage/{kind}/{answer.json()['id']}").json()
    return ended


def failed(api: Api, kind: str, body: Any, **query: str) -> int:
    """Return the code that an import or an export fails with."""
    ended = done(api, kind, body, **query)
    assert ended["state"] == "FAILED"
    assert "result" not in ended
    code: int = ended["error"]["code"]
    return code


def refused(api: Api, kind: str, body: Any) -> tuple[int, int]:
    return api.refused("POST", f"/storage/{kind}", json=body)[:2]


def tree(folder: Folder, prefix: str = "") -> dict[str, int]:
    """The files below a folder, by path, with their sizes."""
    found: dict[str, int] = {}
    for name, node in folder.children.items():
        found |= {f"{prefix}{name}": node.size} if isinstance(node, File) else tree(node, f"{prefix}{name}/")
    return found


# Volumes


def test_volumes_are_listed_for_those_who_may_see_them(api: Api, simulator: Simulator, volume: Volume) -> None:
    simulator.world.add_user("somebody")
    simulator.world.volumes.add("somebody/private")
    shared = simulator.world.volumes.add("somebody/shared", access_mode="RO", service="gcs", members=["rfranklin"])
    listed = api.get("/storage/volumes").json()["items"]
    assert [(each["id"], each["access_mode"], each["service"]["type"]) for each in listed] == [
        (volume.id, "RW", "S3"),
        (shared.id, "RO", "GCS"),
    ]
    assert api.get("/storage/volumes/somebody/shared").json()["name"] == "shared"
    assert api.refused("GET", "/storage/volumes/somebody/private")[:2] == (403, 9020)
    assert api.refused("GET", "/storage/volumes/somebody/nothing")[:2] == (404, 9007)


@pytest.mark.parametrize(
    ("prefix", "items", "prefixes"),
    [
        ("", ["a.bam", "runner"], ["run/"]),
        ("run", ["runner"], ["run/"]),
        ("run/", ["run/", "run/b.bam"], ["run/deep/"]),
        ("run/deep/", ["run/deep/c.bam"], ["run/deep/er/"]),
        ("nothing", [], []),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.usefixtures("volume")
def test_objects_are_listed_by_prefix_up_to_the_next_slash_page_by_page(
    api: Api, prefix: str, items: list[str], prefixes: list[str], limit: int
) -> None:
    found: list[str] = []
    folders: list[str] = []
    page = api.get("/storage/volumes/rfranklin/bucket/list", prefix=prefix, limit=limit).json()
    while True:
        assert len(page["items"]) + len(page["prefixes"]) <= limit
        found += [each["location"] for each in page["items"]]
        folders += [each["prefix"] for each in page["prefixes"]]
        if not page["links"]:
            break
        page = api.http.get(page["links"][0]["next"]).json()
    assert (found, folders) == (items, prefixes)


@pytest.mark.usefixtures("volume")
def test_a_token_that_no_list_has_given_out_is_refused(api: Api) -> None:
    where = "/storage/volumes/rfranklin/bucket/list"
    assert api.refused("GET", where, params={"continuation_token": "?"})[:2] == (400, 9011)


def test_a_bucket_of_a_hundred_thousand_objects_stores_none_of_them(api: Api, simulator: Simulator) -> None:
    simulator.world.volumes.add("rfranklin/large", objects=Series("study", 100_000))
    runs = api.get("/storage/volumes/rfranklin/large/list", prefix="study/", limit=100).json()["prefixes"]
    assert len(runs) == 25
    objects = simulator.world.volumes["rfranklin/large"].objects
    keys = list(objects.under("study/run-024/S024999/"))
    assert len(keys) == 4
    assert keys == sorted(keys)
    assert sum(1 for _ in objects.under("")) == 100_000
    objects.put("study/run-024/S024999/new", 5)
    assert list(objects.under("study/run-024/S024999/")) == [*keys, "study/run-024/S024999/new"]
    assert (objects.size(keys[0]), objects.size("study/nothing")) != (None, None)


# Imports


def test_an_import_makes_an_alias_and_passes_through_its_states(api: Api, project: Project, volume: Volume) -> None:
    started = api.send("POST", "/storage/imports", json=an_import("a.bam")).json()
    assert (started["state"], started["finished_on"]) == ("PENDING", None)
    assert "result" not in started
    states = [started["state"]]
    for _ in range(20):
        api.simulator.advance(0.1)
        states.append(api.get(f"/storage/imports/{started['id']}").json()["state"])
    assert list(dict.fromkeys(states)) == ["PENDING", "RUNNING", "COMPLETED"]
    ended = api.get(f"/storage/imports/{started['id']}").json()
    alias = project.root.children["a.bam"]
    assert isinstance(alias, File)
    assert (ended["result"]["id"], ended["result"]["size"], alias.alias_of) == (alias.id, 10, (volume.id, "a.bam"))
    assert ended["result"]["storage"] == {"type": "VOLUME", "volume": volume.id, "location": "a.bam"}
    assert (ended["source"], ended["destination"]) == (
        {"volume": volume.id, "location": "a.bam"},
        {"project": project.id},
    )


@pytest.mark.usefixtures("volume")
def test_a_name_that_is_taken_fails_the_import_unless_it_may_be_changed_or_overwritten(
    api: Api, project: Project, simulator: Simulator
) -> None:
    there = simulator.world.add_file("a.bam", project, size=1)
    assert failed(api, "imports", an_import("a.bam")) == 9108
    renamed = done(api, "imports", an_import("a.bam", autorename=True))["result"]["name"]
    assert renamed == "_1_a.bam"
    assert project.root.children["a.bam"] is there
    done(api, "imports", an_import("a.bam", overwrite=True))
    assert tree(project.root) == {"_1_a.bam": 10, "a.bam": 10}
    assert there.id not in simulator.world.nodes


@pytest.mark.usefixtures("volume")
def test_a_folder_comes_with_all_it_holds(api: Api, project: Project) -> None:
    ended = done(api, "imports", an_import("run/", name="new"))
    assert (ended["state"], ended["result"]["type"], ended["result"]["name"]) == ("COMPLETED", "folder", "new")
    assert tree(project.root) == {"new/b.bam": 20, "new/deep/c.bam": 30, "new/deep/er/b.bam": 40}


@pytest.mark.usefixtures("volume")
def test_a_folder_whose_name_is_taken_is_renamed_or_merged_or_fails(
    api: Api, project: Project, simulator: Simulator
) -> None:
    there = simulator.world.add_folder("run", project)
    simulator.world.add_file("b.bam", there, size=1)
    simulator.world.add_file("kept", there, size=2)
    assert failed(api, "imports", an_import("run/")) == 9108
    done(api, "imports", an_import("run/", autorename=True))
    assert set(project.root.children) == {"run", "_1_run"}
    assert tree(there) == {"b.bam": 1, "kept": 2}
    merged = done(api, "imports", an_import("run/", overwrite=True))
    assert merged["result"]["id"] == there.id
    assert tree(there) == {"b.bam": 20, "kept": 2, "deep/c.bam": 30, "deep/er/b.bam": 40}


@pytest.mark.usefixtures("volume")
def test_a_merge_that_would_put_a_file_in_the_place_of_a_folder_changes_nothing(
    api: Api, project: Project, simulator: Simulator
) -> None:
    there = simulator.world.add_folder("run", project)
    simulator.world.add_file("deep", there, size=1)
    assert failed(api, "imports", an_import("run/", overwrite=True)) == 9108
    assert tree(project.root) == {"run/deep": 1}


@pytest.mark.usefixtures("volume")
def test_a_folder_without_its_structure_is_its_files(api: Api, project: Project) -> None:
    assert failed(api, "imports", an_import("run/", preserve_folder_structure=False)) == 9108
    assert tree(project.root) == {}
    done(api, "imports", an_import("run/", preserve_folder_structure=False, autorename=True))
    assert tree(project.root) == {"b.bam": 20, "c.bam": 30, "_1_b.bam": 40}


@pytest.mark.parametrize("location", ["nothing", "nothing/", "/a.bam", "run/../a.bam"])
@pytest.mark.usefixtures("volume", "project")
def test_a_location_that_is_not_there_fails_the_import(api: Api, location: str) -> None:
    assert failed(api, "imports", an_import(location)) == 9105


def test_what_an_import_is_refused_for(api: Api, simulator: Simulator, project: Project, foreign: Project) -> None:
    simulator.world.volumes.add("rfranklin/bucket", objects=OBJECTS)
    simulator.world.volumes.add("somebody/private")
    file = simulator.world.add_file("plain", project)
    wrong: list[tuple[Any, tuple[int, int]]] = [
        (an_import("a.bam", volume="rfranklin/none"), (404, 9007)),
        (an_import("a.bam", volume="somebody/private"), (403, 9020)),
        (an_import("a.bam", destination={"project": "rfranklin/none"}), (400, 9012)),
        (an_import("a.bam", destination={"project": foreign.id}), (403, 9003)),
        (an_import("a.bam", destination={"parent": NOTHING}), (404, 9009)),
        (an_import("a.bam", destination={"parent": file.id}), (400, 5022)),
        (an_import("a.bam", destination={}), (400, 5029)),
        (an_import("a.bam", destination={"parent": file.id, "project": project.id}), (400, 5031)),
        (an_import("/"), (400, 9018)),
        (an_import(""), (400, 9011)),
        (an_import("a.bam", name="x/y"), (400, 9011)),
        ({}, (400, 9011)),
    ]
    assert [refused(api, "imports", body) for body, _ in wrong] == [expected for _, expected in wrong]
    assert simulator.transfers.all() == []
    assert done(api, "imports", an_import("/", name="everything"))["state"] == "COMPLETED"


def test_a_volume_that_is_not_active_cannot_be_reached(api: Api, volume: Volume, file: File) -> None:
    volume.active = False
    assert failed(api, "imports", an_import("a.bam")) == 9103
    assert failed(api, "exports", an_export(file)) == 9103
    assert api.refused("GET", "/storage/volumes/rfranklin/bucket/list")[:2] == (403, 9103)


# Exports


def test_an_export_makes_the_file_an_alias_and_cannot_be_done_again(api: Api, volume: Volume, file: File) -> None:
    ended = done(api, "exports", an_export(file, properties={"sse_algorithm": "AES256"}))
    assert (ended["state"], ended["properties"]) == ("COMPLETED", {"sse_algorithm": "AES256"})
    assert volume.objects.size("out.bam") == 7
    assert (file.alias_of, file.tags, file.metadata) == ((volume.id, "out.bam"), ["raw"], {"sample_id": "S1"})
    assert ended["result"]["id"] == file.id
    assert ended["result"]["storage"]["type"] == "VOLUME"
    assert refused(api, "exports", an_export(file, "again.bam")) == (403, 9006)


@pytest.mark.parametrize("spelled", ["true", "True"])
def test_an_export_with_copy_only_leaves_the_file_as_it_is(api: Api, volume: Volume, file: File, spelled: str) -> None:
    for location in ("one", "two"):
        assert done(api, "exports", an_export(file, location), copy_only=spelled)["state"] == "COMPLETED"
    assert (file.alias_of, volume.objects.size("two")) == (None, 7)


@pytest.mark.parametrize("spelled", ["false", "False"])
@pytest.mark.usefixtures("volume")
def test_copy_only_can_be_said_not_to_be_meant(api: Api, file: File, spelled: str) -> None:
    done(api, "exports", an_export(file), copy_only=spelled)
    assert file.alias_of is not None


def test_an_object_is_only_overwritten_if_that_is_asked_for(api: Api, volume: Volume, file: File) -> None:
    assert failed(api, "exports", an_export(file, "a.bam")) == 9107
    assert (file.alias_of, volume.objects.size("a.bam")) == (None, 10)
    done(api, "exports", an_export(file, "a.bam", overwrite=True))
    assert volume.objects.size("a.bam") == 7


def test_of_two_exports_of_one_file_the_second_finds_an_alias(api: Api, volume: Volume, file: File) -> None:
    ids = [api.send("POST", "/storage/exports", json=an_export(file, name)).json()["id"] for name in ("one", "two")]
    api.simulator.advance(60)
    first, second = (api.get(f"/storage/exports/{each}").json() for each in ids)
    assert (first["state"], second["state"], second["error"]["code"]) == ("COMPLETED", "FAILED", 9109)
    assert volume.objects.size("two") is None


def test_a_file_that_is_deleted_in_between_fails_the_export(api: Api, volume: Volume, file: File) -> None:
    started = api.send("POST", "/storage/exports", json=an_export(file)).json()["id"]
    api.simulator.world.delete(file)
    api.simulator.advance(60)
    assert api.get(f"/storage/exports/{started}").json()["error"]["code"] == 9106
    assert volume.objects.size("out.bam") is None


def test_what_an_export_is_refused_for(
    api: Api, simulator: Simulator, project: Project, file: File, foreign: Project
) -> None:
    world = simulator.world
    for name, about in {"bucket": {}, "closed": {"access_mode": "RO"}, "google": {"service": "gcs"}}.items():
        world.volumes.add(f"rfranklin/{name}", **about)  # type: ignore[arg-type]
    world.volumes.add("rfranklin/far", region="eu-west-1")
    world.volumes.add("somebody/private")
    alias = world.add_file("alias", project, alias_of=("rfranklin/bucket", "a"))
    archived = world.add_file("archived", project)
    archived.archived = True
    public = world.add_project("somebody/public", members={"rfranklin": Permissions(read=True, copy=True)})
    public.public = True
    wrong: list[tuple[Any, tuple[int, int]]] = [
        (an_export(NOTHING), (404, 9009)),
        (an_export(world.add_file("theirs", foreign)), (403, 9004)),
        (an_export(alias), (403, 9006)),
        (an_export(archived), (403, 9006)),
        (an_export(world.add_file("reference", public)), (403, 9006)),
        (an_export(world.add_folder("folder", project).id), (403, 9006)),
        (an_export(file, volume="rfranklin/none"), (404, 9007)),
        (an_export(file, volume="somebody/private"), (403, 9020)),
        (an_export(file, volume="rfranklin/closed"), (403, 9026)),
        (an_export(file, volume="rfranklin/google"), (403, 9027)),
        (an_export(file, volume="rfranklin/far"), (403, 9027)),
        (an_export(file, "folder/"), (400, 9018)),
        (an_export(file, ""), (400, 9011)),
    ]
    assert [refused(api, "exports", body) for body, _ in wrong] == [expected for _, expected in wrong]
    assert simulator.transfers.all() == []


@pytest.mark.usefixtures("volume")
def test_who_may_only_copy_exports_with_copy_only(api: Api, simulator: Simulator) -> None:
    simulator.world.add_user("somebody")
    members = {"rfranklin": Permissions(read=True, copy=True)}
    file = simulator.world.add_file("x", simulator.world.add_project("somebody/shared", members=members))
    assert refused(api, "exports", an_export(file)) == (403, 9004)
    assert done(api, "exports", an_export(file), copy_only="true")["state"] == "COMPLETED"


# In bulk


@pytest.mark.usefixtures("volume")
def test_a_hundred_are_started_at_once_and_each_is_a_job_of_its_own(api: Api, project: Project) -> None:
    items = [an_import("a.bam", name=f"{number}.bam") for number in range(99)] + [an_import("nothing")]
    entries = api.send("POST", "/bulk/storage/imports/create", json={"items": items}).json()["items"]
    ids = [entry["resource"]["id"] for entry in entries]
    api.simulator.advance(60)
    found = api.send("POST", "/bulk/storage/imports/get", json={"import_ids": ids}).json()["items"]
    states = [entry["resource"]["state"] for entry in found]
    assert states == ["COMPLETED"] * 99 + ["FAILED"]
    assert len(tree(project.root)) == 99
    too_many = {"items": [*items, an_import("a.bam")]}
    assert api.refused("POST", "/bulk/storage/imports/create", json=too_many)[:2] == (400, 9011)


def bulk(api: Api, kind: str, *items: Any) -> list[int | None]:
    """Start some at once; return the codes of those that were refused, None for the others."""
    answer = api.send("POST", f"/bulk/storage/{kind}/create", json={"items": items})
    assert answer.status_code == 200, answer.text
    return [entry["error"]["code"] if "error" in entry else None for entry in answer.json()["items"]]


@pytest.mark.usefixtures("volume")
def test_a_bad_item_is_an_error_entry_and_keeps_no_other_back(api: Api, simulator: Simulator, file: File) -> None:
    assert bulk(api, "exports", an_export(NOTHING), an_export(file)) == [9009, None]
    two = {"project": "rfranklin/mine", "parent": NOTHING}
    assert bulk(api, "imports", an_import("a.bam", destination=two), an_import("a.bam")) == [5031, None]
    assert len(simulator.transfers.all()) == 2


def test_a_bad_item_refuses_the_whole_call_if_the_variant_says_so() -> None:
    simulator = Simulator(clock=ManualClock(), variant=Variant(bulk_item_refused="call"))
    project = simulator.world.add_project("rfranklin/mine")
    file = simulator.world.add_file("x", project)
    simulator.world.volumes.add("rfranklin/bucket")
    items = [an_export(file), an_export(NOTHING)]
    assert Api(simulator).refused("POST", "/bulk/storage/exports/create", json={"items": items})[:2] == (404, 9009)
    assert simulator.transfers.all() == []


def test_entries_stand_in_another_order_if_the_variant_says_so_and_are_told_apart_by_what_they_echo() -> None:
    simulator = Simulator(clock=ManualClock(), variant=Variant(bulk_order="shuffled"))
    project = simulator.world.add_project("rfranklin/mine")
    files = [simulator.world.add_file(f"{number}", project, size=number) for number in range(20)]
    simulator.world.volumes.add("rfranklin/bucket")
    api = Api(simulator)
    items = [an_export(file, f"to/{file.name}") for file in files]
    entries = api.send("POST", "/bulk/storage/exports/create", json={"items": items}).json()["items"]
    echoed = [(entry["resource"]["source"], entry["resource"]["destination"]) for entry in entries]
    asked = [(item["source"], item["destination"]) for item in items]
    assert echoed != asked
    assert sorted(echoed, key=repr) == sorted(asked, key=repr)
    ids = [entry["resource"]["id"] for entry in entries]
    found = api.send("POST", "/bulk/storage/exports/get", json={"export_ids": ids}).json()["items"]
    assert [entry["resource"]["id"] for entry in found] != ids


def test_those_that_go_on_are_found_among_thousands_that_have_ended() -> None:
    simulator = Simulator(clock=ManualClock(), rate_limit=None, progress="hand")
    file = simulator.world.add_file("x", simulator.world.add_project("rfranklin/mine"))
    user, now = simulator.world.users["rfranklin"], simulator.clock.now()
    wanted = Export(file.id, "rfranklin/none", "x")
    for number in range(20_000):
        simulator.transfers.add_ended(user, wanted, file, id=f"{number:032}", submitted_on=now, finished_on=now)
    going = simulator.transfers.start(user, wanted, now)
    simulator.transfers.step(going, now)
    api = Api(simulator)
    running = api.get("/storage/exports", state=["PENDING", "RUNNING"])
    assert [each["id"] for each in running.json()["items"]] == [going.id]
    everything = api.get("/storage/exports", limit=2)
    assert everything.headers["x-total-matching-query"] == "20001"
    assert [each["id"] for each in everything.json()["items"]] == [going.id, f"{19_999:032}"]


@pytest.mark.usefixtures("volume")
def test_what_is_not_there_or_of_the_other_kind_is_an_error_entry(api: Api, file: File) -> None:
    export = api.send("POST", "/storage/exports", json=an_export(file)).json()["id"]
    found = api.send("POST", "/bulk/storage/imports/get", json={"import_ids": [export, "none"]}).json()["items"]
    assert [entry["error"]["code"] for entry in found] == [9008, 9008]
    assert api.refused("GET", f"/storage/imports/{export}")[:2] == (404, 9008)


# Lists


def test_lists_have_only_state_and_id_unless_more_is_asked_for_and_are_filtered(
    api: Api, simulator: Simulator, project: Project, volume: Volume
) -> None:
    simulator.world.volumes.add("rfranklin/other", objects={"a.bam": 1})
    folder = simulator.world.add_folder("in", simulator.world.add_project("rfranklin/second"))
    done(api, "imports", an_import("a.bam"))
    done(api, "imports", an_import("nothing"))
    done(api, "imports", an_import("a.bam", volume="rfranklin/other", destination={"parent": folder.id}))

    def listed(**query: Any) -> list[str]:
        items = api.get("/storage/imports", **query).json()["items"]
        return [each["state"] for each in items]

    assert listed() == ["COMPLETED", "FAILED", "COMPLETED"]
    assert listed(state="FAILED") == ["FAILED"]
    assert listed(state=["FAILED", "COMPLETED"]) == listed()
    assert listed(volume=volume.id) == ["FAILED", "COMPLETED"]
    assert listed(project="rfranklin/second") == ["COMPLETED"]
    assert listed(project=project.id, state="COMPLETED", volume=volume.id) == ["COMPLETED"]
    assert api.refused("GET", "/storage/exports", params={"project": project.id})[:2] == (400, 90000)
    short = api.get("/storage/imports", limit=1).json()
    assert (set(short["items"][0]), short["links"][0]["rel"]) == ({"href", "id", "state"}, "next")
    [whole] = api.get("/storage/imports", limit=1, fields="_all").json()["items"]
    assert whole == api.get(f"/storage/imports/{whole['id']}").json()


def test_transfers_of_others_are_neither_listed_nor_read(api: Api, simulator: Simulator, volume: Volume) -> None:
    simulator.world.add_user("somebody", token="other-token")
    simulator.world.add_project("rfranklin/mine")
    started = api.send("POST", "/storage/imports", json=an_import("a.bam")).json()["id"]
    other = Api(simulator, {"X-SBG-Auth-Token": "other-token"})
    assert other.get("/storage/imports").json()["items"] == []
    assert other.refused("GET", f"/storage/imports/{started}")[:2] == (404, 9008)
    assert volume.id == "rfranklin/bucket"


# What makes them go on, and wrong


@pytest.mark.usefixtures("volume", "project")
def test_a_fault_fails_an_item_and_keeps_another_out_of_the_list(api: Api, simulator: Simulator) -> None:
    simulator.arm("kind=fail_item op=bulk_start_imports item=2 code=9103 times=1")
    simulator.arm("kind=late_list op=start_import seconds=100")
    assert bulk(api, "imports", an_import("a.bam", name="1"), an_import("a.bam", name="2")) == [None, None]
    late = api.send("POST", "/storage/imports", json=an_import("a.bam", name="3")).json()["id"]
    simulator.advance(60)
    listed = {each["id"]: each["state"] for each in api.get("/storage/imports").json()["items"]}
    assert sorted(listed.values()) == ["COMPLETED", "FAILED"]
    assert late not in listed
    simulator.advance(60)
    assert late in {each["id"] for each in api.get("/storage/imports").json()["items"]}


@pytest.mark.parametrize("progress", ["polls", "hand"])
def test_a_look_or_a_hand_takes_a_step(progress: Any) -> None:
    simulator = Simulator(clock=ManualClock(), progress=progress)
    simulator.world.add_project("rfranklin/mine")
    simulator.world.volumes.add("rfranklin/bucket", objects=OBJECTS)
    api = Api(simulator)
    started = api.send("POST", "/storage/imports", json=an_import("a.bam")).json()["id"]
    states = []
    for _ in range(3):
        if progress == "hand":
            simulator.step(started)
        states.append(api.get(f"/storage/imports/{started}").json()["state"])
    assert states == ["RUNNING", "COMPLETED", "COMPLETED"]
    described = api.http.get("http://localhost/_simulator/state").json()
    assert [each["id"] for each in described["volumes"]] == ["rfranklin/bucket"]
    assert [(each["id"], each["owner"]) for each in described["transfers"]] == [(started, "rfranklin")]


def test_the_page_shows_imports_and_exports_among_the_jobs(
    api: Api, project: Project, volume: Volume, file: File
) -> None:
    imported = done(api, "imports", an_import("a.bam"))
    api.simulator.advance(1)
    exported = done(api, "exports", an_export(file, "a.bam"))
    api.simulator.advance(1)
    objects(api, an_object("drs://host/none"))
    drs_import = api.simulator.drs_imports.all()[0].id
    query = {"open": [imported["id"], exported["id"], drs_import]}
    shown = api.http.get("http://localhost/_simulator/board", params=query).json()["jobs"]["shown"]
    assert [(job["id"], job["type"], job["state"], job["completed"], job["failed"]) for job in shown] == [
        (drs_import, "IMPORT", "FINISHED", 0, 1),
        (exported["id"], "EXPORT", "FAILED", 0, 1),
        (imported["id"], "IMPORT", "COMPLETED", 1, 0),
    ]
    [item] = shown[2]["items"]["shown"]
    assert (item["file"], item["became"], item["error"]) == ("a.bam", project.root.children["a.bam"].id, None)
    assert shown[1]["items"]["shown"][0]["error"].startswith("9107: ")
    assert shown[0]["items"]["shown"][0]["file"] == "drs://host/none"
    assert volume.objects.size("a.bam") == 10


def test_the_time_that_a_transfer_takes_can_be_chosen() -> None:
    simulator = Simulator(clock=ManualClock(), timing=Timing(transfer=600), speed=2)
    simulator.world.add_project("rfranklin/mine")
    simulator.world.volumes.add("rfranklin/bucket", objects=OBJECTS)
    api = Api(simulator)
    started = api.send("POST", "/storage/imports", json=an_import("a.bam")).json()["id"]
    simulator.advance(299)
    assert api.get(f"/storage/imports/{started}").json()["state"] == "RUNNING"
    simulator.advance(2)
    assert api.get(f"/storage/imports/{started}").json()["state"] == "COMPLETED"


def test_a_result_that_is_deleted_afterwards_is_still_named(api: Api, project: Project, volume: Volume) -> None:
    ended = done(api, "imports", an_import("a.bam"))
    api.simulator.world.delete(project.root.children["a.bam"])
    result = api.get(f"/storage/imports/{ended['id']}").json()["result"]
    assert result == {key: ended["result"][key] for key in ("href", "id", "name")}
    assert volume.objects.size("a.bam") == 10


def test_what_is_documented_and_left_out_says_that_it_is_not_simulated(api: Api, volume: Volume) -> None:
    for what in ("object", "members"):
        status, code, message = api.refused("GET", f"/storage/volumes/{volume.id}/{what}")
        assert (status, code) == (501, 90010)
        assert "is not simulated" in message


# Imports by DRS


def objects(api: Api, *items: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Import objects, let time pass, and return the job."""
    answer = api.send("POST", "/bulk/drs/imports/create", json={"items": items, **more})
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"href", "id", "result", "state"}
    api.simulator.advance(60)
    job: dict[str, Any] = api.get(f"/bulk/drs/imports/{answer.json()['id']}").json()
    return job


def an_object(uri: str = "drs://host/1", **more: Any) -> dict[str, Any]:
    return {"drs_uri": uri, "project": "rfranklin/mine", **more}


@pytest.fixture
def repository(simulator: Simulator) -> Simulator:
    add = simulator.world.repository.add
    add("drs://host/1", "one.bam", size=11)
    add("drs://dg.4503:2", "two.bam", size=12)
    add("drs://host/both", "both", contents=["drs://host/1", "drs://dg.4503:2"])
    return simulator


@pytest.mark.usefixtures("repository")
def test_objects_are_imported_with_tags_metadata_and_names(api: Api, project: Project) -> None:
    items = [
        an_object(metadata={"sample_id": "S1", "case_id": None}, name="mine.bam"),
        an_object("drs://dg.4503:2"),
        an_object("drs://host/none"),
    ]
    job = objects(api, *items, tags=["portal"])
    assert [list(entry) for entry in job["result"]] == [["resource"], ["resource"], ["error"]]
    first = project.root.children["mine.bam"]
    assert isinstance(first, File)
    assert (first.size, first.tags, first.metadata) == (11, ["portal"], {"sample_id": "S1"})
    assert job["result"][1]["resource"]["id"] == project.root.children["two.bam"].id
    assert (job["state"], job["finished_on"] > "2019") == ("FINISHED", True)


@pytest.mark.parametrize(
    ("conflict", "names", "size"),
    [("SKIP", ["one.bam"], 1), ("RENAME", ["one.bam", "1_one.bam"], 1), ("OVERWRITE", ["one.bam"], 11)],
)
def test_a_name_that_is_taken_is_skipped_renamed_or_overwritten(
    api: Api, project: Project, repository: Simulator, conflict: str, names: list[str], size: int
) -> None:
    repository.world.add_file("one.bam", project, size=1)
    job = objects(api, an_object(), conflict_resolution=conflict)
    assert list(tree(project.root)) == names
    assert tree(project.root)["one.bam"] == size
    assert job["result"][0]["resource"]["id"] == project.root.children[names[-1]].id


@pytest.mark.usefixtures("repository", "project")
def test_a_bundle_is_imported_with_all_it_holds(api: Api) -> None:
    assert len(objects(api, an_object("drs://host/both"))["result"]) == 2


def test_what_an_import_of_objects_is_refused_for(api: Api, project: Project, foreign: Project) -> None:
    wrong: list[tuple[Any, int]] = [
        (an_object("https://host/1"), 90000),
        (an_object("drs://host"), 90000),
        (an_object(parent=NOTHING), 5031),
        ({"drs_uri": "drs://host/1"}, 5029),
        (an_object(name="a/b"), 10235),
    ]
    for item, code in wrong:
        assert api.refused("POST", "/bulk/drs/imports/create", json={"items": [item]})[:2] == (400, code)
    assert api.refused("POST", "/bulk/drs/imports/create", json={"items": []})[:2] == (400, 10230)
    api.simulator.world.repository.add_host("host")
    job = objects(api, an_object(project=foreign.id), an_object(project="rfranklin/none"))
    assert [entry["error"]["code"] for entry in job["result"]] == [3001, 3002]
    assert tree(project.root) == {}


def test_more_than_500_files_in_five_minutes_wait_and_are_not_refused(
    api: Api, project: Project, simulator: Simulator
) -> None:
    simulator.world.repository.add_host("host")
    ids = []
    for batch in range(7):
        items = [an_object(f"drs://host/{batch}-{number}") for number in range(100)]
        ids.append(api.send("POST", "/bulk/drs/imports/create", json={"items": items}).json()["id"])
    simulator.advance(120)
    assert len(project.root.children) == 500
    states = [api.get(f"/bulk/drs/imports/{each}").json()["state"] for each in ids]
    assert "RUNNING" in states
    simulator.advance(300)
    assert len(project.root.children) == 700
    assert {api.get(f"/bulk/drs/imports/{each}").json()["state"] for each in ids} == {"FINISHED"}


@pytest.mark.usefixtures("repository", "project")
def test_imports_by_drs_are_stepped_by_hand_and_shown_at_the_control_address() -> None:
    simulator = Simulator(clock=ManualClock(), progress="hand")
    simulator.world.add_project("rfranklin/mine")
    simulator.world.repository.add_host("host")
    api = Api(simulator)
    started = api.send("POST", "/bulk/drs/imports/create", json={"items": [an_object()]}).json()["id"]
    states = []
    for _ in range(3):
        answer = api.http.post("http://localhost/_simulator/step", json={"job": started})
        states.append(answer.json()["state"])
    assert states == ["RESOLVING", "RUNNING", "FINISHED"]
    with pytest.raises(LookupError):
        run_to_end(simulator, "none")


def test_a_world_refuses_volumes_and_addresses_that_cannot_be(simulator: Simulator) -> None:
    simulator.world.volumes.add("rfranklin/there")
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("volume rfranklin/there already exists", {"volume_id": "rfranklin/there"}),
        ("there is no user", {"volume_id": "nobody/x"}),
        ("owner/name", {"volume_id": "x"}),
        ("RO or RW", {"volume_id": "rfranklin/x", "access_mode": "WO"}),
        ("s3 or gcs", {"volume_id": "rfranklin/x", "service": "tape"}),
    ]
    for message, arguments in wrong:
        with pytest.raises(ValueError, match=message):
            simulator.world.volumes.add(**arguments)
    with pytest.raises(ValueError, match="not a DRS URI"):
        simulator.world.repository.add("http://x", "x")
    assert sum(isinstance(node, File) for node in walk(simulator.world.add_project("rfranklin/p").root)) == 0
