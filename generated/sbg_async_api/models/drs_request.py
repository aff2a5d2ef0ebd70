from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.drs_request_conflict_resolution import DrsRequestConflictResolution
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.drs_item import DrsItem


T = TypeVar("T", bound="DrsRequest")


@_attrs_define
class DrsRequest:
    """Objects to import by DRS.

    Attributes:
        items (list[DrsItem]): 1 to 100 objects, each with where it goes.
        conflict_resolution (DrsRequestConflictResolution | Unset): What to do if a file of the name exists: overwrite
            it, import under another name, or leave the item out. What
            its absence means is not documented.
        tags (list[str] | None | Unset): Tags for all files that are imported.
    """

    items: list[DrsItem]
    conflict_resolution: DrsRequestConflictResolution | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        conflict_resolution: str | Unset = UNSET
        if not isinstance(self.conflict_resolution, Unset):
            conflict_resolution = self.conflict_resolution.value

        tags: list[str] | None | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
            }
        )
        if conflict_resolution is not UNSET:
            field_dict["conflict_resolution"] = conflict_resolution
        if tags is not UNSET:
            field_dict["tags"] = tags

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.drs_item import DrsItem  # noqa: PLC0415

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in [] if _items is None else _items:
            items_item = DrsItem.from_dict(items_item_data)

            items.append(items_item)

        _conflict_resolution = d.pop("conflict_resolution", UNSET)
        conflict_resolution: DrsRequestConflictResolution | Unset
        if _conflict_resolution is None or isinstance(_conflict_resolution, Unset):
            conflict_resolution = UNSET
        else:
            conflict_resolution = DrsRequestConflictResolution(_conflict_resolution)

        def _parse_tags(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tags_type_0 = cast(list[str], data)

                return tags_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        tags = _parse_tags(d.pop("tags", UNSET))

        drs_request = cls(
            items=items,
            conflict_resolution=conflict_resolution,
            tags=tags,
        )

        drs_request.additional_properties = d
        return drs_request

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
