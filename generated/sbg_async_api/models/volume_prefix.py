from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="VolumePrefix")


@_attrs_define
class VolumePrefix:
    """Objects whose keys begin alike, as a folder would hold them.

    Attributes:
        href (str): The address that lists them.
        prefix (str): What their keys begin with, up to a slash.
        volume (str | Unset): The volume they are on, `owner/name`.
    """

    href: str
    prefix: str
    volume: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        href = self.href

        prefix = self.prefix

        volume = self.volume

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "href": href,
                "prefix": prefix,
            }
        )
        if volume is not UNSET:
            field_dict["volume"] = volume

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        href = d.pop("href")

        prefix = d.pop("prefix")

        volume = d.pop("volume", UNSET)

        volume_prefix = cls(
            href=href,
            prefix=prefix,
            volume=volume,
        )

        volume_prefix.additional_properties = d
        return volume_prefix

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
