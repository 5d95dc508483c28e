"""Links that say nothing are joined to the article by title, outlet and day; over the whole data path."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor import namesakes
from monitor.model import Entry, EntryState, Published, Source
from tests.sites import TOPIC, Desktop, article, rss

GOOGLE, OUTLET = "http://g.example.com/rss", "http://news.lyd.com.cn/rss"
TITLE = "小米产投负责人到访洛阳"
REAL = "http://news.lyd.com.cn/system/2025/03/20/032480001.shtml"
TEXT = f"""
sources: [{{id: lyd, name: 洛阳网, tier: newspaper, hosts: [lyd.com.cn]}}]
feeds:
  - {{url: "{GOOGLE}", every: 30m}}
  - {{url: "{OUTLET}", every: 30m}}
topics:{TOPIC}"""
DATE = "<pubDate>Thu, 20 Mar 2025 10:30:00 +0800</pubDate>"


def google(
    title: str = TITLE, n: int = 1, outlet: str = "洛阳网", home: str = "https://www.lyd.com.cn", day: str = DATE
) -> str:
    return (
        f"<title>{title} - {outlet}</title><link>https://news.google.com/rss/articles/CBMi{n}?oc=5</link>"
        f"<guid isPermaLink='false'>CBMi{n}</guid>{day}<source url='{home}'>{outlet}</source>"
    )


def real(title: str = TITLE) -> str:
    return f"<title>{title}</title><link>{REAL}</link>{DATE}"


def desk(folder: Path, first: str = "", second: str = "") -> Desktop:
    found = Desktop(folder, TEXT)
    found.site.pages = {
        GOOGLE: rss(first) if first else rss(),
        OUTLET: rss(second) if second else rss(),
        REAL: article(TITLE),
    }
    return found


def states(found: Desktop) -> dict[str, EntryState]:
    return {"google" if "google" in e.url else "real": e.state for e in found.entries()}


def test_a_link_that_says_nothing_is_a_duplicate_of_the_article_that_is_known(tmp_path):
    found = desk(tmp_path, second=real())
    found.poll()
    found.site.pages[GOOGLE] = rss(google())
    found.poll()
    assert states(found) == {"google": EntryState.DUPLICATE, "real": EntryState.KEPT}
    wrapper, original = found.entries(GOOGLE)[0], found.entries(OUTLET)[0]
    assert wrapper.duplicate_of == original.id


def test_a_link_that_came_first_takes_the_article_when_another_feed_brings_it(tmp_path):
    found = desk(tmp_path, first=google())
    found.poll()
    assert states(found) == {"google": EntryState.WAITING}
    found.site.pages[OUTLET] = rss(real())
    found.poll()
    assert states(found)["real"] is EntryState.KEPT
    found.now = found.now.replace(hour=23)
    found.poll()
    wrapper, original = found.entries(GOOGLE)[0], found.entries(OUTLET)[0]
    assert (wrapper.state, wrapper.article_id) == (EntryState.KEPT, original.article_id)


def test_the_aggregators_page_is_never_asked_for(tmp_path):
    found = desk(tmp_path, first=google())
    for _ in range(5):
        found.poll()
    assert not [url for url in found.site.asked if "news.google" in url]


def test_a_link_whose_article_nobody_brings_fails_and_says_why(tmp_path):
    found = desk(tmp_path, first=google())
    for _ in range(40):
        found.poll()
    (entry,) = found.entries(GOOGLE)
    assert entry.state is EntryState.FAILED
    assert "does not say where the article is" in entry.reason


def test_the_article_is_read_although_a_link_to_it_failed_before(tmp_path):
    found = desk(tmp_path, first=google())
    for _ in range(40):
        found.poll()
    found.site.pages[OUTLET] = rss(real())
    found.poll()
    assert states(found)["real"] is EntryState.KEPT


def test_another_title_outlet_or_day_is_another_article(tmp_path):
    others = (
        google(title="小米产投负责人离开洛阳", n=1),
        google(outlet="大河网", home="https://www.dahe.cn", n=2),
        google(day="<pubDate>Wed, 19 Mar 2025 10:30:00 +0800</pubDate>", n=3),
    )
    found = desk(tmp_path, second=real())
    found.poll()
    found.site.pages[GOOGLE] = rss(*others)
    found.poll()
    assert [e.state for e in found.entries(GOOGLE)] == [EntryState.WAITING] * 3


def test_two_articles_under_one_headline_stay_two(tmp_path):
    found = desk(tmp_path, second=real())
    found.poll()
    found.site.pages |= {
        OUTLET: rss(real(), real().replace("032480001", "032480002")),
        REAL.replace("032480001", "032480002"): article(TITLE, "3月20日，洛阳市与小米就另一个项目签约，双方出席仪式。"),
    }
    found.poll()
    assert [e.state for e in found.entries(OUTLET)] == [EntryState.KEPT] * 2


SOURCES = (Source("lyd", "洛阳网", hosts=("lyd.com.cn",)), Source("lyrb", "洛阳日报", hosts=("lyrb.lyd.com.cn",)))
DAY = Published(day=date(2025, 3, 20), flag=None)
CLOSED = "https://news.google.com/rss/articles/x"


def entry(url: str, title: str = TITLE, published: Published = DAY, **said: str) -> Entry:
    return Entry("i", url, title, published=published, **said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (entry(REAL), entry(CLOSED, source_url="https://news.lyd.com.cn")),
        (entry(REAL), entry(CLOSED, source_name="洛阳网")),
        (entry(REAL), entry(CLOSED, "小米產投負責人，到訪「洛陽」", source_name="洛阳网")),
        (entry(REAL), entry(CLOSED, f"{TITLE}_洛阳网", source_name="洛阳网")),
        (entry(REAL, f"{TITLE} | 洛陽網"), entry(CLOSED, source_url="https://news.lyd.com.cn")),
        (entry("http://x.example/1"), entry(CLOSED, source_url="https://www.x.example/")),
    ],
)
def test_the_name_is_the_same_whatever_the_address_the_script_and_the_marks(one, other):
    assert namesakes.name(one, SOURCES) == namesakes.name(other, SOURCES) != ""


@pytest.mark.parametrize(
    "unknown",
    [entry(REAL, "快讯：要闻"), entry(REAL, published=Published()), entry(CLOSED), entry(CLOSED, source_name="某报")],
)
def test_what_is_not_known_well_enough_has_no_name(unknown):
    assert namesakes.name(unknown, SOURCES) == ""


def test_the_longest_host_that_fits_owns_an_address():
    assert namesakes.owner("http://lyrb.lyd.com.cn/1", SOURCES) == SOURCES[1]
    assert namesakes.owner("http://notlyd.com.cn/1", SOURCES) is None
