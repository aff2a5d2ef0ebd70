from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.volume_object_list import VolumeObjectList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    volume_owner: str,
    volume_name: str,
    *,
    prefix: str | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    limit: int | Unset = 25,
    fields: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["prefix"] = prefix

    params["continuation_token"] = continuation_token

    params["limit"] = limit

    params["fields"] = fields

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/storage/volumes/{volume_owner}/{volume_name}/list".format(
            volume_owner=quote(str(volume_owner), safe=""),
            volume_name=quote(str(volume_name), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | VolumeObjectList | None:
    if response.status_code == 200:
        response_200 = VolumeObjectList.from_dict(response.json())

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
) -> Response[ErrorBody | VolumeObjectList]:
    try:
        status_code: HTTPStatus | int = HTTPStatus(response.status_code)
    except ValueError:
        status_code = response.status_code
    parsed: ErrorBody | VolumeObjectList | None = None
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
    volume_owner: str,
    volume_name: str,
    *,
    client: AuthenticatedClient | Client,
    prefix: str | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    limit: int | Unset = 25,
    fields: str | Unset = UNSET,
) -> Response[ErrorBody | VolumeObjectList]:
    """List a volume's objects

     The objects of a volume whose keys begin with a prefix, a page at a time. Objects deeper than the
    next slash
    are shown as one of the `prefixes`: list that in its turn.

    Pages are found by a token, not by an offset, and nothing says how many there are. `links` is unlike
    that of
    other lists: follow the `next` in it, until there is none.

    Args:
        volume_owner (str):
        volume_name (str):
        prefix (str | Unset):
        continuation_token (str | Unset):
        limit (int | Unset):  Default: 25.
        fields (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | VolumeObjectList]
    """

    kwargs = _get_kwargs(
        volume_owner=volume_owner,
        volume_name=volume_name,
        prefix=prefix,
        continuation_token=continuation_token,
        limit=limit,
        fields=fields,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    volume_owner: str,
    volume_name: str,
    *,
    client: AuthenticatedClient | Client,
    prefix: str | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    limit: int | Unset = 25,
    fields: str | Unset = UNSET,
) -> ErrorBody | VolumeObjectList | None:
    """List a volume's objects

     The objects of a volume whose keys begin with a prefix, a page at a time. Objects deeper than the
    next slash
    are shown as one of the `prefixes`: list that in its turn.

    Pages are found by a token, not by an offset, and nothing says how many there are. `links` is unlike
    that of
    other lists: follow the `next` in it, until there is none.

    Args:
        volume_owner (str):
        volume_name (str):
        prefix (str | Unset):
        continuation_token (str | Unset):
        limit (int | Unset):  Default: 25.
        fields (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | VolumeObjectList
    """

    return sync_detailed(
        volume_owner=volume_owner,
        volume_name=volume_name,
        client=client,
        prefix=prefix,
        continuation_token=continuation_token,
        limit=limit,
        fields=fields,
    ).parsed


async def asyncio_detailed(
    volume_owner: str,
    volume_name: str,
    *,
    client: AuthenticatedClient | Client,
    prefix: str | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    limit: int | Unset = 25,
    fields: str | Unset = UNSET,
) -> Response[ErrorBody | VolumeObjectList]:
    """List a volume's objects

     The objects of a volume whose keys begin with a prefix, a page at a time. Objects deeper than the
    next slash
    are shown as one of the `prefixes`: list that in its turn.

    Pages are found by a token, not by an offset, and nothing says how many there are. `links` is unlike
    that of
    other lists: follow the `next` in it, until there is none.

    Args:
        volume_owner (str):
        volume_name (str):
        prefix (str | Unset):
        continuation_token (str | Unset):
        limit (int | Unset):  Default: 25.
        fields (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | VolumeObjectList]
    """

    kwargs = _get_kwargs(
        volume_owner=volume_owner,
        volume_name=volume_name,
        prefix=prefix,
        continuation_token=continuation_token,
        limit=limit,
        fields=fields,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    volume_owner: str,
    volume_name: str,
    *,
    client: AuthenticatedClient | Client,
    prefix: str | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    limit: int | Unset = 25,
    fields: str | Unset = UNSET,
) -> ErrorBody | VolumeObjectList | None:
    """List a volume's objects

     The objects of a volume whose keys begin with a prefix, a page at a time. Objects deeper than the
    next slash
    are shown as one of the `prefixes`: list that in its turn.

    Pages are found by a token, not by an offset, and nothing says how many there are. `links` is unlike
    that of
    other lists: follow the `next` in it, until there is none.

    Args:
        volume_owner (str):
        volume_name (str):
        prefix (str | Unset):
        continuation_token (str | Unset):
        limit (int | Unset):  Default: 25.
        fields (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | VolumeObjectList
    """

    return (
        await asyncio_detailed(
            volume_owner=volume_owner,
            volume_name=volume_name,
            client=client,
            prefix=prefix,
            continuation_token=continuation_token,
            limit=limit,
            fields=fields,
        )
    ).parsed
