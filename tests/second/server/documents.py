"""The bodies of answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from attrs import frozen

from tests.second.server.moving import Fetching, Moving, Transfer, Volume
from tests.second.server.nodes import Node, Refusal
from tests.second.server.variant import Variant
from tests.second.server.world import Job, Project, World, counts_of, result_of

PUBLIC_HOST: Final = "https://api.platform.example"
LISTED: Final[dict[str, tuple[str, ...] | None]] = {
    "usual": ("href", "id", "name", "type", "project", "parent"),
    "least": ("href", "id", "name", "project"),
    "all": None,
}
ALWAYS: Final = ("href", "id", "name")
LEAST_OF_TRANSFER: Final = ("href", "id", "state")
"""What imports and exports always have; nothing else has a state and takes `fields`."""

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
            tags = node.tags if node.tags or self.variant.empty_tags == "list" else None
            document |= {"tags": tags, "metadata": node.metadata, "origin": self._finished({"task": node.task})}
            document["storage"] = self._storage(node)
        names = LISTED[self.variant.file_lists] if listed else None
        if bulk and self.variant.bulk_fields == "least":
            names = LISTED["least"]
        return self._finished(self._chosen(document, names, fields))

    def _storage(self, node: Node) -> Document:
        if node.alias is None:
            return self._extra({"type": "PLATFORM"})
        return self._extra({"type": "VOLUME", "volume": node.alias[0], "location": node.alias[1]})

    def volume(self, volume: Volume, *, listed: bool = False, fields: str | None = None) -> Document:
        document = {
            "href": self._href(f"/storage/volumes/{volume.id}"),
            "id": volume.id,
            "name": volume.id.partition("/")[2],
            "description": None,
            "access_mode": "RW" if volume.writable else "RO",
            "service": self._extra({"type": "s3", "bucket": volume.id.replace("/", "-")}),
            "active": True,
            "created_on": self._date(volume.made),
            "modified_on": None,
        }
        return self._finished(self._chosen(document, (*ALWAYS, "access_mode") if listed else None, fields))

    def objects(self, volume: Volume, path: str, entries: Sequence[str], following: str | None) -> Document:
        """Write a page of the objects of a volume: keys, and what ends in a slash stands for several."""
        address = f"/storage/volumes/{volume.id}"
        items: list[Document] = []
        prefixes: list[Document] = []
        for entry in entries:
            if entry.endswith("/"):
                href = self._href(f"{address}/list?{urlencode({'prefix': entry})}")
                prefixes.append(self._withheld({"href": href, "prefix": entry, "volume": volume.id}))
            else:
                href = self._href(f"{address}/object?{urlencode({'location': entry})}")
                items.append(self._withheld({"href": href, "location": entry, "volume": volume.id, "type": "s3"}))
        links = [] if following is None else [self._withheld({"next": self._href(following) or following})]
        return self._withheld({"href": self._href(path), "items": items, "prefixes": prefixes, "links": links})

    def transfer(
        self, transfer: Transfer, moving: Moving, *, listed: bool = False, fields: str | None = None
    ) -> Document:
        start, came = transfer.start, transfer.came
        kind = "exports" if start.is_export else "imports"
        document: Document = {
            "href": self._href(f"/storage/{kind}/{transfer.id}"),
            "id": transfer.id,
            "state": moving.state(transfer),
            "source": self._extra(dict(start.source)),
            "destination": self._extra(dict(start.destination)),
            **start.flags,
            "started_on": self._date(transfer.made),
            "finished_on": None if came is None else self._date(transfer.ends),
            "result": self.file(came) if isinstance(came, Node) else None,
            "error": self.error(came) if isinstance(came, Refusal) else None,
        }
        names = {"asked": LEAST_OF_TRANSFER, "least": LEAST_OF_TRANSFER, "all": None}[self.variant.storage_lists]
        if not listed:
            return self._withheld(self._chosen(document, None, fields))
        return self._withheld(self._chosen(document, names, fields if self.variant.storage_lists == "asked" else None))

    def fetching(self, fetching: Fetching, moving: Moving) -> Document:
        document: Document = {
            "href": self._href(f"/bulk/drs/imports/{fetching.id}"),
            "id": fetching.id,
            "state": moving.stage(fetching),
            "result": [
                self._entry(None, one) if isinstance(one, Refusal) else self._entry(one.id, None)
                for one in fetching.came
            ],
            "started_on": self._date(fetching.made) if fetching.done else None,
            "finished_on": self._date(fetching.ends) if fetching.done else None,
        }
        return self._withheld(document)

    def _withheld(self, document: Document) -> Document:
        """Leave out what has no value, where null is not allowed."""
        return self._extra({name: value for name, value in document.items() if value is not None})

    def _chosen(self, document: Document, usual: Collection[str] | None, fields: str | None) -> Document:
        """Return the properties that were asked for, or the usual ones; None for all."""
        names = usual
        if fields and self.variant.fields_parameter:
            names = None if fields == "_all" else (*ALWAYS, *LEAST_OF_TRANSFER, *fields.split(","))
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

    def user(self, name: str, fields: str | None = None) -> Document:
        document = {"href": self._href(f"/users/{name}"), "username": name, "email": f"{name}@example.com"}
        document |= dict.fromkeys(("first_name", "last_name", "affiliation"))
        return self._finished(self._chosen(document, None, fields and f"username,{fields}"))

    def rate_limit(self, limit: int, remaining: int, reset: int, fields: str | None = None) -> Document:
        rate = self._finished({"limit": limit, "remaining": remaining, "reset": reset})
        document = {"rate": rate, "instance_limit": self._finished({"limit": -1, "remaining": 100000})}
        return self._finished(self._chosen(document, None, fields and f"rate,{fields}"))

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

    def bulk(self, entries: Sequence[Document | Refusal]) -> Document:
        """Write what came of each thing of a bulk call, in the order given."""
        return self._extra({"items": [self._bulk_entry(one) for one in entries]})

    def _bulk_entry(self, found: Document | Refusal) -> Document:
        if not isinstance(found, Refusal):
            return self._extra({"resource": found})
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
