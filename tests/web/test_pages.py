"""The page as it is sent: what it says, what it carries, and what it does not let in."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import html

from monitor.export.words import Words
from monitor.web import visits
from monitor.web.answers import HEADERS
from monitor.web.pages import preferred
from tests.costs import affordable
from tests.web import town
from tests.web.town import NOW, Reader

ADDRESSES = (
    "/",
    "/t/qinghe-yunchuan",
    "/topics",
    "/event/ev_5",
    "/sources",
    "/entries",
    "/search?q=%E4%BA%91%E5%B7%9D",
    "/api/",
)


def text(answer: object) -> str:
    """Return what a page says, each run of white space one space."""
    return " ".join(html.fromstring(answer.content).text_content().split())  # type: ignore[attr-defined]


def titles(answer: object) -> list[str]:
    return [h.text_content() for h in html.fromstring(answer.content).xpath("//li[@class='event']//h3")]  # type: ignore[attr-defined]


# --------------------------------------------------------------------------- what it says


def test_first_come_the_question_the_answer_and_what_silence_is_worth(reader):
    said = text(reader.get("/"))
    parts = (
        "青禾汽车会落户云川吗?",
        "有证据的最远进程：注册公司",
        "尚未见到：开工、投产",
        "4 个来源中 2 个正常",
        "青禾汽车云川基地",
    )
    places = [said.index(p) for p in parts]
    assert places == sorted(places)


def test_a_year_is_a_year_and_not_its_first_day(reader):
    page = html.fromstring(reader.get("/").content)
    (event,) = page.xpath("//li[@id='ev_2']")
    assert event.xpath(".//time/@datetime") == ["2023"]
    assert event.xpath(".//time")[0].text == "2023年"
    assert "year" in event.xpath("./span/@class")[0]
    assert "2023-01-01" not in reader.get("/").text


def test_every_event_of_the_export_is_on_the_page(reader):
    assert len(titles(reader.get("/"))) == len(reader.get("/api/topics/qinghe-yunchuan").json()["events"]) == 10


def test_a_browser_in_english_is_answered_in_english(reader):
    page = reader.get("/", accept_language="en-GB,en;q=0.9,zh;q=0.3")
    assert 'lang="en"' in page.text and "Not seen: construction, production" in text(page)
    assert 'lang="zh-Hans"' in reader.get("/").text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("zh-TW,zh;q=0.9", "zh"),
        ("de,en;q=0.8", "en"),
        ("en;q=0.1,zh;q=0.2", "zh"),
        ("*", "zh"),
        (";;,q", "en"),
    ],
)
def test_the_language_is_the_one_that_the_browser_prefers(header, language):
    assert preferred(header) == language


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("kind=agreement", ["ev_5"]),
        ("status=corroborated", ["ev_7"]),
        ("actor=%E6%9E%97%E7%9F%A5%E8%BF%9C", ["ev_1"]),
        ("source=%E4%BA%91%E5%B7%9D%E5%8F%91%E5%B8%83", ["ev_7", "ev_5"]),
        ("source=yunchuan_gov", ["ev_7", "ev_5"]),
        ("from=2023&to=2023", ["ev_2", "ev_7"]),
        ("from=2025-06-13&to=2025-06", ["ev_7", "ev_6"]),
        ("to=2019-12-31", ["ev_7", "ev_1"]),
        ("kind=agreement&status=denied", []),
    ],
)
def test_filters_leave_what_fits(reader, query, ids):
    """An event that happened by some day may have happened within any span that begins before it."""
    page = html.fromstring(reader.get(f"/?{query}").content)
    assert sorted(page.xpath("//li[@class='event']/@id")) == sorted(ids)


def test_the_order_can_be_turned_round_and_what_has_no_date_comes_last(reader):
    newest, oldest = titles(reader.get("/")), titles(reader.get("/?order=oldest"))
    assert oldest[:-1] == newest[:-1][::-1]
    assert newest[-1] == oldest[-1] == "青禾汽车拟在云川招聘五百名技术人员"


def test_as_of_a_day_shows_what_was_known_then(reader):
    page = reader.get("/?as_of=2025-06-15")
    assert "这是 2025-06-15 23:59 时所知的内容" in text(page)
    assert "青禾（云川）智能制造有限公司完成注册" not in titles(page)
    assert "有证据的最远进程：签约" in text(page)


def test_an_event_shows_its_quotes_in_context_its_sources_its_revisions_and_links(reader):
    said = text(reader.get("/event/ev_5"))
    assert "本报讯 记者从有关方面获悉，6月12日，云川市人民政府与青禾汽车签署战略合作框架协议" in said
    assert "云川发布 · 官方" in said and "云川日报 · 报纸" in said
    assert "人 王编辑 · 状态 有报道 → 官方证实 市政府网站已发布" in said
    assert "后续 2025年3月19日 云川市市长与青禾汽车林知远举行会谈" in said


def test_sources_say_how_they_are_when_they_are_asked_and_how_often_they_bring_news(reader):
    said = text(reader.get("/sources"))
    assert "4 个来源，2 个正常" in said
    assert "车网https://chewang.example/rss.xml 失败 timeout: no answer within 20 s连续 1 次失败" in said
    assert "2025-07-01 09:40" in said and "2025-07-01 10:40" in said


def test_entries_show_verdicts_and_reasons_the_newest_first(reader):
    page = reader.get("/entries?state=rejected")
    names = [h.text_content() for h in html.fromstring(page.content).xpath("//h2[@class='entry']")]
    assert names == ["青禾汽车云川门店开业", "青禾汽车发布新车", "云川大桥通车", "青禾小区改造完成"]
    assert "不取 only one side is named" in text(page)
    assert "qinghe-yunchuan：不相关 -2.00 both sides in one clause 青禾汽车" in text(page)


def test_entries_are_paged(database):
    reader = Reader(database)
    first = reader.get("/api/entries").json()
    assert first["next"] is None and len(first["entries"]) == 6
    rest = reader.get(f"/entries?before={first['entries'][3]['id']}")
    assert len(html.fromstring(rest.content).xpath("//h2[@class='entry']")) == 2
    reader.shelf.close()


@pytest.mark.parametrize("q", ["云川", "签署", "雲川", "三十", "青禾汽车 会谈", "智能制造"])
def test_search_finds_words_of_two_characters_in_either_script(reader, q):
    found = reader.get(f"/api/search?q={q}").json()["found"]
    assert bool(found) == (q != "三十")
    assert len(html.fromstring(reader.get(f"/search?q={q}").content).xpath("//ul[contains(@class,'hits')]/li")) == len(
        found
    )


def test_nothing_found_is_said(reader):
    assert "没有找到“火星”" in text(reader.get("/search?q=火星"))
    assert "没有找到" not in text(reader.get("/search"))


# --------------------------------------------------------------------------- visits


def test_what_came_since_the_last_visit_is_new(database):
    reader = Reader(database)
    reader.now = NOW - timedelta(days=11)
    assert "自上次访问" not in text(reader.get("/"))
    reader.now = NOW
    page = reader.get("/")
    assert "自上次访问（2025-06-20 10:00）以来新增 2 个" in text(page)
    assert len(html.fromstring(page.content).xpath("//span[contains(@class,'fresh')]")) == 3  # one is only updated
    assert "新增 2 个" in text(reader.get("/"))  # still the same visit
    assert len(titles(reader.get("/?new=1"))) == 3
    reader.now = NOW + timedelta(hours=1)
    assert "自上次访问" not in text(reader.get("/"))
    reader.shelf.close()


@pytest.mark.parametrize(
    "cookie", ["", "x", "1.2.3", "-1.-2", "99999999999999.9999999999999999", "½.²", "0.0", "١٢.٣٤"]
)
def test_a_cookie_that_is_none_of_ours_is_a_first_visit(cookie):
    assert visits.visit(cookie, NOW).before is None


# --------------------------------------------------------------------------- what it carries


@pytest.mark.parametrize(
    "url", [*ADDRESSES, "/nowhere", "/api/nowhere", "/?kind=x", "/static/style.css", "/static/none"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_answer_carries_the_policy(reader, url, method):
    answer = reader.get(url, method)
    assert {k: answer.headers[k] for k in HEADERS} == HEADERS
    assert answer.status_code in (200, 400, 404) if method in ("GET", "HEAD") else answer.status_code in (404, 405)


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = HEADERS["content-security-policy"]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "http" not in policy


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_page_loads_only_what_is_ours_and_holds_no_script_or_style_of_its_own(reader, url):
    if url.startswith("/api"):
        return
    page = html.fromstring(reader.get(url).content)
    loaded = page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //*[@src]/@src")
    assert loaded and all(re.fullmatch(r"/static/[\w.]+\?\w+", u) for u in loaded)
    assert not page.xpath("//style | //*[@style] | //script[not(@src)] | //@*[starts-with(name(), 'on')]")


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_page_can_be_read_by_ear(reader, url):
    if url.startswith("/api"):
        return
    page = html.fromstring(reader.get(url).content)
    assert len(page.xpath("//main")) == len(page.xpath("//h1")) == len(page.xpath("//footer")) == 1
    assert page.xpath("//body/*[1]/@href") == ["#main"]
    assert all(n.get("aria-label") for n in page.xpath("//nav"))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = set(page.xpath("//label/@for"))
    fields = page.xpath("//input[not(ancestor::label)] | //select")
    assert all(f.get("id") in named for f in fields)
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4")]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert {r for e in page.xpath("//*[@aria-labelledby]") for r in e.get("aria-labelledby").split()} <= set(ids)


@pytest.mark.parametrize("url", ADDRESSES)
def test_who_holds_the_page_is_told_so(reader, url):
    first = reader.get(url)
    again = reader.get(url, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    head = reader.get(url, "HEAD")
    assert head.headers["etag"] == first.headers["etag"]
    assert reader.get(url, if_none_match='"other"').status_code == 200


def test_a_name_that_is_not_ours_is_sent_away(reader):
    assert reader.get("/", host="evil.example").status_code == 421
    assert reader.get("/", host="localhost:8321").status_code == 200
    assert reader.get("/", host="127.0.0.1").status_code == 200


# --------------------------------------------------------------------------- what is asked wrongly


@pytest.mark.parametrize(
    "query",
    ["kind=x", "status=%00", "from=2025-13", "to=20250320", "as_of=yesterday", "page=0", "page=x", "page=²", "per_page=201",
     "order=up", "from=0000", "as_of=9999-12-31T23:59-23:59",
        "as_of=9999-12-31T23:59Z"],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_reason(reader, query):
    page, api = reader.get(f"/?{query}"), reader.get(f"/api/topics/qinghe-yunchuan/events?{query}")
    assert (page.status_code, api.status_code) == (400, 400)
    assert api.headers["content-type"] == "application/problem+json" and api.json()["detail"]


@pytest.mark.parametrize("url", ["/nope", "/event/ev_none", "/t/none", "/static/base.html", "/export/qinghe-yunchuan.exe", "/event/", "/%00", "/api/topics/x", "/api/events/%FF"])  # fmt: skip
def test_what_is_not_there_is_not_found(reader, url):
    assert reader.get(url).status_code == 404


def test_a_page_beyond_the_last_is_empty_and_no_error(reader):
    assert "没有符合的事件" in text(reader.get("/?page=99"))


def test_a_database_that_cannot_be_read_is_said_to_be_so(tmp_path):
    path = tmp_path / "town.db"
    town.built(path).close()
    reader = Reader(path)
    path.write_bytes(b"no database" * 1000)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    answer = reader.get("/")
    assert answer.status_code == 503 and answer.headers["content-security-policy"]
    assert reader.get("/api/entries").status_code == 503


# --------------------------------------------------------------------------- hostile


HOSTILE = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; alert(1); //",
    "\u202egnp.exe",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x1b[31m\x07",
    "\ud800",
    "长" * 1_000_000,
]


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_is_text_and_no_more(tmp_path, title):
    path = tmp_path / "town.db"
    with town.built(path) as store:
        town.crowd(store, 1, "H" + title.replace("{", "{{").replace("}", "}}"))
    reader = Reader(path)
    for url in ("/", "/event/ev_x000000", "/search?q=H", "/export/qinghe-yunchuan.html"):
        answer = reader.get(url)
        assert answer.status_code == 200 and len(answer.content) < 100_000
        page = html.fromstring(answer.content)
        assert not page.xpath("//script[not(@src)] | //img | //@onerror")
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b\x07]", answer.text)
    assert all(h.find("bdi") is not None for h in html.fromstring(reader.get("/").content).xpath("//h3/a"))
    reader.shelf.close()


@pytest.mark.parametrize(
    "q", ['"', "'", "a OR b", "云川*", "NEAR(", "^云", "-云", "title:云", "\x00", "云" * 5000, "\ud800", "😀"]
)
def test_no_question_breaks_the_search(reader, q):
    address = "/search?" + urlencode({"q": q}, errors="surrogatepass")
    assert reader.get(address).status_code == 200


# --------------------------------------------------------------------------- many


def test_ten_thousand_events_are_answered_at_once_page_by_page(tmp_path):
    path = tmp_path / "town.db"
    with town.built(path) as store:
        town.crowd(store, 10_000)
        reader = Reader(path)
        reader.get("/")  # read once when the page begins to be served
        for url in ("/", "/?page=100", "/?kind=visit&from=2010", "/api/topics/qinghe-yunchuan/events?page=7"):
            assert affordable(partial(reader.get, url), 0.1).status_code == 200
        assert len(titles(reader.get("/"))) == 50
        assert "第 1 页，共 201 页" in text(reader.get("/"))
        town.crowd(store, 1, "后来的事")
        assert "后来的事" in "".join(titles(reader.get("/?order=oldest&from=2000&to=2000")))
    reader.shelf.close()


def test_the_words_of_the_page_are_all_in_the_table():
    """A key that no row has would be shown as its last part: so none may be asked for that is not there."""
    table = (Path(town.__file__).parents[2] / "monitor/export/data/words.tsv").read_text("utf-8")
    keys = {line.split("\t")[0] for line in table.splitlines()}
    templates = Path(town.__file__).parents[2] / "monitor/export/templates"
    asked = {k for f in templates.glob("*.html") for k in re.findall(r"w\('([a-z_.]+)'[,)]", f.read_text("utf-8"))}
    assert asked and asked <= keys
    assert Words("en")("events.count", n=3) == "3 events"
