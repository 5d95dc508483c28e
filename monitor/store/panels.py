"""
Panels: the topics that an entry was judged for, kept once for all entries that were judged for the same.

Of nearly every entry nearly all topics say that it names nothing of them. So with an entry only the other verdicts are
kept, and what it was judged for is a reference to its panel, which is called by what is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from monitor.model import Verdict
from monitor.model import whole as filled
from monitor.store.database import Database
from monitor.store.rows import Row, Unreadable, add, chunks, from_json, load, marks, parse, text, to_json

Panel = tuple[str, ...]


def keep(db: Database, topics: Sequence[str]) -> str:
    """Return the id of the panel of *topics*, kept from now on; "" where there are none."""
    if not topics:
        return ""
    id, told = _called(tuple(topics))
    if db.execute("SELECT 1 FROM panels WHERE id = ?", (id,)).fetchone() is None:
        add(db, "panels", {"id": id, "topics": told})
    return id


@lru_cache(maxsize=256)
def _called(topics: Panel) -> tuple[str, str]:
    told = to_json([text(topic) for topic in topics])
    return hashlib.sha256(told.encode()).hexdigest()[:16], told


def of(db: Database, rows: Iterable[Row]) -> Mapping[str, Panel]:
    """Return the panels of *rows* of entries, by id."""
    found: dict[str, Panel] = {}
    for some in chunks(sorted({row["panel"] for row in rows} - {""})):
        for row in db.execute(f"SELECT id, topics FROM panels WHERE id IN ({marks(some)})", some):
            found[row["id"]] = _read(row["topics"])
    return found


@lru_cache(maxsize=256)
def _read(told: str) -> Panel:
    return from_json(tuple[str, ...], told)


def topics(row: Row, panels: Mapping[str, Panel], verdicts: Iterable[Verdict]) -> Panel:
    """Return what the entry of *row* was judged for; of *verdicts* where they are whole."""
    if not row["panel"]:
        return tuple(v.topic for v in verdicts)
    if row["panel"] not in panels:
        raise Unreadable(f"there is no panel {row['panel']}")
    return panels[row["panel"]]


def whole(row: Row, panels: Mapping[str, Panel], verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Return a verdict for each topic that the entry of *row* was judged for, where *verdicts* are kept with it."""
    if not verdicts and row["panel"]:
        return _silent(topics(row, panels, ()))
    return filled(topics(row, panels, verdicts), verdicts)


@lru_cache(maxsize=64)
def _silent(panel: Panel) -> tuple[Verdict, ...]:
    """Return the verdicts of a panel of which none is named: one and the same for all such entries."""
    return filled(panel, ())


def written(verdicts: Sequence[Verdict]) -> str:
    """
    Return *verdicts* as JSON; what several topics say alike is written once, with all their names.

    They are in order where each says something of its own; in which order they were judged, a panel knows.
    """
    if not verdicts:
        return "[]"
    alike: dict[tuple[int, str, int], list[Verdict]] = {}  # topics that are called the same share their votes
    for verdict in verdicts:
        alike.setdefault((id(verdict.votes), verdict.judgement.value, id(verdict.passages)), []).append(verdict)
    return f"[{','.join(map(_grouped, alike.values()))}]"


def _grouped(alike: Sequence[Verdict]) -> str:
    topics: Any = [v.topic for v in alike] if len(alike) > 1 else alike[0].topic
    rest = to_json(replace(alike[0], topic="")).removeprefix('{"topic":""')
    return f'{{"topic":{to_json(topics)}{rest}'


def told(row: Row) -> tuple[Verdict, ...]:
    """Return the verdicts that :func:`written` made the column of *row* from."""
    return tuple(v for one in parse(row["verdicts"]) for v in _ungrouped(one))


def _ungrouped(one: Any) -> Iterator[Verdict]:
    if not isinstance(topics := one["topic"], list):
        yield load(Verdict, one)
        return
    first = load(Verdict, one | {"topic": ""})
    for topic in load(tuple[str, ...], topics):
        yield Verdict(topic, first.judgement, first.votes, first.passages)


def again(
    before: Panel, held: Sequence[Verdict], now: Panel, told: Sequence[Verdict]
) -> tuple[Panel, tuple[Verdict, ...]]:
    """Return what was judged, and what there is to say, once *now* was judged as *told* after *before* as *held*."""
    panel = tuple(dict.fromkeys((*before, *now)))
    anew = set(now)
    said = {v.topic: v for v in held if v.topic not in anew} | {v.topic: v for v in told}
    return panel, tuple(said[topic] for topic in panel if topic in said)
