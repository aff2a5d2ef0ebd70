from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.new_folder_type import NewFolderType
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewFolder")


@_attrs_define
class NewFolder:
    """A folder to be made, and where.

    Attributes:
        name (str): Its name, without `/`. It should not begin with two underscores, says the documentation.
        type_ (NewFolderType): Always `folder`. `FOLDER`, which a documented example and some clients send, is
            understood too.
        parent (str | Unset): The id of the folder to make it in. Exclusive with `project`.
        project (str | Unset): The id of the project to make it in, `owner/project`. Exclusive with `parent`.
    """

    name: str
    type_: NewFolderType
    parent: str | Unset = UNSET
    project: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        type_ = self.type_.value

        parent = self.parent

        project = self.project

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "type": type_,
            }
        )
        if parent is not UNSET:
            field_dict["parent"] = parent
        if project is not UNSET:
            field_dict["project"] = project

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        type_ = NewFolderType(d.pop("type"))

        parent = d.pop("parent", UNSET)

        project = d.pop("project", UNSET)

        new_folder = cls(
            name=name,
            type_=type_,
            parent=parent,
            project=project,
        )

        new_folder.additional_properties = d
        return new_folder

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
