from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.error_body import ErrorBody
    from ..models.export_job_written_as import ExportJobWrittenAs
    from ..models.file_info import FileInfo
    from ..models.transfer_place import TransferPlace


T = TypeVar("T", bound="ExportJob")


@_attrs_define
class ExportJob:
    """An export and how far it has come.

    Attributes:
        href (str): The address that reads it.
        id (str): Its id.
        state (str): How far it has come: `PENDING`, `RUNNING`, then `COMPLETED` or `FAILED`. New states may appear;
            only the last two
            mean that it has ended.
        source (TransferPlace | Unset): A source or a destination, as it was sent: `volume` and `location`; `project` or
            `parent`, and `name`; or `file`.
        destination (TransferPlace | Unset): A source or a destination, as it was sent: `volume` and `location`;
            `project` or `parent`, and `name`; or `file`.
        properties (ExportJobWrittenAs | None | Unset): How the object is written.
        overwrite (bool | Unset): Whether it takes the place of what has its name, as it was sent.
        started_on (datetime.datetime | None | Unset): When it was started.
        finished_on (datetime.datetime | None | Unset): When it ended. Null or absent before.
        result (FileInfo | Unset): A file or a folder. Lists leave out what only the details have.
        error (ErrorBody | Unset): What went wrong.
    """

    href: str
    id: str
    state: str
    source: TransferPlace | Unset = UNSET
    destination: TransferPlace | Unset = UNSET
    properties: ExportJobWrittenAs | None | Unset = UNSET
    overwrite: bool | Unset = UNSET
    started_on: datetime.datetime | None | Unset = UNSET
    finished_on: datetime.datetime | None | Unset = UNSET
    result: FileInfo | Unset = UNSET
    error: ErrorBody | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.export_job_written_as import ExportJobWrittenAs  # noqa: PLC0415

        href = self.href

        id = self.id

        state = self.state

        source: dict[str, Any] | Unset = UNSET
        if not isinstance(self.source, Unset):
            source = self.source.to_dict()

        destination: dict[str, Any] | Unset = UNSET
        if not isinstance(self.destination, Unset):
            destination = self.destination.to_dict()

        properties: dict[str, Any] | None | Unset
        if isinstance(self.properties, Unset):
            properties = UNSET
        elif isinstance(self.properties, ExportJobWrittenAs):
            properties = self.properties.to_dict()
        else:
            properties = self.properties

        overwrite = self.overwrite

        started_on: None | str | Unset
        if isinstance(self.started_on, Unset):
            started_on = UNSET
        elif isinstance(self.started_on, datetime.datetime):
            started_on = self.started_on.isoformat()
        else:
            started_on = self.started_on

        finished_on: None | str | Unset
        if isinstance(self.finished_on, Unset):
            finished_on = UNSET
        elif isinstance(self.finished_on, datetime.datetime):
            finished_on = self.finished_on.isoformat()
        else:
            finished_on = self.finished_on

        result: dict[str, Any] | Unset = UNSET
        if not isinstance(self.result, Unset):
            result = self.result.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "href": href,
                "id": id,
                "state": state,
            }
        )
        if source is not UNSET:
            field_dict["source"] = source
        if destination is not UNSET:
            field_dict["destination"] = destination
        if properties is not UNSET:
            field_dict["properties"] = properties
        if overwrite is not UNSET:
            field_dict["overwrite"] = overwrite
        if started_on is not UNSET:
            field_dict["started_on"] = started_on
        if finished_on is not UNSET:
            field_dict["finished_on"] = finished_on
        if result is not UNSET:
            field_dict["result"] = result
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.error_body import ErrorBody  # noqa: PLC0415
        from ..models.export_job_written_as import ExportJobWrittenAs  # noqa: PLC0415
        from ..models.file_info import FileInfo  # noqa: PLC0415
        from ..models.transfer_place import TransferPlace  # noqa: PLC0415

        d = dict(src_dict)
        href = d.pop("href")

        id = d.pop("id")

        state = d.pop("state")

        _source = d.pop("source", UNSET)
        source: TransferPlace | Unset
        if _source is None or isinstance(_source, Unset):
            source = UNSET
        else:
            source = TransferPlace.from_dict(_source)

        _destination = d.pop("destination", UNSET)
        destination: TransferPlace | Unset
        if _destination is None or isinstance(_destination, Unset):
            destination = UNSET
        else:
            destination = TransferPlace.from_dict(_destination)

        def _parse_properties(data: object) -> ExportJobWrittenAs | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                properties_type_0 = ExportJobWrittenAs.from_dict(data)

                return properties_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExportJobWrittenAs | None | Unset, data)

        properties = _parse_properties(d.pop("properties", UNSET))

        overwrite = d.pop("overwrite", UNSET)

        def _parse_started_on(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_on_type_0 = datetime.datetime.fromisoformat(data)

                return started_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        started_on = _parse_started_on(d.pop("started_on", UNSET))

        def _parse_finished_on(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_on_type_0 = datetime.datetime.fromisoformat(data)

                return finished_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        finished_on = _parse_finished_on(d.pop("finished_on", UNSET))

        _result = d.pop("result", UNSET)
        result: FileInfo | Unset
        if _result is None or isinstance(_result, Unset):
            result = UNSET
        else:
            result = FileInfo.from_dict(_result)

        _error = d.pop("error", UNSET)
        error: ErrorBody | Unset
        if _error is None or isinstance(_error, Unset):
            error = UNSET
        else:
            error = ErrorBody.from_dict(_error)

        export_job = cls(
            href=href,
            id=id,
            state=state,
            source=source,
            destination=destination,
            properties=properties,
            overwrite=overwrite,
            started_on=started_on,
            finished_on=finished_on,
            result=result,
            error=error,
        )

        export_job.additional_properties = d
        return export_job

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
