"""The bodies of answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from attrs import frozen

from tests.second.server.variant import Variant
from tests.second.server.world import Job, Node, Project, Refusal, World, counts_of, result_of

PUBLIC_HOST: Final = "https://api.platform.example"
LISTED: Final[dict[str, tuple[str, ...] | None]] = {
    "usual": ("href", "id", "name", "type", "project", "parent"),
    "least": ("href", "id", "name", "project"),
    "all": None,
}
ALWAYS: Final = ("href", "id", "name")

Document = dict[str, Any]


@frozen
class Writer:
    """Writes documents as a variant has them.

    Args:
        variant: the variant.
        host: scheme and host of the request.
    """

    variant: Variant
    host: str

    def job(self, job: Job, world: World, *, listed: bool = False) -> Document:
        state = world.state(job)
        ended = world.ended(job)
        counts = [
            str(n) if self.variant.counts_as == "strings" else n for n in counts_of(job, self.variant, world.nodes)
        ]
        document = {
            "href": self._href(f"/async/files/{job.type.lower()}/{job.id}"),
            "id": job.id,
            "type": job.type,
            "state": state,
            "result": [self._entry(*one) for one in result_of(job, self.variant)] if ended else None,
            **dict(zip(("total_files", "completed_files", "failed_files"), counts, strict=True)),
            "started_on": self._date(job.made),
            "finished_on": self._date(job.ends) if ended else None,
        }
        if listed and not self.variant.listed_results:
            del document["result"]
        return self._finished(document, null=True)

    def file(self, node: Node, *, listed: bool = False, bulk: bool = False, fields: str | None = None) -> Document:
        document: Document = {
            "href": self._href(f"/files/{node.id}"),
            "id": node.id,
            "name": node.name,
            "type": "folder" if node.is_folder else "file",
            "project": node.project,
            "parent": None if node.parent is None else node.parent.id,
            "size": node.size,
            "created_on": self._date(node.made),
            "modified_on": self._date(node.changed),
        }
        if not node.is_folder:
            document |= {"tags": node.tags, "metadata": node.metadata, "origin": self._finished({"task": node.task})}
        names = LISTED[self.variant.file_lists] if listed else None
        if bulk and self.variant.bulk_fields == "least":
            names = LISTED["least"]
        return self._finished(self._chosen(document, names, fields))

    def _chosen(self, document: Document, usual: Collection[str] | None, fields: str | None) -> Document:
        """Return the properties that were asked for, or the usual ones; None for all."""
        names = usual
        if fields and self.variant.fields_parameter:
            names = None if fields == "_all" else (*ALWAYS, *fields.split(","))
        return document if names is None else {name: value for name, value in document.items() if name in names}

    def project(self, project: Project, *, listed: bool = False, fields: str | None = None) -> Document:
        may = dict.fromkeys(("read", "copy", "write", "execute", "admin"), True)
        document = {
            "href": self._href(f"/projects/{project.id}"),
            "id": project.id,
            "name": project.name,
            "description": None,
            "type": "v2",
            "created_by": project.id.partition("/")[0],
            "created_on": self._date(project.made),
            "modified_on": None,
            "root_folder": project.root.id,
            "permissions": self._finished(may),
            "tags": project.tags,
        }
        return self._finished(self._chosen(document, ALWAYS if listed else None, fields))

    def user(self, name: str) -> Document:
        document = {"href": self._href(f"/users/{name}"), "username": name, "email": f"{name}@example.com"}
        return self._finished(document | dict.fromkeys(("first_name", "last_name", "affiliation")))

    def rate_limit(self, limit: int, remaining: int, reset: int) -> Document:
        rate = self._finished({"limit": limit, "remaining": remaining, "reset": reset})
        return self._finished({"rate": rate, "instance_limit": self._finished({"limit": -1, "remaining": 100000})})

    def page(
        self, path: str, query: Mapping[str, Any], items: Sequence[Document], offset: int, limit: int, total: int
    ) -> Document:
        """Write a page. The next begins where this one ends, and its address asks for as many entries as this one's."""

        def address(start: int) -> str | None:
            return self._href(f"{path}?{urlencode({**query, 'offset': start, 'limit': limit}, doseq=True)}")

        pages = []
        if offset + len(items) < total and items:
            pages.append(("next", address(offset + len(items))))
        if offset > 0:
            pages.append(("prev", address(max(0, offset - limit))))
        links = [self._finished({"href": href, "rel": rel, "method": "GET"}) for rel, href in pages]
        document: Document = {"href": address(offset), "items": list(items)}
        if self.variant.links != "absent":
            document["links"] = {"next": links, "empty": [], "null": None}[self.variant.links]
        return self._extra({name: value for name, value in document.items() if name != "href" or value is not None})

    def error(self, refusal: Refusal) -> Document:
        document = {
            "status": refusal.status,
            "code": refusal.code,
            "message": refusal.message,
            "more_info": None,
        }
        if not self.variant.error_codes and refusal.code != 0:
            del document["code"]
        return self._finished(document, null=True)

    def bulk(self, entries: Sequence[Node | Refusal]) -> Document:
        """Write what came of each file of a bulk call, in the order given."""
        return self._extra({"items": [self._bulk_entry(one) for one in entries]})

    def _bulk_entry(self, found: Node | Refusal) -> Document:
        if isinstance(found, Node):
            return self._extra({"resource": self.file(found, bulk=True)})
        error = self.error(found)
        if not self.variant.bulk_error_status:
            del error["status"]
        return self._extra({"error": error})

    def _entry(self, made: str | None, error: Refusal | None) -> Document:
        if error is not None:
            return self._extra({"error": self.error(error)})
        return self._extra({"resource": self._finished({"href": self._href(f"/files/{made}"), "id": made})})

    def _href(self, path: str) -> str | None:
        beginning = {"absolute": self.host, "relative": "", "public": PUBLIC_HOST}.get(self.variant.hrefs)
        return None if beginning is None else f"{beginning}{self.variant.base_path}{path}"

    def _date(self, seconds: float) -> str | None:
        moment = datetime.fromtimestamp(seconds, UTC)
        match self.variant.dates:
            case "Z":
                return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
            case "offset":
                return f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"
            case "fractional":
                return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
            case "naive":
                return f"{moment:%Y-%m-%dT%H:%M:%S}"
            case "absent":
                return None

    def _finished(self, document: Document, *, null: bool = False) -> Document:
        """Settle how properties without a value are told; an address is never null."""
        told = {"as documented": null, "null": True, "absent": False}[self.variant.without_value]
        kept = {name: value for name, value in document.items() if value is not None or (told and name != "href")}
        return self._extra(kept)

    def _extra(self, document: Document) -> Document:
        if self.variant.extra_keys:
            document |= {"_revision": 3, "labels": [{"x": None}], "owner_info": {"id": 7, "state": "FINISHED"}}
        return document
