"""The page in a real browser: a reader's path, with and without scripts, by keyboard, on a phone, in the dark, on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from monitor import reading, web
from monitor.export import render
from tests.commands import start
from tests.loopback import Call, Loopback, Reply
from tests.web import told, town
from tests.web.test_serving import address

pytestmark = pytest.mark.long

IMAGES = Path(__file__).parents[2] / "docs" / "img"
PLACES = ("", "event/ev_5", "sources", "entries", "search?q=云川", "nowhere")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "no Chromium here: apt-get install chromium"
    with sync_playwright() as play:
        # Its own sandbox needs rights that a container seldom gives; what is opened here is ours.
        launched = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "town.db"
    town.built(path).close()
    return path


@pytest.fixture(scope="module")
def site(path: Path) -> Iterator[str]:
    with town.serving(path) as url:
        yield url


class Watched:
    """A window that is watched: whatever it complains of, and whoever else it asks for anything."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        self.page: Page = context.new_page()
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("dialog", lambda d: self.complaints.append(d.message))
        self.page.on("request", lambda r: self.asked.add(urlsplit(r.url).netloc))
        self.host = urlsplit(site).netloc

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []
        assert self.asked <= {self.host}


@pytest.fixture
def window(browser: Browser, site: str) -> Iterator[Page]:
    watched = Watched(browser.new_context(locale="zh-CN", viewport={"width": 1100, "height": 900}), site)
    yield watched.page
    watched.close()


def titles(page: Page) -> list[str]:
    return page.locator(".event h3").all_inner_texts()


def test_a_reader_goes_from_the_question_to_the_quote_and_back(window, site):
    window.goto(site)
    assert window.locator("h1").inner_text() == "青禾汽车会落户云川吗?"
    window.locator(".proof a").click()
    assert "青禾（云川）智能制造有限公司完成注册" in window.title()
    assert "青禾（云川）智能制造有限公司已完成注册，注册资本5亿元" in window.locator("mark").first.inner_text()
    window.locator(".crumb a").click()
    window.get_by_role("link", name="来源", exact=True).click()
    assert window.locator("tbody tr").count() == 4
    window.get_by_role("link", name="条目").click()
    window.locator(".entries summary").first.click()
    assert "only one side" in window.locator(".entries li").first.inner_text()


def test_a_word_is_searched_for_from_anywhere(window, site):
    window.goto(site + "sources")
    window.keyboard.press("/")
    window.keyboard.type("签署")
    window.keyboard.press("Enter")
    window.wait_for_url("**/search?q=*")
    assert window.locator(".hits mark").first.inner_text() == "签署"
    window.locator(".hits a").first.click()
    assert window.locator("h1").inner_text() == "云川市与青禾汽车签署战略合作框架协议"


def test_filters_apply_at_once_and_are_cleared_again(window, site):
    window.goto(site)
    window.locator(".filters > summary").click()
    window.get_by_label("类型").select_option("agreement")
    window.wait_for_url("**/?kind=agreement")
    assert titles(window) == ["云川市与青禾汽车签署战略合作框架协议"]
    window.get_by_role("link", name="清除筛选").click()
    window.wait_for_url(site)
    assert len(titles(window)) == 10


def test_the_slider_goes_back_in_time(window, site):
    window.goto(site)
    window.locator(".filters > summary").click()
    slider = window.locator("input[type=range]")
    slider.focus()
    for _ in range(3):
        slider.press("PageDown")
    window.wait_for_url("**as_of=2025-*")
    assert "时所知的内容" in window.locator(".then").inner_text()
    window.get_by_role("link", name="回到现在").click()
    assert window.locator(".then").count() == 0


def test_the_keyboard_is_enough(window, site):
    window.goto(site)
    window.keyboard.press("Tab")
    assert window.locator(":focus").inner_text() == "跳到正文"
    window.keyboard.press("Enter")
    assert window.evaluate("document.activeElement.id") == "main"
    window.keyboard.press("j")
    window.keyboard.press("j")
    assert window.locator(":focus").inner_text() == titles(window)[1]
    window.keyboard.press("k")
    window.keyboard.press("Enter")
    window.wait_for_url("**/event/*")


def test_without_scripts_nothing_is_missing(browser, site):
    watched = Watched(browser.new_context(java_script_enabled=False, locale="zh-CN"), site)
    page = watched.page
    page.goto(site)
    page.locator(".filters > summary").click()
    page.get_by_label("状态").select_option("official")
    page.get_by_label("回到某一天").fill("2025-06-30")
    page.get_by_role("button", name="应用").click()
    assert titles(page) == ["云川市与青禾汽车签署战略合作框架协议"]
    for place in PLACES[1:5]:
        page.goto(site + place)
        assert len(page.locator("main").inner_text()) > 80
    watched.close()


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_runs_over_the_edge_of_a_small_screen(browser, site, width):
    watched = Watched(browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN"), site)
    for place in PLACES[:5]:
        watched.page.goto(site + place)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width, place
    watched.close()


def test_an_english_browser_reads_english(browser, site):
    watched = Watched(browser.new_context(locale="en-GB"), site)
    watched.page.goto(site)
    assert "Not seen: construction, production" in watched.page.locator(".answer").inner_text()
    watched.close()


def test_on_paper_only_what_is_to_be_read_is_left(window, site):
    window.goto(site)
    window.emulate_media(media="print")
    assert not window.locator(".top").is_visible() and not window.locator(".filters").is_visible()
    assert window.locator(".event").first.is_visible()
    assert window.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_second_visit_shows_what_is_new(browser, path):
    """The clock of the page is the test's: three weeks pass between two visits."""
    reader = town.Reader(path)
    cookie = f"0.{int((town.NOW - town.timedelta(days=11)).timestamp())}"
    reader.shelf.close()
    with town.serving(path) as site:
        context = browser.new_context(locale="zh-CN")
        context.add_cookies([{"name": "visits", "value": cookie, "url": site}])
        watched = Watched(context, site)
        watched.page.goto(site)
        assert watched.page.locator(".chip.fresh").count() == 3
        watched.page.get_by_role("link", name="新增 2 个").click()
        assert len(titles(watched.page)) == 3
        watched.close()


def test_hostile_titles_run_nothing(browser, tmp_path):
    path = tmp_path / "town.db"
    with town.built(path) as store:
        town.crowd(
            store, 1, "</bdi></h3><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>\u202e倒"
        )
    with town.serving(path) as site:
        watched = Watched(browser.new_context(locale="zh-CN"), site)
        for place in ("", "event/ev_x000000", "search?q=alert"):
            watched.page.goto(site + place)
            assert "<script>alert(1)</script>" in watched.page.locator("main").inner_text()
        watched.close()


def test_the_exported_file_opens_by_itself(browser, path, tmp_path):
    with town.open_store(str(path)) as store:
        shown = reading.timeline(store, town.TOPIC)
    file = tmp_path / "timeline.html"
    file.write_bytes(render(shown, "html", town.OPTIONS))
    watched = Watched(browser.new_context(locale="zh-CN"), "file://")
    watched.page.goto(file.as_uri())
    assert len(titles(watched.page)) == 10
    watched.page.locator("#ev_5 summary").click()
    assert watched.page.locator("#ev_5 mark").first.is_visible()
    assert watched.page.evaluate("getComputedStyle(document.querySelector('.ladder')).display") == "flex"
    watched.close()


def test_what_is_shipped_shows_all_of_it_without_any_network(browser, tmp_path):
    process = start("serve", "--listen", "127.0.0.1:0", cwd=tmp_path)
    try:
        site = address(tmp_path)
        watched = Watched(browser.new_context(locale="en-GB"), site)
        page = watched.page
        page.goto(site)
        parts = ("h1", ".answer .verdict", ".answer .proof a", ".ladder .furthest", ".coverage", ".filters", ".events", ".exports")  # fmt: skip
        tops = [page.locator(part).first.bounding_box() for part in parts]
        assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box) and all(tops)
        assert "silence means nothing" in page.locator(".coverage").inner_text()
        assert page.locator("time[datetime='2024']").inner_text() == "2024" and page.locator(".mark.year").count() == 2
        page.locator(".filters > summary").click()
        for label in ("Kind", "Status", "Actor", "Source", "From", "To", "Order", "As of", "With background"):
            assert page.get_by_label(label, exact=label != "With background").first.is_visible(), label
        page.locator(".proof a").click()
        assert page.locator(".proofs li").count() == 1 and page.locator(".revisions li").count() == 1
        page.get_by_role("link", name="Sources").click()
        page.locator("tbody tr").first.wait_for()
        assert page.locator("tbody tr").count() == 31
        watched.close()
    finally:
        process.terminate()
        assert process.wait(10) == 0


# --------------------------------------------------------------------------- who decides


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a page that may be decided on, and its token."""
    told.built(tmp_path / "town.db").close()
    keys = web.Keys()
    token = keys.issue()
    with town.serving(tmp_path / "town.db", keys) as site:
        yield site, token


def entered(browser: Browser, desk: tuple[str, str], **view: object) -> Watched:
    """Log in by the form."""
    watched = Watched(browser.new_context(locale="zh-CN", **view), desk[0])  # type: ignore[arg-type]
    watched.page.goto(desk[0] + "review")
    watched.page.get_by_label("谁在决定").fill("王编辑")
    watched.page.get_by_label("口令").fill(desk[1])
    watched.page.get_by_role("button", name="进入").click()
    watched.page.wait_for_url("**/review")
    return watched


SIGNED = "青禾汽车6月12日与云川市人民政府签署战略合作框架协议"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_corrects_an_event_and_undoes_it(browser, desk, scripts):
    watched = entered(browser, desk, java_script_enabled=scripts)
    page = watched.page
    page.goto(desk[0])
    page.get_by_role("link", name=SIGNED).last.click()
    page.get_by_role("link", name="核对本事件").click()
    title = page.locator("form.fix", has=page.get_by_label("标题"))
    title.get_by_label("标题").fill("云川与青禾汽车签约")
    title.get_by_label("原因").fill("原题太长")
    title.get_by_role("button", name="改正").click()
    assert page.locator("h1").inner_text() == "云川与青禾汽车签约"
    assert "已照办" in page.get_by_role("status").inner_text()
    page.get_by_role("status").get_by_role("button", name="撤销").click()
    assert SIGNED in page.locator("h1").inner_text()
    watched.close()


def test_a_proposal_is_answered_with_the_keyboard_alone(browser, desk):
    watched = Watched(browser.new_context(locale="zh-CN"), desk[0])
    page = watched.page
    page.goto(desk[0] + "review")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # to the content
    page.keyboard.press("Tab")
    page.keyboard.type("王编辑")
    page.keyboard.press("Tab")
    page.keyboard.type(desk[1])
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    page.locator(".doubts input[name=reason]").first.focus()
    page.keyboard.type("同一次考察")
    page.keyboard.press("Enter")  # which of the two answers it would be is not for a key to guess
    assert page.locator(".doubts > li").count() == 2
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text().startswith("是同一件事")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert page.locator(".doubts > li").count() == 1
    page.get_by_role("status").get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.locator(".undone").wait_for()
    assert page.locator(".doubts > li").count() == 2
    watched.close()


def test_a_wrong_token_opens_nothing(browser, desk):
    watched = Watched(browser.new_context(locale="zh-CN"), desk[0])
    page = watched.page
    page.goto(desk[0] + "review")
    page.get_by_label("谁在决定").fill("王编辑")
    page.get_by_label("口令").fill("guess")
    page.get_by_role("button", name="进入").click()
    assert page.get_by_role("alert").inner_text() == "口令不对。"
    assert page.get_by_label("谁在决定").input_value() == "王编辑"
    assert page.context.cookies() == []
    assert all("403" in complaint for complaint in watched.complaints)  # the browser says so itself
    watched.complaints.clear()
    watched.close()


def test_a_form_on_another_page_decides_nothing(browser, desk, tmp_path):
    """The attacker even knows the ids and the versions; the browser is logged in."""
    watched = entered(browser, desk)
    watched.page.get_by_role("link", name="青禾汽车副总裁沈玉珍率队到").first.click()
    event = watched.page.url.rpartition("/")[2]
    seen = watched.page.locator("input[name=seen]").first.input_value()
    fields = {"subject": event, "seen": seen, "verb": "retract", "token": "0" * 64, "back": "event"}
    evil = "".join(f"<input name={n} value={v}>" for n, v in fields.items())
    page = f"<form method=post action={desk[0]}review/order>{evil}<button>看图</button></form>".encode()

    class Elsewhere(Loopback):
        def reply(self, call: Call) -> Reply:
            return Reply(200, page, {"content-type": "text/html; charset=utf-8"})

    with Elsewhere() as server:
        forged = watched.context.new_page()
        for host in ("localhost", "127.0.0.1"):  # another site, and the same site on another port
            forged.goto(server.url("/", host))
            with forged.expect_response("**/review/order") as answer:
                forged.get_by_role("button").click()
            assert answer.value.status == 403
    forged.close()
    watched.page.reload()
    assert "已撤回" not in watched.page.locator("main").inner_text()
    watched.close()


def test_what_changed_meanwhile_is_shown_beside_what_was_seen(browser, desk):
    watched = entered(browser, desk)
    first, second = watched.page, watched.context.new_page()
    first.get_by_role("link", name="青禾汽车副总裁沈玉珍率队到").first.click()
    second.goto(first.url)
    second.get_by_label("日期").fill("2025-06-17")
    second.locator("form.fix", has=second.get_by_label("日期")).get_by_role("button", name="改正").click()
    second.get_by_role("status").wait_for()
    first.get_by_role("button", name="撤回").click()
    assert "已经变了" in first.get_by_role("alert").inner_text()
    row = first.locator("tr.differs", has_text="日期")
    assert "2025-06-18" in row.locator("del").inner_text() and "2025-06-17" in row.locator("ins").inner_text()
    first.get_by_role("button", name="仍要照办").click()
    assert "已撤回" in first.locator(".chip.status").inner_text()
    assert all("409" in complaint for complaint in watched.complaints)
    watched.complaints.clear()
    watched.close()


@pytest.mark.parametrize("width", [320, 390])
def test_whoever_decides_on_a_phone_sees_all_of_it(browser, desk, width):
    watched = entered(browser, desk, viewport={"width": width, "height": 800})
    page = watched.page
    places = [a.get_attribute("href") or "" for a in page.locator(".doubts h3 a").all()]
    for place in ("/review", *places):
        page.goto(desk[0] + place[1:])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    watched.close()


def test_every_field_of_a_form_has_a_name_for_whoever_cannot_see_it(browser, desk):
    watched = entered(browser, desk)
    places = [a.get_attribute("href") or "" for a in watched.page.locator(".doubts h3 a").all()]
    unnamed = """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
        .filter(f => !(f.labels && f.labels.length) && !f.getAttribute('aria-label')).map(f => f.outerHTML)"""
    for place in ("/", "/sources", "/entries", "/search?q=云川", "/review", *places):
        watched.page.goto(desk[0] + place[1:])
        assert watched.page.evaluate(unnamed) == [], place
    watched.close()


def test_missing_pages_are_pages(browser, site):
    watched = Watched(browser.new_context(locale="zh-CN"), site)
    answer = watched.page.goto(site + "nowhere")
    assert answer is not None and answer.status == 404
    assert all("404" in complaint for complaint in watched.complaints)  # the browser says so itself
    watched.complaints.clear()
    watched.page.get_by_role("link", name="回到时间线").click()
    assert len(titles(watched.page)) == 10
    watched.close()


@pytest.mark.parametrize(("name", "scheme", "size"), [("light", "light", (1000, 1180)), ("dark", "dark", (1000, 1180)), ("phone", "light", (390, 1000))])  # fmt: skip
def test_what_it_looks_like_is_kept_in_the_documents(browser, site, name, scheme, size):
    view = {"width": size[0], "height": size[1]}
    watched = Watched(browser.new_context(color_scheme=scheme, viewport=view, locale="zh-CN"), site)
    watched.page.goto(site)
    IMAGES.mkdir(exist_ok=True)
    watched.page.screenshot(path=IMAGES / f"{name}.png", scale="css")
    assert 10_000 < (IMAGES / f"{name}.png").stat().st_size < 300_000
    watched.close()


def test_what_deciding_looks_like_is_kept_too(browser, desk):
    watched = entered(browser, desk, viewport={"width": 1000, "height": 900})
    watched.page.screenshot(path=IMAGES / "review.png", scale="css")
    assert 10_000 < (IMAGES / "review.png").stat().st_size < 300_000
    watched.close()
