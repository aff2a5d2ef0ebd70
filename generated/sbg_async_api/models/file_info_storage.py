from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="FileInfoStorage")


@_attrs_define
class FileInfoStorage:
    """Where its content is kept.

    Attributes:
        type_ (str | Unset): `PLATFORM`, or `VOLUME` for an alias of an object in a bucket.
        volume (str | Unset): The volume of an alias, `owner/name`.
        location (str | Unset): The key of the object in the bucket.
    """

    type_: str | Unset = UNSET
    volume: str | Unset = UNSET
    location: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        volume = self.volume

        location = self.location

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if volume is not UNSET:
            field_dict["volume"] = volume
        if location is not UNSET:
            field_dict["location"] = location

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = d.pop("type", UNSET)

        volume = d.pop("volume", UNSET)

        location = d.pop("location", UNSET)

        file_info_storage = cls(
            type_=type_,
            volume=volume,
            location=location,
        )

        file_info_storage.additional_properties = d
        return file_info_storage

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
