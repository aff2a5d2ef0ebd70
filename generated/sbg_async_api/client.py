import ssl
from typing import Any, Self

import httpx
from attrs import define, evolve, field


@define
class Client:
    """A class for keeping track of data related to the API

    The following are accepted as keyword arguments and will be used to construct httpx Clients internally:

        ``base_url``: The base URL for the API, all requests are made to a relative path to this URL

        ``cookies``: A dictionary of cookies to be sent with every request

        ``headers``: A dictionary of headers to be sent with every request

        ``timeout``: The maximum amount of a time a request can take. API functions will raise
        httpx.TimeoutException if this is exceeded. Default: 10 seconds to connect, 60 for each other step; None for no end.

        ``verify_ssl``: Whether or not to verify the SSL certificate of the API server. This should be True in production,
        but can be set to False for testing purposes.

        ``follow_redirects``: Whether or not to follow redirects. Default value is False.

        ``httpx_args``: A dictionary of additional arguments to be passed to the ``httpx.Client`` and ``httpx.AsyncClient`` constructor.


    Attributes:
        raise_on_unexpected_status: Whether or not to raise an errors.UnexpectedStatus if the API returns a
            status code that was not documented in the source OpenAPI document. Can also be provided as a keyword
            argument to the constructor.
    """

    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    _base_url: str = field(alias="base_url")
    _cookies: dict[str, str] = field(
        factory=dict, kw_only=True, alias="cookies", repr=False
    )
    _headers: dict[str, str] = field(
        factory=dict, kw_only=True, alias="headers", repr=False
    )
    _timeout: httpx.Timeout | None = field(
        default=httpx.Timeout(60, connect=10), kw_only=True, alias="timeout"
    )
    _verify_ssl: str | bool | ssl.SSLContext = field(
        default=True, kw_only=True, alias="verify_ssl"
    )
    _follow_redirects: bool = field(
        default=False, kw_only=True, alias="follow_redirects"
    )
    _httpx_args: dict[str, Any] = field(
        factory=dict, kw_only=True, alias="httpx_args", repr=False
    )
    _client: httpx.Client | None = field(default=None, init=False)
    _client_was_set: bool = field(default=False, init=False, repr=False)
    _entered: int = field(default=0, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False)
    _async_client_was_set: bool = field(default=False, init=False, repr=False)
    _async_entered: int = field(default=0, init=False, repr=False)

    def with_headers(self, headers: dict[str, str]) -> "Client":
        """Get a new client matching this one with additional headers; an httpx client that was set stays with this one"""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> "Client":
        """Get a new client matching this one with additional cookies; an httpx client that was set stays with this one"""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> "Client":
        """Get a new client matching this one with a new timeout; an httpx client that was set stays with this one"""
        return evolve(self, timeout=timeout)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Manually set the underlying httpx.Client

        **NOTE**: This will override any other settings on the client, including cookies, headers, and timeout.
        """
        self._client = client
        self._client_was_set = True
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Get the underlying httpx.Client, constructing a new one if not previously set"""
        if self._client is None:
            self._client = httpx.Client(
                base_url=self._base_url,
                cookies=self._cookies,
                headers=self._headers,
                timeout=self._timeout,
                verify=self._verify_ssl,
                follow_redirects=self._follow_redirects,
                **self._httpx_args,
            )
        return self._client

    def __enter__(self) -> Self:
        """Enter a context in which the connections are kept; it may be entered again, within itself or afterwards"""
        self._entered += 1
        return self

    def __exit__(self, *args: Any, **kwargs: Any) -> None:
        """Close the internal httpx.Client if the outermost context ends; a new one is made when needed, if none was set"""
        self._entered -= 1
        client = self._client
        if self._entered == 0 and client is not None:
            if not self._client_was_set:
                self._client = None
            client.close()

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Manually set the underlying httpx.AsyncClient

        **NOTE**: This will override any other settings on the client, including cookies, headers, and timeout.
        """
        self._async_client = async_client
        self._async_client_was_set = True
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the underlying httpx.AsyncClient, constructing a new one if not previously set"""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(
                base_url=self._base_url,
                cookies=self._cookies,
                headers=self._headers,
                timeout=self._timeout,
                verify=self._verify_ssl,
                follow_redirects=self._follow_redirects,
                **self._httpx_args,
            )
        return self._async_client

    async def __aenter__(self) -> Self:
        """Enter a context in which the connections are kept; it may be entered again, within itself or afterwards"""
        self._async_entered += 1
        return self

    async def __aexit__(self, *args: Any, **kwargs: Any) -> None:
        """Close the internal httpx.AsyncClient if the outermost context ends; a new one is made when needed, if none was set"""
        self._async_entered -= 1
        client = self._async_client
        if self._async_entered == 0 and client is not None:
            if not self._async_client_was_set:
                self._async_client = None
            await client.aclose()


@define
class AuthenticatedClient:
    """A Client which has been authenticated for use on secured endpoints

    The following are accepted as keyword arguments and will be used to construct httpx Clients internally:

        ``base_url``: The base URL for the API, all requests are made to a relative path to this URL

        ``cookies``: A dictionary of cookies to be sent with every request

        ``headers``: A dictionary of headers to be sent with every request

        ``timeout``: The maximum amount of a time a request can take. API functions will raise
        httpx.TimeoutException if this is exceeded. Default: 10 seconds to connect, 60 for each other step; None for no end.

        ``verify_ssl``: Whether or not to verify the SSL certificate of the API server. This should be True in production,
        but can be set to False for testing purposes.

        ``follow_redirects``: Whether or not to follow redirects. Default value is False.

        ``httpx_args``: A dictionary of additional arguments to be passed to the ``httpx.Client`` and ``httpx.AsyncClient`` constructor.


    Attributes:
        raise_on_unexpected_status: Whether or not to raise an errors.UnexpectedStatus if the API returns a
            status code that was not documented in the source OpenAPI document. Can also be provided as a keyword
            argument to the constructor.
        token: The token to use for authentication
        prefix: The prefix to use for the Authorization header
        auth_header_name: The name of the Authorization header
    """

    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    _base_url: str = field(alias="base_url")
    _cookies: dict[str, str] = field(
        factory=dict, kw_only=True, alias="cookies", repr=False
    )
    _headers: dict[str, str] = field(
        factory=dict, kw_only=True, alias="headers", repr=False
    )
    _timeout: httpx.Timeout | None = field(
        default=httpx.Timeout(60, connect=10), kw_only=True, alias="timeout"
    )
    _verify_ssl: str | bool | ssl.SSLContext = field(
        default=True, kw_only=True, alias="verify_ssl"
    )
    _follow_redirects: bool = field(
        default=False, kw_only=True, alias="follow_redirects"
    )
    _httpx_args: dict[str, Any] = field(
        factory=dict, kw_only=True, alias="httpx_args", repr=False
    )
    _client: httpx.Client | None = field(default=None, init=False)
    _client_was_set: bool = field(default=False, init=False, repr=False)
    _entered: int = field(default=0, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False)
    _async_client_was_set: bool = field(default=False, init=False, repr=False)
    _async_entered: int = field(default=0, init=False, repr=False)

    token: str = field(repr=False)
    prefix: str = "Bearer"
    auth_header_name: str = "Authorization"

    def with_headers(self, headers: dict[str, str]) -> "AuthenticatedClient":
        """Get a new client matching this one with additional headers; an httpx client that was set stays with this one"""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> "AuthenticatedClient":
        """Get a new client matching this one with additional cookies; an httpx client that was set stays with this one"""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> "AuthenticatedClient":
        """Get a new client matching this one with a new timeout; an httpx client that was set stays with this one"""
        return evolve(self, timeout=timeout)

    def _keep_token_home(self, request: httpx.Request) -> None:
        """Take the token out of a request to another host, or to another port or scheme of it"""
        home, url = httpx.URL(self._base_url), request.url
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            request.headers.pop(self.auth_header_name, None)

    async def _keep_token_home_awaiting(self, request: httpx.Request) -> None:
        self._keep_token_home(request)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Manually set the underlying httpx.Client

        **NOTE**: This will override any other settings on the client, including cookies, headers, and timeout.
        """
        self._client = client
        self._client_was_set = True
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Get the underlying httpx.Client, constructing a new one if not previously set"""
        if self._client is None:
            self._headers = {
                **self._headers,
                self.auth_header_name: f"{self.prefix} {self.token}"
                if self.prefix
                else self.token,
            }
            self._client = httpx.Client(
                base_url=self._base_url,
                cookies=self._cookies,
                headers=self._headers,
                timeout=self._timeout,
                verify=self._verify_ssl,
                follow_redirects=self._follow_redirects,
                **self._httpx_args,
            )
            self._client.event_hooks["request"].append(self._keep_token_home)
        return self._client

    def __enter__(self) -> Self:
        """Enter a context in which the connections are kept; it may be entered again, within itself or afterwards"""
        self._entered += 1
        return self

    def __exit__(self, *args: Any, **kwargs: Any) -> None:
        """Close the internal httpx.Client if the outermost context ends; a new one is made when needed, if none was set"""
        self._entered -= 1
        client = self._client
        if self._entered == 0 and client is not None:
            if not self._client_was_set:
                self._client = None
            client.close()

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Manually set the underlying httpx.AsyncClient

        **NOTE**: This will override any other settings on the client, including cookies, headers, and timeout.
        """
        self._async_client = async_client
        self._async_client_was_set = True
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the underlying httpx.AsyncClient, constructing a new one if not previously set"""
        if self._async_client is None:
            self._headers = {
                **self._headers,
                self.auth_header_name: f"{self.prefix} {self.token}"
                if self.prefix
                else self.token,
            }
            self._async_client = httpx.AsyncClient(
                base_url=self._base_url,
                cookies=self._cookies,
                headers=self._headers,
                timeout=self._timeout,
                verify=self._verify_ssl,
                follow_redirects=self._follow_redirects,
                **self._httpx_args,
            )
            self._async_client.event_hooks["request"].append(
                self._keep_token_home_awaiting
            )
        return self._async_client

    async def __aenter__(self) -> Self:
        """Enter a context in which the connections are kept; it may be entered again, within itself or afterwards"""
        self._async_entered += 1
        return self

    async def __aexit__(self, *args: Any, **kwargs: Any) -> None:
        """Close the internal httpx.AsyncClient if the outermost context ends; a new one is made when needed, if none was set"""
        self._async_entered -= 1
        client = self._async_client
        if self._async_entered == 0 and client is not None:
            if not self._async_client_was_set:
                self._async_client = None
            await client.aclose()
