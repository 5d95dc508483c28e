from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.export import FORMATS, Options, display, lines, record, render
from monitor.export.csv import EVENT_COLUMNS, EVIDENCE_COLUMNS, guard, unguard
from monitor.model import (
    UNKNOWN_WHEN,
    Basis,
    Coverage,
    DecisionRecord,
    FeedCoverage,
    FeedState,
    Kind,
    Phase,
    Precision,
    Quote,
    Relation,
    Timeline,
    When,
)
from monitor.resolve import assemble
from tests.resolve.make import BOTH, NOW, TOPIC, ZHANG, Memory, by, day, mention, money, placed, seed, year

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "export.schema.json").read_text("utf-8"))
ROUND = datetime(2025, 7, 2, 3, 4, 5, tzinfo=UTC)


def timeline(*titles: str) -> Timeline:
    """Return a timeline with every kind of date and evidence, revisions as the store would give them."""
    memory = Memory()
    memory.sow(seed(year(2024), "old", kind=Kind.INVESTMENT, objects=("丁科技",), relation=Relation.BACKGROUND))
    changes = memory.tell(
        placed("a", mention(day("2025-06-12"), actors=(*BOTH, ZHANG), figures=(money(1e9, "10亿元"),))),
        placed("b", mention(by("2025-06-30"), kind=Kind.MEETING, stage="talks")),
        placed("c", mention(UNKNOWN_WHEN, kind=Kind.VISIT, stage="visit", phase=Phase.PLANNED, actors=(ZHANG,))),
        *(placed(f"x{i}", mention(day(f"2025-03-{i + 1:02d}"), title=t)) for i, t in enumerate(titles)),
    )
    revised = {c.event.id: c.event.revisions for c in changes}
    first = next(iter(revised.values()))
    events = [replace(k.event, revisions=revised.get(k.event.id, first)) for k in memory.events]
    blind = FeedCoverage("http://x/", FeedState.FAILING, "dns", ROUND, None, ((ROUND, None),))
    return assemble(TOPIC, events, Coverage(ROUND, (blind,), day("2025-06-12")))


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_json_is_what_its_schema_says():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    told = json.loads(render(timeline(), "json"))
    jsonschema.validate(told, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert len(told["events"]) == 4


def test_a_decision_is_evidence_in_the_schema_too():
    told = timeline()
    event = replace(told.events[0], evidence=(DecisionRecord("甲", NOW, "核实过", ("when",), "de_1", "edit"),))
    jsonschema.validate(json.loads(render(replace(told, events=(event,)), "json")), SCHEMA)


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_the_same_timeline_gives_the_same_bytes(format):
    assert render(timeline(), format) == render(timeline(), format)


def test_unknown_is_null_and_instants_are_utc():
    told = json.loads(render(timeline(), "json"))
    unknown = [e["when"] for e in told["events"] if e["when"]["precision"] == "unknown"]
    assert unknown[0] == {
        "edtf": None,
        "earliest": None,
        "latest": None,
        "precision": "unknown",
        "basis": "unknown",
        "raw": None,
        "reference": None,
    }
    assert told["as_of"] == told["coverage"]["as_of"] == "2025-07-02T03:04:05Z"


def test_csv_has_a_row_an_event_with_its_best_quote():
    table = rows(render(timeline(), "csv"))
    assert list(table[0]) == list(EVENT_COLUMNS)
    assert [r["when"] for r in table] == ["2024", "2025-06-12", "[..2025-06-30]", ""]
    assert table[1]["quote"] == "a的一句话"
    assert table[1]["figures"] == "10亿元"
    assert table[0]["quote"] == ""


def test_csv_has_a_row_a_piece_of_evidence_when_asked():
    table = rows(render(timeline(), "csv", Options(rows="evidence")))
    assert list(table[0]) == list(EVIDENCE_COLUMNS)
    assert [r["type"] for r in table] == ["seed", "quote", "quote", "quote"]
    assert table[0]["file"] == "seeds/t.yaml"
    assert table[1]["start"] == "0"


def test_csv_begins_with_a_byte_order_mark_only_when_asked():
    assert render(timeline(), "csv", Options(bom=True)).startswith(b"\xef\xbb\xbfid,")
    assert render(timeline(), "csv").startswith(b"id,")


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@x", "'x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "＇x"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded_and_read_back(title):
    cells = [r["title"] for r in rows(render(timeline(title), "csv"))]
    assert "'" + title in cells


@given(st.text())
def test_guarding_is_undone_exactly(cell):
    assert unguard(guard(cell)) == cell


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_title_survives_the_table(title):
    table = rows(render(timeline(title + "。"), "csv"))
    assert title + "。" in [unguard(r["title"]) for r in table]


def test_a_lone_surrogate_is_escaped_and_breaks_nothing():
    for format in FORMATS:
        told = render(timeline("坏\ud800字"), format).decode("utf-8")
        assert (r"\ud800" in told) == (
            format in ("json", "jsonl", "csv", "timelinejs", "jsonfeed")
        ) or "坏\ufffd字" in told


def test_coverage_says_what_silence_is_worth():
    assert record.statement(timeline().coverage) == (
        "no new event since 2025-06-30; 0 of 1 sources healthy; blind on http://x/ since 2025-07-02T03:04Z"
    )
    assert record.statement(Coverage(None, ())).startswith("no round of polling has finished")
    assert record.statement(Coverage(ROUND, ())) == "no event seen; 0 of 0 sources healthy"


def test_where_nothing_can_be_seen_three_sources_are_named_and_the_others_counted():
    blind = ((ROUND, None),)
    dead = tuple(FeedCoverage(f"http://{n}/", FeedState.FAILING, "dns", ROUND, ROUND, blind) for n in range(31))
    told = record.statement(Coverage(ROUND, dead))
    assert "http://2/ since" in told and "http://3/" not in told
    assert told.endswith(", 28 more")
    assert len(record.coverage(Coverage(ROUND, dead))["blind"]) == 31


def test_only_blindness_since_the_last_event_and_its_last_spans_are_told():
    at = [datetime(2025, 7, n, 8, 30, tzinfo=UTC) for n in range(1, 11)]
    blind = tuple(zip(at[::2], at[1::2], strict=True))
    seen = FeedCoverage("http://y/", FeedState.FROZEN, "nothing new", ROUND, ROUND, blind[:1])
    told = Coverage(ROUND, (FeedCoverage("http://x/", FeedState.OK, "", ROUND, ROUND, blind), seen), day("2025-07-03"))
    assert record.statement(told) == (
        "no new event since 2025-07-03; 1 of 2 sources healthy; blind on http://x/ 1 times before"
        " and from 2025-07-05T08:30Z to 2025-07-06T08:30Z and from 2025-07-07T08:30Z to 2025-07-08T08:30Z"
        " and from 2025-07-09T08:30Z to 2025-07-10T08:30Z; frozen: http://y/ since 2025-07-02T03:04Z"
    )


def test_what_no_noun_holds_cannot_be_written():
    with pytest.raises(TypeError, match="complex"):
        record.plain(1j)


def within(first: date | None, last: date | None, precision: Precision = Precision.WITHIN) -> When:
    return When(first, last, precision, Basis.STATED)


JAN, MAR = date(2025, 1, 1), date(2025, 3, 31)


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (UNKNOWN_WHEN, "date unknown"),
        (day("2025-03-19"), "2025-03-19"),
        (year(2024), "2024"),
        (by("2025-03-20"), "by 2025-03-20"),
        (within(JAN, None), "since 2025-01-01"),
        (within(JAN, MAR), "within 2025-01-01 … 2025-03-31"),
        (within(JAN, MAR, Precision.RANGE), "2025-01-01 – 2025-03-31"),
        (within(JAN, None, Precision.RANGE), "2025-01-01 – …"),
        (within(JAN, MAR, Precision.QUARTER), "2025 Q1"),
        (within(date(2025, 7, 1), MAR, Precision.HALF), "2025 H2"),
        (within(JAN, MAR, Precision.MONTH), "2025-01"),
    ],
)
def test_a_date_is_shown_no_finer_than_it_is_known(when, shown):
    assert display.when(when) == shown


def test_a_plan_whose_date_has_passed_is_overdue():
    (event,) = [e for e in timeline().events if e.when.edtf == "2025-06-12"]
    planned = replace(event, phase=Phase.PLANNED)
    assert display.overdue(planned, date(2025, 6, 13))
    assert not display.overdue(planned, date(2025, 6, 12))
    assert not display.overdue(event, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (day("2025-03-19"), "stated as '2025-03-19'"),
        (
            replace(day("2025-03-19", Basis.RESOLVED), raw="昨天", reference=date(2025, 3, 20)),
            "'昨天' read from 2025-03-20",
        ),
        (by("2025-03-20"), "only the publication bounds it"),
        (UNKNOWN_WHEN, "not known"),
    ],
)
def test_the_basis_of_a_date_is_told_in_words(when, words):
    assert display.basis(when) == words


def test_a_hash_is_nobodys_name():
    event = next(e for e in timeline().events if e.when.edtf == "2025-06-12")
    quote = next(e for e in event.evidence if isinstance(e, Quote))
    nobody = replace(quote, source="", origin="0" * 64)
    assert display.teller(nobody) == display.first_told(nobody) == ""
    assert lines.sources(replace(event, evidence=(nobody,))) == ()
    told = render(replace(timeline(), events=(replace(event, evidence=(nobody,)),)), "html").decode()
    assert "0" * 40 not in told and "来源未注明" in told
    assert display.teller(replace(nobody, origin="新华社")) == "新华社"


def test_sources_and_actors_read_in_one_line():
    event = next(e for e in timeline().events if e.when.edtf == "2025-06-12")
    assert display.actors(event.actors) == "甲公司、乙市、张三（总裁）"
    assert display.sources(event) == "a"
