"""The part of the store contract about polls that are long past: one a day stays, and whatever coverage rests on."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import FeedState, Retention

from .make import LIST, NOW, RSS, TOPIC, failed, later, poll, settings

DAY = 1440.0
KEEP = Retention(polls=timedelta(days=10))


def polled(store, *made):
    number = store.open_round(made[0].at)
    for one in made:
        store.record(type(one)(**{n: getattr(one, n) for n in one.__slots__} | {"round": number}))
    store.close_round(number, made[-1].at)


def tidied(store, now) -> int:
    mark, gone = None, 0
    while mark != "":
        done = store.tidy(now, KEEP, mark or "")
        mark, gone = done.mark, gone + done.polls
    return gone


def held(store) -> int:
    with store._connection.read() as db:
        return int(db.execute("SELECT count(*) AS n FROM polls").fetchone()["n"])


class PollsContract:
    """What becomes of polls with time."""

    def test_of_old_polls_the_last_of_a_day_stays_of_each_feed_and_of_young_ones_all(self, store):
        store.declare(settings(), NOW)
        for n in range(80):  # every six hours for twenty days
            polled(store, *(poll(0, url=url, at=later(n * DAY / 4)) for url in (RSS, LIST)))
        before = store.coverage(TOPIC)
        assert tidied(store, later(20 * DAY)) == 2 * (30 - 1)  # the very first tells when we began to look
        assert held(store) == 2 * (80 - 29)
        assert store.coverage(TOPIC) == before
        assert tidied(store, later(20 * DAY)) == 0
        assert tidied(store, later(21 * DAY)) == 2 * 3

    def test_the_past_is_told_to_the_day(self, store):
        store.declare(settings(), NOW)
        for n in range(80):
            polled(store, poll(0, at=later(n * DAY / 4)))
        midnights = [NOW.replace(hour=23, minute=59) + timedelta(days=n) for n in range(19)]
        before = [store.coverage(TOPIC, at) for at in midnights]
        tidied(store, later(20 * DAY))
        assert [store.coverage(TOPIC, at) for at in midnights] == before

    def test_what_began_and_ended_blindness_stays(self, store):
        store.declare(settings(), NOW)
        for n in range(80):
            at = later(n * DAY / 4)
            polled(store, failed(0, at=at, state=FeedState.FAILING) if n in (5, 6, 9) else poll(0, at=at))
        before = store.coverage(TOPIC)
        tidied(store, later(20 * DAY))
        assert store.coverage(TOPIC) == before
        assert len(next(f for f in before.feeds if f.url == RSS).blind) == 2
