from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.export_properties import ExportProperties
    from ..models.export_source import ExportSource
    from ..models.volume_location import VolumeLocation


T = TypeVar("T", bound="ExportItem")


@_attrs_define
class ExportItem:
    """A file, and where on a volume it goes.

    Attributes:
        source (ExportSource): What to export.
        destination (VolumeLocation): A place on a volume.
        overwrite (bool | Unset): Whether to take the place of an object of that key. Absent means no.
        properties (ExportProperties | Unset): How the object is written, in place of what the volume says.
    """

    source: ExportSource
    destination: VolumeLocation
    overwrite: bool | Unset = UNSET
    properties: ExportProperties | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        source = self.source.to_dict()

        destination = self.destination.to_dict()

        overwrite = self.overwrite

        properties: dict[str, Any] | Unset = UNSET
        if not isinstance(self.properties, Unset):
            properties = self.properties.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "source": source,
                "destination": destination,
            }
        )
        if overwrite is not UNSET:
            field_dict["overwrite"] = overwrite
        if properties is not UNSET:
            field_dict["properties"] = properties

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.export_properties import ExportProperties  # noqa: PLC0415
        from ..models.export_source import ExportSource  # noqa: PLC0415
        from ..models.volume_location import VolumeLocation  # noqa: PLC0415

        d = dict(src_dict)
        source = ExportSource.from_dict(d.pop("source"))

        destination = VolumeLocation.from_dict(d.pop("destination"))

        overwrite = d.pop("overwrite", UNSET)

        _properties = d.pop("properties", UNSET)
        properties: ExportProperties | Unset
        if _properties is None or isinstance(_properties, Unset):
            properties = UNSET
        else:
            properties = ExportProperties.from_dict(_properties)

        export_item = cls(
            source=source,
            destination=destination,
            overwrite=overwrite,
            properties=properties,
        )

        export_item.additional_properties = d
        return export_item

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
