"""The connection to a platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
from airflow.sdk import BaseHook

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.client.aio import AsyncClient
from sbg_bulk.client.sync import Client
from sbg_bulk.errors import SbgBulkError, SettingsError
from sbg_bulk.settings.settings import Settings, Token


class SbgBulkHook(BaseHook):
    """Make clients of a connection of type `sbg_bulk`: its host is a platform or endpoint, its password the token.

    Args:
        conn_id: the connection's id.
    """

    conn_name_attr = "conn_id"
    default_conn_name = "sbg_bulk_default"
    conn_type = "sbg_bulk"
    hook_name = "Seven Bridges (sbg-bulk)"

    def __init__(self, conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id

    def settings(self) -> Settings:
        """Return endpoint and token of the connection.

        Raises:
            SettingsError: one is missing or malformed.
        """
        return self._of(self.get_connection(self.conn_id))

    def client(self, *, driver: Callable[[Settings, httpx.Timeout], BlockingDriver] = BlockingDriver) -> Client:
        """Return a client, to be closed. Raise SettingsError as `settings` does."""
        settings = self.settings()
        return Client(settings.endpoint, settings.token, driver=driver)

    async def async_client(self) -> AsyncClient:
        """Return an awaiting client, to be closed, without blocking the event loop. Raise SettingsError likewise."""
        settings = self._of(await self.aget_connection(self.conn_id))
        # It reads the certificates of all authorities.
        return await asyncio.to_thread(AsyncClient, settings.endpoint, settings.token)

    def get_conn(self) -> Client:
        """Return what `client` does."""
        return self.client()

    def test_connection(self) -> tuple[bool, str]:
        """Ask the platform who the token's user is, for the button Test of the connection's form."""
        try:
            with self.client() as client:
                return True, f"Connected to {client.settings.endpoint} as {client.user().username}."
        except SbgBulkError as error:
            return False, str(error)

    def _of(self, connection: Any) -> Settings:
        where = f"Connection {self.conn_id}"
        if not connection.host:
            raise SettingsError(f"{where} has no host. Enter a platform, such as cavatica, or an endpoint as its host.")
        if not connection.password:
            raise SettingsError(f"{where} has no token. Enter one as its password.")
        return Settings.find(connection.host, Token(connection.password))
