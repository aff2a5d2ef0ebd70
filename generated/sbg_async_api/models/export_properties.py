from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ExportProperties")


@_attrs_define
class ExportProperties:
    """How the object is written, in place of what the volume says.

    Attributes:
        sse_algorithm (str | Unset): How it is encrypted, `AES256` or `aws:kms`.
        sse_aws_kms_key_id (str | Unset): The key for `aws:kms`.
        aws_canned_acl (str | Unset): Who may read it.
        aws_storage_class (str | Unset): The class of storage, such as `STANDARD`.
    """

    sse_algorithm: str | Unset = UNSET
    sse_aws_kms_key_id: str | Unset = UNSET
    aws_canned_acl: str | Unset = UNSET
    aws_storage_class: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sse_algorithm = self.sse_algorithm

        sse_aws_kms_key_id = self.sse_aws_kms_key_id

        aws_canned_acl = self.aws_canned_acl

        aws_storage_class = self.aws_storage_class

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if sse_algorithm is not UNSET:
            field_dict["sse_algorithm"] = sse_algorithm
        if sse_aws_kms_key_id is not UNSET:
            field_dict["sse_aws_kms_key_id"] = sse_aws_kms_key_id
        if aws_canned_acl is not UNSET:
            field_dict["aws_canned_acl"] = aws_canned_acl
        if aws_storage_class is not UNSET:
            field_dict["aws_storage_class"] = aws_storage_class

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sse_algorithm = d.pop("sse_algorithm", UNSET)

        sse_aws_kms_key_id = d.pop("sse_aws_kms_key_id", UNSET)

        aws_canned_acl = d.pop("aws_canned_acl", UNSET)

        aws_storage_class = d.pop("aws_storage_class", UNSET)

        export_properties = cls(
            sse_algorithm=sse_algorithm,
            sse_aws_kms_key_id=sse_aws_kms_key_id,
            aws_canned_acl=aws_canned_acl,
            aws_storage_class=aws_storage_class,
        )

        export_properties.additional_properties = d
        return export_properties

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
