"""``monitor import``: an export read back whole, twice, beside what persons decided; and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import importing, reading, resolve, reworking, seeding
from monitor.config import edtf
from monitor.errors import InputError
from monitor.export import FORMATS, Options, render
from monitor.export.csv import EVENT_COLUMNS
from monitor.model import UNKNOWN_WHEN, Coverage, Event, Published, Quote, Relation, Revision
from monitor.model.events import EVIDENT
from monitor.pipeline import Desk
from tests.commands import monitor
from tests.test_codec import values
from tests.web import told, town
from tests.web.test_serving import CONFIG

WHOLE = ("json", "jsonl")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every export of both towns, background and all: made up by hand, and told by the rules."""
    folder = tmp_path_factory.mktemp("exports")
    for name, made in (("town", town.built), ("told", told.built)):
        with made(folder / f"{name}.db") as store:
            timeline = reading.timeline(store, town.TOPIC, background=True)
            for format in FORMATS:
                (folder / f"{name}.{format}").write_bytes(render(timeline, format))
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG.format(listen="off"), "utf-8")
    return tmp_path


def taken(home: Path, file: Path) -> str:
    ran = monitor("import", file, "--by", "ann", cwd=home)
    assert ran.status == 0, ran.err
    return ran.err


def export(home: Path, format: str = "json") -> bytes:
    ran = monitor("export", "--format", format, "--background", "--output", "out", cwd=home)
    assert ran.status == 0, ran.err
    return (home / "out").read_bytes()


def database(home: Path) -> dict[str, list[Any]]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home / "town.db")) as db:
        names = ("events", "event_versions", "evidence", "revisions", "seeds", "imports", "decisions")
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}


# --------------------------------------------------------------------------- there and back


@pytest.mark.parametrize("name", ["town", "told"])
@pytest.mark.parametrize("format", WHOLE)
def test_an_export_imported_into_an_empty_database_is_exported_as_the_same_bytes(home, exports, name, format):
    taken(home, exports / f"{name}.{format}")
    for other in WHOLE:
        assert export(home, other) == (exports / f"{name}.{other}").read_bytes()
    assert monitor("verify", cwd=home).status == 0


@pytest.mark.parametrize("name", ["town", "told"])
def test_importing_twice_adds_nothing(home, exports, name):
    taken(home, exports / f"{name}.json")
    before = database(home)
    assert "0 of them new" in taken(home, exports / f"{name}.json")
    assert database(home) == before
    taken(home, exports / f"{name}.jsonl")
    assert {**database(home), "imports": before["imports"]} == before


def test_an_export_imported_where_it_came_from_changes_nothing(home, exports):
    shutil.copy(exports / "told.db", home / "town.db")
    before = database(home)
    assert "0 of them new" in taken(home, exports / "told.json")
    assert {**database(home), "imports": []} == before


def test_the_columns_of_a_table_come_back(home, exports):
    """All but what a row does not hold: the other pieces of evidence, and which field a quote bears out."""
    import csv

    def rows(body: bytes) -> list[dict[str, str]]:
        return list(csv.DictReader(body.decode().splitlines()))

    taken(home, exports / "told.csv")
    left = {"evidence_count", "sources", "coverage"}
    before, after = rows((exports / "told.csv").read_bytes()), rows(export(home, "csv"))
    assert [{k: v for k, v in row.items() if k not in left} for row in after] == [
        {k: v for k, v in row.items() if k not in left} for row in before
    ]
    held = database(home)
    assert "0 of them new" in taken(home, exports / "told.csv") and database(home) == held
    assert monitor("verify", cwd=home).status == 0


def test_quotes_whose_text_is_not_here_are_listed_and_are_no_fault(home, exports):
    taken(home, exports / "told.json")
    ran = monitor("verify", cwd=home)
    assert ran.status == 0 and ran.out.count("not held") >= 7 and "quotes whose text is not held" in ran.out
    listed = json.loads(monitor("verify", "--format", "json", cwd=home).out)["not_held"]
    assert any("6月12日" in line for line in listed)


def test_what_an_imported_event_lost_since_is_a_fault(home, exports):
    import sqlite3
    from contextlib import closing

    taken(home, exports / "told.json")
    with closing(sqlite3.connect(home / "town.db")) as db:
        db.execute("UPDATE evidence SET data = replace(data, '6月12日', '6月13日') WHERE data LIKE '%6月12日%'")
        db.commit()
    assert monitor("verify", cwd=home).status == 1


WHENS = st.sampled_from(["2024", "2025-03", "2025-03-19", "2025-35", "2025-41", "2025-01-05/2025-02-03", "2025-01-05/..", "[..2025-03-20]", "[2025-01-05..2025-02-03]"]).map(edtf.parse) | st.just(UNKNOWN_WHEN)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
AT = st.integers(631_152_000, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def any_published() -> st.SearchStrategy[Published]:
    days = st.dates(date(1990, 1, 1)).map(lambda day: Published("", None, day, None))
    instants = AT.map(lambda at: Published("x", at, at.astimezone(ZoneInfo("Asia/Shanghai")).date(), None))
    return days | instants | st.just(Published())


@st.composite
def any_event(draw: st.DrawFn, number: int) -> Event:
    quote = draw(WORDS.filter(bool))
    made: Any = draw(values(Event))
    piece: Any = draw(values(Quote))
    first = replace(piece, quote=quote, start=3, end=3 + len(quote), published=draw(any_published()), supports=EVIDENT)
    title = draw(WORDS.filter(lambda t: bool(t.strip())))
    others = [replace(e, supports=()) for e in made.evidence if not isinstance(e, Quote)]
    revisions = tuple(replace(r, at=draw(AT)) for r in made.revisions) or (Revision(draw(AT), "seed", "created", None, title, ""),)  # fmt: skip
    return replace(
        made, id=f"ev_{number}", topic=town.TOPIC.id, title=title, when=draw(WHENS), evidence=(first, *others),
        reasons=(), revisions=revisions, independent_origins=abs(made.independent_origins) % 9,
        relation=Relation.DIRECT,
    )  # fmt: skip


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_timeline_comes_back_as_the_same_bytes(data):
    made = [data.draw(any_event(n)) for n in range(data.draw(st.integers(0, 3)))]
    whole = render(resolve.assemble(town.TOPIC, sorted(made, key=lambda e: e.order), Coverage(None, ()), retracted=True), "json")  # fmt: skip
    found = importing.read(whole, "x.json", [town.TOPIC], "ann")
    with town.open_store(":memory:") as store:
        store.adopt(
            town.TOPIC.id, None, "", town.NOW, lambda d: resolve.adopt(found.events, town.TOPIC, d, "ann", town.NOW)
        )
        again = render(reading.timeline(store, town.TOPIC, retracted=True), "json")
    assert json.loads(again) == json.loads(whole) and again == whole


# --------------------------------------------------------------------------- beside what is here


def events(home: Path) -> dict[str, dict[str, Any]]:
    return {e["id"]: e for e in json.loads(export(home))["events"]}


def decided(home: Path, *args: str) -> str:
    ran = monitor("review", *args, "--by", "ann", "--format", "json", cwd=home)
    assert ran.status == 0, ran.err
    return str(json.loads(ran.out)["id"])


def but_for_revisions(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {id: {k: v for k, v in e.items() if k != "revisions"} for id, e in told.items()}


def test_what_persons_decide_later_stands_when_it_is_imported_again_and_can_be_undone(home, exports):
    taken(home, exports / "told.json")
    before = but_for_revisions(events(home))
    signed, visited, again, registered = (
        next(id for id, e in before.items() if e["when"]["edtf"] == day)
        for day in ("2025-06-12", "2025-06-18", "2025-06-21", "2025-06-20")
    )
    orders = [
        decided(home, "edit", signed, "title", "云川与青禾签约"),
        decided(home, "merge", visited, again),
        decided(home, "retract", registered),
        decided(home, "pin", signed, "when"),
    ]
    made = events(home)
    assert made[signed]["title"] == "云川与青禾签约" and registered not in made and again not in made
    assert len(made[visited]["evidence"]) == 3
    taken(home, exports / "told.json")
    assert events(home) == made
    assert monitor("verify", cwd=home).status == 0
    for order in reversed(orders):
        decided(home, "undo", order)
    assert but_for_revisions(events(home)) == before
    assert monitor("verify", cwd=home).status == 0


def test_a_later_export_of_the_same_event_tells_it_anew(home, exports):
    taken(home, exports / "told.json")
    data = json.loads((exports / "told.json").read_bytes())
    data["events"][1]["title"] = "另一个标题"
    (home / "later.json").write_text(json.dumps(data), "utf-8")
    assert "1 of them new" in taken(home, home / "later.json")
    changed = events(home)[data["events"][1]["id"]]
    assert changed["title"] == "另一个标题" and changed["revisions"][-1]["by"] == "person:ann"
    assert monitor("verify", cwd=home).status == 0


def test_what_is_read_later_joins_what_was_imported(home, exports):
    taken(home, exports / "told.json")
    before = events(home)
    text = "云川日报讯 6月18日，青禾汽车副总裁沈玉珍到云川经济技术开发区考察，云川市副市长贺立群陪同。"
    (home / "late.txt").write_text(text, "utf-8")
    ran = monitor("ingest", "late.txt", "--published", "2025-06-25", "--source", "云川日报", cwd=home)
    assert ran.status == 0, ran.err
    after = events(home)
    (joined,) = [id for id in before if before[id] != after[id]]
    assert after.keys() == before.keys()
    assert len(after[joined]["evidence"]) == len(before[joined]["evidence"]) + 1
    assert (before[joined]["status"], after[joined]["status"]) == ("reported", "corroborated")
    assert monitor("verify", cwd=home).status == 0


def test_reprocessing_keeps_what_was_imported(home, exports):
    taken(home, exports / "told.json")
    before = export(home)
    assert monitor("reprocess", "--apply", cwd=home).status == 0
    assert export(home) == before


def test_a_seed_whose_event_was_imported_is_that_event(tmp_path, exports):
    """Moved to another machine: the export is imported, then the daemon starts and applies the same seeds."""
    body = (exports / "told.json").read_bytes()
    found = importing.read(body, "x.json", [town.TOPIC], "ann")
    with town.open_store(str(tmp_path / "town.db")) as store:
        store.declare(town.SETTINGS, town.BEGAN)
        store.adopt(town.TOPIC.id, found.coverage, "", town.NOW, lambda d: resolve.adopt(found.events, town.TOPIC, d, "ann", town.NOW))  # fmt: skip
        assert seeding.sow((town.TOPIC,), store, told.SEEDS, town.NOW) == 0
        assert render(reading.timeline(store, town.TOPIC, background=True), "json") == body
        reworking.reworked(Desk.of(town.SETTINGS), store, told.SEEDS, town.NOW, apply=True)
        assert render(reading.timeline(store, town.TOPIC, background=True), "json") == body
        assert not store.audit(told.SEEDS, [town.TOPIC.id]).faults


# --------------------------------------------------------------------------- refused


def hostile(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def made(body: bytes) -> bytes:
        data = json.loads(body)
        change(data)
        return json.dumps(data, ensure_ascii=False, indent=2).encode()

    return made


def put(*path: Any, value: Any) -> Callable[[bytes], bytes]:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return hostile(change)


BROKEN = {
    "cut": (lambda b: b[: len(b) // 2], "is no JSON"),
    "empty": (lambda b: b"  \n", "is empty"),
    "latin": (lambda b: b"\xff\xfe\x00", "byte 0: is not UTF-8"),
    "words": (lambda b: b"hello", "JSON, JSON Lines or CSV was expected"),
    "deep": (lambda b: b'{"schema":' + b"[" * 200_000, "nested too deeply"),
    "nan": (lambda b: b'{"schema": NaN}', "NaN is no number"),
    "long number": (lambda b: b'{"schema": ' + b"1" * 5000 + b"}", "digits"),
    "list": (lambda b: b"[1]", "an object was expected"),
    "other": (lambda b: b'{"a": 1}', "schema, topic, question"),
    "schema": (put("schema", value="monitor-timeline/9"), ", schema: 'monitor-timeline/9' where"),
    "topic": (put("topic", value="moon"), "the topic 'moon' is not declared; there are: qinghe-yunchuan"),
    "kind": (put("events", 1, "kind", value="party"), "events[1]: Event.kind: 'party' is not a Kind; expected is one of"),
    "date": (put("events", 1, "when", "edtf", value="2025-06-13"), "events[1], when: '2025-06-13' is not what"),
    "bound": (put("events", 1, "when", "earliest", value="13/6"), "events[1], when: When.earliest"),
    "supports": (put("events", 1, "evidence", 0, "supports", value=["x"]), "events[1], evidence: supports 'x'; expected"),
    "open quotation": (lambda b: b'id,topic,"title', "is no CSV"),
    "bounds": (put("events", 1, "when", "latest", value="2025-06-30"), "is not what its bounds say"),
    "origins": (put("events", 1, "independent_origins", value=-1), "events[1], independent_origins: is below 0"),
    "title": (put("events", 0, "title", value=" "), "events[0], title: is empty"),
    "type": (put("events", 0, "title", value=[1]), "events[0]: Event.title"),
    "key": (put("events", 0, "colour", value="red"), "events[0]: Event has no colour"),
    "id": (put("events", 0, "id", value="../../etc"), "is no id of an event"),
    "evidence": (put("events", 1, "evidence", value=[]), "events[1], evidence: bears out no title"),
    "reasons": (put("events", 1, "reasons", 0, "evidence", value=[99]), "events[1], reasons"),
    "span": (put("events", 1, "evidence", 0, "end", value=-1), "events[1], evidence[0]: a quote with its span"),
    "foreign": (put("events", 1, "topic", value="moon"), "events[1], topic: 'moon' where"),
    "coverage": (put("coverage", "healthy", value=99), ", coverage: feeds and healthy"),
    "twice": (hostile(lambda d: d["events"].append(d["events"][0])), "stands twice"),
    "no object": (put("events", 0, value=None), "events[0]: NoneType where an object was expected"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_what_is_wrong_and_where_and_nothing_is_written(home, exports, name):
    made, sentence = BROKEN[name]
    (home / "broken.json").write_bytes(made((exports / "told.json").read_bytes()))
    taken(home, exports / "town.json")
    before = database(home)
    ran = monitor("import", "broken.json", cwd=home)
    assert ran.status == 1 and sentence in ran.err and "broken.json" in ran.err, ran.err
    assert "nothing was imported" in ran.err and "Traceback" not in ran.err
    assert database(home) == before


def test_the_line_of_a_fault_is_named(home, exports):
    body = (exports / "told.json").read_text("utf-8")
    (home / "broken.json").write_text(body.replace('"phase": "planned"', '"phase": "someday"'), "utf-8")
    ran = monitor("import", "broken.json", cwd=home)
    line = next(n for n, text in enumerate(body.splitlines(), 1) if '"ev_eaece224f9dd04c398d8"' in text)
    assert f"line {line}, events[" in ran.err and "planned, ongoing, done" in ran.err


def test_a_line_of_json_lines_is_named(home, exports):
    lines = (exports / "told.jsonl").read_text("utf-8").splitlines()
    lines[3] = lines[3][:-20]
    (home / "broken.jsonl").write_text("\n".join(lines), "utf-8")
    assert "line 4, column" in monitor("import", "broken.jsonl", cwd=home).err


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("id,topic,title", "id,topic,name", "the columns title were expected"),
        ("agreement,direct", "party,direct", "line 3: Event.kind: 'party' is not a Kind"),
        ("qinghe-yunchuan,云川市市长", "moon,云川市市长", "line 2, topic: the topic 'moon'"),
        (",2025-06-12,2025-06-12,2025-06-12,", ",2025-06-13,2025-06-12,2025-06-12,", "line 3, when: '2025-06-13'"),
        ("ev_0b4f", "xx_0b4f", "is no id of an event"),
        (",corroborated,", ",corroborated,x,", "31 cells were expected"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(home, exports, old, new, sentence):
    body = (exports / "told.csv").read_text("utf-8")
    assert old in body
    (home / "broken.csv").write_text(body.replace(old, new, 1), "utf-8", newline="")
    ran = monitor("import", "broken.csv", cwd=home)
    assert ran.status == 1 and sentence in ran.err, ran.err


def test_a_figure_whose_value_cannot_be_read_from_a_table_is_left_out_and_said(home, exports):
    body = (exports / "told.csv").read_text("utf-8")
    (home / "f.csv").write_text(body.replace(",5亿元,", f",{'9' * 400}元,", 1), "utf-8", newline="")
    said = taken(home, home / "f.csv")
    assert "is left out, its value is not in the table" in said
    assert not [e for e in events(home).values() if e["kind"] == "registration" and e["figures"]]


def test_a_table_of_evidence_is_not_taken_for_one_of_events(home, exports):
    with town.open_store(str(exports / "told.db")) as store:
        body = render(reading.timeline(store, town.TOPIC), "csv", Options(rows="evidence"))
    with pytest.raises(InputError, match="a table of evidence; a table of events was expected"):
        importing.read(body, "x.csv", [town.TOPIC], "ann")


def test_a_file_that_is_not_there_is_a_sentence(home):
    ran = monitor("import", "nowhere.json", cwd=home)
    assert ran.status == 1 and "cannot be read" in ran.err


def test_hostile_words_come_through_and_stay_words(home, exports):
    hostile = "=cmd|' /C calc'!A0</script><script>alert(1)</script>\u202e\ud800"
    data = json.loads((exports / "told.json").read_bytes())
    data["events"][1]["title"] = hostile
    (home / "h.json").write_text(json.dumps(data), "utf-8")
    taken(home, home / "h.json")
    assert events(home)[data["events"][1]["id"]]["title"] == hostile.replace("\ud800", "\ufffd")
    assert b"<script>alert" not in export(home, "html") and b"\n=cmd" not in export(home, "csv")
    assert set(EVENT_COLUMNS) <= set(export(home, "csv").decode().splitlines()[0].split(","))


@pytest.mark.parametrize("format", ["json", "csv"])
def test_what_was_imported_is_exported_as_the_schema_says_and_is_found_by_its_words(home, exports, format):
    schema = json.loads((Path(__file__).parents[1] / "docs" / "export.schema.json").read_bytes())
    taken(home, exports / f"told.{format}")
    jsonschema.validate(json.loads(export(home)), schema)
    assert "签署" in monitor("search", "签署", "云川", cwd=home).out


def test_what_was_retracted_comes_back_as_retracted(home, exports):
    shutil.copy(exports / "told.db", home / "town.db")
    visited = next(id for id, e in events(home).items() if e["when"]["edtf"] == "2025-06-18")
    decided(home, "retract", visited)
    options = ("--format", "json", "--background", "--retracted")
    whole = monitor("export", *options, cwd=home).out
    (home / "whole.json").write_text(whole, "utf-8")
    for file in home.glob("town.db*"):
        file.unlink()
    taken(home, home / "whole.json")
    assert monitor("export", *options, cwd=home).out == whole
    assert visited not in events(home) and visited not in monitor("search", "沈玉珍", cwd=home).out


@pytest.mark.parametrize("order", [("retract",), ("edit", "when", "2025-03-01"), ("edit", "kind", "policy")])
def test_what_is_read_again_where_it_was_imported_is_the_event_that_it_was(home, exports, order):
    """Moved to another machine with what persons decided, and the papers that it was read in are read there again."""
    shutil.copy(exports / "told.db", home / "town.db")
    visited = next(id for id, e in events(home).items() if e["when"]["edtf"] == "2025-06-18")
    decided(home, order[0], visited, *order[1:])
    options = ("--format", "json", "--background", "--retracted")
    (home / "whole.json").write_text(monitor("export", *options, cwd=home).out, "utf-8")
    for file in home.glob("town.db*"):
        file.unlink()
    taken(home, home / "whole.json")
    before = json.loads((home / "whole.json").read_text("utf-8"))["events"]
    for file in sorted(told.CASES.glob("*.txt")):
        told.ingest(home / "town.db", file.stem, file.read_text("utf-8"))
    for again in ((), ("reprocess", "--apply")):
        assert not again or monitor(*again, cwd=home).status == 0
        after = json.loads(monitor("export", *options, cwd=home).out)["events"]
        assert [{k: e[k] for k in ("id", "title", "when", "kind", "status")} for e in after] == [
            {k: e[k] for k in ("id", "title", "when", "kind", "status")} for e in before
        ]
        assert monitor("verify", cwd=home).status == 0
