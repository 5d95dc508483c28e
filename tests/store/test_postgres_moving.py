"""From SQLite to PostgreSQL and back, and from one PostgreSQL database to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import Server

from .moves import MoveContract, files

pytestmark = pytest.mark.long


class TestToPostgres(MoveContract):
    @pytest.fixture(autouse=True)
    def _places(self, server: Server, tmp_path: Path) -> None:
        self.here, self.there = files(tmp_path), lambda name: server.schema(tmp_path / name)


class TestFromPostgres(MoveContract):
    @pytest.fixture(autouse=True)
    def _places(self, server: Server, tmp_path: Path) -> None:
        self.here, self.there = lambda name: server.schema(tmp_path / name), files(tmp_path)
