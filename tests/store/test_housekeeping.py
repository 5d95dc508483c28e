"""What is forgotten with time, whatever a store holds: never what something rests on, and the same however it is cut up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import ids
from monitor.model import Article, Change, Digested, EntryState, Mention, Placed, Retention, Status
from monitor.store import housekeeping, open_store
from monitor.store.base import Store
from monitor.store.on_sqlite import SqliteStore

from .make import article, change, collected, decides, later, mention, placed, revision, screened

DAY = 1440
KEEP = Retention(timedelta(days=30), timedelta(days=60))
END = later(100 * DAY)

ROLES = ("bare", "untaken", "told", "edited", "retracted", "merged")
Made = Sequence[tuple[str, int]]
MADE = st.lists(st.tuples(st.sampled_from(ROLES), st.integers(0, 99)), max_size=8)
REJECTED = st.lists(st.tuples(st.sampled_from([EntryState.REJECTED, EntryState.KEPT]), st.integers(0, 99)), max_size=8)


def true(n: int, text: str = "") -> tuple[Article, bytes]:
    """Return an article whose hashes are those of what it holds, and its body."""
    made = article(n, text)
    body = f"<p>{made.text}</p>".encode()
    digest = sha256(made.text.encode()).hexdigest()
    return replace(
        made, id=ids.article(made.url, digest), text_sha256=digest, body_sha256=sha256(body).hexdigest()
    ), body


def finish(store: Store, made: tuple[Article, bytes], day: int, *said: Mention, changes: Sequence[Change] = ()) -> None:
    found, body = made
    store.finish(Digested("", EntryState.KEPT, "", (), found, body, "", said), later(day * DAY), decides(*changes))


def tell(store: Store, n: int, role: str, day: int) -> None:
    """Keep the article *n*, which plays its *role*."""
    made = true(n)
    own = placed(mention(made[0]), made[0])
    if role == "bare":
        finish(store, made, day)
        return
    if role == "untaken":
        finish(store, made, day, own.mention)
        return
    finish(store, made, day, own.mention, changes=[founded(f"ev_{n}", own)])
    if role == "edited":
        finish(store, true(n, f"大桥第{n}期工程于3月19日开工,更正。"), day + 1)
    elif role == "retracted":
        finish(
            store,
            true(n + 1000),
            day,
            changes=[change(f"ev_{n}", own, status=Status.RETRACTED, revisions=(TAKEN_BACK,))],
        )
    elif role == "merged":
        other = true(n + 2000)
        second = placed(mention(other[0]), other[0])
        finish(store, other, day, second.mention, changes=[founded(f"ev_{n}_2", second)])
        finish(store, true(n + 3000), day, changes=[change(f"ev_{n}", own, second, merges=[f"ev_{n}_2"], revisions=())])


TAKEN_BACK = revision("status", before="reported", after="retracted")


def founded(id: str, own: Placed) -> Change:
    return change(id, own, revisions=(revision(after=f"大桥开工 {id}"),))


def filled(path: Path, made: Made, entries: Sequence[tuple[EntryState, int]]) -> None:
    with open_store(str(path)) as store:
        for n, (role, day) in enumerate(made):
            tell(store, n, role, day)
        for n, (state, day) in enumerate(sorted(entries, key=lambda e: e[1])):
            collected(store, screened(n, state), at=later(day * DAY))


def passed(path: Path, step: int) -> list[str]:
    """Go over the store once, *step* rows at a time; return all it holds afterwards."""
    with SqliteStore(path) as store:
        mark: str | None = None
        while mark != "":
            with store._connection.write() as db:
                mark = housekeeping.tidy(db, END, KEEP, mark or "", step).mark
        return list(store._connection.db.conn.iterdump())


def rests(path: Path) -> set[str]:
    """Return the bodies of the articles that some evidence, of any version of any event, quotes."""
    with SqliteStore(path) as store, closing(store._connection.db.conn.cursor()) as db:
        sql = """SELECT body_sha256 FROM articles WHERE id IN (SELECT json_extract(data, '$.article') FROM evidence)"""
        return {row[0] for row in db.execute(sql)}


def held(path: Path) -> set[str]:
    with SqliteStore(path) as store:
        return {r[0] for r in store._connection.db.execute("SELECT sha256 FROM bodies WHERE data IS NOT NULL")}


@settings(max_examples=12)
@given(MADE, REJECTED, st.integers(1, 5))
def test_what_is_forgotten_follows_from_the_store_alone_and_leaves_it_true(made, entries, step):
    with TemporaryDirectory() as folder:
        one, two = Path(folder) / "one.db", Path(folder) / "two.db"
        for path in (one, two):
            filled(path, made, entries)
        before, needed = held(one), rests(one)
        with open_store(str(one)) as store:
            assert store.audit((), ()).faults == ()
            told = [e.summary for e in store.entries()]
        assert passed(one, step) == passed(two, 1000) == passed(one, step)
        assert needed <= held(one) <= before
        with open_store(str(one)) as store:
            assert store.audit((), ()).faults == ()
            after = list(store.entries())
        for e, summary in zip(after, told, strict=True):
            old = e.state is EntryState.REJECTED and e.first_seen < END - KEEP.rejected
            assert e.summary == ("" if old else summary) and e.title


def test_an_old_page_that_nothing_rests_on_is_forgotten_and_its_text_is_not(tmp_path):
    path = tmp_path / "a.db"
    filled(path, [("bare", 0), ("told", 0), ("bare", 90), ("edited", 0)], [])
    passed(path, 1000)
    assert held(path) == {true(1)[0].body_sha256, true(2)[0].body_sha256, true(3)[0].body_sha256}
    with open_store(str(path)) as store:
        kept = store.article_by_id(true(0)[0].id)
        assert kept and kept.text == true(0)[0].text


def test_a_page_that_was_forgotten_and_comes_again_is_kept_again(tmp_path):
    """An event may rest on it this time."""
    path = tmp_path / "a.db"
    filled(path, [("bare", 0)], [])
    passed(path, 1000)
    assert not held(path)
    with open_store(str(path)) as store:
        finish(store, true(0), 99)
    assert held(path) == {true(0)[0].body_sha256}


def test_each_look_is_by_an_index(tmp_path):
    with SqliteStore(tmp_path / "a.db") as store:
        for sql, arguments in (
            (housekeeping._DROP, ("x",)),
            (housekeeping._REJECTED, (0, 1)),
            (housekeeping._OLD_BODIES, ("", 1)),
            (housekeeping._OLD_POLLS, (0, 1)),
            (housekeeping._THIN_OUT, (0, 1)),
        ):
            plan = [r["detail"] for r in store._connection.db.execute(f"EXPLAIN QUERY PLAN {sql}", arguments)]
            assert not [line for line in plan if line.startswith("SCAN") and "CONSTANT" not in line], plan
