from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.result_entry import ResultEntry


T = TypeVar("T", bound="DrsImport")


@_attrs_define
class DrsImport:
    """An import by DRS and how far it has come. Just submitted, it has an empty `result` and none of the dates.

    Attributes:
        href (str): The address that reads this job.
        id (str): The job's id. Digits, but a string; more digits than a floating-point number keeps.
        state (str): How far the job has come, as of a job on files. New states may appear; only `FINISHED` means that
            it has ended.
        result (list[ResultEntry] | None | Unset): One entry for each file imported or failed, once they are known;
            empty or absent before.
        started_on (datetime.datetime | None | Unset): When the job was started.
        finished_on (datetime.datetime | None | Unset): When the job ended.
    """

    href: str
    id: str
    state: str
    result: list[ResultEntry] | None | Unset = UNSET
    started_on: datetime.datetime | None | Unset = UNSET
    finished_on: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        href = self.href

        id = self.id

        state = self.state

        result: list[dict[str, Any]] | None | Unset
        if isinstance(self.result, Unset):
            result = UNSET
        elif isinstance(self.result, list):
            result = []
            for result_type_0_item_data in self.result:
                result_type_0_item = result_type_0_item_data.to_dict()
                result.append(result_type_0_item)

        else:
            result = self.result

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

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "href": href,
                "id": id,
                "state": state,
            }
        )
        if result is not UNSET:
            field_dict["result"] = result
        if started_on is not UNSET:
            field_dict["started_on"] = started_on
        if finished_on is not UNSET:
            field_dict["finished_on"] = finished_on

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.result_entry import ResultEntry  # noqa: PLC0415

        d = dict(src_dict)
        href = d.pop("href")

        id = d.pop("id")

        state = d.pop("state")

        def _parse_result(data: object) -> list[ResultEntry] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                result_type_0 = []
                _result_type_0 = data
                for result_type_0_item_data in (
                    [] if _result_type_0 is None else _result_type_0
                ):
                    result_type_0_item = ResultEntry.from_dict(result_type_0_item_data)

                    result_type_0.append(result_type_0_item)

                return result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ResultEntry] | None | Unset, data)

        result = _parse_result(d.pop("result", UNSET))

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

        drs_import = cls(
            href=href,
            id=id,
            state=state,
            result=result,
            started_on=started_on,
            finished_on=finished_on,
        )

        drs_import.additional_properties = d
        return drs_import

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
