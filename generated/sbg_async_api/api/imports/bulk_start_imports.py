from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bulk_import_list import BulkImportList
from ...models.error_body import ErrorBody
from ...models.import_request import ImportRequest
from ...types import Response


def _get_kwargs(
    *,
    body: ImportRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/bulk/storage/imports/create",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BulkImportList | ErrorBody | None:
    if response.status_code == 400:
        response_400 = ErrorBody.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ErrorBody.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ErrorBody.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = ErrorBody.from_dict(response.json())

        return response_409

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
        response_2xx = BulkImportList.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BulkImportList | ErrorBody]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: BulkImportList | ErrorBody | None = None
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
    body: ImportRequest,
) -> Response[BulkImportList | ErrorBody]:
    """Import many files or folders

     Starts up to 100 imports for one request: one job for each item. Compare the source and the
    destination of the
    entries: that they stand in the order of the items is not documented.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 3012, 5022, 5029, 5031, 9003, 9007, 9009, 9012, 9018, 9020.

    Args:
        body (ImportRequest): Imports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkImportList | ErrorBody]
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
    body: ImportRequest,
) -> BulkImportList | ErrorBody | None:
    """Import many files or folders

     Starts up to 100 imports for one request: one job for each item. Compare the source and the
    destination of the
    entries: that they stand in the order of the items is not documented.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 3012, 5022, 5029, 5031, 9003, 9007, 9009, 9012, 9018, 9020.

    Args:
        body (ImportRequest): Imports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkImportList | ErrorBody
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ImportRequest,
) -> Response[BulkImportList | ErrorBody]:
    """Import many files or folders

     Starts up to 100 imports for one request: one job for each item. Compare the source and the
    destination of the
    entries: that they stand in the order of the items is not documented.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 3012, 5022, 5029, 5031, 9003, 9007, 9009, 9012, 9018, 9020.

    Args:
        body (ImportRequest): Imports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkImportList | ErrorBody]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ImportRequest,
) -> BulkImportList | ErrorBody | None:
    """Import many files or folders

     Starts up to 100 imports for one request: one job for each item. Compare the source and the
    destination of the
    entries: that they stand in the order of the items is not documented.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 3012, 5022, 5029, 5031, 9003, 9007, 9009, 9012, 9018, 9020.

    Args:
        body (ImportRequest): Imports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkImportList | ErrorBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
