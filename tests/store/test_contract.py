from monitor.store.on_sqlite import SqliteStore

from .contract import StoreContract


class TestSqliteStore(StoreContract):
    make = staticmethod(lambda folder: SqliteStore(folder / "timeline.db"))
