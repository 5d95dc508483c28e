"""Archives are read into the inbox once, whatever interrupts it, and what they found keeps where it stood."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.archives import File, Limits
from monitor.backfill import Backfill
from monitor.errors import StoreError
from monitor.model import Entity, Reads, Scope, Settings, Span, Topic
from monitor.pipeline import Desk
from monitor.store import open_store
from monitor.store.base import Store
from tests.waiting import until

from .archives.warcs import TEXT, info, packed, page, response
from .commands import monitor, start
from .store.make import settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BRIDGE = Topic("bridge", "河城大桥能通车吗?", (Entity("bridge", "product", ("河城大桥",)),))
CONFIG = """\
database: timeline.db
web: {listen: "off"}
topics:
  - {id: bridge, question: 河城大桥能通车吗?, entities: [{id: bridge, kind: product, names: [河城大桥]}]}
"""


def url(n: int) -> str:
    return f"https://paper.example/{n}.html"


def archive(folder: Path, count: int = 9, name: str = "a.warc.gz") -> Path:
    """Every third page is about the bridge."""
    told = (page(f"{'河城大桥' if n % 3 == 0 else '天气'}第{n}号消息") for n in range(count))
    file = folder / name
    file.write_bytes(packed([info(), *(response(url(n), html) for n, html in enumerate(told))]))
    return file


def made() -> Settings:
    return settings(topics=(BRIDGE,))


def backfill(store: Store, span: Span = Span(), limits: Limits = Limits()) -> Backfill:
    return Backfill(Desk.of(made()), store, Scope(("bridge",), span), lambda: NOW, limits=limits)


def broken_off(store: Store, file: Path) -> None:
    """Read two records of *file*, and no more."""
    one = backfill(store, limits=Limits(records=2))
    one.stopped = lambda: bool(one.reads.records)
    one.take([str(file)])


def titles(store: Store) -> list[str]:
    return [e.title for e in store.entries()]


@pytest.fixture
def store(tmp_path):
    with open_store(str(tmp_path / "timeline.db")) as store:
        store.declare(made(), NOW)
        yield store


def test_what_an_archive_has_of_a_topic_waits_in_the_inbox(store, tmp_path):
    done = backfill(store)
    done.take([str(archive(tmp_path))])
    assert titles(store) == ["河城大桥第0号消息", "河城大桥第3号消息", "河城大桥第6号消息"]
    assert done.reads == Reads(records=9, unnamed=6, found=3) and not done.faults
    assert [w.topics for w in store.inbox(NOW)] == [("bridge",)] * 3


def test_an_archive_is_read_once_wherever_it_lies(store, tmp_path):
    file = archive(tmp_path)
    backfill(store).take([str(file)])
    moved = file.rename(tmp_path / "b.warc.gz")
    again = backfill(store)
    again.take([str(moved)])
    assert (again.known, again.reads) == (1, Reads()) and len(titles(store)) == 3


def test_other_names_or_days_are_another_question(store, tmp_path):
    file = archive(tmp_path)
    backfill(store).take([str(file)])
    again = backfill(store, Span(date(2019, 1, 1)))
    again.take([str(file)])
    assert again.known == 0 and again.reads.records == 9 and len(titles(store)) == 3


@pytest.mark.parametrize(
    ("since", "until", "found"), [("2019-05-06", "2019-05-06", 3), ("2019-05-07", None, 0), (None, "2019-05-05", 0)]
)
def test_only_what_was_published_on_the_days_is_taken(store, tmp_path, since, until, found):
    day = date.fromisoformat
    backfill(store, Span(since and day(since), until and day(until))).take([str(archive(tmp_path))])
    assert len(titles(store)) == found


def test_a_page_without_a_date_counts_by_the_day_on_which_it_was_saved(store, tmp_path):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(packed([response(url(1), page("河城大桥通车", day=""))]))  # saved at 10:00 of the 7th in Shanghai
    backfill(store, Span(date(2019, 5, 7), date(2019, 5, 7))).take([str(file)])
    (entry,) = store.entries()
    assert entry.published.day is None


def test_broken_off_after_each_part_it_goes_on_and_nothing_is_twice(store, tmp_path):
    file = archive(tmp_path, 30)
    for _ in range(40):
        one = backfill(store, limits=Limits(records=2))
        one.stopped = lambda: bool(one.reads.records)  # noqa: B023 asked at once
        one.take([str(file)])
    last = backfill(store)
    last.take([str(file)])
    assert last.known == 1
    assert titles(store) == [f"河城大桥第{n}号消息" for n in range(0, 30, 3)]


@pytest.mark.parametrize("change", ["longer", "shorter", "another"])
def test_a_file_that_is_changed_while_it_is_read_is_told_and_read_whole_once_it_is_named_again(store, tmp_path, change):
    file = archive(tmp_path, 30)
    whole = file.read_bytes()
    changed = {"longer": whole + packed([info()]), "shorter": whole[: len(whole) // 2], "another": whole[::-1]}[change]
    reading = backfill(store, limits=Limits(records=2))
    reading.told = lambda *_: file.write_bytes(changed) and None
    reading.take([str(file)])
    assert any("was changed while it was read" in fault for fault in reading.faults)
    assert not any(a.finished for a in [store.archive(reading.begun(File(file, "warc")).id)] if a)
    file.write_bytes(whole)
    again = backfill(store)
    again.take([str(file)])
    assert not again.faults and titles(store) == [f"河城大桥第{n}号消息" for n in range(0, 30, 3)]


def test_an_archive_is_the_same_by_another_name(store, tmp_path):
    file = archive(tmp_path, 30)
    broken_off(store, file)
    moved = file.rename(tmp_path / "b.warc.gz")
    (link := tmp_path / "latest.warc.gz").symlink_to(moved)
    last = backfill(store)
    last.take([str(link)])
    assert not last.faults and titles(store) == [f"河城大桥第{n}号消息" for n in range(0, 30, 3)]


def test_another_file_in_the_place_of_one_that_was_broken_off_is_not_gone_on_with(store, tmp_path):
    file = archive(tmp_path, 30)
    broken_off(store, file)
    (left,) = store.open_archives()
    file.write_bytes(packed([info(), response(url(1), page("河城大桥的别的消息"))]))
    other = backfill(store)
    other.try_to_read(left)
    assert "was changed while it was read" in other.faults[0] and not store.open_archives()


def test_a_part_is_written_whole_or_not_at_all(store, tmp_path):
    file = archive(tmp_path)

    class Failing:
        def __getattr__(self, name):
            return getattr(store, name)

        def take(self, taken, now):
            store.take(taken, now)
            raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        backfill(Failing()).take([str(file)])
    assert titles(store) == []
    backfill(store).take([str(file)])
    assert len(titles(store)) == 3


def test_two_readers_of_one_archive_do_not_both_write(store, tmp_path):
    file = archive(tmp_path)
    first = backfill(store, limits=Limits(records=2))
    second = backfill(store, limits=Limits(records=2))

    def overtaken(*_):
        second.take([str(file)])

    first.told = overtaken
    other = archive(tmp_path, 4, "b.warc.gz")
    first.take([str(file), str(other)])
    assert "another process" in first.faults[0] and (len(first.faults), first.files) == (1, 2)
    assert titles(store)[:3] == ["河城大桥第0号消息", "河城大桥第3号消息", "河城大桥第6号消息"]


def saved(folder: Path, *records: bytes, name: str = "a.warc.gz") -> str:
    (folder / name).write_bytes(packed(records))
    return str(folder / name)


def test_a_date_is_not_held_against_a_moment_that_is_still_to_come(store, tmp_path):
    told = response(url(1), page("河城大桥通车", day="2098-05-06"), at="2099-01-01T00:00:00Z")
    backfill(store).take([saved(tmp_path, told)])
    assert [e.published.day for e in store.entries()] == [None]


def test_a_page_that_is_wanted_is_not_lost_behind_one_that_is_not(store, tmp_path):
    """Two pages begin alike, and one of them is saved again when it says something else."""
    lead = TEXT * 8
    about = page("公告", lead, "河城大桥通车。" + TEXT)
    other = page("公告", lead, "天气晴好。<!-- 河城大桥 -->" + TEXT)
    backfill(store).take([saved(tmp_path, response(url(1), about), response(url(1), other), response(url(2), other))])
    assert (url(1), "waiting") in [(e.url, e.state.value) for e in store.entries()]


def test_an_address_that_gave_no_archive_is_asked_for_again(store, tmp_path):
    told = [b"<html>come back later</html>", b"", archive(tmp_path).read_bytes()]

    def fetch(url: str) -> Path:
        (tmp_path / "fetched").write_bytes(told.pop(0))
        return tmp_path / "fetched"

    for faults, found in ((1, 0), (1, 0), (0, 3), (0, 3)):
        done = backfill(store)
        done.fetch = fetch
        done.take(["https://data.example/a.warc.gz"])
        assert (len(done.faults), len(titles(store))) == (faults, found)


def test_what_lies_in_a_folder_and_cannot_be_read_is_told(store, tmp_path):
    home = tmp_path / "saved"
    home.mkdir()
    (home / "gone.warc.gz").symlink_to(tmp_path / "nowhere")
    os.mkfifo(home / "pipe.html")
    archive(home)
    done = backfill(store)
    done.take([str(home)])
    assert len(titles(store)) == 3
    assert [f.rpartition(": ")[2] for f in done.faults] == ["No such file or directory", "is no plain file"]


def test_a_list_of_what_is_not_there_is_left_when_it_is_time(store, tmp_path):
    (tmp_path / "a.paths").write_text("none.warc.gz\n" * 100_000)
    done = backfill(store)
    done.stopped = lambda: len(done.faults) >= 5
    done.take([str(tmp_path / "a.paths")])
    assert len(done.faults) == 5


def test_what_a_feed_brought_is_not_read_again(store, tmp_path):
    file, other = archive(tmp_path), tmp_path / "b.warc.gz"
    other.write_bytes(packed([response(url(0), page("河城大桥第0号消息"))]))
    backfill(store).take([str(file), str(other)])
    states = [(e.url, e.state.value) for e in store.entries()]
    assert states == [(url(0), "waiting"), (url(3), "waiting"), (url(6), "waiting"), (url(0), "duplicate")]


def test_a_file_that_cannot_be_read_costs_itself_alone(store, tmp_path):
    (tmp_path / "junk.warc.gz").write_bytes(b"no archive")
    done = backfill(store)
    names = ("none.warc.gz", "junk.warc.gz", archive(tmp_path).name, "timeline.db")
    done.take([str(tmp_path / name) for name in names])
    assert len(titles(store)) == 3
    assert [f.rpartition(": ")[2][:20] for f in done.faults] == [
        "there is no such fil",
        "Invalid WARC header"[:20],
        "is no archive that i",
    ]


FEED = """<rss version="2.0"><channel><title>t</title>
<item><title>河城大桥通车</title><link>https://paper.example/f1</link><pubDate>Mon, 06 May 2019 08:00:00 +0800</pubDate></item>
<item><title>河城大桥封闭</title><link>https://paper.example/f2</link><pubDate>3小时前</pubDate></item>
<item><title>天气</title><link>https://paper.example/f3</link></item></channel></rss>"""


def test_a_saved_feed_gives_its_entries_as_a_poll_would(store, tmp_path):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "feed.xml").write_text(FEED, "utf-8")
    done = backfill(store)
    done.take([str(tmp_path / "saved")])
    assert [(e.title, e.state.value, e.published.day) for e in store.entries()] == [
        ("河城大桥通车", "waiting", date(2019, 5, 6)),
        ("河城大桥封闭", "waiting", None),
        ("天气", "rejected", None),
    ]
    assert not done.faults


def test_a_saved_page_is_read_from_the_file(store, tmp_path):
    (tmp_path / "saved").mkdir()
    for n, day in enumerate(("2019-05-06", "")):
        told = page(f"河城大桥第{n}号消息", day=day).replace(
            "<article>", "<article><p>发布时间：3小时前</p>" * (not day)
        )
        (tmp_path / "saved" / f"{n}.html").write_text(told, "utf-8")
    backfill(store).take([str(tmp_path / "saved")])
    found = list(store.entries())
    assert [(e.title, e.published.day) for e in found] == [
        ("河城大桥第0号消息", date(2019, 5, 6)),
        ("河城大桥第1号消息", None),
    ]
    saved = store.saved(found[0].id)
    assert saved and saved.fetched is None and saved.body and found[0].identity.startswith("sha256:")


def test_a_line_of_gdelt_gives_an_address_whose_page_is_still_to_be_asked_for(store, tmp_path):
    cells = [""] * 27
    cells[1], cells[4], cells[26] = "20190506081500", url(1), "<PAGE_TITLE>河城大桥通车</PAGE_TITLE>"
    (tmp_path / "a.gkg.csv").write_text("\t".join(cells) + "\n", "utf-8")
    backfill(store).take([str(tmp_path / "a.gkg.csv")])
    (entry,) = store.entries()
    assert (entry.title, entry.url, entry.published.day, entry.published.flag) == (
        "河城大桥通车",
        url(1),
        None,
        "crawl_time",
    )
    saved = store.saved(entry.id)
    assert saved and saved.fetched == datetime(2019, 5, 6, 8, 15, tzinfo=UTC) and not saved.sha256


def test_many_small_files_are_each_read_once(store, tmp_path):
    (tmp_path / "saved").mkdir()
    for n in range(250):
        (tmp_path / "saved" / f"{n}.html").write_text(page(f"{'河城大桥' if n == 120 else '天气'}第{n}号消息"), "utf-8")
    for known in (0, 250):
        done = backfill(store)
        done.take([str(tmp_path / "saved")])
        assert (done.files, done.known) == (250, known)
    assert titles(store) == ["河城大桥第120号消息"]


class TestCommand:
    @pytest.fixture
    def place(self, tmp_path):
        (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
        return tmp_path

    def test_it_reads_digests_and_tells(self, place):
        archive(place)
        ran = monitor("backfill", "a.warc.gz", cwd=place)
        assert ran.status == 0 and "9 records: 3 found, 6 name no topic" in ran.out
        entries = [json.loads(x) for x in monitor("entries", "--format", "jsonl", cwd=place).out.splitlines()]
        assert [(e["state"], e["article"]["fetched"]) for e in entries] == [("kept", "2019-05-07T02:00:00Z")] * 3
        assert monitor("verify", cwd=place).status == 0
        assert "1 archive (1 read before)" in monitor("backfill", "a.warc.gz", cwd=place).out

    def test_what_cannot_be_read_is_told_and_the_status_says_so(self, place):
        archive(place)
        ran = monitor("backfill", "none.warc", "a.warc.gz", cwd=place)
        assert ran.status == 1 and "none.warc: there is no such file" in ran.err and "3 found" in ran.out

    def test_days_in_the_wrong_order_are_refused(self, place):
        ran = monitor("backfill", "--from", "2020-01-02", "--to", "2020-01-01", "a", cwd=place)
        assert ran.status == 2 and "--from 2020-01-02 is after --to 2020-01-01" in ran.err

    def test_beside_a_process_that_polls_the_inbox_is_left_to_it(self, place):
        archive(place)
        with open_store(str(place / "timeline.db")) as store:
            store.hold()
            ran = monitor("backfill", "a.warc.gz", cwd=place)
            assert ran.status == 0 and "read by the monitor that runs" in ran.err
            assert len(store.inbox(NOW.replace(year=2099))) == 3

    def _written(self, place: Path) -> object:
        """Return what tells that more was read or digested."""
        try:
            with contextlib.closing(sqlite3.connect(f"{(place / 'timeline.db').as_uri()}?mode=ro", uri=True)) as db:
                asked = "SELECT (SELECT reads FROM archives), count(*), sum(state = 'waiting') FROM entries"
                return db.execute(asked).fetchone()
        except sqlite3.OperationalError:  # not made yet
            return None

    @pytest.mark.long
    def test_killed_at_any_instant_it_loses_and_doubles_nothing(self, place):
        """Some die at the start, some within a part, some while what was found is digested."""
        dice = random.Random(int(os.environ.get("KILL_SEED", "1")))
        count = 600
        file, ends = archive(place, 3 * count), []
        while not ends or ends[-1] != 0:
            process = start("backfill", file.name, cwd=place)
            if len(ends) < 15:
                if dice.random() < 0.8:  # at its work, however quick the machine is
                    before = self._written(place)
                    until(lambda: self._written(place) != before or process.poll() is not None)  # noqa: B023 waited for here
                time.sleep(dice.uniform(0, 0.08))
                process.kill()
            ends.append(process.wait(300))
        assert ends.count(-9) >= 8, ends
        found = [json.loads(x) for x in monitor("entries", "--format", "jsonl", cwd=place).out.splitlines()]
        assert [e["url"] for e in found] == [url(n) for n in range(0, 3 * count, 3)]
        assert monitor("poll", cwd=place).status == 0  # reads what was left waiting
        found = [json.loads(x) for x in monitor("entries", "--format", "jsonl", cwd=place).out.splitlines()]
        assert {(e["state"], e["article"]["fetched"]) for e in found} == {("kept", "2019-05-07T02:00:00Z")}
        assert monitor("verify", cwd=place).status == 0
        with open_store(str(place / "timeline.db")) as store:
            (told,) = {e.feed for e in store.entries()}
            assert told.startswith("archive:")
        with sqlite3.connect(place / "timeline.db") as db:
            ((reads, finished),) = db.execute("SELECT reads, finished FROM archives").fetchall()
            assert finished and json.loads(reads) == {
                **json.loads(reads),
                "records": 3 * count,
                "found": count,
                "unnamed": 2 * count,
            }
            assert db.execute("SELECT count(*) FROM archived WHERE body IS NOT NULL").fetchone() == (0,)
