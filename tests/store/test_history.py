"""The property behind ``--as-of``: whatever happens to events, each moment can be seen again as it was."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import codec
from monitor.model import Change, Event, Status
from monitor.store import Store, open_store

from .make import TOPIC, article, change, day, decides, digested, later, mention, placed, revision

PLACED = [placed(mention(article(n)), article(n)) for n in range(5)]

changes = st.builds(
    lambda id, own, number, status, merges, said: change(
        f"ev_{id}",
        *(PLACED[n] for n in own),
        merges=[f"ev_{m}" for m in merges],
        when=day(number),
        status=status,
        revisions=tuple(revision(field) for field in said),
    ),
    st.integers(0, 3),
    st.lists(st.integers(0, 4), max_size=3, unique=True),
    st.integers(1, 3),
    st.sampled_from([Status.REPORTED, Status.OFFICIAL]),
    st.lists(st.integers(0, 3), max_size=2),
    st.lists(st.sampled_from(["when", "status"]), max_size=2),
)


def seen(store: Store, as_of: datetime | None = None) -> list[Event]:
    return [codec.dump(event) for event in store.events(TOPIC, as_of)]


@settings(max_examples=25)
@given(st.lists(st.lists(changes, max_size=3), max_size=8))
def test_every_moment_can_be_seen_again_as_it_was(steps: list[list[Change]]) -> None:
    with open_store(":memory:") as store:
        for n in range(5):
            store.finish(digested(article(n)), later(-1), decides())
        known = []
        for n, step in enumerate(steps):
            store.seed([], later(n), decides(*step))
            known.append(seen(store))
        assert [seen(store, later(n)) for n in range(len(steps))] == known
        assert seen(store, later(len(steps))) == seen(store)
