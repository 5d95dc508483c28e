"""The review page: who gets in, what can be decided, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from lxml import html

from monitor import reading, web
from monitor.export import render
from monitor.model import FIXABLE, EntryState, Event, Judgement, Screened, Topic, Verdict, Vote
from monitor.web.answers import HEADERS
from monitor.web.keys import FREE
from tests.store.make import collected, screened
from tests.web import told, town
from tests.web.town import Reader

TALKED, SIGNED, VISITED, PLANNED = (
    f"ev_{n}" for n in ("2a6766aee0be7da78256", "0b4fb23701c51e1e8b14", "4bfc7b4aed7147802967", "eaece224f9dd04c398d8")
)


CHEAP = {"n": 2, "r": 8, "p": 1}  # what a token costs in earnest is paid in tests/web/test_serving.py


class Desk(Reader):
    """Somebody who decides in a browser that knows nothing but HTML."""

    def __init__(self, path: Path) -> None:
        self.keys = web.Keys(CHEAP)
        self.token = self.keys.issue()
        self.path = path
        super().__init__(path, keys=self.keys)

    def enter(self, token: str = "", person: str = "王编辑", **headers: str) -> httpx.Response:
        return self.post("/review/login", [("token", token or self.token), ("person", person)], **headers)

    def forms(self, place: str) -> list[html.FormElement]:
        return list(html.fromstring(self.get(place).content).forms)

    def fields(self, place: str, button: str, about: str = "") -> list[tuple[str, str]]:
        """Return what the first form on *place* with a *button* of that value, and *about* among its values, would send."""
        for form in self.forms(place):
            pressed = form.xpath(f".//button[@name='verb'][@value='{button}']")
            values = list(form.form_values())
            if pressed and (not about or any(about in v for _, v in values)):
                return [*values, ("verb", button)]
        raise AssertionError(f"no form on {place} to {button} {about}")

    def press(self, place: str, button: str, about: str = "", **typed: str) -> httpx.Response:
        """Fill in what is *typed*, press a button, and follow where it leads."""
        sent = [(n, typed.pop(n, v)) for n, v in self.fields(place, button, about)]
        answer = self.post("/review/order", [*sent, *typed.items()])
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def export(self) -> dict[str, object]:
        with town.open_store(str(self.path)) as store:
            told = json.loads(render(reading.timeline(store, town.TOPIC, background=True), "json"))
        for event in told["events"]:
            del event["revisions"]
        return told  # type: ignore[no-any-return]

    def event(self, id: str) -> dict[str, object]:
        return next(e for e in self.export()["events"] if e["id"] == id)  # type: ignore[attr-defined, no-any-return]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("told") / "town.db"
    told.built(path).close()
    return path


@pytest.fixture
def desk(built: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copy(built, tmp_path / "town.db")
    found = Desk(tmp_path / "town.db")
    yield found
    found.shelf.close()


@pytest.fixture
def inside(desk: Desk) -> Desk:
    assert desk.enter().status_code == 303
    return desk


def said(answer: httpx.Response) -> str:
    return " ".join(html.fromstring(answer.content).text_content().split())


# --------------------------------------------------------------------------- who gets in


def test_there_is_no_review_page_unless_it_is_enabled(tmp_path):
    town.built(tmp_path / "town.db").close()
    reader = Reader(tmp_path / "town.db")
    assert reader.get("/review").status_code == 404
    assert reader.post("/review/order", []).status_code == 404
    assert "/review" not in reader.get("/").text
    reader.shelf.close()


def test_without_the_token_nothing_is_shown_and_nothing_done(desk):
    for place in ("/review", f"/review/event/{SIGNED}", "/review/entry/en_x"):
        answer = desk.get(place)
        assert "口令" in said(answer) and "林知远" not in answer.text
    assert desk.post("/review/order", [("verb", "retract"), ("subject", SIGNED)]).status_code == 403
    assert desk.event(SIGNED)


def test_the_token_opens_a_session_that_scripts_and_strangers_cannot_use(desk):
    answer = desk.enter()
    assert answer.status_code == 303 and answer.headers["location"] == "/review"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
    assert desk.token not in cookie and "王编辑" in said(desk.get("/review"))


def test_behind_tls_the_cookie_never_goes_without_it(desk):
    transport = httpx.ASGITransport(desk.app)

    async def entered() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="https://127.0.0.1") as browser:
            fields = {"token": desk.token, "person": "王编辑"}
            return await browser.post("/review/login", data=fields, headers={"sec-fetch-site": "same-origin"})

    import asyncio

    assert "; Secure" in asyncio.run(entered()).headers["set-cookie"]


def test_the_token_is_kept_only_as_a_hash(desk):
    def held(value: object) -> str:
        return repr({name: getattr(value, name) for name in vars(value)})

    assert desk.token not in held(desk.keys)


def test_a_wrong_token_is_refused_and_too_many_have_to_wait(desk):
    for _ in range(FREE):
        answer = desk.enter("wrong")
        assert answer.status_code == 403 and "口令不对" in said(answer) and "set-cookie" not in answer.headers
    late = desk.enter()
    assert late.status_code == 429 and int(late.headers["retry-after"]) >= 1
    desk.now += timedelta(seconds=2)
    assert desk.enter("wrong").status_code == 403
    desk.now += timedelta(seconds=2)
    assert desk.enter("wrong").status_code == 403  # a fourth and a fifth: two seconds, then four
    desk.now += timedelta(seconds=2)
    assert desk.enter().status_code == 429
    desk.now += timedelta(seconds=3)
    assert desk.enter().status_code == 303


def test_a_token_of_any_bytes_is_only_wrong(desk):
    for token in ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "口令", "x" * 5000):
        assert desk.enter(token).status_code in (403, 429)


def test_a_session_ends_with_the_day_and_when_it_is_left(inside):
    sent = inside.fields(f"/review/event/{SIGNED}", "retract")
    inside.now += timedelta(hours=13)
    answer = inside.post("/review/order", sent)
    assert answer.status_code == 403 and "已过期" in said(answer) and inside.event(SIGNED)
    inside.enter()
    (leave,) = [f for f in inside.forms("/review") if f.action == "/review/logout"]
    assert inside.post("/review/logout", list(leave.form_values())).status_code == 303
    assert "口令" in said(inside.get("/review"))


# --------------------------------------------------------------------------- forged


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "", "origin": "https://evil.example"},
        {"sec_fetch_site": "", "origin": "null"},
        {"sec_fetch_site": "", "origin": "http://127.0.0.1:9999"},
        {"sec_fetch_site": ""},
    ],
)
def test_a_form_from_elsewhere_does_nothing(inside, headers):
    sent = inside.fields(f"/review/event/{SIGNED}", "retract")
    assert inside.post("/review/order", sent, **headers).status_code == 403
    assert inside.enter(**headers).status_code == 403
    assert inside.event(SIGNED)


def test_an_older_browser_says_by_its_origin_that_a_form_is_ours(inside):
    sent = inside.fields(f"/review/event/{SIGNED}", "retract")
    assert inside.post("/review/order", sent, sec_fetch_site="", origin="http://127.0.0.1:8321").status_code == 303


def test_a_form_without_its_own_token_does_nothing(inside):
    sent = dict(inside.fields(f"/review/event/{SIGNED}", "retract"))
    other = dict(inside.fields(f"/review/event/{VISITED}", "retract"))
    for token in ("", "x", other["token"], inside.token):
        assert inside.post("/review/order", list((sent | {"token": token}).items())).status_code == 403
    assert inside.event(SIGNED)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 600, "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"a=1", "text/plain", 415),
    ],
)
def test_what_is_no_form_of_ours_is_refused_with_a_page(inside, body, kind, status):
    import asyncio

    headers = {"sec-fetch-site": "same-origin", "content-type": kind}
    answer = asyncio.run(inside._ask("/review/order", "POST", headers, body))
    assert answer.status_code == status and answer.headers["content-type"].startswith("text/html")
    assert all(answer.headers[name] == value for name, value in HEADERS.items())


def test_every_answer_carries_the_policy_and_is_kept_nowhere(inside):
    for place in ("/review", f"/review/event/{SIGNED}", "/review/event/nothing", "/review/order"):
        answer = inside.get(place)
        assert all(answer.headers[name] == value for name, value in HEADERS.items())
        assert answer.headers["cache-control"] == "no-store"


def test_whoever_logs_in_comes_back_to_where_they_wanted_to_go_and_nowhere_else(desk):
    login = [("token", desk.token), ("person", "x")]
    (form,) = [f for f in desk.forms(f"/review/event/{SIGNED}") if f.action == "/review/login"]
    back = dict(form.form_values())["back"]
    assert desk.post("/review/login", [*login, ("back", back)]).headers["location"] == f"/review/event/{SIGNED}"
    for elsewhere in (
        "//evil.example",
        "https://evil.example",
        "/review/\r\nset-cookie: a=b",
        "/review/order",
        "\\\\evil",
    ):
        answer = desk.post("/review/login", [*login, ("back", elsewhere)])
        assert answer.headers["location"] == "/review"


# --------------------------------------------------------------------------- what can be decided


def test_a_field_is_corrected_and_the_correction_undone(inside):
    before = inside.export()
    page = inside.press(f"/review/event/{SIGNED}", "edit", "title", value="云川与青禾签约", reason="标题过长")
    event = inside.event(SIGNED)
    assert event["title"] == "云川与青禾签约" and "已照办" in said(page)
    assert [e["person"] for e in event["evidence"] if e["type"] == "decision"] == ["王编辑"]
    inside.press(f"/review/event/{SIGNED}", "undo")
    assert inside.export() == before


@pytest.mark.parametrize("value", ["9" * 400 + " 元", "NaN 元", "1e5 元", "元"])
def test_a_figure_that_is_no_number_is_refused(inside, value):
    page = inside.press(f"/review/event/{SIGNED}", "edit", "figures", value=value)
    assert page.status_code == 422 and "NUMBER UNIT" in said(page)


@pytest.mark.parametrize("field", FIXABLE)
def test_every_field_can_be_saved_as_it_is_shown(inside, field):
    for id in (SIGNED, VISITED, PLANNED, TALKED):
        old = inside.event(id)[field]
        page = inside.press(f"/review/event/{id}", "edit", field)
        assert "已照办" in said(page), said(page)
        new = inside.event(id)[field]
        if field == "when":
            assert new["edtf"] == old["edtf"]
        elif field == "figures":
            assert [(f["value"], f["unit"], f["what"]) for f in new] == [
                (f["value"], f["unit"], f["what"]) for f in old
            ]
        else:
            assert new == old


def test_a_value_that_cannot_be_read_is_refused_and_not_lost(inside):
    page = inside.press(f"/review/event/{SIGNED}", "edit", "when", value="去年夏天")
    assert page.status_code == 422 and "没有照办" in said(page) and 'value="去年夏天"' in page.text
    assert inside.event(SIGNED)["when"]["edtf"] == "2025-06-12"


def test_a_field_is_pinned(inside):
    page = inside.press(f"/review/event/{SIGNED}", "pin", "title")
    assert "已照办" in said(page) and "固定" in said(page)


@pytest.mark.parametrize("verb", ["retract", "reject"])
def test_an_event_is_taken_out_of_every_view_and_brought_back(inside, verb):
    before = inside.export()
    page = inside.press(f"/review/event/{VISITED}", verb)
    assert "已撤回" in said(page)
    assert VISITED not in inside.get("/").text and VISITED not in json.dumps(inside.export())
    inside.press(f"/review/event/{VISITED}", "undo")
    assert inside.export() == before


def test_two_events_are_merged_by_the_address_of_the_other_and_parted_again(inside):
    before = inside.export()
    page = inside.press(f"/review/event/{SIGNED}", "merge", other=f"http://127.0.0.1:8321/event/{VISITED}?was=x")
    assert "已照办" in said(page)
    assert inside.get(f"/event/{VISITED}").headers["location"].startswith(f"/event/{SIGNED}")
    inside.press("/review", "undo")
    assert inside.export() == before


def test_an_article_is_split_off_and_another_moved(inside):
    before = inside.export()
    (article, *_) = re.findall(r'name="article" value="(ar_\w+)"', inside.get(f"/review/event/{SIGNED}").text)
    page = inside.press(f"/review/event/{SIGNED}", "split", article=article)
    assert "已照办" in said(page), said(page)
    assert len(inside.export()["events"]) == len(before["events"]) + 1
    inside.press("/review", "undo")
    assert inside.export() == before
    page = inside.press(f"/review/event/{SIGNED}", "move", other=VISITED, article=article)
    assert "已照办" in said(page), said(page)
    inside.press("/review", "undo")
    assert inside.export() == before


def test_an_entry_is_let_in_and_kept_out(inside):
    (entry, *_) = re.findall(r"/review/entry/(en_\w+)", inside.get("/entries?state=rejected").text)
    page = inside.press(f"/review/entry/{entry}", "accept", reason="应当看看")
    assert "已照办" in said(page) and "等待" in said(page)
    page = inside.press(f"/review/entry/{entry}", "undo")
    assert "不取" in said(inside.get(f"/review/entry/{entry}"))


def test_what_makes_no_sense_is_refused_with_a_sentence(inside):
    for typed in ({"other": SIGNED}, {"other": "ev_nothing"}, {"other": "没有"}):
        page = inside.press(f"/review/event/{SIGNED}", "merge", **typed)
        assert page.status_code == 422 and "没有照办" in said(page)
    sent = [(n, v) for n, v in inside.fields(f"/review/event/{SIGNED}", "retract") if n != "verb"]
    for verb in ("forget", "apart", "", "drop table"):
        assert inside.post("/review/order", [*sent, ("verb", verb)]).status_code == 422


def test_hostile_words_are_shown_and_steer_nothing(inside):
    hostile = "</title><script>alert(1)</script>\u202e{{ 7*7 }}"
    page = inside.press(f"/review/event/{SIGNED}", "edit", "title", value=hostile, reason=hostile)
    assert "<script>alert" not in page.text and "&lt;script&gt;" in page.text and "\u202e" not in page.text
    assert "<script>alert" not in inside.get("/review").text


# --------------------------------------------------------------------------- together with others


def test_what_changed_since_it_was_seen_is_said_and_both_are_shown(inside):
    sent = inside.fields(f"/review/event/{SIGNED}", "retract")
    inside.press(f"/review/event/{SIGNED}", "edit", "title", value="另有人改过的标题")
    answer = inside.post("/review/order", sent)
    told = said(answer)
    assert answer.status_code == 409 and "已经变了" in told
    assert "青禾汽车6月12日与云川市人民政府签署战略合作框架协议" in told and "另有人改过的标题" in told
    assert inside.event(SIGNED)["title"] == "另有人改过的标题"
    (form,) = [f for f in html.fromstring(answer.content).forms if f.action == "/review/order"]
    assert inside.post("/review/order", list(form.form_values())).status_code == 303
    assert SIGNED not in inside.get("/").text


def test_a_form_that_is_sent_twice_is_carried_out_once(inside):
    sent = inside.fields(f"/review/event/{SIGNED}", "edit", "title")
    sent = [(n, "新题" if n == "value" else v) for n, v in sent]
    assert [inside.post("/review/order", sent).status_code for _ in range(2)] == [303, 409]


def test_two_who_decide_about_one_entry_hear_of_each_other(inside):
    (entry, *_) = re.findall(r"/review/entry/(en_\w+)", inside.get("/entries?state=rejected").text)
    sent = inside.fields(f"/review/entry/{entry}", "accept")
    inside.press(f"/review/entry/{entry}", "reject")
    answer = inside.post("/review/order", sent)
    assert answer.status_code == 409 and "另有人" in said(answer)


def test_what_an_article_added_meanwhile_is_a_change_too(inside, tmp_path):
    sent = inside.fields(f"/review/event/{VISITED}", "retract")
    told.ingest(inside.path, "2025-06-23_yunchuan-gov", "6月18日，青禾汽车副总裁沈玉珍到云川经济技术开发区考察。")
    answer = inside.post("/review/order", sent)
    assert answer.status_code == 409 and "证据" in said(answer) and inside.event(VISITED)


def test_the_inbox_offers_what_the_command_line_offers(inside):
    from monitor import reviewing

    with town.open_store(str(inside.path)) as store:
        waiting = reviewing.inbox(store, [town.TOPIC])
    page = inside.get("/review")
    assert waiting and all(f'id="{d.id}"' in page.text for d in waiting)


def test_what_waits_is_looked_for_again_only_in_the_topic_in_which_something_changed(inside):
    from monitor import reviewing

    other = replace(town.TOPIC, id="another")
    asked: list[str] = []

    def waits(inbox: reviewing.Inbox) -> list[reviewing.Doubt]:
        def standing(topic: Topic) -> tuple[int, Sequence[Event]]:
            asked.append(topic.id)
            return store.news("none").mark, store.events(topic.id)

        return inbox.of(store, [town.TOPIC, other], standing)

    with town.open_store(str(inside.path)) as store:
        kept = reviewing.Inbox()
        first = waits(kept)
        assert first and first == waits(kept) and asked == [town.TOPIC.id, "another"]
        for change in (lambda: inside.press("/review", "reject", "pr_"), lambda: inside.press("/review", "undo")):
            change()
            asked.clear()
            now = waits(kept)
            assert asked == [town.TOPIC.id] and now == waits(reviewing.Inbox())
        told.ingest(inside.path, "2025-06-23_yunchuan-gov", "6月18日，青禾汽车副总裁沈玉珍到云川经济技术开发区考察。")
        asked.clear()
        now = waits(kept)
        assert asked == [town.TOPIC.id] and now == waits(reviewing.Inbox())


def test_a_proposed_merge_is_answered_from_the_inbox(inside):
    before = inside.export()
    page = inside.press("/review", "reject", "pr_")
    assert "已照办" in said(page) and "分开" in said(page) and "可能是同一事件" not in said(page)
    inside.press("/review", "undo")
    page = inside.press("/review", "accept", "pr_")
    assert len(inside.export()["events"]) == len(before["events"]) - 1
    inside.press("/review", "undo")
    assert inside.export() == before


def test_an_entry_is_let_in_from_the_inbox(inside):
    page = inside.press("/review", "accept", "en_")
    assert "已照办" in said(page) and "难以判断" not in said(page)


def test_a_made_up_proposal_is_refused(inside):
    sent = [(n, v if n != "seen" else v.replace(SIGNED, TALKED)) for n, v in inside.fields("/review", "accept", "pr_")]
    swapped = [(n, f"{TALKED}:1" if n == "seen" else v) for n, v in sent]
    assert inside.post("/review/order", swapped).status_code == 422


def test_one_topic_leaves_room_for_the_hard_entries_of_the_others(tmp_path):
    from monitor import reviewing

    def hard(number: int, topic: str) -> Screened:
        doubted = Verdict(topic, Judgement.BACKGROUND, (Vote("far_apart", -1.0),))
        return screened(number, EntryState.WAITING, doubted)

    topics = [replace(town.TOPIC, id=f"t{n}") for n in range(6)]
    with town.open_store(str(tmp_path / "a.db")) as store:
        collected(store, *(hard(n, f"t{n % 5}") for n in range(1000)), hard(1000, "t5"))
        found = reviewing.inbox(store, topics)
    assert {d.topic for d in found} == {t.id for t in topics}
