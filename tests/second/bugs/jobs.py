"""Bugs of jobs that copy, move and delete: what they do, and what is said of them."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from tests.contract.wire import Asked, Told
from tests.second.bugs.planting import Family, documents_of, items_of, objects_of, replacing, rewritten, standing
from tests.second.server.nodes import Node, Refusal
from tests.second.server.world import Deed, Item, Job
from tests.second.service import TOKEN, Service

JOBS: Final = Family("jobs")
SUBMISSIONS: Final = tuple(f"/async/files/{kind}" for kind in ("copy", "move", "delete"))


def jobs_of(told: Told) -> list[dict[str, Any]]:
    """Return the jobs in an answer."""
    return [one for one in documents_of(told) if "completed_files" in one]


def _details(asked: Asked, kind: str = "") -> bool:
    return asked.method == "GET" and asked.path.startswith(f"/async/files/{kind}") and asked.path != "/async/files"


# What they do


@JOBS.breaking("copy-effects")
def copied_folders_lack_a_file(service: Service) -> None:
    """A copied folder lacks the first of its files."""

    def copy(original: Any, source: Node, *given: Any) -> Node:
        made: Node = original(source, *given)
        if made.children:
            service.world.remove(made.children[0])
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects")
def copied_folders_are_flattened(service: Service) -> None:
    """Subfolders of a copied folder are flattened in the copy."""

    def copy(original: Any, source: Node, target: Node, *given: Any) -> Node:
        above = target.parent
        nested = above is not None and not source.is_folder and source.parent is not None and source.parent.parent
        into = above if nested and target.name == getattr(source.parent, "name", "") else target
        made: Node = original(source, into, *given)
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects")
def copies_take_their_source(service: Service) -> None:
    """A copied file is no longer where it was."""

    def copy(original: Any, source: Node, *given: Any) -> Node:
        made: Node = original(source, *given)
        if not source.is_folder and source.parent is not None:
            service.world.remove(source)
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects")
def copies_lose_their_endings(service: Service) -> None:
    """The name of a copied file ends at its dot."""

    def copy(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        return original(source, target, name if source.is_folder else name.partition(".")[0], when)

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects")
def copies_have_ascii_names(service: Service) -> None:
    """Letters that are not ASCII become question marks in copies."""

    def copy(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        return original(source, target, name.encode("ascii", "replace").decode(), when)

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects")
def copies_in_folders_are_empty(service: Service) -> None:
    """A file that is copied with its folder has no bytes."""

    def copy(original: Any, source: Node, target: Node, *given: Any) -> Node:
        made: Node = original(source, target, *given)
        for child in made.children:
            child.size = None if child.is_folder else 0
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-metadata")
def copies_have_no_metadata(service: Service) -> None:
    """A copy has no metadata."""

    def copy(original: Any, *given: Any) -> Node:
        made: Node = original(*given)
        made.metadata = {}
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects")
def copies_go_to_the_root(service: Service) -> None:
    """A file is copied to the root of the project of its folder."""

    def copy(original: Any, source: Node, target: Node, *given: Any) -> Any:
        root = service.world.projects[target.project].root
        return original(source, target if source.is_folder else root, *given)

    replacing(service.world, "_copy", copy)


@JOBS.breaking("copy-effects")
def copies_are_all_renamed(service: Service) -> None:
    """Every copy gets a prefix, whether its name is taken or not."""

    def copy(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        return original(source, target, f"1_{name}", when)

    replacing(service.world, "_copy", copy)


@JOBS.breaking("untouched")
def copies_leave_a_twin(service: Service) -> None:
    """Beside the copy of a file there is another one."""

    def copy(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        made = original(source, target, name, when)
        if not source.is_folder:
            service.world.add_file(f"{name}.tmp", target, source.size or 0)
        return made

    replacing(service.world, "_copy", copy)


@JOBS.breaking("move-effects")
def moves_leave_an_empty_folder(service: Service) -> None:
    """A folder that was moved is still there, empty."""

    def move(original: Any, source: Node, *given: Any) -> Any:
        name, parent = source.name, source.parent
        made = original(source, *given)
        if source.is_folder and parent is not None:
            service.world.add_folder(name, parent)
        return made

    replacing(service.world, "_move", move)


@JOBS.breaking("move-effects")
def moved_files_are_new_ones(service: Service) -> None:
    """A moved file gets a new id."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        if source.is_folder:
            return original(source, target, name, when)
        made = service.world.add_file(name, target, source.size or 0)
        service.world.remove(source)
        return made

    replacing(service.world, "_move", move)


@JOBS.breaking("move-effects")
def moves_keep_the_old_name(service: Service) -> None:
    """A new name of a moved file is ignored."""

    def move(original: Any, source: Node, target: Node, _: str, when: float) -> Any:
        return original(source, target, source.name, when)

    replacing(service.world, "_move", move)


@JOBS.breaking("move-merges")
def merges_replace_files(service: Service) -> None:
    """A moved file replaces one of the same name."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        for other in [one for one in target.children if one.name == name and not one.is_folder and one is not source]:
            service.world.remove(other)
        return original(source, target, name, when)

    replacing(service.world, "_move", move)


@JOBS.breaking("move-merges")
def merges_drop_what_clashes(service: Service) -> None:
    """Of two files of the same name, the moved one is lost."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        taken = [one for one in target.children if one.name == name and one is not source]
        if taken and not source.is_folder:
            service.world.remove(source)
            return taken[0]
        return original(source, target, name, when)

    replacing(service.world, "_move", move)


@JOBS.breaking("move-merges")
def merges_nest(service: Service) -> None:
    """A folder moved to a place with one of the same name goes into that one."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        taken = [one for one in target.children if one.name == name and one.is_folder and one is not source]
        return original(source, taken[0] if taken and source.is_folder else target, name, when)

    replacing(service.world, "_move", move)


@JOBS.breaking("folder-id")
def moved_folders_stay_the_same(service: Service) -> None:
    """A moved folder keeps its id."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Any:
        if not source.is_folder or source.parent is None or any(one.name == name for one in target.children):
            return original(source, target, name, when)
        source.parent.children.remove(source)
        source.parent, source.name = target, name
        target.children.append(source)
        return source

    replacing(service.world, "_move", move)


@JOBS.breaking("delete-effects")
def deleted_folders_leave_orphans(service: Service) -> None:
    """The contents of a deleted folder can still be read by their ids."""

    def remove(original: Any, node: Node) -> None:
        below = [one for child in node.children for one in (child, *child.files())]
        original(node)
        service.world.nodes.update({one.id: one for one in below})

    replacing(service.world, "remove", remove)


@JOBS.breaking("delete-effects")
def deletions_are_only_marked(service: Service) -> None:
    """A deleted file is in no list, and can be read by its id."""

    def remove(original: Any, node: Node) -> None:
        original(node)
        service.world.nodes[node.id] = node

    replacing(service.world, "remove", remove)


@JOBS.breaking("delete-effects")
def the_last_item_is_not_deleted(service: Service) -> None:
    """The last item of a deletion stays, and is reported as deleted."""

    def do(original: Any, job: Job, item: Item, when: float) -> Any:
        node = service.world.nodes.get(item.file)
        if job.type == "DELETE" and item is job.items[-1] and node is not None:
            return Deed(item, node.id, (node.id,), None)
        return original(job, item, when)

    replacing(service.world, "_do", do)


@JOBS.breaking("untouched", "delete-effects", "items-done")
def deletions_take_a_neighbour(service: Service) -> None:
    """With a file, the one before it in its folder is deleted."""

    def do(original: Any, job: Job, item: Item, when: float) -> Any:
        node = service.world.nodes.get(item.file)
        if job.type == "DELETE" and node is not None and node.parent is not None and not node.is_folder:
            others = [one for one in node.parent.children if one is not node]
            if others:
                service.world.remove(others[0])
        return original(job, item, when)

    replacing(service.world, "_do", do)


@JOBS.breaking("items-done")
def a_failure_ends_the_job(service: Service) -> None:
    """What comes after an item that fails is not done."""

    def do(original: Any, job: Job, item: Item, when: float) -> Any:
        if any(deed.error is not None for deed in job.deeds):
            return Deed(item, None, (), Refusal(400, 10220, "the job was stopped"))
        return original(job, item, when)

    replacing(service.world, "_do", do)


@JOBS.breaking("failed-items")
def files_are_taken_for_their_folders(service: Service) -> None:
    """An item whose destination is a file goes into that file's folder."""

    def target(original: Any, item: Item, user: str) -> Any:
        node = service.world.nodes.get(item.parent or "")
        if node is not None and not node.is_folder:
            return node.parent
        return original(item, user)

    replacing(service.world, "_target", target)


@JOBS.breaking("failed-items")
def what_is_not_there_is_done(service: Service) -> None:
    """An item whose source does not exist is reported as done."""

    def do(original: Any, job: Job, item: Item, when: float) -> Any:
        deed = original(job, item, when)
        if item.file not in service.world.nodes and job.type != "DELETE":
            return evolve(deed, made=service.source.id, error=None)
        return deed

    replacing(service.world, "_do", do)


@JOBS.breaking("failed-items", "untouched")
def failures_leave_a_folder(service: Service) -> None:
    """An item that fails has made an empty folder."""

    def do(original: Any, job: Job, item: Item, when: float) -> Any:
        deed = original(job, item, when)
        place = service.world.nodes.get(item.parent or "")
        if deed.error is not None and place is not None and place.is_folder and item.name:
            service.world.add_folder(item.name, place)
        return deed

    replacing(service.world, "_do", do)


# What is said of them


@JOBS.breaking("finished-is-final")
def finished_jobs_run_again(service: Service) -> Any:
    """Every third response about a finished job says that it is RUNNING."""
    looks = iter(range(10**6))

    def told(asked: Asked, answer: Told) -> None:
        for job in jobs_of(answer):
            if _details(asked) and job["state"] == "FINISHED" and next(looks) % 3 == 2:
                job["state"] = "RUNNING"

    return standing(service, told=told)


@JOBS.telling("never-back")
def running_jobs_resolve(asked: Asked, told: Told) -> None:
    """A job that has done something is RESOLVING in its details, and RUNNING in the list."""
    for job in jobs_of(told):
        if _details(asked) and job["state"] == "RUNNING" and job["completed_files"]:
            job["state"] = "RESOLVING"


@JOBS.telling("ends")
def moves_do_not_end(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """A move is RUNNING forever."""
    for job in jobs_of(told):
        if job["type"] == "MOVE" and job["state"] == "FINISHED":
            job |= {"state": "RUNNING", "finished_on": None, "result": None}


@JOBS.telling("counts-never-shrink", "details-match-list")
def counts_start_over(asked: Asked, told: Told) -> None:
    """With every second file, the count of completed ones is 0 again."""
    for job in jobs_of(told):
        if job["state"] == "RUNNING" and _details(asked):
            job["completed_files"] %= 2


@JOBS.telling("counts-add-up")
def one_file_is_not_counted(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """A finished job has completed one file less than it has."""
    for job in jobs_of(told):
        if job["state"] == "FINISHED" and job["completed_files"]:
            job["completed_files"] -= 1


@JOBS.telling("counts-match-result")
def failures_are_not_counted(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """Files that failed are counted as completed."""
    for job in jobs_of(told):
        job["completed_files"] += job["failed_files"]
        job["failed_files"] = 0


@JOBS.telling("counts-add-up")
def the_total_is_of_files_left(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The total is the number of files that are left."""
    for job in jobs_of(told):
        job["total_files"] -= job["completed_files"] + job["failed_files"]


@JOBS.telling("dates")
def jobs_start_after_their_end(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """Start and end of a finished job are swapped, and a minute apart."""
    for job in jobs_of(told):
        if job["state"] == "FINISHED":
            job["started_on"] = job["started_on"].replace("20", "21", 1)


@JOBS.telling("dates")
def running_jobs_have_an_end(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """Until a job has ended, its end is its start."""
    for job in jobs_of(told):
        job["finished_on"] = job["finished_on"] or job["started_on"]


@JOBS.telling("result-given")
def deletions_have_no_result(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """A deletion that is finished has no result."""
    for job in jobs_of(told):
        if job["type"] == "DELETE":
            job["result"] = None


@JOBS.breaking("result-names")
def copies_are_named_by_their_source(service: Service) -> None:
    """The result of a copy has the ids of the sources."""

    def do(original: Any, job: Job, item: Item, when: float) -> Any:
        deed = original(job, item, when)
        return evolve(deed, made=item.file) if job.type == "COPY" and deed.made is not None else deed

    replacing(service.world, "_do", do)


@JOBS.telling("result-names")
def deletions_name_nothing(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The result of a deletion has the id 0 for each file."""
    for job in jobs_of(told):
        for entry in (job["result"] or []) if job["type"] == "DELETE" else []:
            if "resource" in entry:
                entry["resource"]["id"] = "0"


@JOBS.breaking("one-submit-one-job")
def moves_are_submitted_twice(service: Service) -> None:
    """Each submission of a move starts two jobs."""

    def submit(original: Any, user: str, job_type: str, *given: Any, **named: Any) -> Any:
        if job_type == "MOVE":
            original(user, job_type, *given, **named)
        return original(user, job_type, *given, **named)

    replacing(service.world, "submit", submit)


@JOBS.breaking("one-submit-one-job")
def equal_submissions_are_one_job(service: Service) -> None:
    """A submission with the same items as an earlier one returns the job of that one."""
    made: dict[str, Any] = {}

    def submit(original: Any, user: str, job_type: str, items: Any, **named: Any) -> Any:
        key = f"{job_type} {items}"
        if key not in made:
            made[key] = original(user, job_type, items, **named)
        return made[key]

    replacing(service.world, "submit", submit)


@JOBS.asking("one-submit-one-job", "bad-body")
def the_good_part_of_a_submission_starts(asked: Asked) -> None:
    """Items that are not valid are left out, and the rest is started."""
    good = [one for one in objects_of(asked) if bool(one.get("parent")) != bool(one.get("project"))]
    if asked.path == "/async/files/copy" and good:
        rewritten(asked, items=good)


@JOBS.breaking("readable")
def jobs_are_read_late(service: Service) -> None:
    """A job can be read when it is RUNNING, and not before."""

    def job(original: Any, *given: Any) -> Any:
        found = original(*given)
        if service.world.clock() < found.runs_from:
            raise Refusal(404, 10211, "no such job")
        return found

    replacing(service.world, "job", job)


@JOBS.breaking("listed-once")
def jobs_are_listed_when_they_have_ended(service: Service) -> None:
    """The list has jobs only when they have ended."""
    world = service.world
    replacing(
        world,
        "listed_jobs",
        lambda original, user: [one for one in original(user) if world.ended(one)],
    )


@JOBS.breaking("listed-once")
def running_jobs_are_listed_twice(service: Service) -> None:
    """The list has a job that is RUNNING twice."""
    world = service.world
    replacing(
        world,
        "listed_jobs",
        lambda original, user: [
            one for job in original(user) for one in ([job, job] if world.state(job) == "RUNNING" else [job])
        ],
    )


@JOBS.breaking("own-jobs-only")
def the_list_has_everybodys_jobs(service: Service) -> None:
    """The list has the jobs of all users."""
    world = service.world
    there = world.add_file("theirs.bam", world.projects["jwatson/private"].root)
    world.submit("jwatson", "COPY", [Item(there.id, project="jwatson/private", name="copy.bam")])
    replacing(world, "listed_jobs", lambda original, user: list(world.jobs.values()))  # noqa: ARG005


@JOBS.telling("details-match-list")
def the_list_has_other_totals(asked: Asked, told: Told) -> None:
    """The totals in the list are one too high."""
    for job in jobs_of(told) if asked.path == "/async/files" else []:
        job["total_files"] += 1


@JOBS.telling("details-match-list")
def the_list_has_no_ends(asked: Asked, told: Told) -> None:
    """Finished jobs have no end in the list."""
    for job in jobs_of(told) if asked.path == "/async/files" else []:
        job["finished_on"] = None


@JOBS.telling("job-href")
def hrefs_are_of_copies(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The href of every job is that of a copy."""
    for job in jobs_of(told):
        job["href"] = job["href"].replace("/move/", "/copy/").replace("/delete/", "/copy/")


@JOBS.breaking("own-type-only")
def the_type_is_not_compared(service: Service) -> None:
    """A job can be read by the calls for all types."""
    world = service.world

    def job(_: Any, job_id: str, __: str, user: str) -> Job:
        found = world.jobs.get(job_id)
        if found is None or found.owner != user:
            raise Refusal(404, 10211, "no such job")
        return found

    replacing(world, "job", job)


@JOBS.telling("one-submit-one-job")
def moves_are_called_copies(asked: Asked, told: Told) -> None:
    """The submission of a move returns a job of the type COPY."""
    if asked.path == "/async/files/move" and asked.method == "POST" and told.status < 300:
        told.body["type"] = "COPY"


@JOBS.telling("conformance")
def ids_of_jobs_are_numbers(asked: Asked, told: Told) -> None:
    """The id of a job is a number in its details."""
    for job in jobs_of(told) if _details(asked) else []:
        job["id"] = int(job["id"])


@JOBS.telling("conformance")
def entries_of_results_are_texts(asked: Asked, told: Told) -> None:  # noqa: ARG001
    """The entries of a result are ids instead of objects."""
    for job in jobs_of(told):
        job["result"] = job["result"] and [one["resource"]["id"] for one in job["result"] if "resource" in one]


@JOBS.asking("bad-body")
def doubled_items_are_taken(asked: Asked) -> None:
    """An item that is named twice is taken once."""
    items = objects_of(asked)
    if asked.path in SUBMISSIONS and items and all(isinstance(one.get("file"), str) for one in items):
        rewritten(asked, items=list({one["file"]: one for one in items}.values()))


@JOBS.asking("bad-body")
def no_items_are_one_that_is_not_there(asked: Asked) -> None:
    """A submission without items is taken for one with an item that does not exist."""
    if asked.path == "/async/files/delete" and isinstance(asked.json, dict) and items_of(asked) == []:
        rewritten(asked, items=[{"file": "0" * 24}])


@JOBS.asking("bad-body")
def slashes_become_underscores(asked: Asked) -> None:
    """A slash in a new name becomes an underscore."""
    items = objects_of(asked)
    if asked.path in SUBMISSIONS and any("/" in str(one.get("name")) for one in items):
        rewritten(asked, items=[{**one, "name": str(one.get("name")).replace("/", "_")} for one in items])


@JOBS.asking("bad-body")
def the_folder_goes_before_the_project(asked: Asked) -> None:
    """Of two destinations of an item, the project is ignored."""
    items = objects_of(asked)
    if asked.path in SUBMISSIONS and any(one.get("parent") and one.get("project") for one in items):
        rewritten(asked, items=[{key: one[key] for key in one if key != "project"} for one in items])


@JOBS.asking("private")
def moves_are_everybodys(asked: Asked) -> None:
    """The details of moves are shown to every user."""
    if _details(asked, "move/") and asked.token == "another-token":
        asked.token = TOKEN
