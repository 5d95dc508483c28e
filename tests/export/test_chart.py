from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.export import chart
from monitor.model import Coverage, FeedCoverage, FeedState
from tests.export.test_export import timeline

END = datetime(2025, 7, 11, tzinfo=UTC)
SINCE = datetime(2025, 5, 16, 12, tzinfo=UTC)
COUNTS = Counter({date(2025, 7, 1): 1, date(2025, 6, 1): 4, date(2024, 1, 1): 2})


def feed(*blind: tuple[datetime, datetime | None]) -> FeedCoverage:
    return FeedCoverage("http://x/", FeedState.OK, "", SINCE, END, blind)


def drawn(*feeds: FeedCoverage, since: datetime | None = SINCE, counts: Counter[date] = COUNTS) -> list[chart.Month]:
    told = replace(timeline(), as_of=END, coverage=Coverage(END, feeds))
    return list(chart.months(told, counts, since))


def test_every_month_from_the_first_report_on_has_its_share_of_the_busiest():
    found = drawn(feed())
    assert (found[0].name, found[-1].name, len(found)) == ("2024-01", "2025-07", 19)
    assert [(m.name, m.reports, m.height) for m in found if m.reports] == [
        ("2024-01", 2, 0.5), ("2025-06", 4, 1.0), ("2025-07", 1, 0.25),
    ]  # fmt: skip


def test_a_year_is_drawn_at_least_and_three_at_most():
    assert len(drawn(feed(), counts=Counter({date(2025, n, 1): 1 for n in (5, 6, 7)}))) == 12
    assert len(drawn(feed(), counts=COUNTS + Counter({date(1999, 1, 1): 9}))) == 36


def test_what_could_be_seen_is_counted_from_when_we_began_to_look():
    blind = (datetime(2025, 6, 16, tzinfo=UTC), None)
    *_, may, june, july = drawn(feed(), feed(blind))
    assert [m.seen for m in (may, june, july)] == [1.0, pytest.approx(0.75), pytest.approx(0.5)]
    assert {m.seen for m in drawn(feed())[:-3]} == {None}
    assert {m.seen for m in drawn(feed(), since=None)} == {m.seen for m in drawn()} == {None}


def test_where_a_sentence_says_as_much_nothing_is_drawn():
    assert drawn(feed(), counts=Counter({date(2025, 7, 1): 9})) == []
    assert drawn(feed(), counts=Counter({date(1999, n, 1): 1 for n in (1, 2, 3)})) == []
    assert list(chart.months(replace(timeline(), as_of=None), COUNTS, SINCE)) == []


def test_reports_are_articles_each_counted_once():
    events = timeline().events
    assert chart.reports((*events, *events)) == chart.reports(events)
