"""The interface for programs: the records of the JSON export, paged, described, and the same bytes."""

from __future__ import annotations

import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from monitor import reading
from monitor.export import MEDIA, render
from monitor.web import openapi
from monitor.web.app import names
from tests.web import town
from tests.web.town import Reader

EVENTS = "/api/topics/qinghe-yunchuan/events"


def test_the_description_is_openapi_and_names_every_address(reader):
    told = reader.get("/api/openapi.json").json()
    validate(told)
    assert told == json.loads(json.dumps(openapi.description()))
    for path in told["paths"]:
        address = path.format(topic="qinghe-yunchuan", id="ev_5", format="json")
        assert reader.get(address, q="").status_code == 200, address


def test_what_is_answered_is_what_the_description_says(reader):
    whole = {"$ref": "#/components/schemas/timeline", "components": openapi.description()["components"]}
    jsonschema.validate(reader.get("/api/topics/qinghe-yunchuan").json(), whole)
    event = whole | {"$ref": "#/components/schemas/timeline/$defs/event"}
    jsonschema.validate(reader.get("/api/events/ev_5").json(), event)


@pytest.mark.parametrize("format", MEDIA)
def test_a_file_is_the_bytes_of_the_export(reader, database, format):
    with town.open_store(str(database)) as store:
        told = reading.timeline(store, town.TOPIC)
    answer = reader.get(f"/export/qinghe-yunchuan.{format}")
    assert answer.headers["content-type"] == MEDIA[format]
    assert answer.content == render(told, format, town.OPTIONS)


def test_the_whole_timeline_is_that_of_the_export(reader):
    assert reader.get("/api/topics/qinghe-yunchuan").content == reader.get("/export/qinghe-yunchuan.json").content


@pytest.mark.parametrize("as_of", ["2025-06-15", "2025-06-15T10:00:00Z", "2020-01-01"])
def test_the_past_is_that_of_the_export(reader, database, as_of):
    with town.open_store(str(database)) as store:
        told = reading.timeline(store, town.TOPIC, as_of=reading.instant(as_of, town.TOPIC))
    answer = reader.get(f"/api/topics/qinghe-yunchuan?as_of={as_of}")
    assert answer.content == render(told, "json")


def test_page_by_page_comes_the_whole(reader):
    found, url = [], f"{EVENTS}?per_page=3"
    for _ in range(9):
        answer = reader.get(url)
        page = answer.json()
        found += page["events"]
        assert page["total"] == 10 and page["pages"] == 4
        if page["next"] is None:
            assert "link" not in answer.headers
            break
        url = page["next"]
        assert answer.headers["link"] == f'<{url}>; rel="next"'
    assert found == reader.get("/api/topics/qinghe-yunchuan").json()["events"]


def test_events_are_filtered_as_on_the_page(reader):
    assert [e["id"] for e in reader.get(f"{EVENTS}?kind=agreement").json()["events"]] == ["ev_5"]
    newest = [e["id"] for e in reader.get(f"{EVENTS}?order=newest").json()["events"]]
    assert newest == [e["id"] for e in reader.get(EVENTS).json()["events"]][::-1]


def test_sources_entries_and_finds_are_what_the_commands_give(reader):
    sources = reader.get("/api/sources").json()
    assert [s["state"] for s in sources] == ["ok", "ok", "failing", "frozen"] and "rhythm" in sources[0]
    rejected = reader.get("/api/entries?state=rejected").json()["entries"]
    assert {e["state"] for e in rejected} == {"rejected"} and rejected[0]["topics"][0]["verdict"] == "rejected"
    assert reader.get("/api/search?q=签署").json()["found"][0]["id"] == "ev_5"


def test_what_is_merged_leads_to_where_it_went(tmp_path):
    path = tmp_path / "town.db"
    with town.built(path) as store:
        town.merge(store, "ev_4", "ev_5")
    reader = Reader(path)
    assert reader.get("/api/events/ev_4").headers["location"] == "/api/events/ev_5"
    page = reader.get("/event/ev_4")
    assert (page.status_code, page.headers["location"]) == (307, "/event/ev_5?was=ev_4")
    assert "ev_4 已并入本事件" in reader.get("/event/ev_5?was=ev_4").text
    reader.shelf.close()


def test_retracted_events_are_given_only_when_asked_for(tmp_path):
    path = tmp_path / "town.db"
    with town.built(path) as store:
        town.retract(store, "ev_6")
    reader = Reader(path)
    whole = "/export/qinghe-yunchuan.json"
    assert "ev_6" not in {e["id"] for e in reader.get(whole).json()["events"]}
    assert "ev_6" in {e["id"] for e in reader.get(f"{whole}?retracted=1").json()["events"]}
    assert "已撤回" in reader.get("/event/ev_6").text and "ev_6" not in reader.get("/").text
    reader.shelf.close()


def test_entries_beyond_a_hundred_are_on_the_next_page(tmp_path):
    path = tmp_path / "town.db"
    with town.built(path) as store:
        town.flood(store, 130)
    reader = Reader(path)
    first = reader.get("/api/entries?state=rejected")
    assert first.headers["link"] == f'<{first.json()["next"]}>; rel="next"'
    rest = reader.get(first.json()["next"]).json()
    found = [e["id"] for e in (*first.json()["entries"], *rest["entries"])]
    assert len(found) == len(set(found)) == 134 and rest["next"] is None
    assert "更早" in reader.get("/entries").text
    reader.shelf.close()


def test_a_bug_is_an_answer_without_a_word_about_the_inside(database):
    reader = Reader(database)
    reader.shelf.settings = lambda: 1 / 0  # type: ignore[assignment,return-value]
    answer = reader.get("/api/topics/qinghe-yunchuan")
    assert answer.status_code == 500 and answer.headers["content-security-policy"]
    assert "division" not in answer.text and "Traceback" not in answer.text
    assert reader.get("/").status_code == 500


def test_a_timeline_follows_what_is_written_and_polled_meanwhile(tmp_path):
    path = tmp_path / "town.db"
    with town.built(path) as store:
        reader = Reader(path)
        before = reader.get("/api/topics/qinghe-yunchuan").json()
        town.poll(store, town.NOW + town.timedelta(hours=1), town.WELL)
        whole = render(reading.timeline(store, town.TOPIC), "json")
        assert reader.get("/api/topics/qinghe-yunchuan").content == whole
        town.merge(store, "ev_4", "ev_5")
        after = reader.get("/api/topics/qinghe-yunchuan").json()
        assert (before["coverage"]["healthy"], after["coverage"]["healthy"]) == (2, 4)
        assert len(after["events"]) == len(before["events"]) - 1
        assert reader.get("/api/topics/qinghe-yunchuan").content == render(reading.timeline(store, town.TOPIC), "json")
        for n in range(30):
            assert reader.get(f"/?as_of=2025-06-{n + 1:02d}").status_code == 200
    reader.shelf.close()


@pytest.mark.parametrize(
    ("host", "welcome"), [("localhost", False), ("::1", False), ("0.0.0.0", True), ("box.lan", True)]
)
def test_only_a_page_for_this_machine_alone_minds_its_name(host, welcome):
    assert (not names(host)) == welcome
    assert welcome or {"localhost", "127.0.0.1", "[::1]"} <= names(host)
