"""Each format is what its own parser, or its own schema, says it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import feedparser
import icalendar
import jsonschema
import pytest
from lxml import etree, html
from markdown_it import MarkdownIt

from monitor import resolve
from monitor.cli import telling
from monitor.export import FORMATS, MEDIA, Options, prose, render
from monitor.export.words import LANGUAGES, Words, words_of
from monitor.model import (
    UNKNOWN_WHEN,
    Basis,
    Coverage,
    Feed,
    FeedCoverage,
    FeedState,
    Phase,
    Precision,
    Revision,
    Status,
    Timeline,
)
from monitor.parse import feed as parse_feed
from tests.export.test_export import MAR, ROUND, day, timeline, within, year
from tests.parse.cases import response
from tests.resolve.make import NOW, TOPIC, by

DATA = Path(__file__).parents[1] / "data" / "export"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp; [x](javascript:alert(1)) **b** `c`\u202egnp"


def corrected() -> Timeline:
    """Return the timeline with one event that a person corrected."""
    told = timeline()
    revision = Revision(ROUND, "person:甲", "when", {"edtf": "2025-06-13"}, {"edtf": "2025-06-12"}, "原文写的是十二日")
    first, *_rest = (e for e in told.events if e.when.edtf == "2025-06-12")
    changed = replace(first, revisions=(*first.revisions, revision))
    return replace(told, events=tuple(changed if e.id == first.id else e for e in told.events))


def schema(name: str) -> object:
    return json.loads((DATA / f"{name}.schema.json").read_text("utf-8"))


def test_the_command_line_knows_every_format_and_the_web_what_each_is_called():
    assert list(FORMATS) == list(MEDIA) == telling.FORMATS


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_states_the_question_what_silence_is_worth_and_as_of_when(format):
    told = re.sub(r"\r\n ", "", render(timeline(), format).decode("utf-8"))
    if format == "markdown":
        told = told.replace("\\", "")
    assert TOPIC.question in told
    assert any(words in told for words in ("0 of 1 sources healthy", "1 个来源中 0 个正常"))
    assert any(words in told for words in ("2025-07-02T03:04:05Z", "2025-07-02 11:04"))


@pytest.mark.parametrize("format", FORMATS)
def test_an_event_that_was_retracted_is_told_only_when_asked_for(format):
    told = timeline("撤回的事")
    events = [replace(e, status=Status.RETRACTED) if e.title == "撤回的事" else e for e in told.events]
    left = resolve.assemble(TOPIC, events, told.coverage)
    asked = resolve.assemble(TOPIC, events, told.coverage, retracted=True)
    assert "撤回的事" not in render(left, format).decode("utf-8")
    assert "撤回的事" in render(asked, format).decode("utf-8")
    assert asked.answer == left.answer and asked.coverage == left.coverage


@pytest.mark.parametrize("format", FORMATS)
def test_a_timeline_without_anything_can_be_written_in_every_format(format):
    assert render(resolve.assemble(TOPIC, [], Coverage(None, ())), format)


def test_json_lines_are_a_head_and_an_event_a_line():
    head, *events = [json.loads(line) for line in render(timeline(), "jsonl").splitlines()]
    whole = json.loads(render(timeline(), "json"))
    assert events == whole.pop("events")
    assert head == whole


# --------------------------------------------------------------------------- feeds


def test_atom_is_read_without_complaint_and_tells_events_and_corrections_newest_first():
    data = render(corrected(), "atom")
    read = feedparser.parse(data)
    assert not read.bozo and read.version == "atom10"
    assert read.feed.title == TOPIC.question
    assert len(read.entries) == 5 and len({e.id for e in read.entries}) == 5
    assert [e.updated for e in read.entries] == sorted((e.updated for e in read.entries), reverse=True)
    (correction,) = [e for e in read.entries if e.tags[0].term == "correction"]
    assert "2025-06-13 → 2025-06-12" in correction.content[0].value


def test_atom_has_what_the_standard_wants_of_feed_and_entry():
    root = etree.fromstring(render(corrected(), "atom"))
    of = "{http://www.w3.org/2005/Atom}"
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(of + name)) == 1
    for entry in root.findall(f"{of}entry"):
        assert all(len(entry.findall(of + name)) == 1 for name in ("id", "title", "updated"))
        assert all(re.fullmatch(r"[\d-]{10}T[\d:.]+Z", t.text or "") for t in entry.findall(f"{of}updated"))


def test_a_json_feed_is_what_the_format_says():
    told = json.loads(render(corrected(), "jsonfeed"))
    jsonschema.validate(told, schema("jsonfeed"))
    assert len({i["id"] for i in told["items"]}) == len(told["items"]) == 5


@pytest.mark.parametrize("format", ["atom", "jsonfeed"])
def test_our_own_reader_takes_our_feeds(format):
    told = response(render(corrected(), format), MEDIA[format])
    read = parse_feed(told, Feed(told.url, timedelta(hours=1)), ROUND)
    assert len(read.entries) == 5


def test_a_change_that_says_nothing_else_is_no_correction():
    told = timeline()
    event = told.events[1]
    refined = Revision(NOW, "machine:resolve", "actors", [{"name": "甲"}], [{"name": "乙"}], "another telling")
    born = Revision(NOW, "machine:resolve", "created", None, "x", "first told")
    quiet = replace(told, events=(replace(event, revisions=(born, refined)),))
    assert not list(prose.corrections(quiet))


# --------------------------------------------------------------------------- calendar


def test_the_calendar_is_read_and_holds_only_what_is_known_to_the_day():
    calendar = icalendar.Calendar.from_ical(render(timeline(), "ics"))
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART") == date(2025, 6, 12)
    assert event.decoded("DTEND") == date(2025, 6, 13)
    assert not calendar.errors and not event.errors
    assert "3 个事件" in calendar["X-WR-CALDESC"]


def test_a_plan_is_marked_in_the_calendar():
    told = timeline()
    planned = replace(told, events=tuple(replace(e, phase=Phase.PLANNED) for e in told.events))
    (event,) = icalendar.Calendar.from_ical(render(planned, "ics")).walk("VEVENT")
    assert event["STATUS"] == "TENTATIVE" and event["SUMMARY"].startswith("计划：")


def test_no_line_of_the_calendar_is_too_long_or_cut_within_a_character():
    told = timeline("很长的标题," * 60 + ";\\")
    data = render(told, "ics")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    titles = [str(e["SUMMARY"]) for e in icalendar.Calendar.from_ical(data).walk("VEVENT")]
    assert any(t.startswith("很长的标题,很长的标题,") for t in titles)


# --------------------------------------------------------------------------- others


def test_timelinejs_gets_its_dates_in_words_where_they_are_uncertain():
    told = json.loads(render(timeline(), "timelinejs"))
    jsonschema.validate(told, schema("timelinejs"))
    shown = [(e["start_date"], e.get("display_date")) for e in told["events"]]
    assert shown == [
        ({"year": 2024}, "2024年"),
        ({"year": 2025, "month": 6, "day": 12}, None),
        ({"year": 2025, "month": 6, "day": 30}, "不晚于2025年6月30日"),
    ]
    assert "日期不明的 1 个事件不在此图中" in told["title"]["text"]["text"]


def test_the_html_file_needs_nothing_else_and_runs_nothing():
    page = html.fromstring(render(timeline(), "html"))
    assert not page.xpath("//script | //link | //img | //iframe | //form | //*[@src]")
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
    assert len(page.xpath("//li[@class='event']")) == 4
    assert page.xpath("//blockquote//mark")


def test_the_html_file_says_who_a_source_is():
    assert "甲报" in render(timeline(), "html", Options(names={"a": "甲报"})).decode("utf-8")


def test_markdown_says_what_it_was_given_and_nothing_of_it_is_markup():
    tokens = MarkdownIt("commonmark").parse(render(timeline(HOSTILE), "markdown").decode("utf-8"))
    inline = [child for t in tokens for child in t.children or ()]
    assert not [t for t in [*tokens, *inline] if t.type.startswith(("html", "image"))]
    assert HOSTILE.replace("\u202e", "") in "".join(t.content for t in inline if t.type == "text")
    assert all(t.attrs["href"].startswith("http") for t in inline if t.type == "link_open")


@pytest.mark.parametrize("format", ["html", "atom", "timelinejs"])
def test_a_hostile_title_stays_text(format):
    told = render(timeline(HOSTILE), format).decode("utf-8")
    assert "<script" not in told and "<img" not in told and "\u202e" not in told


@pytest.mark.parametrize("format", ["html", "atom", "jsonfeed", "ics", "markdown", "timelinejs"])
def test_a_title_of_five_megabytes_is_cut(format):
    assert len(render(timeline("长" * 5_000_000), format)) < 100_000


# --------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (UNKNOWN_WHEN, "日期不明"),
        (day("2025-03-19"), "2025年3月19日"),
        (year(2024), "2024年"),
        (by("2025-03-20"), "不晚于2025年3月20日"),
        (within(date(2025, 1, 1), None), "2025年1月1日之后"),
        (within(date(2025, 3, 1), MAR), "2025年3月1日至31日间某日"),
        (within(date(2024, 12, 30), MAR, Precision.RANGE), "2024年12月30日至2025年3月31日"),
        (within(date(2025, 1, 1), MAR, Precision.RANGE), "2025年1月1日至3月31日"),
        (within(date(2025, 1, 1), None, Precision.RANGE), "2025年1月1日至"),
        (within(date(2025, 1, 1), MAR, Precision.QUARTER), "2025年第一季度"),
        (within(date(2025, 7, 1), MAR, Precision.HALF), "2025年下半年"),
        (within(date(2025, 1, 1), MAR, Precision.MONTH), "2025年1月"),
    ],
)
def test_a_date_in_chinese_is_no_finer_than_it_is_known(when, shown):
    assert Words("zh").when(when) == shown


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        ({"days": 1, "hours": 12}, "1.5天", "1.5 d"),
        ({"hours": 2}, "2小时", "2 h"),
        ({"minutes": 90}, "1.5小时", "1.5 h"),
        ({"seconds": 0}, "0秒", "0 s"),
    ],
)
def test_a_duration_is_told_in_its_largest_unit(length, zh, en):
    assert (Words("zh").time(timedelta(**length)), Words("en").time(timedelta(**length))) == (zh, en)


def test_an_instant_at_the_end_of_the_calendar_can_be_told():
    last = datetime.max.replace(tzinfo=UTC)
    assert words_of(TOPIC).instant(last) == "9999-12-31 23:59" and words_of(TOPIC, "en").instant(None) == ""


def test_the_basis_of_a_date_is_told_in_both_languages():
    resolved = replace(day("2025-03-19", Basis.RESOLVED), raw="昨天", reference=date(2025, 3, 20))
    assert Words("zh").basis(resolved) == "由参照日推定，原文：“昨天”，参照 2025年3月20日"
    assert Words("en").basis(by("2025-03-20")) == "only the publication bounds it"


def test_coverage_says_what_could_not_be_seen_and_the_last_spans_of_it():
    at = [ROUND.replace(day=n) for n in range(1, 11)]
    blind = FeedCoverage(
        "http://x/", FeedState.FROZEN, "", ROUND, ROUND, (*zip(at[:8:2], at[1:8:2], strict=True), (at[9], None))
    )
    told = Coverage(ROUND, (blind,), None)
    assert (
        Words("en").coverage(told)
        == "No event seen; 0 of 1 sources healthy; 1 could not be seen for some of that time; 1 have gone silent."
    )
    assert Words("zh").spans(blind, None).startswith("此前 2 次、2025-07-05 03:04至2025-07-06 03:04、")
    assert Words("en").spans(blind, date(2025, 7, 9)) == "since 2025-07-10 03:04"


def test_a_change_by_a_person_says_who_and_what():
    told = timeline()
    by_hand = Revision(NOW, "person:甲", "actors", [{"name": "甲"}, {"x": 1}], None, "")
    event = replace(
        told.events[1], revisions=(by_hand, replace(by_hand, field="status", before="reported", after="denied"))
    )
    lines = [prose.change(c, Words("zh")) for c in prose.corrections(replace(told, events=(event,)))]
    assert lines == ["参与者：甲、x 1 →  (人：甲). ", "状态：有报道 → 被否认 (人：甲). "]


def test_every_word_is_there_in_both_languages():
    lines = (Path(prose.__file__).parent / "data" / "words.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    assert all(len(row) == 3 and all(row) for row in rows)
    assert len({row[0] for row in rows}) == len(rows)
    slots = [[sorted(re.findall(r"{(\w+)}", text)) for text in row[1:]] for row in rows]
    assert all(chinese == english for chinese, english in slots)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_closed_list_has_its_words(language):
    from monitor.model import EntryState, FeedState, Judgement, Kind, Relation, Tier

    lists = {"kind": Kind, "phase": Phase, "status": Status, "tier": Tier, "relation": Relation, "precision": Precision}
    lists |= {"verdict": Judgement, "entry": EntryState, "feed": FeedState}
    keys = [f"{name}.{value}" for name, values in lists.items() for value in values]
    table = (Path(prose.__file__).parent / "data" / "words.tsv").read_text("utf-8")
    assert not [key for key in keys if f"\n{key}\t" not in f"\n{table}"]
    assert Words(language)("stage.of-their-own") == "of-their-own"


def test_what_has_no_source_or_past_can_be_written_all_the_same():
    told = timeline()
    bare = replace(told, events=tuple(replace(e, evidence=(), revisions=()) for e in told.events), as_of=None)
    for format in FORMATS:
        assert render(bare, format)
    last = replace(told.events[1], when=within(date.max, date.max, Precision.DAY))
    (event,) = icalendar.Calendar.from_ical(render(replace(told, events=(last,)), "ics")).walk("VEVENT")
    assert event.decoded("DTSTART") == date.max and "DTEND" not in event


def test_a_span_has_an_end_where_it_is_one():
    spans = [within(date(2025, 1, 1), MAR, p) for p in (Precision.RANGE, Precision.QUARTER, Precision.WITHIN)]
    told = timeline()
    events = tuple(replace(told.events[1], id=f"ev_{n}", when=when) for n, when in enumerate(spans))
    slides = json.loads(render(replace(told, events=events), "timelinejs"))["events"]
    assert [s.get("end_date") for s in slides] == [
        {"year": 2025, "month": 3, "day": 31},
        {"year": 2025, "month": 3},
        None,
    ]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("an official source says so", "官方来源如此说"),
        ("12 independent origins", "12 个独立来源"),
        ("missing: yunchuan", "缺少一方：yunchuan"),
        ("one origin; dissent: a: b", "只有一个来源：dissent: a: b"),
        ("签约", "签约"),
        ("7 things nobody wrote down", "7 things nobody wrote down"),
        ("a rule: nobody translated", "a rule: nobody translated"),
    ],
)
def test_a_reason_is_told_in_chinese_where_it_has_been_translated(english, chinese):
    assert Words("zh").reason(english) == chinese
    assert Words("en").reason(english) == english
