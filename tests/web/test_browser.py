"""The page in a real browser: a reader's path, with and without scripts, by keyboard, on a phone, in the dark, on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from monitor import reading
from monitor.export import render
from tests.web import town

pytestmark = pytest.mark.long

IMAGES = Path(__file__).parents[2] / "docs" / "img"
PHONE = {"width": 390, "height": 844}
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
        told = reading.timeline(store, town.TOPIC)
    file = tmp_path / "timeline.html"
    file.write_bytes(render(told, "html", town.OPTIONS))
    watched = Watched(browser.new_context(locale="zh-CN"), "file://")
    watched.page.goto(file.as_uri())
    assert len(titles(watched.page)) == 10
    watched.page.locator("#ev_5 summary").click()
    assert watched.page.locator("#ev_5 mark").first.is_visible()
    assert watched.page.evaluate("getComputedStyle(document.querySelector('.ladder')).display") == "flex"
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
