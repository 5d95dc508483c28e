"""The gold timeline says of itself what is true, and is counted as its measure claims."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import Found, Gold, Mark, Text, Wanted, assign, bounds, records
from eval.measure_timeline import DATA, Part, agreement
from monitor import config

A, B, C = "https://a.example/1", "https://b.example/2", "https://c.example/3"


def _gold() -> Gold:
    """Two deals: A tells both, B the first, C neither."""
    day = bounds("2025-06-05")
    texts = {
        A: Text("a", "dev", (Mark("first", 0, 20, False), Mark("second", 20, 40, False)), (day,), date(2025, 6, 6)),
        B: Text("b", "dev", (Mark("first", 0, 20, False), Mark("second", 20, 40, True)), (), None),
        C: Text("c", "dev", (), (), date(2025, 6, 6)),
    }
    deal = ("agreement",), ("asserted",)
    events = {
        "first": Wanted("first", "t", "dev", "one", ("2025-06-05",), *deal, frozenset({"a", "b"}), False),
        "second": Wanted("second", "t", "dev", "two", (None, "[*..2025-06-30]"), *deal, frozenset({"a"}), False),
    }
    return Gold(texts, events, ())


def _found(*spans: tuple[str, int, int], when: str | None = None, id: str = "ev_1", **more: str) -> Found:
    first, last = bounds(when) if when else (None, None)
    ends = {"earliest": first, "latest": last}
    shown = {k: v.isoformat() if v not in (None, date.min, date.max) else None for k, v in ends.items()}
    record: dict[str, Any] = {
        "id": id,
        "topic": "t",
        "kind": "investment",
        "status": "reported",
        "phase": "done",
        "title": "",
    }
    evidence = [{"type": "quote", "url": url, "start": start, "end": end} for url, start, end in spans]
    return Found({**record, "when": {"edtf": when, "raw": "", **shown}, "evidence": evidence, **more})


# --------------------------------------------------------------------------- the data


SETS = [DATA / "gold", DATA / "gold_pairs", DATA / "gold_wide"]


@pytest.fixture(params=SETS, ids=[folder.name for folder in SETS])
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_every_event_names_the_articles_that_are_marked_with_it_and_they_are_of_its_part(folder: Path) -> None:
    articles, events = records(folder / "articles.jsonl"), records(folder / "events.jsonl")
    parts = {a["id"]: a["part"] for a in articles}
    for event in events:
        telling = [a for a in articles if any(m["event"] == event["id"] and not m.get("also") for m in a["marks"])]
        assert sorted(a["id"] for a in telling) == event["articles"]
        # What may be found or not may be only recalled.
        assert event.get("optional") or event["part"] in {parts[id] for id in event["articles"]}


def test_every_mark_lies_in_its_text_and_names_an_event(folder: Path) -> None:
    events = {e["id"] for e in records(folder / "events.jsonl")}
    for article in records(folder / "articles.jsonl"):
        for mark in article["marks"]:
            assert 0 <= mark["start"] < mark["end"] <= len(article["text"])
            assert mark["event"] in events


def test_the_gold_timelines_are_as_large_as_they_claim() -> None:
    told = [len(records(folder / "articles.jsonl")) for folder in SETS]
    wanted = [sum(not e.get("optional") for e in records(folder / "events.jsonl")) for folder in SETS]
    assert told[0] >= 200 and sum(told) >= 340
    assert wanted[0] >= 45 and sum(wanted) >= 120


def test_every_date_of_the_gold_timeline_can_be_read(folder: Path) -> None:
    told = [d for a in records(folder / "articles.jsonl") for d in [*a["dates"], *(m["told"] for m in a["marks"])] if d]
    right = [w for e in records(folder / "events.jsonl") for w in e["when"] if w and "*" not in w]
    assert all(first <= last for first, last in map(bounds, told + right))


def test_its_configuration_is_one_that_monitor_takes(folder: Path) -> None:
    settings = config.load(folder / "config.yaml", {}, folder).settings
    assert {t.id for t in settings.topics} == {e["topic"] for e in records(folder / "events.jsonl")}
    sent = {a["source"] for a in records(folder / "articles.jsonl")}
    assert sent == {s.name for s in settings.sources}


# --------------------------------------------------------------------------- the counting


@pytest.mark.parametrize(
    ("edtf", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-35", date(2025, 7, 1), date(2025, 9, 30)),
        ("2025-41", date(2025, 7, 1), date(2025, 12, 31)),
        ("2025-03-19", date(2025, 3, 19), date(2025, 3, 19)),
        ("[..2025-06-30]", date.min, date(2025, 6, 30)),
        ("[2025-06-30..]", date(2025, 6, 30), date.max),
        ("2025-03-14/2025-03-15", date(2025, 3, 14), date(2025, 3, 15)),
    ],
)
def test_a_date_is_bounded_by_its_first_and_last_day(edtf: str, first: date, last: date) -> None:
    assert bounds(edtf) == (first, last)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(st.integers(0, 5), min_size=n, max_size=n), max_size=4)))
def test_no_assignment_weighs_more_than_the_one_found(weights: list[list[int]]) -> None:
    pairs = assign(weights)
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    size = max(len(weights), len(weights[0]) if weights else 0)
    square = [row + [0] * (size - len(row)) for row in weights] + [[0] * size for _ in range(size - len(weights))]
    best = max(sum(square[r][c] for r, c in enumerate(order)) for order in permutations(range(size)))
    assert sum(weights[r][c] for r, c in pairs) == best


def test_an_article_that_tells_two_events_is_shared_by_the_one_that_was_quoted() -> None:
    gold = _gold()
    assert gold.align([_found((A, 18, 40))]) == {"ev_1": gold.events["second"]}


def test_what_an_article_only_recalls_speaks_neither_for_nor_against() -> None:
    gold = _gold()
    assert gold.shared(_found((A, 20, 40), (B, 20, 40)), gold.events["second"]) == 1
    assert gold.recalls(_found((B, 22, 40)))
    assert not gold.recalls(_found((A, 20, 40)))


def test_an_event_that_rests_on_two_gold_events_is_a_false_merge() -> None:
    gold = _gold()
    assert gold.merges(_found((A, 20, 40), (B, 0, 20))) is True
    assert gold.merges(_found((A, 0, 40), (B, 0, 20))) is False
    assert gold.merges(_found((A, 20, 40), (B, 20, 40))) is False


def test_an_event_that_takes_in_an_article_that_tells_nothing_is_a_false_merge() -> None:
    gold = _gold()
    assert gold.merges(_found((A, 0, 20), (C, 0, 9))) is True
    assert gold.merges(_found((C, 0, 9))) is None


@pytest.mark.parametrize(
    ("when", "invented"),
    [
        (None, False),
        ("2025-06-05", False),
        ("2025-06", False),
        ("[..2025-06-06]", False),
        ("[2025-06-06..]", False),
        ("2025-06-06", True),
        ("2024", True),
        ("[..2025-06-04]", True),
    ],
)
def test_a_date_is_invented_when_no_article_tells_one_within_it(when: str | None, invented: bool) -> None:
    assert _gold().invents(_found((A, 0, 20), when=when)) is invented


def test_right_is_what_agrees_in_family_and_class() -> None:
    gold = _gold()
    found = [_found((A, 0, 20), id="ev_1"), _found((A, 20, 40), id="ev_2", phase="planned")]
    part = Part.of("dev", gold, found, gold.align(found))
    assert [w.id for _, w in part.aligned] == ["first", "second"]
    assert [w.id for _, w in part.right] == ["first"]


def test_a_part_of_an_event_that_was_split_is_one_too_many() -> None:
    gold = _gold()
    found = [_found((A, 0, 20), id="ev_1"), _found((B, 0, 20), id="ev_2")]
    scores = {s.name: s.value for s in Part.of("dev", gold, found, gold.align(found)).scores("", "")}
    assert scores[": event F1"] == 2 * 1 / (2 + 2)
    assert scores[": tellings found"] == 1 / 3


def test_only_the_differences_of_dev_are_shown() -> None:
    found = [_found((C, 0, 9), title="no such thing")]
    gold = _gold()
    shown = Part.of("dev", gold, found, {}).scores("", "")
    assert "no such thing" in "".join(s.detail for s in shown)
    assert "no such thing" not in "".join(
        s.detail for s in Part("held", gold, found, [*gold.events.values()], {}).scores("", "")
    )


def test_a_date_with_an_open_pattern_is_right_whatever_its_other_bound() -> None:
    wanted = _gold().events["second"]
    assert wanted.has_date("[2025-06-01..2025-06-30]")
    assert wanted.has_date(None)
    assert not wanted.has_date("2025-06-30")


def test_orders_agree_where_a_quote_stands_with_the_same_others() -> None:
    together, apart = (
        [_found((A, 0, 1), (B, 0, 1)), _found((C, 0, 1))],
        [_found(s) for s in ((A, 0, 1), (B, 0, 1), (C, 0, 1))],
    )
    assert agreement(together, together) == (1.0, 3)
    assert agreement(together, apart) == (1 / 3, 3)
