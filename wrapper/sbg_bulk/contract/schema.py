"""The contract as schemathesis reads it, in a checkout and in an installed package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias, cast

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation, BaseSchema

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]


def contract_file() -> Path:
    """Return the contract: the checkout's if the code runs from one, else the copy in the installed package."""
    checkout = Path(__file__).resolve().parents[3] / "spec" / "openapi.yaml"
    return checkout if checkout.is_file() else Path(str(resources.files("sbg_async_api") / "openapi.yaml"))


@cache
def load_schema() -> BaseSchema:
    """Load the contract, once. What is generated from it fits it, and is learnt from nothing."""
    config = SchemathesisConfig.from_dict(
        {
            "cache": {"enabled": False},
            "generation": {"mode": "positive", "allow-x00": False, "with-security-parameters": False},
        }
    )
    return schemathesis.openapi.from_path(contract_file(), config=config)


def operations_of(schema: BaseSchema) -> Iterator[Operation]:
    """Return the operations of the contract. Raises what is wrong with one that cannot be read."""
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        yield result.ok()


def operation_id(operation: Operation) -> str:
    """Return an operation's operationId."""
    return str(operation.definition.raw["operationId"])


def methods() -> Mapping[str, frozenset[str]]:
    """Return the methods that each path of the contract has, in upper case."""
    paths = cast("Mapping[str, Mapping[str, Any]]", load_schema().raw_schema["paths"])
    known = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    return {path: frozenset(method.upper() for method in item if method in known) for path, item in paths.items()}
