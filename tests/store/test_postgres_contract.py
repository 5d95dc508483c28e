"""The one contract, kept on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.store.base import Store
from monitor.store.on_postgres import PostgresStore
from tests.postgres import Server

from .contract import StoreContract
from .contract_alerts import AlertsContract
from .contract_archives import ArchivesContract

pytestmark = pytest.mark.long


class OnPostgres:
    make: Callable[[Path], Store]

    @pytest.fixture(autouse=True)
    def _on(self, server: Server) -> None:
        self.make = lambda folder: PostgresStore(server.schema(folder))


class TestPostgresStore(OnPostgres, StoreContract):
    """All of it."""


class TestPostgresAlerts(OnPostgres, AlertsContract):
    """What is told."""


class TestPostgresArchives(OnPostgres, ArchivesContract):
    """Archives on PostgreSQL."""
