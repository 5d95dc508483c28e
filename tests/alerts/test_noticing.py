"""What is worth telling: the difference between an event as it was told and as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.export import notices as words
from monitor.model import (
    UNKNOWN_WHEN,
    Basis,
    Channel,
    DecisionRecord,
    Event,
    FeedState,
    FeedStatus,
    Figure,
    Notice,
    Pending,
    Phase,
    Precision,
    Reason,
    Relation,
    Source,
    Status,
    Tell,
    When,
)
from monitor.noticing import BURST, Desk, sealed
from tests.store.make import NOW, RSS, TOPIC, article, day, event, feed, mention, placed, topic

DESK = Desk({TOPIC: topic()}, {}, timedelta(hours=1))
CHANNEL = Channel("desk", "webhook", "https://hooks.example/")


def ev(id: str = "ev_1", **fields: object) -> Event:
    found = article(1)
    return event(id, placed(mention(found), found), **fields)  # type: ignore[arg-type]


def pending(before: Event | None, after: Event | None, n: int = 1, rivals: Sequence[Event] = ()) -> Pending:
    about = after or before
    assert about
    return Pending(n, NOW, about.id, TOPIC, before, after, rivals=tuple(rivals), version=n)


def told(*waits: Pending, channel: Channel = CHANNEL, now: datetime = NOW) -> list[list[str]]:
    """Return what each notice of each alert is about."""
    made = sealed(DESK, channel, waits, now)
    return [n["what"] for alert, _ in made.alerts for n in json.loads(alert.notices)]


def within(first: int, last: int) -> When:
    return When(date(2025, 3, first), date(2025, 3, last), Precision.WITHIN, Basis.STATED, "3月")


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (None, {}, ["new"]),
        (None, {"phase": Phase.PLANNED}, ["new"]),
        (None, {"status": Status.RETRACTED}, None),
        (None, {"relation": Relation.BACKGROUND}, None),
        (None, {"relation": Relation.BACKGROUND, "independent_origins": 2}, None),
        (None, {"title": "", "places": ("谁也没说的地方",)}, None),  # a field that rests on nothing
        ({}, {}, None),
        ({}, {"title": "大桥正式开工", "importance": 0.9, "independent_origins": 7, "places": ()}, None),
        ({}, {"status": Status.CORROBORATED}, ["status"]),
        ({}, {"status": Status.DENIED}, ["status"]),
        ({"phase": Phase.PLANNED}, {"phase": Phase.DONE}, ["status"]),
        ({}, {"phase": Phase.CANCELLED}, ["status"]),
        ({}, {"status": Status.RETRACTED}, ["retraction"]),
        ({"status": Status.RETRACTED}, {"status": Status.RETRACTED}, None),
        ({"status": Status.RETRACTED}, {}, ["new"]),  # it was taken back before anybody was told of it
        ({"relation": Relation.BACKGROUND}, {}, ["new"]),
        ({"relation": Relation.BACKGROUND, "independent_origins": 2}, {}, ["new"]),
        ({"relation": Relation.BACKGROUND}, {"status": Status.RETRACTED}, None),
        ({"places": ("谁也没说的地方",)}, {}, ["new"]),  # it could not be shown before
        ({"when": within(1, 31)}, {"when": day(19)}, None),  # finer
        ({"when": UNKNOWN_WHEN}, {"when": day(19)}, None),
        ({"when": day(19)}, {"when": day(20)}, ["correction"]),
        ({"when": within(1, 10)}, {"when": within(5, 20)}, ["correction"]),
        ({}, {"status": Status.DISPUTED, "when": day(20)}, ["status", "correction"]),
    ],
)
def test_what_is_told_is_what_differs_and_matters(before, after, what):
    waits = pending(None if before is None else ev(**before), ev(**after))
    assert told(waits) == ([what] if what else [])
    made = sealed(DESK, CHANNEL, [waits], NOW)
    assert made.nothing == (() if what else (1,))


def test_what_was_told_and_taken_back_stands_again_by_its_status():
    waits = replace(pending(ev(status=Status.RETRACTED), ev()), was_told=True)
    assert told(waits) == [["status"]]


def test_a_figure_of_the_same_measure_that_is_another_is_a_correction():
    one, other = Figure(1e9, "CNY", "10亿", "cost"), Figure(1.8e9, "CNY", "18亿", "cost")
    bare = [replace(f, what="") for f in (one, other)]
    fields = {"evidence": tuple(replace(e, supports=("title", "when", "figures")) for e in ev().evidence)}
    assert told(pending(ev(figures=(one,), **fields), ev(figures=(other,), **fields))) == [["correction"]]
    assert told(pending(ev(figures=(bare[0],), **fields), ev(figures=(bare[1],), **fields))) == []
    assert told(pending(ev(figures=(one,), **fields), ev(figures=(one, other), **fields))) == []


def test_a_title_that_a_person_put_right_is_a_correction():
    record = DecisionRecord("甲", NOW, "", ("title",), "de_1", "edit")
    before = ev()
    after = replace(before, title="大桥没有开工", evidence=(*before.evidence, record))
    assert told(pending(before, after)) == [["correction"]]
    assert told(pending(before, replace(after, title=before.title))) == []
    assert told(pending(after, replace(after, title="大桥也许开工"))) == []


def test_a_step_of_the_ladder_is_told_once_by_the_first_that_reached_it():
    talks, signed, same = (ev(f"ev_{n}", stage=s) for n, s in enumerate(("talks", "agreement", "agreement")))
    assert told(pending(None, signed, 1, [talks])) == [["new", "stage"]]
    assert told(pending(None, talks, 1, [signed])) == [["new"]]
    assert told(pending(None, same, 1, [signed])) == [["new"]]
    both = [pending(None, signed, 1, [same]), pending(None, same, 2, [signed])]
    assert told(*both) == [["new", "stage"], ["new"]]
    assert told(pending(ev(), ev(stage="agreement"))) == [["stage"]]
    assert told(pending(ev(stage="agreement"), ev(stage="agreement"))) == []


@pytest.mark.parametrize("fields", [{"phase": Phase.PLANNED}, {"status": Status.DENIED}, {"status": Status.DISPUTED}])
def test_what_is_planned_or_doubted_reaches_no_step(fields):
    assert told(pending(None, ev(stage="agreement", **fields))) == [["new"]]


def test_what_has_gone_into_another_tells_nothing():
    assert told(pending(ev(), None)) == []


def test_a_channel_is_told_what_it_wants():
    stages = replace(CHANNEL, tell=(Tell.STAGE,))
    assert told(pending(None, ev(stage="agreement")), channel=stages) == [["stage"]]
    assert told(pending(None, ev()), channel=stages) == []


def blind(
    after: timedelta, state: FeedState = FeedState.FAILING, *, was: bool = False, now: bool = True
) -> list[list[str]]:
    waits = Pending(1, NOW, RSS, was_blind=was, is_blind=now, feed=FeedStatus(RSS, RSS, state, "timeout", NOW))
    made = sealed(DESK, CHANNEL, [waits], NOW + after)
    assert bool(made.alerts) + bool(made.nothing) <= 1
    return [["waits"]] if not (made.alerts or made.nothing) else told(waits, now=NOW + after)


def test_a_source_that_is_not_seen_for_a_while_is_told_and_one_that_comes_back_before_is_not():
    hour = timedelta(hours=1)
    assert blind(hour / 2) == [["waits"]]
    assert blind(hour) == [["blind"]]
    assert blind(timedelta(0), FeedState.STOPPED) == [["blind"]]
    assert blind(hour / 2, now=False) == []
    assert blind(timedelta(0), was=True, now=False) == [["blind"]]
    assert blind(-hour) == [["blind"]]  # by a clock that was wrong


def test_a_channel_is_told_of_the_feeds_that_serve_its_topics_by_the_name_of_their_source():
    waits = Pending(1, NOW, RSS, is_blind=True, feed=FeedStatus(RSS, RSS, FeedState.STOPPED))
    serving = replace(feed(RSS, TOPIC), source="paper")
    paper = Source("paper", "河城日报")
    for topics, name in (((), "河城日报"), ((TOPIC,), "河城日报"), (("other",), "")):
        made = sealed(
            replace(DESK, feeds={RSS: serving}, sources={"paper": paper}), replace(CHANNEL, topics=topics), [waits], NOW
        )
        assert [alert.title for alert, _ in made.alerts] == ([f"来源看不到：{name}"] if name else [])


def test_each_event_is_an_alert_and_many_are_one_and_feeds_go_together():
    feeds = [
        Pending(90 + n, NOW, f"{RSS}{n}", is_blind=True, feed=FeedStatus(RSS, RSS, FeedState.STOPPED)) for n in range(2)
    ]
    few = [pending(None, ev(f"ev_{n}"), n) for n in range(1, BURST + 1)]
    assert [len(rows) for _, rows in sealed(DESK, CHANNEL, [*few, *feeds], NOW).alerts] == [1] * BURST + [2]
    many = [*few, pending(None, ev("ev_99"), 80)]
    assert [len(rows) for _, rows in sealed(DESK, CHANNEL, [*many, *feeds], NOW).alerts] == [BURST + 3]
    digest = replace(CHANNEL, digest=("08:00",))
    assert [len(rows) for _, rows in sealed(DESK, digest, [*few[:2], *feeds], NOW).alerts] == [4]


def test_the_same_is_told_under_the_same_id_and_anything_else_under_another():
    one = sealed(DESK, CHANNEL, [pending(None, ev())], NOW).alerts[0][0]
    assert sealed(DESK, CHANNEL, [pending(None, ev())], NOW + timedelta(days=1)).alerts[0][0].id == one.id
    others = [
        sealed(DESK, replace(CHANNEL, id="x"), [pending(None, ev())], NOW),
        sealed(DESK, CHANNEL, [pending(None, ev(), 2)], NOW),
        sealed(DESK, CHANNEL, [pending(None, ev("ev_2"))], NOW),
    ]
    assert one.id not in {made.alerts[0][0].id for made in others}


# --------------------------------------------------------------------------- words


def said(*notices: Notice, language: str = "") -> str:
    return words.text(notices, DESK.topics, str, language)


def test_an_alert_says_what_happened_in_true_precision_how_sure_and_who_says_so():
    year = When(date(2024, 1, 1), date(2024, 12, 31), Precision.YEAR, Basis.STATED, "2024年")
    told = ev(when=year, reasons=(Reason("status", "one origin"),))
    text = said(Notice(1, (Tell.NEW,), told))
    assert "2024年 · 建设 · 有报道" in text and "1月1日" not in text
    assert "有报道：只有一个来源" in text and f"“{mention(article(1)).quote}”" in text
    assert article(1).url in text and "大桥能通车吗?" in text
    english = said(Notice(1, (Tell.NEW,), told), language="en")
    assert "New event" in english and "2024 · construction · reported" in english


def test_a_digest_tells_twenty_in_full_and_more_by_their_titles():
    notices = [Notice(n, (Tell.NEW,), ev(f"ev_{n}")) for n in range(150)]
    text = said(*notices)
    assert text.count("“") == 20 and "另有 50 条" in text
    assert "ev＿99" in text and "ev＿100" not in text
    assert len(json.loads(words.records(notices, DESK.topics))) == 150
    assert words.title(notices, DESK.topics, "") == "大桥能通车吗? 150 条消息"


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_title_and_no_source_breaks_a_line_or_steers_a_service(title, source):
    notice = Notice(1, (Tell.NEW,), ev(title=title))
    plain = Notice(1, (Tell.NEW,), ev(title="x"))
    lines = words.text([notice], DESK.topics, lambda _: source, "zh").split("\n")
    assert len(lines) == len(words.text([plain], DESK.topics, lambda _: "y", "zh").split("\n"))
    for text in (*lines, words.title([notice], DESK.topics, "zh")):
        assert not set(text) & set("<>[]`*_~|@\\\r\n\x00\x1b\x85\u2028\u202e\u2066")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://a.example/一?b=c&d=%E4", "https://a.example/%E4%B8%80?b=c&d=%E4"),
        ("https://a.example/x) [y](https://b.example", "https://a.example/x%29%20%5By%5D%28https://b.example"),
        ("https://a.example/@all<at>", "https://a.example/%40all%3Cat%3E"),
        ("javascript:alert(1)", ""),
        ("https://a.example/\nBcc: x", ""),
    ],
)
def test_a_link_is_one_or_none(url, told):
    assert words.link(url) == told
