"""What is refused of imports, exports and imports by DRS: each constraint of each body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.known import Known
from sbg_bulk.contract.refusals import check_media_type, refused
from sbg_bulk.contract.service import Service

NO_VOLUME = "sbg-bulk-contract/nothing"
IMPORT: Mapping[str, Any] = {
    "source": {"volume": NO_VOLUME, "location": "nothing.bam"},
    "destination": {"parent": NOTHING},
}
EXPORT: Mapping[str, Any] = {
    "source": {"file": NOTHING},
    "destination": {"volume": NO_VOLUME, "location": "nothing.bam"},
}
OBJECT: Mapping[str, Any] = {"drs_uri": f"drs://sbg-bulk-contract.invalid/{NOTHING}", "parent": NOTHING}

HARMLESS: Mapping[str, Any] = {
    "start_import": IMPORT,
    "bulk_start_imports": {"items": [IMPORT]},
    "start_export": EXPORT,
    "bulk_start_exports": {"items": [EXPORT]},
    "start_drs_import": {"items": [OBJECT]},
}
"""Bodies that the contract allows, about what does not exist."""

MOST = 100

Wrong = Iterator[tuple[str, Any]]


def check_starts(service: Service, folder: str, known: Known) -> None:
    """Send what is excluded, and see that it is refused and that nothing comes of it.

    Args:
        service: the service.
        folder: a folder, so that no more than one thing is wrong with a body.
        known: what there is.
    """
    before = _started(service)
    file, volume, project = known.file, known.volume, known.project or "nobody/nothing"
    # Where the volume is one that there is, no refusal is for want of it.
    good = {"source": {**IMPORT["source"], "volume": volume or NO_VOLUME}, "destination": {"parent": folder}}
    out = {"source": {"file": file or NOTHING}, "destination": {**EXPORT["destination"], "volume": volume or NO_VOLUME}}
    bodies: Mapping[str, tuple[str, Wrong]] = {
        "start_import": ("", _wrong_imports(good, project, file)),
        "bulk_start_imports": ("items", _wrong_shapes(good)),
        "start_export": ("", _wrong_exports(out)),
        "bulk_start_exports": ("items", _wrong_shapes(out)),
        "start_drs_import": ("items", _wrong_objects({**OBJECT, "parent": folder}, project)),
    }
    samples = {"bulk_start_imports": good, "bulk_start_exports": out, "start_drs_import": {**OBJECT, "parent": folder}}
    if service.serves("start_drs_import"):
        unknown = {"items": [samples["start_drs_import"]], "conflict_resolution": "ANY"}
        answer = service.call("start_drs_import", body=unknown)
        refused(service, "bad-body", answer, "with an unknown conflict_resolution", 400)
    if service.serves("bulk_start_exports"):
        nothing = {"items": [EXPORT]}
        answer = service.call("bulk_start_exports", query={"copy_only": "yes"}, body=nothing)
        # That the file does not exist may be what is told first.
        refused(service, "bad-query", answer, "with copy_only=yes", 400, 403, 404)
    for name, (key, wrong) in bodies.items():
        if not service.serves(name):
            continue
        for what, body in wrong:
            sent = {key: [body]} if key else body
            refused(service, "bad-body", service.call(name, body=sent), f"with {what}", 400)
        for what, body in _wrong_lists(samples[name]) if key else ():
            refused(service, "bad-body", service.call(name, body=body), f"with {what}", 400)
        if not key:
            refused(service, "bad-body", service.call(name, body=[]), "with a list instead of an object", 400)
        answer = service.call(name, content=b"{")
        refused(service, "bad-body", answer, "with a body that is not JSON", 400)
        check_media_type(service, name)
    for name, selection in (("bulk_get_imports", "import_ids"), ("bulk_get_exports", "export_ids")):
        for what, ids in (("no ids", []), ("an empty id", [""]), (f"{MOST + 1} ids", [NOTHING] * (MOST + 1))):
            if service.serves(name):
                refused(service, "bad-body", service.call(name, body={selection: ids}), f"with {what}", 400)
    if service.alone:
        service.report.hold(
            "starts",
            _started(service) == before,
            "a refused call started an import or export",
            expected="none of them",
        )


def _started(service: Service) -> list[str]:
    found: list[str] = []
    for name in ("list_imports", "list_exports"):
        if service.serves(name):
            listed = service.call(name, query={"limit": 100})
            found += [*listed.ids(), str(listed.count("X-Total-Matching-Query"))]
    return sorted(found)


def _wrong_lists(good: Mapping[str, Any]) -> Wrong:
    yield "no items", {"items": []}
    yield "an empty object", {}
    yield "items that are not a list", {"items": good}
    # An export that was started nevertheless could not be undone.
    beside = [] if "file" in good.get("source", {}) else [good]
    yield "an item that is not an object", {"items": [*beside, "x"]}
    yield "a list instead of an object", [good]
    yield f"{MOST + 1} items", {"items": [good] * (MOST + 1)}


def _wrong_shapes(good: Mapping[str, Any]) -> Wrong:
    yield "no source", {"destination": good["destination"]}
    yield "no destination", {"source": good["source"]}
    yield "overwrite that is a string", {**good, "overwrite": "yes"}


def _wrong_imports(good: Mapping[str, Any], project: str, file: str | None) -> Wrong:
    source, destination = good["source"], good["destination"]
    yield from _wrong_shapes(good)
    yield "no volume", {**good, "source": {"location": source["location"]}}
    yield "an empty location", {**good, "source": {**source, "location": ""}}
    yield "neither project nor parent", {**good, "destination": {}}
    yield "project and parent", {**good, "destination": {**destination, "project": project}}
    yield "a project that is not owner/project", {**good, "destination": {"project": "nobody"}}
    if file is not None:
        yield "a file as parent", {**good, "destination": {"parent": file}}
    yield "a name with a slash", {**good, "destination": {**destination, "name": "a/b"}}
    yield "a name of 256 characters", {**good, "destination": {**destination, "name": "n" * 256}}


def _wrong_exports(good: Mapping[str, Any]) -> Wrong:
    destination = good["destination"]
    yield from _wrong_shapes(good)
    yield "an empty file", {**good, "source": {"file": ""}}
    yield "no volume", {**good, "destination": {"location": destination["location"]}}
    yield "an empty location", {**good, "destination": {**destination, "location": ""}}


def _wrong_objects(good: Mapping[str, Any], project: str) -> Wrong:
    yield "no DRS URI", {"parent": good["parent"]}
    yield "an empty DRS URI", {**good, "drs_uri": ""}
    yield "a URI that is not a DRS URI", {**good, "drs_uri": "https://example.com/1"}
    yield "neither project nor parent", {"drs_uri": good["drs_uri"]}
    yield "project and parent", {**good, "project": project}
    yield "a name with a slash", {**good, "name": "a/b"}
    yield "a name of 256 characters", {**good, "name": "n" * 256}
    yield "metadata that is a string", {**good, "metadata": "x"}
