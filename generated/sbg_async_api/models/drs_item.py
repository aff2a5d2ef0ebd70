from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.drs_item_imported_metadata import DrsItemImportedMetadata


T = TypeVar("T", bound="DrsItem")


@_attrs_define
class DrsItem:
    """One object, and where it goes.

    Attributes:
        drs_uri (str): Its address, `drs://host/id` or, compact, `drs://prefix:id`.
        parent (str | Unset): The id of the destination folder. Exclusive with `project`; empty means absent.
        project (str | Unset): The id of the destination project, `owner/project`; its root is meant. Exclusive with
            `parent`;
            empty means absent.
        name (str | Unset): A name for the file, without `/`. Absent or empty, the name it has in the repository.
        metadata (DrsItemImportedMetadata | None | Unset): Metadata for the file, by key.
    """

    drs_uri: str
    parent: str | Unset = UNSET
    project: str | Unset = UNSET
    name: str | Unset = UNSET
    metadata: DrsItemImportedMetadata | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.drs_item_imported_metadata import DrsItemImportedMetadata  # noqa: PLC0415

        drs_uri = self.drs_uri

        parent = self.parent

        project = self.project

        name = self.name

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, DrsItemImportedMetadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "drs_uri": drs_uri,
            }
        )
        if parent is not UNSET:
            field_dict["parent"] = parent
        if project is not UNSET:
            field_dict["project"] = project
        if name is not UNSET:
            field_dict["name"] = name
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.drs_item_imported_metadata import DrsItemImportedMetadata  # noqa: PLC0415

        d = dict(src_dict)
        drs_uri = d.pop("drs_uri")

        parent = d.pop("parent", UNSET)

        project = d.pop("project", UNSET)

        name = d.pop("name", UNSET)

        def _parse_metadata(data: object) -> DrsItemImportedMetadata | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metadata_type_0 = DrsItemImportedMetadata.from_dict(data)

                return metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DrsItemImportedMetadata | None | Unset, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        drs_item = cls(
            drs_uri=drs_uri,
            parent=parent,
            project=project,
            name=name,
            metadata=metadata,
        )

        drs_item.additional_properties = d
        return drs_item

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
