"""The operations of the contract: one method each, named by its operationId."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.service import arguments, documents
from sbg_bulk.simulator.service.answering import Call
from sbg_bulk.simulator.service.reply import Reply, answer, encode
from sbg_bulk.simulator.service.shapes import LEAST
from sbg_bulk.simulator.service.transfers import TransferOperations
from sbg_bulk.simulator.world import edits
from sbg_bulk.simulator.world.actions import JobType, permissions
from sbg_bulk.simulator.world.described import DrsImport
from sbg_bulk.simulator.world.jobs import Job
from sbg_bulk.simulator.world.tree import File, Folder, Node, Project, User, project_of


@frozen
class FileFilter:
    """Which files pass: those that have one of the tags, are of one of the tasks, and have one of each key's values.

    What is empty lets all pass, folders too.
    """

    tags: Collection[str]
    tasks: Collection[str]
    metadata: Mapping[str, Collection[str]]

    def passes(self, node: Node) -> bool:
        if not (self.tags or self.tasks or self.metadata):
            return True
        if not isinstance(node, File):
            return False
        return (
            (not self.tags or any(tag in self.tags for tag in node.tags))
            and (not self.tasks or node.task in self.tasks)
            and all(node.metadata.get(key) in values for key, values in self.metadata.items())
        )


class Operations(TransferOperations):
    """The operations, on one world and its books of jobs."""

    # Async jobs

    def list_async_jobs(self, call: Call) -> Reply:
        jobs: Sequence[Job | DrsImport] = self.jobs.listed(call.user, call.now)
        if self.variant.drs_listed:
            jobs = sorted([*jobs, *self.drs_imports.listed(call.user, call.now)], key=lambda job: -job.submitted_on)
        entries: list[bytes] = []
        for job in self.page(jobs, call):
            if isinstance(job, DrsImport):
                entries.append(encode(documents.drs_job(job, call.base)))
                continue
            self.jobs.shown(job, call.now)
            entries.append(self.render_job(job, call))
        return self.listing(call, entries, len(jobs))

    def submit_copy_job(self, call: Call) -> Reply:
        return self.submit(JobType.COPY, call)

    def submit_move_job(self, call: Call) -> Reply:
        return self.submit(JobType.MOVE, call)

    def submit_delete_job(self, call: Call) -> Reply:
        return self.submit(JobType.DELETE, call)

    def get_copy_job(self, call: Call) -> Reply:
        return self.get_job(JobType.COPY, call)

    def get_move_job(self, call: Call) -> Reply:
        return self.get_job(JobType.MOVE, call)

    def get_delete_job(self, call: Call) -> Reply:
        return self.get_job(JobType.DELETE, call)

    def submit(self, job_type: JobType, call: Call) -> Reply:
        items = arguments.items(job_type, call.arguments.body)
        job = self.jobs.submit(call.user, job_type, items, call.now, call.doomed, call.late)
        return Reply(self.submit_status, documents.encoded_job(job, call.base, self.variant))

    def get_job(self, job_type: JobType, call: Call) -> Reply:
        job = self.jobs.find(call.user, job_type, call.arguments.path["job_id"])
        self.jobs.shown(job, call.now)
        return Reply(200, self.render_job(job, call))

    def render_job(self, job: Job, call: Call) -> bytes:
        """Return a job as JSON, with the fields that the call asks for, which the contract does not name here."""
        fields = dict(call.query).get("fields")
        if fields is None:
            return documents.encoded_job(job, call.base, self.variant)
        return encode(documents.select("job", documents.job(job, call.base, self.variant), fields))

    # Files

    def list_files(self, call: Call) -> Reply:
        query = call.arguments.query
        folder = self.listed_folder(call.user, query)
        names = query["name"] if self.variant.name_parameter else None
        nodes: Sequence[Node] = list(folder.children.values())
        if names:
            nodes = [folder.children[name] for name in dict.fromkeys(names) if name in folder.children]
        metadata = {name.removeprefix("metadata."): values for name, values in query["metadata"].items()}
        wanted = FileFilter(query["tag"] or (), query["origin.task"] or (), metadata)
        return self.list_nodes([node for node in nodes if wanted.passes(node)], call)

    def list_project_files(self, call: Call) -> Reply:
        project = self.named_project(call)
        return self.list_nodes(list(project.root.children.values()), call)

    def list_folder(self, call: Call) -> Reply:
        folder = self.folder(call.user, call.arguments.path["file_id"])
        return self.list_nodes(list(folder.children.values()), call)

    def get_file(self, call: Call) -> Reply:
        node = self.node(call.user, call.arguments.path["file_id"])
        return self.details("node", documents.node_details(node, call.base), call)

    def bulk_get_files(self, call: Call) -> Reply:
        return self.bulk(
            call, call.arguments.body["file_ids"], lambda file_id: edits.find(self.world, call.user, file_id)
        )

    def bulk_edit_files(self, call: Call) -> Reply:
        return self.change_files(call, erases=self.variant.bulk_edit_erases)

    def bulk_update_files(self, call: Call) -> Reply:
        return self.change_files(call, erases=True)

    def change_files(self, call: Call, *, erases: bool) -> Reply:
        def change(item: Mapping[str, Any]) -> Node:
            wanted = edits.Edit(item.get("name"), item.get("tags"), item.get("metadata"), erases)
            return edits.edit(self.world, call.user, item["id"], wanted, call.now)

        return self.bulk(call, call.arguments.body["items"], change)

    def bulk_delete_files(self, call: Call) -> Reply:
        def delete(file_id: str) -> Mapping[str, Any]:
            there = documents.node_details(edits.find(self.world, call.user, file_id), call.base)
            edits.delete(self.world, call.user, file_id)
            return there

        return self.bulk(call, call.arguments.body["file_ids"], delete)

    def create_folder(self, call: Call) -> Reply:
        body = call.arguments.body
        parent_id, project_id = arguments.destination(body)
        if project_id is not None:
            folder = self.project(call.user, project_id).root
        else:
            folder = self.folder(call.user, parent_id or "", missing=5026)
        project = project_of(folder)
        if not permissions(call.user, project).write:
            raise ApiError(3001, f"You may not write to {project.id}.")
        if body["name"].startswith("__"):
            raise ApiError(10236, "name: a folder's name should not begin with two underscores.")
        if body["name"] in folder.children:
            raise ApiError(5003, f"{body['name']} exists already.")
        made = self.world.add_folder(body["name"], folder, created_on=call.now)
        return answer(documents.node_details(made, call.base), self.create_status)

    # Projects and the account

    def list_projects(self, call: Call) -> Reply:
        return self.list_those(list(self.world.projects.values()), call)

    def list_owner_projects(self, call: Call) -> Reply:
        owner = call.arguments.path["owner"]
        if owner not in self.world.users:
            raise ApiError(2002, f"There is no user {owner}.")
        projects = self.world.projects.values()
        return self.list_those([project for project in projects if project.id.partition("/")[0] == owner], call)

    def list_those(self, projects: Sequence[Project], call: Call) -> Reply:
        """List those of the projects that the user is a member of and that pass the filters."""
        query = call.arguments.query
        wanted, tags = (query["name"] or "").casefold(), query["tags"]
        mine = [
            project
            for project in projects
            if call.user.username in project.members
            and wanted in project.name.casefold()
            and (not tags or any(tag in project.tags for tag in tags))
        ]
        return self.listing(call, [self.render_project(each, call) for each in self.page(mine, call)], len(mine))

    def render_project(self, project: Project, call: Call) -> bytes:
        """Return a project as JSON for a list, with the fields that the call asks for."""
        fields = call.arguments.query["fields"]
        if fields is None:
            return encode(documents.project(project, call.base))
        return encode(documents.select("project", documents.project_details(project, call.user, call.base), fields))

    def get_project(self, call: Call) -> Reply:
        project = self.named_project(call)
        return self.details("project", documents.project_details(project, call.user, call.base), call)

    def get_user(self, call: Call) -> Reply:
        return self.details("user", documents.user(call.user, call.base), call)

    def get_rate_limit(self, call: Call) -> Reply:
        budget = self.limiter.budget(call.user.username, call.now)
        return self.details("rate_limit", documents.rate_limit(budget), call)

    # What several of them need

    def list_nodes(self, nodes: Sequence[Node], call: Call) -> Reply:
        """Answer with one page of these files and folders."""
        return self.listing(call, [self.render_node(node, call) for node in self.page(nodes, call)], len(nodes))

    def render_node(self, node: Node, call: Call) -> bytes:
        """Return a file or folder as JSON for a list, with the fields that the call asks for."""
        fields = call.arguments.query["fields"] if self.variant.fields_parameter else None
        if fields is None and self.variant.file_lists == "all":
            return encode(documents.node_details(node, call.base))
        if fields is None and self.variant.file_lists == "least":
            return encode({name: value for name, value in documents.node(node, call.base).items() if name in LEAST})
        if fields is None:
            return encode(documents.node(node, call.base))
        return encode(documents.select("node", documents.node_details(node, call.base), fields))

    def listed_folder(self, user: User, query: Mapping[str, Any]) -> Folder:
        """Find the folder that a listing by project or by parent is about.

        An empty value is wrong here: only bodies have it for an absent one.
        """
        parent, project = query["parent"], query["project"]
        if parent is not None and project is not None:
            raise ApiError(5031, "Give project or parent, not both.")
        if parent is None and project is None:
            raise ApiError(5029, "Give project or parent.")
        if project == "":
            raise ApiError(3006, "project: must not be empty.")
        if parent == "":
            raise ApiError(5004, "parent: must not be empty.")
        if project is not None:
            arguments.check_project_id(project)
            return self.project(user, project).root
        return self.folder(user, parent)
