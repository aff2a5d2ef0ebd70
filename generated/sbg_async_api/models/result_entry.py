from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.error_body import ErrorBody
    from ..models.resource_reference import ResourceReference


T = TypeVar("T", bound="ResultEntry")


@_attrs_define
class ResultEntry:
    """The result for one thing: `resource` if it was done, `error` if not. An error entry does not say
    which item it belongs to.

        Attributes:
            resource (ResourceReference | Unset): The file or folder that an item became (copy, move) or was (delete).
            error (ErrorBody | Unset): What went wrong.
    """

    resource: ResourceReference | Unset = UNSET
    error: ErrorBody | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        resource: dict[str, Any] | Unset = UNSET
        if not isinstance(self.resource, Unset):
            resource = self.resource.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if resource is not UNSET:
            field_dict["resource"] = resource
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.error_body import ErrorBody  # noqa: PLC0415
        from ..models.resource_reference import ResourceReference  # noqa: PLC0415

        d = dict(src_dict)
        _resource = d.pop("resource", UNSET)
        resource: ResourceReference | Unset
        if _resource is None or isinstance(_resource, Unset):
            resource = UNSET
        else:
            resource = ResourceReference.from_dict(_resource)

        _error = d.pop("error", UNSET)
        error: ErrorBody | Unset
        if _error is None or isinstance(_error, Unset):
            error = UNSET
        else:
            error = ErrorBody.from_dict(_error)

        result_entry = cls(
            resource=resource,
            error=error,
        )

        result_entry.additional_properties = d
        return result_entry

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
