from monitor.store.on_sqlite import SqliteStore

from .contract import StoreContract
from .contract_alerts import AlertsContract
from .contract_archives import ArchivesContract


class TestSqliteStore(StoreContract):
    make = staticmethod(lambda folder: SqliteStore(folder / "timeline.db"))


class TestSqliteAlerts(AlertsContract):
    make = staticmethod(lambda folder: SqliteStore(folder / "timeline.db"))


class TestSqliteArchives(ArchivesContract):
    make = staticmethod(lambda folder: SqliteStore(folder / "timeline.db"))
