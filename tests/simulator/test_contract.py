"""The checks that are built once say what openapi-core says when it builds them anew for each request."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from openapi_core.validation.request import V30RequestValidator

from sbg_bulk.simulator.service.contract import Contract, InvalidRequest, load_contract, load_document
from sbg_bulk.simulator.service.credentials import ContractError

SPEC = OpenAPI.from_dict(dict(load_contract().document)).spec
NAME = "x" * 255

QUERIES = [
    ("/async/files", ""),
    ("/async/files", "offset=0&limit=100"),
    ("/async/files", "offset=1000000&limit=1"),
    ("/async/files", "limit=0"),
    ("/async/files", "limit=101"),
    ("/async/files", "limit=-1"),
    ("/async/files", "offset=-1"),
    ("/async/files", "limit=ten"),
    ("/async/files", "limit=1.5"),
    ("/async/files", "limit="),
    ("/async/files", "unknown=1"),
    ("/files", "project=a/b&name=x&name=y"),
    ("/files", "limit=x"),
    ("/projects", "name=x&offset=5"),
    ("/files/0123/list", "limit=1000"),
    ("/async/files/copy/12345678901234567", ""),
    ("/projects/a/b", "fields=_all"),
    ("/user", ""),
    ("/rate_limit", "limit=x"),
]

BODIES: list[tuple[str, Any]] = [
    ("/async/files/copy", {"items": [{"file": "a"}]}),
    ("/async/files/copy", {"items": [{"file": "a", "parent": "", "project": "a/b", "name": NAME}]}),
    ("/async/files/copy", {"items": [{"file": "a", "name": f"{NAME}x"}]}),
    ("/async/files/copy", {"items": [{"file": "a", "name": "x/y"}]}),
    ("/async/files/copy", {"items": [{"file": "a", "name": "x\n"}]}),
    ("/async/files/copy", {"items": [{"file": "a", "name": None}]}),
    ("/async/files/copy", {"items": [{"file": ""}]}),
    ("/async/files/copy", {"items": [{"file": 1}]}),
    ("/async/files/copy", {"items": [{}]}),
    ("/async/files/copy", {"items": []}),
    ("/async/files/copy", {"items": {}}),
    ("/async/files/copy", {}),
    ("/async/files/copy", []),
    ("/async/files/copy", "text"),
    ("/async/files/copy", {"items": [{"file": "a", "extra": 1}], "extra": 1}),
    ("/async/files/move", {"items": [{"file": "a", "parent": 7}]}),
    ("/async/files/delete", {"items": [{"file": "a", "name": 7}]}),
    ("/async/files/delete", {"items": [{"file": True}]}),
    ("/files", {"name": "x", "type": "folder"}),
    ("/files", {"name": "x", "type": "FOLDER"}),
    ("/files", {"name": "", "type": "folder"}),
    ("/files", {"name": "x", "type": "folder", "parent": None}),
    ("/files", {"type": "folder"}),
]


def is_valid_here(method: str, path: str, query: str, body: bytes) -> bool:
    contract = load_contract()
    route = contract.route(f"/v2{path}")
    assert route is not None
    pairs = parse_qsl(query, keep_blank_values=True)
    try:
        contract.read(route.operations[method], route.variables, pairs, "application/json", body)
    except InvalidRequest:
        return False
    return True


def is_valid_there(method: str, path: str, query: str, body: bytes) -> bool:
    arguments: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        arguments.setdefault(name, []).append(value)
    headers = {"X-SBG-Auth-Token": "demo-token"}
    route = load_contract().route(f"/v2{path}")
    assert route is not None
    variables = dict(route.variables)
    request = MockRequest(
        "http://simulator", method, f"/v2{path}", args=arguments, view_args=variables, headers=headers, data=body
    )
    return not list(V30RequestValidator(SPEC).iter_errors(request))


@pytest.mark.parametrize(("path", "query"), QUERIES)
def test_a_query_is_valid_here_exactly_if_it_is_for_openapi_core(path: str, query: str) -> None:
    assert is_valid_here("GET", path, query, b"") == is_valid_there("GET", path, query, b"")


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_a_body_is_valid_here_exactly_if_it_is_for_openapi_core(path: str, body: Any) -> None:
    content = json.dumps(body).encode()
    assert is_valid_here("POST", path, "", content) == is_valid_there("POST", path, "", content)


def test_an_empty_value_is_a_value_here_and_none_for_openapi_core() -> None:
    """The one difference that is meant: the API has codes of its own for a project or parent that is empty."""
    assert is_valid_here("GET", "/files", "project=", b"")
    assert not is_valid_there("GET", "/files", "project=", b"")


def test_the_cases_of_the_comparison_are_of_both_kinds() -> None:
    verdicts = [is_valid_here("GET", *case, b"") for case in QUERIES]
    assert {True, False} <= set(verdicts)
    verdicts = [is_valid_here("POST", path, "", json.dumps(body).encode()) for path, body in BODIES]
    assert {True, False} <= set(verdicts)


def test_defaults_of_the_contract_are_filled_in() -> None:
    contract = load_contract()
    arguments = contract.read(contract.operations["list_files"], {}, [("project", "a/b")], "", b"")
    assert arguments.query == {
        "project": "a/b",
        "parent": None,
        "name": None,
        "tag": None,
        "metadata": {},
        "origin.task": None,
        "fields": None,
        "offset": 0,
        "limit": 25,
    }


def test_a_family_of_parameters_has_all_that_no_other_parameter_names() -> None:
    contract = load_contract()
    query = [("metadata.a", "1"), ("project", "a/b"), ("metadata.a", "2"), ("strange", "")]
    arguments = contract.read(contract.operations["list_files"], {}, query, "", b"")
    assert arguments.query["metadata"] == {"metadata.a": ["1", "2"], "strange": [""]}
    assert arguments.unknown == []
    assert contract.read(contract.operations["get_user"], {}, query[:1], "", b"").unknown == ["metadata.a"]


def test_the_simulator_follows_the_document_not_a_copy_of_it() -> None:
    document = copy.deepcopy(dict(load_document()))
    document["components"]["parameters"]["Limit"]["schema"]["maximum"] = 30
    document["paths"]["/jobs"] = document["paths"].pop("/async/files")
    contract = Contract(document)
    assert contract.route("/v2/async/files") is None
    route = contract.route("/v2/jobs")
    assert route is not None
    with pytest.raises(InvalidRequest, match="limit: 31 is greater than the maximum of 30"):
        contract.read(route.operations["GET"], {}, [("limit", "31")], "", b"")


def test_the_servers_of_the_document_are_replaced_by_the_simulators_path() -> None:
    assert load_contract().document["servers"] == [{"url": "/v2"}]


def user_of(document: Any) -> Any:
    return document["paths"]["/user"]["get"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: user_of(d).update(security=[]), "get_user: has security requirements of its own"),
        (
            lambda d: user_of(d).update(parameters=[{"name": "x", "in": "header", "schema": {"type": "string"}}]),
            "get_user: parameter x is of a kind that is not known here",
        ),
        (
            lambda d: user_of(d).update(parameters=[{"name": "x", "in": "query", "schema": {"type": "object"}}]),
            "get_user: parameter x has a type or style that is not known here",
        ),
        (
            lambda d: user_of(d).update(
                parameters=[{"name": "x", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}]
            ),
            "get_user: parameter x has a type or style that is not known here",
        ),
        (
            lambda d: user_of(d).update(requestBody={"content": {"text/plain": {"schema": {"type": "string"}}}}),
            "get_user: takes a body of another media type",
        ),
        (
            lambda d: d["components"]["securitySchemes"]["AuthToken"].update({"in": "query"}),
            "a security scheme of a kind that is not known here",
        ),
        (lambda d: d.update(security=[{"AuthToken": [], "BearerToken": []}]), "names more or less than one scheme"),
    ],
)
def test_a_document_that_cannot_be_served_faithfully_is_refused(change: Callable[[Any], None], message: str) -> None:
    document = copy.deepcopy(dict(load_document()))
    change(document)
    with pytest.raises(ContractError, match=message):
        Contract(document)
