from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.export_item import ExportItem
from ...models.export_job import ExportJob
from ...models.start_export_copy_only import StartExportCopyOnly
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ExportItem,
    copy_only: StartExportCopyOnly | Unset = UNSET,
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
        "url": "/storage/exports",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | ExportJob | None:
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
        response_2xx = ExportJob.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorBody | ExportJob]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: ErrorBody | ExportJob | None = None
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
    body: ExportItem,
    copy_only: StartExportCopyOnly | Unset = UNSET,
) -> Response[ErrorBody | ExportJob]:
    """Export a file

     Starts a job that writes a file to a volume, which must be open for writing (`RW`) and on the same
    cloud and in
    the same region as the project. Public files, aliases, archived files and folders cannot be
    exported.

    **Without `copy_only` this cannot be undone**: the file becomes an alias of what was written, the
    platform's own
    copy is deleted, and the file cannot be exported again. Never send this call twice before its
    outcome is known:
    the list of exports shows the source and the destination that were sent.

    What only the job finds out ends it as `FAILED`, with its `error`. Expected there: 9101, 9103, 9106,
    9107, 9109.

    Args:
        copy_only (StartExportCopyOnly | Unset):
        body (ExportItem): A file, and where on a volume it goes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | ExportJob]
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
    body: ExportItem,
    copy_only: StartExportCopyOnly | Unset = UNSET,
) -> ErrorBody | ExportJob | None:
    """Export a file

     Starts a job that writes a file to a volume, which must be open for writing (`RW`) and on the same
    cloud and in
    the same region as the project. Public files, aliases, archived files and folders cannot be
    exported.

    **Without `copy_only` this cannot be undone**: the file becomes an alias of what was written, the
    platform's own
    copy is deleted, and the file cannot be exported again. Never send this call twice before its
    outcome is known:
    the list of exports shows the source and the destination that were sent.

    What only the job finds out ends it as `FAILED`, with its `error`. Expected there: 9101, 9103, 9106,
    9107, 9109.

    Args:
        copy_only (StartExportCopyOnly | Unset):
        body (ExportItem): A file, and where on a volume it goes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | ExportJob
    """

    return sync_detailed(
        client=client,
        body=body,
        copy_only=copy_only,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ExportItem,
    copy_only: StartExportCopyOnly | Unset = UNSET,
) -> Response[ErrorBody | ExportJob]:
    """Export a file

     Starts a job that writes a file to a volume, which must be open for writing (`RW`) and on the same
    cloud and in
    the same region as the project. Public files, aliases, archived files and folders cannot be
    exported.

    **Without `copy_only` this cannot be undone**: the file becomes an alias of what was written, the
    platform's own
    copy is deleted, and the file cannot be exported again. Never send this call twice before its
    outcome is known:
    the list of exports shows the source and the destination that were sent.

    What only the job finds out ends it as `FAILED`, with its `error`. Expected there: 9101, 9103, 9106,
    9107, 9109.

    Args:
        copy_only (StartExportCopyOnly | Unset):
        body (ExportItem): A file, and where on a volume it goes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | ExportJob]
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
    body: ExportItem,
    copy_only: StartExportCopyOnly | Unset = UNSET,
) -> ErrorBody | ExportJob | None:
    """Export a file

     Starts a job that writes a file to a volume, which must be open for writing (`RW`) and on the same
    cloud and in
    the same region as the project. Public files, aliases, archived files and folders cannot be
    exported.

    **Without `copy_only` this cannot be undone**: the file becomes an alias of what was written, the
    platform's own
    copy is deleted, and the file cannot be exported again. Never send this call twice before its
    outcome is known:
    the list of exports shows the source and the destination that were sent.

    What only the job finds out ends it as `FAILED`, with its `error`. Expected there: 9101, 9103, 9106,
    9107, 9109.

    Args:
        copy_only (StartExportCopyOnly | Unset):
        body (ExportItem): A file, and where on a volume it goes.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | ExportJob
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            copy_only=copy_only,
        )
    ).parsed
