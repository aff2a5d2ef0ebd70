from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.volume_object_object_metadata import VolumeObjectObjectMetadata


T = TypeVar("T", bound="VolumeObject")


@_attrs_define
class VolumeObject:
    """An object in a bucket.

    Attributes:
        href (str): The address that tells more of it.
        location (str): Its key, without the prefix of the volume.
        volume (str | Unset): The volume it is on, `owner/name`.
        type_ (str | Unset): The kind of storage: `s3`, or `gcp` where volumes say `gcs`.
        metadata (None | Unset | VolumeObjectObjectMetadata): What the storage says of it, if it is asked for with
            `fields=_all`. Which keys there are is not documented.
    """

    href: str
    location: str
    volume: str | Unset = UNSET
    type_: str | Unset = UNSET
    metadata: None | Unset | VolumeObjectObjectMetadata = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.volume_object_object_metadata import VolumeObjectObjectMetadata  # noqa: PLC0415

        href = self.href

        location = self.location

        volume = self.volume

        type_ = self.type_

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, VolumeObjectObjectMetadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "href": href,
                "location": location,
            }
        )
        if volume is not UNSET:
            field_dict["volume"] = volume
        if type_ is not UNSET:
            field_dict["type"] = type_
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.volume_object_object_metadata import VolumeObjectObjectMetadata  # noqa: PLC0415

        d = dict(src_dict)
        href = d.pop("href")

        location = d.pop("location")

        volume = d.pop("volume", UNSET)

        type_ = d.pop("type", UNSET)

        def _parse_metadata(data: object) -> None | Unset | VolumeObjectObjectMetadata:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metadata_type_0 = VolumeObjectObjectMetadata.from_dict(data)

                return metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | VolumeObjectObjectMetadata, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        volume_object = cls(
            href=href,
            location=location,
            volume=volume,
            type_=type_,
            metadata=metadata,
        )

        volume_object.additional_properties = d
        return volume_object

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
