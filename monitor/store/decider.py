"""
What a decision may ask while nobody else can write: events as the rules made them, and the log of decisions.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from monitor.model import CANDIDATES, Days, Decision, Event, KnownEvent, Placed, SeedEvent
from monitor.store import decisions, events
from monitor.store.database import Database
from monitor.store.events import outline, whole
from monitor.store.rows import Row, chunks, from_json, load, marks, parse, text

_KNOWN = """
    SELECT e.n, e.id AS event, v.n AS version, v.data, e.base, e.merged_into
    FROM events e JOIN event_versions v ON v.n = e.version
    WHERE e.absorbed_by IS NULL AND e.id IN ({marks})
"""
_TOUCHING = " AND (e.first_told IS NULL OR (e.first_told <= ? AND e.last_told >= ?))"

_PLACED = """
    SELECT m.event, m.id, m.data, m.origin, a.url, a.title, a.fetched, a.text_sha256, a.more, a.identity, a.forgotten
    FROM mentions m JOIN articles a ON a.id = m.article
    WHERE m.event IN ({marks}) AND m.superseded = 0 ORDER BY m.n
"""
_SEEDS = "SELECT event, data FROM seeds WHERE event IN ({marks}) ORDER BY key"
_ABSORBED = "SELECT absorbed_by AS event, id FROM events WHERE absorbed_by IN ({marks}) ORDER BY n"

# Keys asked for in one statement: what a correction may be of lies under three thousand.
MOST_KEYS = 30_000


class Decisions:
    """The :class:`~monitor.store.base.Decider` of one open transaction, for what is decided before anything is written."""

    def __init__(self, db: Database) -> None:
        self._db = db
        # Asked for again and again: rows with what is made of all but the event itself, and events made of both.
        self._found: dict[str, tuple[Row, Callable[..., KnownEvent]]] = {}
        self._outlines: dict[str, KnownEvent] = {}
        self._wholes: dict[str, KnownEvent] = {}
        self._decided: bool | None = None

    def candidates(self, topic: str, keys: frozenset[str], days: Days | None = None) -> Sequence[KnownEvent]:
        """
        Return the events of *topic* that carry most of *keys*, ``CANDIDATES`` at most, in order of founding; of these none
        whose days lie outside of *days*.
        """
        shared: Counter[str] = Counter()
        for some in chunks((text(key) for key in sorted(keys)), MOST_KEYS):
            # Thousands may share one year: the database counts them, and tells of no more than are wanted.
            few = f"ORDER BY n DESC, event LIMIT {CANDIDATES}" if len(keys) <= MOST_KEYS else ""
            sql = f"""SELECT event, count(*) AS n FROM event_keys WHERE topic = ? AND key IN ({marks(some)})
                GROUP BY event {few}"""
            for row in self._db.execute(sql, [topic, *some]):
                shared[row["event"]] += row["n"]
        most = heapq.nsmallest(CANDIDATES, shared, key=lambda event: (-shared[event], event))
        return self._outlined(most, days)

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        """Return the events that rest, or rested, on any version of *article*, in order of founding."""
        rows = self._db.execute(
            """SELECT DISTINCT m.event FROM articles a JOIN mentions m ON m.article = a.id
            WHERE a.identity = (SELECT identity FROM articles WHERE id = ?) AND m.event IS NOT NULL""",
            (article,),
        )
        return self._known(row["event"] for row in rows)

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        """Return what the event that this seed began is now, or None."""
        row = self._db.execute("SELECT event FROM seeds WHERE topic = ? AND key = ?", (topic, key)).fetchone()
        return self._known([row["event"]])[0] if row else None

    def known(self, ids: Collection[str]) -> Sequence[KnownEvent]:
        """Return the events called *ids*, in order of founding; one that the rules merged gives the one it went into."""
        found = {text(id) for id in ids}
        for some in chunks(sorted(found)):
            sql = f"SELECT id, absorbed_by FROM events WHERE absorbed_by IS NOT NULL AND id IN ({marks(some)})"
            for row in self._db.execute(sql, some):
                found.add(row["absorbed_by"])
        return self._known(found)

    def every(self, topic: str) -> Sequence[KnownEvent]:
        """Return every event of *topic* that the rules have not merged into another, oldest first."""
        rows = self._db.execute("SELECT id FROM events WHERE topic = ? AND absorbed_by IS NULL ORDER BY n", (topic,))
        return self._known([row["id"] for row in rows])

    def holders(self, articles: Collection[str]) -> Sequence[str]:
        """Return the events to which the rules gave a standing mention of one of *articles*."""
        found: set[str] = set()
        for some in chunks(sorted(text(a) for a in articles)):
            sql = f"""SELECT DISTINCT m.event FROM articles a JOIN mentions m ON m.article = a.id
                WHERE a.identity IN ({marks(some)}) AND m.superseded = 0 AND m.event IS NOT NULL"""
            found.update(row["event"] for row in self._db.execute(sql, some))
        return sorted(found)

    def decisions(self, topic: str, names: Collection[str]) -> Sequence[Decision]:
        """Return the decisions in force of *topic* that name one of *names*, oldest first."""
        if self._decided is None:  # mostly nothing is, which is asked once
            self._decided = decisions.next_number(self._db) > 1
        return decisions.naming(self._db, topic, names) if self._decided else ()

    def logged(self, id: str) -> Decision | None:
        """Return one decision, undone or not."""
        return decisions.one(self._db, id)

    def next_number(self) -> int:
        """Return the place in the log that the next decision takes."""
        return decisions.next_number(self._db)

    def version(self, id: str) -> int:
        """Return the number of the version at which the event *id*, or what it redirects to, stands."""
        return events.version(self._db, id)

    def identity(self, id: str) -> str:
        """Return the identity of the article ``ar_...``, or of the one behind the entry ``en_...``, or ""."""
        sql = """SELECT identity FROM articles WHERE id = ?1 UNION ALL
            SELECT coalesce(a.identity, e.identity) FROM entries e LEFT JOIN articles a ON a.id = e.article WHERE e.id = ?1"""
        row = self._db.execute(sql, (text(id),)).fetchone()
        return row["identity"] if row else ""

    def _outlined(self, ids: Collection[str], days: Days | None) -> list[KnownEvent]:
        """Return the events called *ids* that may touch *days*, in order of founding, as far as they are compared."""
        missing = sorted(set(ids) - self._outlines.keys())
        self._find(missing, days)
        for id in self._found.keys() & set(missing):
            row, rest = self._found[id]
            self._outlines[id] = rest(outline(row), whole=False)
        return self._in_turn(self._outlines, ids)

    def _known(self, ids: Iterable[str]) -> list[KnownEvent]:
        """Return the events called *ids*, in order of founding."""
        wanted = set(ids)
        missing = sorted(wanted - self._wholes.keys())
        self._find(missing)
        rows = [self._found[id][0] for id in missing if id in self._found]
        for event in whole(self._db, rows, revisions=False):
            self._wholes[event.id] = self._found[event.id][1](event)
        return self._in_turn(self._wholes, wanted)

    def _in_turn(self, known: Mapping[str, KnownEvent], ids: Iterable[str]) -> list[KnownEvent]:
        here = [known[id] for id in ids if id in known]
        return sorted(here, key=lambda k: int(self._found[k.event.id][0]["n"]))

    def _find(self, ids: Iterable[str], days: Days | None = None) -> None:
        """Read what is known of the events called *ids* that may touch *days*, but for what they say."""
        missing = [id for id in ids if id not in self._found]
        bounds = [days[1].isoformat(), days[0].isoformat()] if days else []
        rows = self._rows(_KNOWN + _TOUCHING if days else _KNOWN, missing, bounds)
        about = {row["event"]: row for row in rows}
        told, seeds, absorbed = (self._by_event(sql, about) for sql in (_PLACED, _SEEDS, _ABSORBED))
        for id, row in about.items():
            rest = partial(
                KnownEvent,
                mentions=tuple(_placed(r) for r in told[id]),
                seed=next((from_json(SeedEvent, r["data"]) for r in seeds[id]), None),
                base=from_json(Event, row["base"]) if row["base"] else None,
                into=row["merged_into"] or "",
                absorbed=tuple(r["id"] for r in absorbed[id]),
            )
            self._found[id] = row, rest

    def _by_event(self, sql: str, ids: Iterable[str]) -> dict[str, list[Row]]:
        """Return the rows that *sql* finds, by their ``event``."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows(sql, ids):
            found[row["event"]].append(row)
        return found

    def _rows(self, sql: str, ids: Iterable[str], more: Sequence[str] = ()) -> Iterator[Row]:
        for some in chunks(ids):
            yield from self._db.execute(sql.format(marks=marks(some)), [*some, *more])


def _placed(row: Row) -> Placed:
    about = parse(row["more"])
    data = {
        "id": row["id"],
        "mention": parse(row["data"]),
        "source": about.get("source") or about.get("source_name", ""),
        "tier": about["tier"],
        "url": row["url"],
        "title": row["title"],
        "published": about["published"],
        "fetched": row["fetched"],
        "text_sha256": row["text_sha256"],
        "origin": row["origin"],
        "identity": row["identity"],
        "forgotten": bool(row["forgotten"]),
    }
    return load(Placed, data)
