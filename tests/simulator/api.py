"""A client for these tests: it speaks plain HTTP, and holds every answer against the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import httpx
from openapi_core import OpenAPI
from openapi_core.validation.schemas import oas30_read_schema_validators_factory
from openapi_core.validation.schemas.validators import SchemaValidator

from sbg_bulk.simulator import Job, Simulator, User
from sbg_bulk.simulator.service.contract import load_contract

TOKEN = {"X-SBG-Auth-Token": "demo-token"}
ME = "rfranklin"


class Api:
    """Sends requests to a simulator in this process, as the seeds' user unless told otherwise."""

    def __init__(self, simulator: Simulator, headers: Mapping[str, str] = TOKEN) -> None:
        self.simulator = simulator
        self.http = httpx.Client(transport=simulator.transport(), base_url=simulator.base_url, headers=headers)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.send("GET", path, params=query or None)  # no parameters at all would take the path's own away

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        response = self.http.request(method, path, **more)
        entry = self.simulator.requests[-1]
        if entry.operation is not None and entry.fault is None:
            check_answer(entry.operation, response)
        return response

    def submit(self, action: str, *items: Mapping[str, str]) -> str:
        """Submit a job of `copy`, `move` or `delete` and return its id."""
        response = self.send("POST", f"/async/files/{action}", json={"items": list(items)})
        assert response.status_code == 202, response.text
        job_id = response.json()["id"]
        assert isinstance(job_id, str)
        return job_id

    def finish(self, action: str, *items: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        """Submit a job, see it through and return its result."""
        job_id = self.submit(action, *items)
        self.simulator.advance(3600)
        job = self.get(f"/async/files/{action}/{job_id}").json()
        assert job["state"] == "FINISHED"
        result = job["result"]
        assert isinstance(result, list)
        return result

    def done(self, action: str, *items: Mapping[str, str]) -> list[str]:
        """Submit a job of which every item succeeds, and return the ids in its result."""
        return [entry["resource"]["id"] for entry in self.finish(action, *items)]

    def failed(self, action: str, *items: Mapping[str, str]) -> list[int]:
        """Submit a job of which every item fails, and return the codes in its result."""
        return [entry["error"]["code"] for entry in self.finish(action, *items)]

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, int, str]:
        """Send a request that is refused, and return status, code and message."""
        response = self.send(method, path, **more)
        body = response.json()
        assert set(body) == {"status", "code", "message", "more_info"}
        assert body["status"] == response.status_code
        return response.status_code, body["code"], body["message"]


def me(simulator: Simulator) -> User:
    return simulator.world.users[ME]


def run_to_end(simulator: Simulator, job_id: str) -> Job:
    """Step a job by hand until it has ended."""
    while True:
        job = simulator.step(job_id)
        assert isinstance(job, Job)
        if job.state == "FINISHED":
            return job


_SPEC = OpenAPI.from_dict(dict(load_contract().document)).spec


def check_answer(operation_id: str, response: httpx.Response) -> None:
    """The contract names the status for the operation, the shape of the body, and the code of an error."""
    promised = _promised(operation_id, str(response.status_code))
    assert promised is not None, f"{operation_id}: {response.status_code} is not in the contract: {response.text}"
    shape, description = promised
    body = response.json()
    shape.validate(body)
    if response.is_error:
        assert re.search(rf"\b{body['code']}\b", description), f"{operation_id}: {body} has a code of another status"


@cache
def _promised(operation_id: str, status: str) -> tuple[SchemaValidator, str] | None:
    """The shape of the body and the description of the operation's response with the status, if it has one."""
    operation = load_contract().operations[operation_id]
    responses = _SPEC / "paths" / operation.path / operation.method.lower() / "responses"
    for name in (status, f"{status[0]}XX"):
        if name in responses:
            response = responses / name
            schema = response / "content" / "application/json" / "schema"
            shape = oas30_read_schema_validators_factory.create(_SPEC, schema)
            return shape, (response / "description").read_str()
    return None
