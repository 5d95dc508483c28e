from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import EntryState
from tests.newsroom import config
from tests.newsroom.play import Play, balanced, portable
from tests.newsroom.server import ARTICLES, OLD

EXPECTED = Path(__file__).parents[1] / "data" / "newsroom"
AFTER = datetime(2025, 6, 30, tzinfo=UTC)
TOPIC, SECOND = "xiaomi-luoyang", "catl-luoyang"

# What each article is to come to, by its id; those not named tell nothing of either topic.
EVENTS = {
    "2025-03-19": {"e4"},
    "2025-06-12": {"a1", "a2", "b1", "c1", "d1", "e1"},
    "2025-06-18": {"b2"},
    "2025-06-19": {"a2", "c2", "e4"},
    "2025-06-23": {"c7"},
    "2025-12": {"b3"},
    None: {"e2"},
}


@pytest.fixture
def play(room, tmp_path) -> Play:
    return Play(config.write(room, tmp_path), AFTER)


def told(play: Play, topic: str = TOPIC) -> dict[object, set[str]]:
    """Return the articles behind each event, by its date."""
    return {
        e["when"]["edtf"]: {x["url"].rsplit("/", 1)[1].removesuffix(".html") for x in e["evidence"]}
        for e in play.events(topic)
    }


def test_thirty_articles_become_the_events_that_they_tell(play):
    record = play.poll()
    assert balanced(record.counts) and record.counts.fetched == len(ARTICLES)
    assert told(play) == EVENTS
    assert told(play, SECOND) == {"2025-06-16": {"a4"}, "2025-06-21": {"a6"}}


@pytest.mark.parametrize("format", ["json", "csv"])
def test_the_export_is_what_it_was(play, format):
    play.poll()
    expected = (EXPECTED / f"expected.{format}").read_bytes().decode("utf-8")
    assert portable(play.export(TOPIC, format).decode("utf-8")) == expected


def test_a_second_round_adds_nothing(play):
    play.poll()
    before, entries = play.events(TOPIC), play.entries()
    again = play.later(hours=2).poll()
    assert (again.counts.kept, again.counts.rejected, again.counts.waiting) == (0, 0, 0)
    assert play.events(TOPIC) == before
    assert play.entries() == entries


def test_nothing_is_asked_before_it_is_due(play, room):
    play.poll()
    room.asked.clear()
    assert play.later(minutes=59).poll().feeds == {}
    assert not room.asked


def test_every_entry_is_accounted_for_with_a_reason(play):
    play.poll()
    rejected = play.entries(state=EntryState.REJECTED)
    assert len(rejected) + len(play.entries(state=EntryState.KEPT)) == len(ARTICLES)
    assert all(e.reason for e in rejected)


def test_articles_are_fetched_only_for_entries_that_pass_the_first_screen(play, room):
    play.poll()
    pages = {path for path in room.asked if "/n/" in path}
    assert not pages & {"a/n/a5.html", "b/n/b4.html", "c/n/c8.html", "d/n/d5.html"}
    assert all(count == 1 for count in room.asked.values())


def test_a_dead_page_waits_and_its_neighbours_go_on(play, room):
    room.down.add("b/n/b2.html")
    record = play.poll()
    (waiting,) = play.entries(state=EntryState.WAITING)
    assert record.counts.waiting == 1 and balanced(record.counts)
    assert "503" in waiting.reason
    room.down.clear()
    play.later(hours=2).poll()
    assert told(play) == EVENTS


def test_a_page_that_stays_dead_fails_with_its_reason(play, room):
    room.down.add("b/n/b2.html")
    for _ in range(6):
        play.poll()
        play.later(days=2)
    (failed,) = play.entries(state=EntryState.FAILED)
    assert "503" in failed.reason


def test_a_feed_that_is_down_costs_itself_alone_and_is_seen_later(play, room):
    room.down.add("b/atom.xml")
    play.poll()
    assert "2025-06-18" not in told(play) and "2025-06-12" in told(play)
    room.down.clear()
    play.later(hours=3).poll()
    assert told(play) == EVENTS


def test_an_edited_article_revises_its_event(play, room):
    play.poll()
    (before,) = [e for e in play.events(TOPIC) if e["when"]["edtf"] == "2025-06-18"]
    room.edited = True
    play.later(hours=2).poll()
    (after,) = [e for e in play.events(TOPIC) if e["when"]["edtf"] == "2025-06-18"]
    assert after["id"] == before["id"]
    assert [f["value"] for f in after["figures"]] == [3e8]
    assert [r["field"] for r in after["revisions"]] == ["created", "figures"]


def at_registration(play: Play) -> dict[str, object]:
    """Poll ten minutes after the registration came out; return its event."""
    play.now = datetime(2025, 6, 18, 9, 40, tzinfo=UTC)
    play.poll()
    (event,) = [e for e in play.events(TOPIC) if e["when"]["edtf"] == "2025-06-18"]
    return event


def test_a_page_is_looked_at_again_an_hour_a_day_and_a_week_after_it_came_out(play, room):
    at_registration(play)
    looks, at = [], 0
    for hours in (1, 2, 12, 23, 24, 25, 26, 48, 96, 166, 167, 168, 169, 170, 192, 216):
        room.asked.clear()
        play.later(hours=hours - at).poll()
        at = hours
        if room.asked["b/n/b2.html"]:
            looks.append(hours)
    assert looks == [1, 24, 24 * 7]


def test_an_article_that_was_rewritten_in_silence_revises_its_event_and_founds_no_other(play, room):
    before = at_registration(play)
    count = len(play.events(TOPIC))
    room.rewritten = True
    play.later(hours=1).poll()
    (after,) = [e for e in play.events(TOPIC) if e["when"]["edtf"] == "2025-06-18"]
    assert (after["id"], len(play.events(TOPIC))) == (before["id"], count)
    assert [f["value"] for f in after["figures"]] == [3e8]
    assert [r["field"] for r in after["revisions"]] == ["created", "figures"]


def test_an_article_that_was_taken_away_is_a_revision_of_its_event_which_stands(play, room):
    before = at_registration(play)
    room.gone.add("b/n/b2.html")
    play.later(hours=1).poll()
    (after,) = [e for e in play.events(TOPIC) if e["when"]["edtf"] == "2025-06-18"]
    assert after["evidence"] == before["evidence"]
    assert [r["field"] for r in after["revisions"]] == ["created", "evidence"]
    assert "404" in after["revisions"][-1]["why"]
    room.asked.clear()
    play.later(days=8).poll()
    assert not room.asked["b/n/b2.html"]
    assert {e.state for e in play.entries() if e.url.endswith("b2.html")} == {EntryState.KEPT}


def test_a_page_that_is_down_when_it_is_looked_at_again_changes_nothing(play, room):
    before = at_registration(play)
    room.down.add("b/n/b2.html")
    play.later(hours=1).poll()
    (after,) = [e for e in play.events(TOPIC) if e["when"]["edtf"] == "2025-06-18"]
    assert after == before
    room.down.clear()
    room.rewritten = True
    play.later(days=1).poll()
    (after,) = [e for e in play.events(TOPIC) if e["when"]["edtf"] == "2025-06-18"]
    assert [f["value"] for f in after["figures"]] == [3e8]


def test_a_restart_in_the_middle_loses_nothing(play, room):
    """The feeds are recorded, then the process is gone before a single article is read."""
    room.down.update(f"{x['outlet']}/n/{x['id']}.html" for x in ARTICLES)
    first = play.poll()
    assert first.counts.waiting > 10 and play.events(TOPIC) == []
    room.down.clear()
    play.later(minutes=11).poll()
    assert told(play) == EVENTS


def test_the_first_poll_of_a_feed_with_a_hundred_old_entries_judges_them_all(room, tmp_path):
    file = config.write(room, tmp_path)
    lines = file.read_text("utf-8").replace(room.at("b", "/atom.xml"), room.at("f", "/archive.xml"))
    file.write_text(lines, "utf-8")
    play = Play(file, AFTER)
    play.poll()
    old = play.entries(room.at("f", "/archive.xml"))
    assert len(old) == OLD
    assert sum(e.state is EntryState.KEPT for e in old) == OLD // 20
    years = [e["when"]["edtf"] for e in play.events(TOPIC) if str(e["when"]["edtf"]).startswith("2024")]
    assert len(years) == OLD // 20


def test_the_same_database_gives_the_same_bytes(play):
    play.poll()
    for format in ("json", "csv"):
        assert play.export(TOPIC, format) == play.export(TOPIC, format)


def test_every_quote_is_the_slice_that_it_says(play):
    from monitor import declared
    from monitor.store import open_store

    play.poll()
    with open_store(declared.read(play.config).settings.database, create=False) as store:
        for event in play.events(TOPIC):
            for piece in event["evidence"]:
                article = store.article_by_id(piece["article"])
                assert article is not None and article.text[piece["start"] : piece["end"]] == piece["quote"]
                assert article.text_sha256 == piece["text_sha256"]


def test_every_date_stands_in_a_quote_that_bears_it_out(play):
    play.poll()
    for event in play.events(TOPIC):
        if event["when"]["basis"] in ("stated", "resolved"):
            quotes = [x["reading"] or x["quote"] for x in event["evidence"] if "when" in x["supports"]]
            assert quotes and all(any(c.isdigit() or c in "昨今" for c in q) for q in quotes), event["title"]
            assert any(event["when"]["raw"] in q for q in quotes), event["title"]
