from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.drs_import import DrsImport
from ...models.drs_request import DrsRequest
from ...models.error_body import ErrorBody
from ...types import Response


def _get_kwargs(
    *,
    body: DrsRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/bulk/drs/imports/create",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> DrsImport | ErrorBody | None:
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
        response_2xx = DrsImport.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[DrsImport | ErrorBody]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: DrsImport | ErrorBody | None = None
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
    body: DrsRequest,
) -> Response[DrsImport | ErrorBody]:
    """Import objects of repositories

     Starts one job that imports up to 100 objects by their addresses in the Data Repository Service
    (DRS). Each goes
    to exactly one destination, `parent` or `project`.

    The pace is 500 files in 5 minutes. What exceeds it is not refused: the job goes on by itself later.
    Whether a
    bundle is imported with all its contents, or refused, depends on the platform.

    **Repeating this call starts a second job**, and no list of these jobs is documented. What cannot be
    imported
    becomes an error entry in the job's `result`.

    Args:
        body (DrsRequest): Objects to import by DRS.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DrsImport | ErrorBody]
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
    body: DrsRequest,
) -> DrsImport | ErrorBody | None:
    """Import objects of repositories

     Starts one job that imports up to 100 objects by their addresses in the Data Repository Service
    (DRS). Each goes
    to exactly one destination, `parent` or `project`.

    The pace is 500 files in 5 minutes. What exceeds it is not refused: the job goes on by itself later.
    Whether a
    bundle is imported with all its contents, or refused, depends on the platform.

    **Repeating this call starts a second job**, and no list of these jobs is documented. What cannot be
    imported
    becomes an error entry in the job's `result`.

    Args:
        body (DrsRequest): Objects to import by DRS.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DrsImport | ErrorBody
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: DrsRequest,
) -> Response[DrsImport | ErrorBody]:
    """Import objects of repositories

     Starts one job that imports up to 100 objects by their addresses in the Data Repository Service
    (DRS). Each goes
    to exactly one destination, `parent` or `project`.

    The pace is 500 files in 5 minutes. What exceeds it is not refused: the job goes on by itself later.
    Whether a
    bundle is imported with all its contents, or refused, depends on the platform.

    **Repeating this call starts a second job**, and no list of these jobs is documented. What cannot be
    imported
    becomes an error entry in the job's `result`.

    Args:
        body (DrsRequest): Objects to import by DRS.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DrsImport | ErrorBody]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: DrsRequest,
) -> DrsImport | ErrorBody | None:
    """Import objects of repositories

     Starts one job that imports up to 100 objects by their addresses in the Data Repository Service
    (DRS). Each goes
    to exactly one destination, `parent` or `project`.

    The pace is 500 files in 5 minutes. What exceeds it is not refused: the job goes on by itself later.
    Whether a
    bundle is imported with all its contents, or refused, depends on the platform.

    **Repeating this call starts a second job**, and no list of these jobs is documented. What cannot be
    imported
    becomes an error entry in the job's `result`.

    Args:
        body (DrsRequest): Objects to import by DRS.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DrsImport | ErrorBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
