"""The official client finds projects, files and folders, and learns who it is and what it may still ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sevenbridges  # type: ignore[import-untyped]

from sbg_bulk.simulator import Simulator
from tests.interop.lab import OWNER, TOKEN, Lab, Official, asked, naive_utc


def ids_of(found: Official) -> list[str]:
    return [each.id for each in found]


def test_all_projects_are_listed_over_several_pages(api: Official, sim: Simulator) -> None:
    ids = [sim.world.add_project(f"{OWNER}/project-{number}").id for number in range(5)]
    listing = api.projects.query(limit=2)
    assert (listing.total, ids_of(listing), ids_of(listing.all())) == (5, ids[:2], ids)
    # The slash at the end is the client's own; the pages are at the addresses that the server gives.
    pages = [("/v2/projects", f"fields=_all&offset={offset}&limit=2") for offset in (0, 2, 4)]
    assert asked(sim) == [("/v2/projects/", "limit=2&fields=_all"), *pages]


def test_projects_are_found_by_a_part_of_their_name(api: Official, lab: Lab) -> None:
    assert ids_of(api.projects.query(name="arch")) == [lab.archive.id]
    assert ids_of(api.projects.query(name="nothing like it").all()) == []


def test_a_project_is_read_with_its_root_folder(api: Official, lab: Lab) -> None:
    project = api.projects.get(id=lab.cohort.id)
    assert (project.id, project.name, project.description) == (lab.cohort.id, "Cohort", "Exomes")
    assert (project.type, project.created_by, project.root_folder) == ("v2", OWNER, lab.cohort.root.id)
    assert project.created_on == naive_utc(lab.cohort.created_on)
    assert ids_of(project.get_files()) == [*(file.id for file in lab.files), lab.run.id]


def test_a_listed_project_leads_to_its_details(api: Official, lab: Lab) -> None:
    assert [project.root_folder for project in api.projects.query()] == [lab.cohort.root.id, lab.archive.root.id]


def test_all_files_of_a_project_are_listed_over_several_pages(api: Official, sim: Simulator, lab: Lab) -> None:
    listing = api.files.query(project=lab.cohort.id, limit=3)
    assert (listing.total, len(listing)) == (4, 3)
    assert ids_of(listing.all()) == [*(file.id for file in lab.files), lab.run.id]
    query = f"fields=_all&project={OWNER}%2Fcohort"
    pages = [("/v2/files", f"{query}&offset={offset}&limit=3") for offset in (0, 3)]
    assert asked(sim) == [("/v2/files", f"limit=3&{query}"), *pages]


def test_a_project_is_listed_by_its_object_too(api: Official, lab: Lab) -> None:
    assert api.files.query(project=api.projects.get(id=lab.cohort.id)).total == 4


def test_a_folder_is_listed_by_parent_and_by_itself(api: Official, sim: Simulator, lab: Lab) -> None:
    ids = ids_of(lab.reads)
    assert ids_of(api.files.query(parent=lab.run.id).all()) == ids
    folder = api.files.get(lab.run.id)
    assert folder.is_folder()
    sim.requests.clear()
    assert ids_of(folder.list_files(limit=1).all()) == ids
    assert {path for path, _ in asked(sim)} == {f"/v2/files/{lab.run.id}/list"}


def test_an_empty_folder_has_nothing_in_it(api: Official, lab: Lab) -> None:
    listing = api.files.query(parent=lab.incoming.id)
    assert (listing.total, list(listing), list(listing.all())) == (0, [], [])


def test_files_are_found_by_names(api: Official, lab: Lab) -> None:
    found = api.files.query(project=lab.cohort.id, names=["sample-3.bam", "sample-1.bam", "none.bam"])
    assert found.total == 2
    assert {file.id for file in found} == {lab.files[0].id, lab.files[2].id}
    assert list(api.files.query(project=lab.cohort.id, names=["none.bam"]).all()) == []


@pytest.mark.parametrize("name", ["a b.bam", "a&b=c.bam", "50%.bam", "a+b#c?.bam", "größe-Ω.bam"])
def test_a_name_that_must_be_quoted_survives_the_way_there_and_back(api: Official, lab: Lab, name: str) -> None:
    file = lab.world.add_file(name, lab.run)
    found = api.files.query(parent=lab.run.id, names=[name], limit=1)
    assert [(each.id, each.name) for each in found.all()] == [(file.id, name)]


def test_a_file_is_read_with_its_size_and_place(api: Official, sim: Simulator, lab: Lab) -> None:
    file = lab.files[1]
    found = api.files.get(file.id)
    assert (found.id, found.name, found.type, found.size) == (file.id, "sample-2.bam", "file", 2 << 30)
    assert (found.project, found.parent) == (lab.cohort.id, lab.cohort.root.id)
    assert found.created_on == found.modified_on == naive_utc(file.created_on)
    assert asked(sim) == [(f"/v2/files/{file.id}", "")]


def test_reloading_a_file_shows_what_became_of_it(api: Official, sim: Simulator, lab: Lab) -> None:
    file = api.files.get(lab.files[0].id)
    api.async_jobs.file_bulk_move([{"file": file.id, "parent": lab.incoming.id, "name": "moved.bam"}])
    sim.advance(60)
    assert file.name == "sample-1.bam"
    file.reload()
    assert (file.name, file.project, file.parent) == ("moved.bam", lab.archive.id, lab.incoming.id)
    api.async_jobs.file_bulk_delete([{"file": file.id}])
    sim.advance(60)
    with pytest.raises(sevenbridges.errors.SbgError, match="can not be refreshed"):
        file.reload()


def test_folders_are_made_in_a_project_and_in_a_folder(api: Official, lab: Lab) -> None:
    outer = api.files.create_folder("outer", project=lab.archive.id)
    inner = api.files.create_folder("inner", parent=outer)
    assert (outer.name, outer.type, outer.parent) == ("outer", "folder", lab.archive.root.id)
    assert (inner.name, inner.parent, inner.project) == ("inner", outer.id, lab.archive.id)
    made = lab.world.nodes[inner.id]
    assert made.parent is lab.archive.root.children["outer"]
    assert list(inner.list_files()) == []


def test_a_made_folder_takes_what_is_moved_there(api: Official, sim: Simulator, lab: Lab) -> None:
    folder = api.files.create_folder("results", project=lab.archive.id)
    api.async_jobs.file_bulk_move([{"file": file.id, "parent": folder.id} for file in lab.files])
    sim.advance(60)
    assert ids_of(folder.list_files().all()) == ids_of(lab.files)


def test_the_user_is_the_owner_of_the_token(api: Official, sim: Simulator) -> None:
    me, user = api.users.me(), sim.world.users[OWNER]
    assert (me.username, me.email, me.first_name) == (OWNER, user.email, user.first_name)
    assert [entry.user for entry in sim.requests] == [OWNER]


def test_a_bearer_token_is_as_good(connect: Callable[..., Official]) -> None:
    assert connect(oauth_token=TOKEN).users.me().username == OWNER


def test_the_rate_limit_counts_what_was_asked_and_not_the_asking(api: Official) -> None:
    assert (api.rate_limit.get().rate.limit, api.rate_limit.get().rate.remaining) == (1000, 1000)
    for _ in range(3):
        api.users.me()
    limits = api.rate_limit.get()
    assert (limits.rate.remaining, limits.instance_limit.limit) == (997, -1)
    assert (api.limit, api.remaining) == (1000, 997)  # read from the headers


def test_the_headers_tell_when_the_window_ends_and_name_the_request(api: Official, sim: Simulator) -> None:
    start = sim.clock.now()
    api.users.me()
    assert api.request_id == sim.requests[-1].request_id
    assert api.reset_time.timestamp() == start + 300
