from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bulk_file_list import BulkFileList
from ...models.error_body import ErrorBody
from ...models.file_edits import FileEdits
from ...types import Response


def _get_kwargs(
    *,
    body: FileEdits,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/bulk/files/update",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BulkFileList | ErrorBody | None:
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
        response_2xx = BulkFileList.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BulkFileList | ErrorBody]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: BulkFileList | ErrorBody | None = None
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
    body: FileEdits,
) -> Response[BulkFileList | ErrorBody]:
    """Replace the details of many files at once

     Gives up to 100 files new tags and metadata in place of all that they have: **what an item does not
    name is
    erased**, but for the name. Use the call that edits files, unless that is what you want.

    A file that cannot be changed does not fail the call: it becomes an error entry. Expected there:
    5001, 5002,
    5003 (the name is taken), 5006 (metadata), 5008, 5023 (a folder).

    Args:
        body (FileEdits): What to change in some files.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkFileList | ErrorBody]
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
    body: FileEdits,
) -> BulkFileList | ErrorBody | None:
    """Replace the details of many files at once

     Gives up to 100 files new tags and metadata in place of all that they have: **what an item does not
    name is
    erased**, but for the name. Use the call that edits files, unless that is what you want.

    A file that cannot be changed does not fail the call: it becomes an error entry. Expected there:
    5001, 5002,
    5003 (the name is taken), 5006 (metadata), 5008, 5023 (a folder).

    Args:
        body (FileEdits): What to change in some files.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkFileList | ErrorBody
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: FileEdits,
) -> Response[BulkFileList | ErrorBody]:
    """Replace the details of many files at once

     Gives up to 100 files new tags and metadata in place of all that they have: **what an item does not
    name is
    erased**, but for the name. Use the call that edits files, unless that is what you want.

    A file that cannot be changed does not fail the call: it becomes an error entry. Expected there:
    5001, 5002,
    5003 (the name is taken), 5006 (metadata), 5008, 5023 (a folder).

    Args:
        body (FileEdits): What to change in some files.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkFileList | ErrorBody]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: FileEdits,
) -> BulkFileList | ErrorBody | None:
    """Replace the details of many files at once

     Gives up to 100 files new tags and metadata in place of all that they have: **what an item does not
    name is
    erased**, but for the name. Use the call that edits files, unless that is what you want.

    A file that cannot be changed does not fail the call: it becomes an error entry. Expected there:
    5001, 5002,
    5003 (the name is taken), 5006 (metadata), 5008, 5023 (a folder).

    Args:
        body (FileEdits): What to change in some files.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkFileList | ErrorBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
