from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.file_list import FileList
from ...models.list_files_metadata import ListFilesMetadata
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    project: str | Unset = UNSET,
    parent: str | Unset = UNSET,
    name: list[str] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    metadata: ListFilesMetadata | Unset = UNSET,
    origin_task: list[str] | Unset = UNSET,
    fields: str | Unset = UNSET,
    offset: int | Unset = 0,
    limit: int | Unset = 25,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["project"] = project

    params["parent"] = parent

    json_name: list[str] | Unset = UNSET
    if not isinstance(name, Unset):
        json_name = name

    params["name"] = json_name

    json_tag: list[str] | Unset = UNSET
    if not isinstance(tag, Unset):
        json_tag = tag

    params["tag"] = json_tag

    json_metadata: dict[str, Any] | Unset = UNSET
    if not isinstance(metadata, Unset):
        json_metadata = metadata.to_dict()
    if not isinstance(json_metadata, Unset):
        params.update(json_metadata)

    json_origin_task: list[str] | Unset = UNSET
    if not isinstance(origin_task, Unset):
        json_origin_task = origin_task

    params["origin.task"] = json_origin_task

    params["fields"] = fields

    params["offset"] = offset

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/files",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | FileList | None:
    if response.status_code == 200:
        response_200 = FileList.from_dict(response.json())

        return response_200

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

    if response.status_code == 429:
        response_429 = ErrorBody.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorBody.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ErrorBody.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorBody | FileList]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: ErrorBody | FileList | None = None
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
    project: str | Unset = UNSET,
    parent: str | Unset = UNSET,
    name: list[str] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    metadata: ListFilesMetadata | Unset = UNSET,
    origin_task: list[str] | Unset = UNSET,
    fields: str | Unset = UNSET,
    offset: int | Unset = 0,
    limit: int | Unset = 25,
) -> Response[ErrorBody | FileList]:
    """List a project's or a folder's content

     The files and folders directly in a project's root (`project`) or in a folder (`parent`), a page at
    a time. Give exactly one of the two. Not recursive: list each folder in its turn.

    With several filters, entries have to pass all of them; of one that is repeated, any of its values
    will do.
    The order of entries is not documented.

    Args:
        project (str | Unset):
        parent (str | Unset):
        name (list[str] | Unset):
        tag (list[str] | Unset):
        metadata (ListFilesMetadata | Unset):
        origin_task (list[str] | Unset):
        fields (str | Unset):
        offset (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | FileList]
    """

    kwargs = _get_kwargs(
        project=project,
        parent=parent,
        name=name,
        tag=tag,
        metadata=metadata,
        origin_task=origin_task,
        fields=fields,
        offset=offset,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    project: str | Unset = UNSET,
    parent: str | Unset = UNSET,
    name: list[str] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    metadata: ListFilesMetadata | Unset = UNSET,
    origin_task: list[str] | Unset = UNSET,
    fields: str | Unset = UNSET,
    offset: int | Unset = 0,
    limit: int | Unset = 25,
) -> ErrorBody | FileList | None:
    """List a project's or a folder's content

     The files and folders directly in a project's root (`project`) or in a folder (`parent`), a page at
    a time. Give exactly one of the two. Not recursive: list each folder in its turn.

    With several filters, entries have to pass all of them; of one that is repeated, any of its values
    will do.
    The order of entries is not documented.

    Args:
        project (str | Unset):
        parent (str | Unset):
        name (list[str] | Unset):
        tag (list[str] | Unset):
        metadata (ListFilesMetadata | Unset):
        origin_task (list[str] | Unset):
        fields (str | Unset):
        offset (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | FileList
    """

    return sync_detailed(
        client=client,
        project=project,
        parent=parent,
        name=name,
        tag=tag,
        metadata=metadata,
        origin_task=origin_task,
        fields=fields,
        offset=offset,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    project: str | Unset = UNSET,
    parent: str | Unset = UNSET,
    name: list[str] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    metadata: ListFilesMetadata | Unset = UNSET,
    origin_task: list[str] | Unset = UNSET,
    fields: str | Unset = UNSET,
    offset: int | Unset = 0,
    limit: int | Unset = 25,
) -> Response[ErrorBody | FileList]:
    """List a project's or a folder's content

     The files and folders directly in a project's root (`project`) or in a folder (`parent`), a page at
    a time. Give exactly one of the two. Not recursive: list each folder in its turn.

    With several filters, entries have to pass all of them; of one that is repeated, any of its values
    will do.
    The order of entries is not documented.

    Args:
        project (str | Unset):
        parent (str | Unset):
        name (list[str] | Unset):
        tag (list[str] | Unset):
        metadata (ListFilesMetadata | Unset):
        origin_task (list[str] | Unset):
        fields (str | Unset):
        offset (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | FileList]
    """

    kwargs = _get_kwargs(
        project=project,
        parent=parent,
        name=name,
        tag=tag,
        metadata=metadata,
        origin_task=origin_task,
        fields=fields,
        offset=offset,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    project: str | Unset = UNSET,
    parent: str | Unset = UNSET,
    name: list[str] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    metadata: ListFilesMetadata | Unset = UNSET,
    origin_task: list[str] | Unset = UNSET,
    fields: str | Unset = UNSET,
    offset: int | Unset = 0,
    limit: int | Unset = 25,
) -> ErrorBody | FileList | None:
    """List a project's or a folder's content

     The files and folders directly in a project's root (`project`) or in a folder (`parent`), a page at
    a time. Give exactly one of the two. Not recursive: list each folder in its turn.

    With several filters, entries have to pass all of them; of one that is repeated, any of its values
    will do.
    The order of entries is not documented.

    Args:
        project (str | Unset):
        parent (str | Unset):
        name (list[str] | Unset):
        tag (list[str] | Unset):
        metadata (ListFilesMetadata | Unset):
        origin_task (list[str] | Unset):
        fields (str | Unset):
        offset (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | FileList
    """

    return (
        await asyncio_detailed(
            client=client,
            project=project,
            parent=parent,
            name=name,
            tag=tag,
            metadata=metadata,
            origin_task=origin_task,
            fields=fields,
            offset=offset,
            limit=limit,
        )
    ).parsed
