"""The operations on volumes, imports, exports and imports by DRS: one method each, named by its operationId."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.service import arguments, documents
from sbg_bulk.simulator.service.answering import Answering, Call
from sbg_bulk.simulator.service.reply import Reply, answer, encode
from sbg_bulk.simulator.world.moving import Export, Import, Wanted, check_first, check_then
from sbg_bulk.simulator.world.transfers import Transfer
from sbg_bulk.simulator.world.volumes import Volume

_LEAST = "href,id,state"
_USUAL = "href,location,volume,type"


@frozen
class _Prepared:
    """What is to be started, and what it is going to fail for if that is known already."""

    wanted: Wanted
    doomed: ApiError | None


class TransferOperations(Answering):
    """What brings files in and out."""

    # Volumes

    def list_volumes(self, call: Call) -> Reply:
        mine = [volume for volume in self.world.volumes.values() if call.user.username in volume.members]
        fields = call.arguments.query["fields"]

        def render(volume: Volume) -> bytes:
            if fields is None:
                return encode(documents.volume(volume, call.base))
            return encode(documents.select("volume", documents.volume_details(volume, call.base), fields))

        return self.listing(call, [render(volume) for volume in self.page(mine, call)], len(mine))

    def get_volume(self, call: Call) -> Reply:
        return self.details("volume", documents.volume_details(self.named_volume(call), call.base), call)

    def list_volume_objects(self, call: Call) -> Reply:
        volume, query = self.named_volume(call), call.arguments.query
        if not volume.active:
            raise ApiError(9103, f"{volume.id} cannot be reached with its configuration.")
        prefix, fields = query["prefix"] or "", query["fields"] or _USUAL
        after = None if query["continuation_token"] is None else _entry_of(query["continuation_token"])
        most = min(query["limit"], self.variant.page_max)
        entries = list(islice(volume.objects.entries(prefix, after), most + 1))
        shown = entries[:most]
        links = []
        if len(entries) > most:
            token = base64.urlsafe_b64encode(shown[-1].encode()).decode()
            kept = [(name, value) for name, value in call.query if name != "continuation_token"]
            links = [{"next": documents.address_of(call.address, [*kept, ("continuation_token", token)])}]
        items = [
            documents.select("object", documents.volume_object(volume, key, call.base), fields)
            for key in shown
            if not key.endswith("/") or key == prefix
        ]
        prefixes = [
            documents.volume_prefix(volume, entry, call.base)
            for entry in shown
            if entry.endswith("/") and entry != prefix
        ]
        href = documents.address_of(call.address, call.query)
        return answer({"href": href, "items": items, "prefixes": prefixes, "links": links})

    # Imports

    def start_import(self, call: Call) -> Reply:
        return self.start(call, arguments.new_import)

    def list_imports(self, call: Call) -> Reply:
        return self.list_transfers(call, Import)

    def get_import(self, call: Call) -> Reply:
        return self.get_transfer(call, Import, "import_id")

    def bulk_start_imports(self, call: Call) -> Reply:
        return self.bulk_start(call, arguments.new_import)

    def bulk_get_imports(self, call: Call) -> Reply:
        return self.bulk_get(call, Import, "import_ids")

    # Exports

    def start_export(self, call: Call) -> Reply:
        return self.start(call, self.export_reader(call))

    def list_exports(self, call: Call) -> Reply:
        return self.list_transfers(call, Export)

    def get_export(self, call: Call) -> Reply:
        return self.get_transfer(call, Export, "export_id")

    def bulk_start_exports(self, call: Call) -> Reply:
        return self.bulk_start(call, self.export_reader(call))

    def bulk_get_exports(self, call: Call) -> Reply:
        return self.bulk_get(call, Export, "export_ids")

    # Imports by DRS

    def start_drs_import(self, call: Call) -> Reply:
        self.refuse_bulk()
        body = call.arguments.body
        made = self.drs_imports.start(
            call.user,
            [arguments.drs_item(number, each) for number, each in enumerate(body["items"])],
            call.now,
            conflicts=body.get("conflict_resolution") or "SKIP",
            tags=body.get("tags") or (),
            doomed=call.doomed,
            late=call.late,
        )
        return answer(documents.drs_import(made, call.base))

    def get_drs_import(self, call: Call) -> Reply:
        made = self.drs_imports.find(call.user, call.arguments.path["import_id"])
        self.drs_imports.shown(made, call.now)
        return self.details("transfer", documents.drs_import(made, call.base), call)

    # What several of them need

    def named_volume(self, call: Call) -> Volume:
        """Find the volume that the path names. Raises ApiError if there is none (9007), or no access to it (9020)."""
        path = call.arguments.path
        volume_id = f"{path['volume_owner']}/{path['volume_name']}"
        volume = self.world.volumes.get(volume_id)
        if volume is None:
            raise ApiError(9007, f"There is no volume {volume_id}.")
        if call.user.username not in volume.members:
            raise ApiError(9020, f"You have no access to {volume_id}.")
        return volume

    def export_reader(self, call: Call) -> Callable[[Mapping[str, Any]], Export]:
        """Return what reads exports; `copy_only` is of the whole call."""
        spelled = dict(call.query).get("copy_only", "")
        copy_only = (spelled if self.variant.copy_only_case == "lower" else spelled.lower()) == "true"
        return lambda given: arguments.new_export(given, copy_only)

    def prepared(self, call: Call, wanted: Wanted, number: int) -> _Prepared:
        """Check what is to be started, as far as that is done at the submission. Raises ApiError."""
        refusals = self.variant.transfer_refusals
        try:
            check_first(self.world, call.user, wanted)
            if refusals == "submission":
                check_then(self.world, call.user, wanted)
        except ApiError as refusal:
            if refusals != "job":
                raise
            return _Prepared(wanted, refusal)
        if number in call.doomed:
            return _Prepared(wanted, ApiError(call.doomed[number], "An injected fault made this fail."))
        return _Prepared(wanted, None)

    def start(self, call: Call, read: Callable[[Mapping[str, Any]], Wanted]) -> Reply:
        """Start one import or export."""
        return answer(self.started(call, self.prepared(call, read(call.arguments.body), 0)), self.submit_status)

    def started(self, call: Call, prepared: _Prepared) -> Mapping[str, Any]:
        transfer = self.transfers.start(call.user, prepared.wanted, call.now, doomed=prepared.doomed, late=call.late)
        return documents.transfer(transfer, call.base)

    def bulk_start(self, call: Call, read: Callable[[Mapping[str, Any]], Wanted]) -> Reply:
        """Start those that can be started; or all or none, if the variant says so."""
        self.refuse_bulk()
        outcomes: list[_Prepared | ApiError] = []
        for number, item in enumerate(call.arguments.body["items"]):
            try:
                outcomes.append(self.prepared(call, read(item), number))
            except ApiError as refusal:
                if self.variant.bulk_item_refused == "call":
                    raise
                outcomes.append(refusal)

        def begin(outcome: _Prepared | ApiError) -> Mapping[str, Any]:
            if isinstance(outcome, ApiError):
                raise outcome
            return self.started(call, outcome)

        return self.bulk(call, outcomes, begin)

    def bulk_get(self, call: Call, kind: type[Wanted], name: str) -> Reply:
        return self.bulk(call, call.arguments.body[name], lambda each: self.shown(call, kind, each))

    def get_transfer(self, call: Call, kind: type[Wanted], name: str) -> Reply:
        return self.details("transfer", self.shown(call, kind, call.arguments.path[name]), call)

    def shown(self, call: Call, kind: type[Wanted], transfer_id: str) -> dict[str, Any]:
        """Return an import or export as it is shown now."""
        transfer = self.transfers.find(call.user, kind, transfer_id)
        self.transfers.shown(transfer, call.now)
        return documents.transfer(transfer, call.base)

    def list_transfers(self, call: Call, kind: type[Wanted]) -> Reply:
        query = call.arguments.query
        found = self.transfers.listed(
            call.user,
            kind,
            call.now,
            volume=query["volume"],
            project=query.get("project"),
            states=query["state"] or (),
        )
        fields = {"asked": query["fields"] or _LEAST, "least": _LEAST, "all": "_all"}[self.variant.transfer_lists]
        page: Sequence[Transfer] = self.page(found, call)
        for transfer in page:
            self.transfers.shown(transfer, call.now)
        entries = [documents.select("transfer", documents.transfer(each, call.base), fields) for each in page]
        return self.listing(call, [encode(entry) for entry in entries], len(found))


def _entry_of(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise ApiError(9011, "continuation_token: was not issued for this list.") from None
