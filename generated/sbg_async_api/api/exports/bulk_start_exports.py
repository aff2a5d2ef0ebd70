from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bulk_export_list import BulkExportList
from ...models.bulk_start_exports_copy_only import BulkStartExportsCopyOnly
from ...models.error_body import ErrorBody
from ...models.export_request import ExportRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ExportRequest,
    copy_only: BulkStartExportsCopyOnly | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    json_copy_only: str | Unset = UNSET
    if not isinstance(copy_only, Unset):
        json_copy_only = copy_only.value

    params["copy_only"] = json_copy_only

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/bulk/storage/exports/create",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BulkExportList | ErrorBody | None:
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
        response_2xx = BulkExportList.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BulkExportList | ErrorBody]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: BulkExportList | ErrorBody | None = None
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
    body: ExportRequest,
    copy_only: BulkStartExportsCopyOnly | Unset = UNSET,
) -> Response[BulkExportList | ErrorBody]:
    """Export many files

     Starts up to 100 exports for one request: one job for each item. `copy_only` is for all of them;
    without it,
    none can be undone. Compare the source and the destination of the entries.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 9004, 9006, 9007, 9009, 9018, 9020, 9026, 9027.

    Args:
        copy_only (BulkStartExportsCopyOnly | Unset):
        body (ExportRequest): Exports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkExportList | ErrorBody]
    """

    kwargs = _get_kwargs(
        body=body,
        copy_only=copy_only,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: ExportRequest,
    copy_only: BulkStartExportsCopyOnly | Unset = UNSET,
) -> BulkExportList | ErrorBody | None:
    """Export many files

     Starts up to 100 exports for one request: one job for each item. `copy_only` is for all of them;
    without it,
    none can be undone. Compare the source and the destination of the entries.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 9004, 9006, 9007, 9009, 9018, 9020, 9026, 9027.

    Args:
        copy_only (BulkStartExportsCopyOnly | Unset):
        body (ExportRequest): Exports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkExportList | ErrorBody
    """

    return sync_detailed(
        client=client,
        body=body,
        copy_only=copy_only,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ExportRequest,
    copy_only: BulkStartExportsCopyOnly | Unset = UNSET,
) -> Response[BulkExportList | ErrorBody]:
    """Export many files

     Starts up to 100 exports for one request: one job for each item. `copy_only` is for all of them;
    without it,
    none can be undone. Compare the source and the destination of the entries.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 9004, 9006, 9007, 9009, 9018, 9020, 9026, 9027.

    Args:
        copy_only (BulkStartExportsCopyOnly | Unset):
        body (ExportRequest): Exports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkExportList | ErrorBody]
    """

    kwargs = _get_kwargs(
        body=body,
        copy_only=copy_only,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ExportRequest,
    copy_only: BulkStartExportsCopyOnly | Unset = UNSET,
) -> BulkExportList | ErrorBody | None:
    """Export many files

     Starts up to 100 exports for one request: one job for each item. `copy_only` is for all of them;
    without it,
    none can be undone. Compare the source and the destination of the entries.

    An item that is refused becomes an error entry, as public programs expect; that one cannot make the
    whole call
    fail is not documented. Expected there: 9004, 9006, 9007, 9009, 9018, 9020, 9026, 9027.

    Args:
        copy_only (BulkStartExportsCopyOnly | Unset):
        body (ExportRequest): Exports to start.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkExportList | ErrorBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            copy_only=copy_only,
        )
    ).parsed
