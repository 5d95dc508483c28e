"""What the store holds, counted: for whoever watches, every few seconds."""

from __future__ import annotations

from monitor.model import Stock
from monitor.store.database import Database
from monitor.store.rows import moment

FAILING = 100  # feeds told by name: more would be a failure of ours, and fill whatever keeps the figures

_STATES = """
    SELECT coalesce(json_extract(status, '$.state'), 'new') AS state, count(*) AS count
    FROM feeds WHERE position IS NOT NULL GROUP BY 1 ORDER BY 1
"""
_FAILING = """
    SELECT url, CAST(json_extract(status, '$.failures') AS INTEGER) AS failures FROM feeds
    WHERE position IS NOT NULL AND CAST(json_extract(status, '$.failures') AS INTEGER) > 0 ORDER BY position LIMIT ?
"""
_EVENTS = "SELECT topic, count(*) AS count FROM events WHERE merged_into IS NULL GROUP BY topic ORDER BY topic"
_ALERTS = "SELECT state, count(*) AS count FROM alerts GROUP BY state ORDER BY state"
_ROUND = "SELECT id, finished FROM rounds WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 1"


def stock(db: Database) -> Stock:
    """Count it."""
    last = db.execute(_ROUND).fetchone()
    return Stock(
        feeds={r["state"]: r["count"] for r in db.execute(_STATES)},
        failing={r["url"]: r["failures"] for r in db.execute(_FAILING, (FAILING,))},
        waiting=db.execute("SELECT count(*) AS n FROM entries WHERE state = 'waiting'").fetchone()["n"],
        events={r["topic"]: r["count"] for r in db.execute(_EVENTS)},
        round=last["id"] if last else 0,
        finished=moment(last["finished"]) if last else None,
        alerts={r["state"]: r["count"] for r in db.execute(_ALERTS)},
    )
