from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TransferPlace")


@_attrs_define
class TransferPlace:
    """A source or a destination, as it was sent: `volume` and `location`; `project` or `parent`, and `name`; or `file`.

    Attributes:
        volume (str | Unset): The volume, `owner/name`.
        location (str | Unset): The key of the object on it.
        project (str | Unset): The project, `owner/project`.
        parent (str | Unset): The id of the folder.
        name (str | Unset): The name that was asked for.
        file (str | Unset): The id of the file.
    """

    volume: str | Unset = UNSET
    location: str | Unset = UNSET
    project: str | Unset = UNSET
    parent: str | Unset = UNSET
    name: str | Unset = UNSET
    file: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        volume = self.volume

        location = self.location

        project = self.project

        parent = self.parent

        name = self.name

        file = self.file

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if volume is not UNSET:
            field_dict["volume"] = volume
        if location is not UNSET:
            field_dict["location"] = location
        if project is not UNSET:
            field_dict["project"] = project
        if parent is not UNSET:
            field_dict["parent"] = parent
        if name is not UNSET:
            field_dict["name"] = name
        if file is not UNSET:
            field_dict["file"] = file

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        volume = d.pop("volume", UNSET)

        location = d.pop("location", UNSET)

        project = d.pop("project", UNSET)

        parent = d.pop("parent", UNSET)

        name = d.pop("name", UNSET)

        file = d.pop("file", UNSET)

        transfer_place = cls(
            volume=volume,
            location=location,
            project=project,
            parent=parent,
            name=name,
            file=file,
        )

        transfer_place.additional_properties = d
        return transfer_place

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
