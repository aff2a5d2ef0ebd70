from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.import_destination import ImportDestination
    from ..models.volume_location import VolumeLocation


T = TypeVar("T", bound="ImportItem")


@_attrs_define
class ImportItem:
    """An object or a folder of a volume, and where it goes.

    Attributes:
        source (VolumeLocation): A place on a volume.
        destination (ImportDestination): Where to import to. Give exactly one of `project` and `parent`.
        overwrite (bool | Unset): Whether to take the place of what has the name already. Absent means no.
        autorename (bool | Unset): Whether to take another name if it is taken, with an underscore and a number before
            it. Absent means no.
        preserve_folder_structure (bool | Unset): Whether a folder keeps its structure. Absent means yes. Not to be used
            for a file.
    """

    source: VolumeLocation
    destination: ImportDestination
    overwrite: bool | Unset = UNSET
    autorename: bool | Unset = UNSET
    preserve_folder_structure: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        source = self.source.to_dict()

        destination = self.destination.to_dict()

        overwrite = self.overwrite

        autorename = self.autorename

        preserve_folder_structure = self.preserve_folder_structure

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
        if autorename is not UNSET:
            field_dict["autorename"] = autorename
        if preserve_folder_structure is not UNSET:
            field_dict["preserve_folder_structure"] = preserve_folder_structure

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.import_destination import ImportDestination  # noqa: PLC0415
        from ..models.volume_location import VolumeLocation  # noqa: PLC0415

        d = dict(src_dict)
        source = VolumeLocation.from_dict(d.pop("source"))

        destination = ImportDestination.from_dict(d.pop("destination"))

        overwrite = d.pop("overwrite", UNSET)

        autorename = d.pop("autorename", UNSET)

        preserve_folder_structure = d.pop("preserve_folder_structure", UNSET)

        import_item = cls(
            source=source,
            destination=destination,
            overwrite=overwrite,
            autorename=autorename,
            preserve_folder_structure=preserve_folder_structure,
        )

        import_item.additional_properties = d
        return import_item

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
