"""A decision, written whole: the log, what it changes, and what it makes of an entry or a kept text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from monitor.model import Change, Digested, Ruling, Verb
from monitor.store import decisions, digest, outbox, search
from monitor.store.base import Decider
from monitor.store.database import Database
from monitor.store.decider import Decisions
from monitor.store.events import write
from monitor.store.rows import instant, text


def rule(
    db: Database,
    now: datetime,
    decide: Callable[[Decider], Ruling],
    digested: Digested | None,
    place: Callable[[Decider], Sequence[Change]] | None,
) -> Ruling:
    """Log what *decide* returns and write what it changes."""
    ruling = decide(Decisions(db))
    decisions.append(db, ruling.decision)
    write(db, ruling.changes, now, outbox.by_a_person)
    if digested is not None:
        digest.finish(db, digested, now, place or (lambda decider: ()))
    if ruling.decision.verb is Verb.FORGET:
        forget(db, ruling.decision.articles, now)
    return ruling


def forget(db: Database, identities: Collection[str], now: datetime) -> None:
    """Remove what articles said; their rows stay, with hashes, so that nobody keeps them again."""
    db.scrub()
    for identity in map(text, identities):
        search.forget(db, identity)
        db.execute(
            "UPDATE articles SET text = '', forgotten = ? WHERE identity = ? AND forgotten IS NULL",
            (instant(now), identity),
        )
        db.execute(
            """UPDATE bodies SET data = NULL WHERE sha256 IN (SELECT body_sha256 FROM articles WHERE identity = ?)
            AND sha256 NOT IN (SELECT body_sha256 FROM articles WHERE forgotten IS NULL)""",
            (identity,),
        )
        db.execute(
            """DELETE FROM entry_versions WHERE entry IN (SELECT e.n FROM entries e JOIN articles a ON a.id = e.article
            WHERE a.identity = ?)""",
            (identity,),
        )
        db.execute(
            "UPDATE entries SET summary = '' WHERE article IN (SELECT id FROM articles WHERE identity = ?)", (identity,)
        )
        db.execute(
            "UPDATE archived SET body = NULL WHERE entry IN (SELECT id FROM entries WHERE identity = ?)", (identity,)
        )
