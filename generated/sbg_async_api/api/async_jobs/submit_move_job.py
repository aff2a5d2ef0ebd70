from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.job import Job
from ...models.move_request import MoveRequest
from ...types import Response


def _get_kwargs(
    *,
    body: MoveRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/async/files/move",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | Job | None:
    if response.status_code == 400:
        response_400 = ErrorBody.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ErrorBody.from_dict(response.json())

        return response_403

    if response.status_code == 415:
        response_415 = ErrorBody.from_dict(response.json())

        return response_415

    if response.status_code == 429:
        response_429 = ErrorBody.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorBody.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ErrorBody.from_dict(response.json())

        return response_503

    if 200 <= response.status_code <= 299:
        response_2xx = Job.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorBody | Job]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: ErrorBody | Job | None = None
    try:
        parsed = _parse_response(client=client, response=response)
    except (
        AttributeError,
        KeyError,
        RecursionError,
        TypeError,
        ValueError,
    ) as unreadable:
        if client.raise_on_unexpected_status:
            raise errors.UnexpectedStatus(
                response.status_code, response.content
            ) from unreadable
    return Response(
        status_code=status_code,
        content=response.content,
        headers=response.headers,
        parsed=parsed,
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: MoveRequest,
) -> Response[ErrorBody | Job]:
    """Move files and folders

     Starts a job that moves every item to an existing folder or to the root of a project. A file keeps
    its id; **a folder gets a new one**. A folder moved to where one of its name exists is merged with
    it. A file whose name is taken there is renamed with a numeric prefix (`1_sample.bam`).
    Write permission is needed on both sides.

    Each item names exactly one destination, as in a copy. Repeating this call starts a second job.

    Items that cannot be moved become error entries in the job's `result`. Expected there: 3001, 3002,
    5001,
    5002, 5022, 5026, 5032, 10225, 10226, 10227, 10228, 10229.

    Args:
        body (MoveRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Job]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: MoveRequest,
) -> ErrorBody | Job | None:
    """Move files and folders

     Starts a job that moves every item to an existing folder or to the root of a project. A file keeps
    its id; **a folder gets a new one**. A folder moved to where one of its name exists is merged with
    it. A file whose name is taken there is renamed with a numeric prefix (`1_sample.bam`).
    Write permission is needed on both sides.

    Each item names exactly one destination, as in a copy. Repeating this call starts a second job.

    Items that cannot be moved become error entries in the job's `result`. Expected there: 3001, 3002,
    5001,
    5002, 5022, 5026, 5032, 10225, 10226, 10227, 10228, 10229.

    Args:
        body (MoveRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Job
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: MoveRequest,
) -> Response[ErrorBody | Job]:
    """Move files and folders

     Starts a job that moves every item to an existing folder or to the root of a project. A file keeps
    its id; **a folder gets a new one**. A folder moved to where one of its name exists is merged with
    it. A file whose name is taken there is renamed with a numeric prefix (`1_sample.bam`).
    Write permission is needed on both sides.

    Each item names exactly one destination, as in a copy. Repeating this call starts a second job.

    Items that cannot be moved become error entries in the job's `result`. Expected there: 3001, 3002,
    5001,
    5002, 5022, 5026, 5032, 10225, 10226, 10227, 10228, 10229.

    Args:
        body (MoveRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Job]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: MoveRequest,
) -> ErrorBody | Job | None:
    """Move files and folders

     Starts a job that moves every item to an existing folder or to the root of a project. A file keeps
    its id; **a folder gets a new one**. A folder moved to where one of its name exists is merged with
    it. A file whose name is taken there is renamed with a numeric prefix (`1_sample.bam`).
    Write permission is needed on both sides.

    Each item names exactly one destination, as in a copy. Repeating this call starts a second job.

    Items that cannot be moved become error entries in the job's `result`. Expected there: 3001, 3002,
    5001,
    5002, 5022, 5026, 5032, 10225, 10226, 10227, 10228, 10229.

    Args:
        body (MoveRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Job
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
