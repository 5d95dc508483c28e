from monitor.store.on_sqlite import SqliteStore

from .contract import StoreContract
from .contract_alerts import AlertsContract


class TestSqliteStore(StoreContract):
    make = staticmethod(lambda folder: SqliteStore(folder / "timeline.db"))


class TestSqliteAlerts(AlertsContract):
    make = staticmethod(lambda folder: SqliteStore(folder / "timeline.db"))
