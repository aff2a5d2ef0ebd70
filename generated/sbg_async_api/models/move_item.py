from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="MoveItem")


@_attrs_define
class MoveItem:
    """One file or folder to move, and where to.

    Attributes:
        file (str): The id of the file or folder.
        parent (str | Unset): The id of the destination folder. Exclusive with `project`; empty means absent.
        project (str | Unset): The id of the destination project, `owner/project`; its root is meant. Exclusive with
            `parent`;
            empty means absent.
        name (str | Unset): A new name, without `/`. Absent or empty keeps the old one.
    """

    file: str
    parent: str | Unset = UNSET
    project: str | Unset = UNSET
    name: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file

        parent = self.parent

        project = self.project

        name = self.name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
            }
        )
        if parent is not UNSET:
            field_dict["parent"] = parent
        if project is not UNSET:
            field_dict["project"] = project
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = d.pop("file")

        parent = d.pop("parent", UNSET)

        project = d.pop("project", UNSET)

        name = d.pop("name", UNSET)

        move_item = cls(
            file=file,
            parent=parent,
            project=project,
            name=name,
        )

        move_item.additional_properties = d
        return move_item

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
