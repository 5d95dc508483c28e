"""Feeds whose guids change, repeat or are missing give neither doubles nor losses; over the whole data path."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import RateLimited
from monitor.model import Counts, EntryState
from monitor.normalize import urls
from monitor.rounds import PER_HOST
from monitor.store import open_store
from tests.sites import TOPIC, Desktop, article, rss

FEED = "http://f.example.com/rss"
TEXT = f'feeds: [{{url: "{FEED}", every: 5m}}]\ntopics:{TOPIC}'


def polls(folder, *rounds: tuple[str, ...]) -> tuple[Desktop, list[Counts]]:
    desk = Desktop(folder, TEXT)
    counts = []
    for items in rounds:
        desk.site.pages[FEED] = rss(*items)
        counts.append(desk.poll())
    return desk, counts


def item(n: int, guid: str = "", link: str = "", title: str = "") -> str:
    link = link or f"http://f.example.com/n/{n}.html"
    return f"<title>{title or f'第{n}条新闻'}</title><link>{link}</link><guid isPermaLink='false'>{guid}</guid>"


def test_guids_that_change_with_every_answer_give_duplicates_only(tmp_path):
    desk, counts = polls(tmp_path, *(tuple(item(n, f"{round}-{n}") for n in range(5)) for round in range(4)))
    assert (counts[0].fetched, counts[0].duplicate) == (5, 0)
    assert all((c.fetched, c.duplicate) == (5, 5) for c in counts[1:])
    assert len(desk.entries()) == 5


def test_one_guid_for_all_loses_nothing(tmp_path):
    desk, counts = polls(tmp_path, tuple(item(n, "same") for n in range(5)), tuple(item(n, "same") for n in range(7)))
    assert [(c.fetched, c.duplicate) for c in counts] == [(5, 0), (7, 5)]
    assert len({e.url for e in desk.entries()}) == 7


def test_empty_guids_lose_nothing(tmp_path):
    _, counts = polls(tmp_path, tuple(item(n) for n in range(3)), tuple(item(n) for n in range(1, 4)))
    assert [(c.fetched, c.duplicate) for c in counts] == [(3, 0), (3, 2)]


@pytest.mark.parametrize(
    "link",
    [
        "http://f.example.com/n/1.html?utm_source=rss&amp;utm_campaign=%d",
        "https://www.f.example.com/n/1.html#%d",
        "http://f.example.com:80/n/../n/1.html?spm=%d",
    ],
)
def test_links_that_say_how_the_reader_came_give_no_doubles(tmp_path, link):
    _, counts = polls(tmp_path, (item(1),), (item(1, link=link % 1),), (item(1, link=link % 2),))
    assert [(c.fetched, c.duplicate) for c in counts] == [(1, 0), (1, 1), (1, 1)]


def test_entries_without_links_are_told_apart_by_guid_else_by_title(tmp_path):
    bare = tuple(
        f"<title>小米在洛阳{n}</title><guid isPermaLink='false'>{g}</guid>"
        for n, g in ((1, "a"), (2, "b"), (3, ""), (4, ""))
    )
    _, counts = polls(tmp_path, bare, bare[::-1])
    assert [(c.fetched, c.duplicate) for c in counts] == [(4, 0), (4, 4)]


def test_an_edited_title_is_the_same_entry_and_is_judged_again(tmp_path):
    desk, counts = polls(tmp_path, (item(1),), (item(1, title="小米考察洛阳产业园"),))
    assert counts[1].duplicate == 1
    (entry,) = desk.entries()
    assert entry.title == "小米考察洛阳产业园"
    assert entry.state is EntryState.WAITING  # its page is not there yet


def test_a_link_that_is_another_at_every_poll_is_no_edit_and_asked_for_by_its_first_alone(tmp_path):
    desk = Desktop(tmp_path, TEXT)
    for n in range(4):
        link = f"http://f.example.com/n/1.html?spm={n}"
        desk.site.pages[link] = article("小米考察洛阳产业园")
        desk.site.pages[FEED] = rss(item(1, link=link, title="小米考察洛阳产业园"))
        desk.poll()
    (entry,) = desk.entries()
    assert entry.state is EntryState.KEPT
    # More than once: a page is looked at again an hour after it came out.
    assert {url for url in desk.site.asked if "/n/1.html" in url} == {"http://f.example.com/n/1.html?spm=0"}


@pytest.mark.parametrize("link", ["", "<link>https://f.example.com/</link>"], ids=["no link", "the home page"])
def test_guids_that_change_where_nothing_else_tells_entries_apart_give_no_doubles(tmp_path, link):
    def bare(round: int, n: int) -> str:
        return f"<title>小米在洛阳{n}</title>{link}<guid isPermaLink='false'>{round}-{n}</guid>"

    desk, counts = polls(tmp_path, *(tuple(bare(round, n) for n in range(3 + round)) for round in range(4)))
    assert [(c.fetched, c.duplicate) for c in counts] == [(3, 0), (4, 3), (5, 4), (6, 5)]
    assert len(desk.entries()) == 6


MIRROR = "http://mirror.example.net/rss"
REAL = "http://www.f.example.com/2025/03/20/1001.html"
GATEWAY = "http://mirror.example.net/gate/big5/www.f.example.com/2025/03/20/1001.html"
TWO = f'feeds: [{{url: "{MIRROR}", every: 5m}}, {{url: "{FEED}", every: 5m}}]\ntopics:{TOPIC}'
NEWS = "小米产投负责人到访洛阳"


def test_what_a_mirror_says_gives_way_to_the_original_and_never_takes_its_place_again(tmp_path):
    desk = Desktop(tmp_path, TWO)
    forged = "3月18日，小米与洛阳市政府签署协议，总投资一百亿元。"
    desk.site.pages |= {GATEWAY: article(NEWS, forged), MIRROR: rss(item(1, link=GATEWAY, title=NEWS)), FEED: rss()}
    desk.poll()
    assert "签署协议" in told(tmp_path)
    desk.site.pages |= {REAL: article(NEWS), FEED: rss(item(1, link=REAL, title=NEWS))}
    desk.poll()
    assert "签署协议" not in told(tmp_path)
    for title in ("小米产投负责人今日到访洛阳", "小米产投负责人再访洛阳"):
        desk.site.pages[MIRROR] = rss(item(1, link=GATEWAY, title=title))
        desk.poll()
    assert "座谈" in told(tmp_path)
    assert "签署协议" not in told(tmp_path)


def told(folder) -> str:
    """Return what the newest text of the article says."""
    with open_store(str(folder / "timeline.db"), create=False) as store:
        found = store.article(urls.identity(REAL))
    assert found
    return found.text


def test_where_the_first_address_of_an_article_leads_nowhere_the_next_one_is_tried(tmp_path):
    desk = Desktop(tmp_path, TWO)
    desk.site.pages |= {REAL: article(NEWS), MIRROR: rss(item(1, link=f"{REAL}/", title=NEWS))}
    desk.site.pages[FEED] = rss()
    desk.poll()
    desk.site.pages[FEED] = rss(item(1, link=REAL, title=NEWS))
    desk.poll()
    assert [e.state for e in desk.entries(FEED)] == [EntryState.DUPLICATE]
    for _ in range(60):
        desk.poll()
    assert [e.state for e in desk.entries(MIRROR)] == [EntryState.FAILED]
    assert [e.state for e in desk.entries(FEED)] == [EntryState.KEPT]


def test_a_server_that_has_had_enough_is_asked_for_no_other_page_until_then(tmp_path):
    desk = Desktop(tmp_path, TEXT)
    links = [f"http://busy.example.com/2025/{n}.html" for n in range(12)]
    desk.site.pages[FEED] = rss(*(item(n, link=link, title=f"{NEWS}之{n}") for n, link in enumerate(links)))
    desk.site.pages |= {link: RateLimited(link, "http 429", "enough", timedelta(hours=2)) for link in links}
    desk.poll()
    asked = [url for url in desk.site.asked if url in links]
    assert 1 <= len(asked) <= PER_HOST
    assert len(desk.entries(state=EntryState.WAITING)) == 12
    desk.site.pages |= {link: article(NEWS) for link in links}
    desk.now += timedelta(hours=2)
    desk.poll()
    assert len(desk.entries(state=EntryState.KEPT)) == 12
