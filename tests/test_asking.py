"""Look-ups before a list and the pages after it, over the whole data path."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from monitor.errors import FetchError, RateLimited
from tests.sites import TOPIC, Desktop, rss

KEY = "http://a.example.com/find?name=01810"
HEAD = 'feeds:\n  - {url: "http://a.example.com/%s", kind: json, map: {entries: rows, url: u}, %s}\ntopics:%s'


def rows(*numbers: int, next: str = "") -> str:
    return json.dumps(
        {"rows": [{"title": f"第{n}条", "u": f"http://a.example.com/n/{n}.html"} for n in numbers], "next": next}
    )


@pytest.fixture
def looking(tmp_path):
    step = f'steps: [{{name: id, url: "{KEY}", path: hits.0.id}}]'
    desk = Desktop(tmp_path, HEAD % ("list/{id}", step, TOPIC))
    desk.site.pages = {KEY: 'callback({"hits":[{"id":7}]});', "http://a.example.com/list/7": rows(1)}
    return desk


def test_what_a_list_needs_is_looked_up_before_it(looking):
    assert looking.poll().fetched == 1
    assert looking.site.asked == [KEY, "http://a.example.com/list/7"]


def test_it_is_looked_up_once_a_day(looking):
    for _ in range(25):
        looking.poll()
    assert looking.site.asked.count(KEY) == 2


def test_it_is_looked_up_again_when_the_list_has_failed(looking):
    looking.poll()
    looking.site.pages |= {KEY: '{"hits":[{"id":8}]}', "http://a.example.com/list/7": FetchError("u", "http 404")}
    looking.poll()
    looking.site.pages["http://a.example.com/list/8"] = rows(1, 2)
    assert looking.poll().fetched == 2
    assert looking.site.asked[-2:] == [KEY, "http://a.example.com/list/8"]


def test_a_look_up_that_finds_nothing_is_a_failure_with_its_reason(looking):
    looking.site.pages[KEY] = '{"hits":[]}'
    looking.poll()
    assert looking.site.asked == [KEY]
    assert "nothing to be {id}" in looking.status().error


def test_another_declaration_is_looked_up_afresh(looking):
    looking.poll()
    looking.text = looking.text.replace("hits.0.id", "hits.0.id|id")
    looking.poll()
    assert looking.site.asked.count(KEY) == 2


# --------------------------------------------------------------------------- pages


def paged(tmp_path, declared: str = "pages: 4", count: int = 9) -> Desktop:
    desk = Desktop(tmp_path, HEAD % ("list?page={page}", declared, TOPIC))
    desk.site.pages = {f"http://a.example.com/list?page={p}": rows(2 * p - 1, 2 * p) for p in range(1, count)}
    return desk


def asked(desk: Desktop) -> list[str]:
    found, desk.site.asked = [url.partition("?")[2] for url in desk.site.asked], []
    return found


def test_a_list_is_read_on_while_its_pages_bring_something_new(tmp_path):
    desk = paged(tmp_path)
    assert desk.poll().fetched == 8
    assert asked(desk) == ["page=1", "page=2", "page=3", "page=4"]
    desk.poll()
    assert asked(desk) == ["page=1"]


def test_news_on_the_first_page_leads_to_the_second_and_no_further(tmp_path):
    desk = paged(tmp_path)
    desk.poll()
    asked(desk)
    desk.site.pages["http://a.example.com/list?page=1"] = rows(99, 1)
    desk.site.pages["http://a.example.com/list?page=2"] = rows(2, 3)
    assert (desk.poll().fetched, asked(desk)) == (4, ["page=1", "page=2"])


def test_five_pages_are_read_where_nothing_else_is_said(tmp_path):
    desk = paged(tmp_path, "every: 1h")
    desk.poll()
    assert len(asked(desk)) == 5


def test_an_entry_that_slips_to_the_next_page_is_one(tmp_path):
    desk = paged(tmp_path)
    desk.site.pages["http://a.example.com/list?page=2"] = rows(2, 3, 4)
    assert desk.poll().fetched == 8
    assert len({e.url for e in desk.entries()}) == len(desk.entries()) == 8


def test_a_server_that_sends_one_page_whatever_is_asked_is_asked_for_two(tmp_path):
    desk = paged(tmp_path)
    desk.site.pages = dict.fromkeys(desk.site.pages, rows(1, 2))
    assert desk.poll().fetched == 2
    assert asked(desk) == ["page=1", "page=2"]


@pytest.mark.parametrize("fault", [FetchError("u", "http 500"), "<html>no JSON"])
def test_a_page_that_cannot_be_had_costs_no_page_before_it(tmp_path, fault):
    desk = paged(tmp_path)
    desk.site.pages["http://a.example.com/list?page=3"] = fault
    assert desk.poll().fetched == 4
    assert desk.status().state.value == "ok"


def test_a_server_that_has_had_enough_is_left_alone(tmp_path):
    desk = paged(tmp_path, "every: 5m")
    wait = timedelta(hours=5)
    desk.site.pages["http://a.example.com/list?page=2"] = RateLimited("u", "http 429", "", wait)
    then = desk.now
    assert desk.poll().fetched == 2
    assert desk.status().next_poll >= then + wait


def test_the_next_page_is_where_the_answer_says_on_its_own_host_only(tmp_path):
    desk = Desktop(tmp_path, HEAD.replace("url: u}", "url: u, next: next}") % ("1", "pages: 9", TOPIC))
    desk.site.pages = {
        "http://a.example.com/1": rows(1, next="/2"),
        "http://a.example.com/2": rows(2, next="http://b.example.com/3"),
        "http://b.example.com/3": rows(3),
    }
    assert desk.poll().fetched == 2
    assert desk.site.asked == ["http://a.example.com/1", "http://a.example.com/2"]


def test_pages_that_lead_in_a_circle_end(tmp_path):
    desk = Desktop(tmp_path, HEAD.replace("url: u}", "url: u, next: next}") % ("1", "pages: 9", TOPIC))
    desk.site.pages = {"http://a.example.com/1": rows(1, next="/2"), "http://a.example.com/2": rows(2, next="/1")}
    assert (desk.poll().fetched, len(desk.site.asked)) == (2, 2)


def test_a_list_page_is_read_on_by_its_link(tmp_path):
    text = 'feeds: [{url: "http://a.example.com/1", kind: list, select: {entry: li, next: a.next}}]\ntopics:' + TOPIC
    desk = Desktop(tmp_path, text)
    page = "<ul><li><a href='/n/%d.html'>标题%d</a></li></ul><a class='next' href='/2'>下一页</a>"
    desk.site.pages = {"http://a.example.com/1": page % (1, 1), "http://a.example.com/2": page % (2, 2)}
    assert desk.poll().fetched == 2


@pytest.mark.parametrize(("pages", "count"), [("", 1), (", pages: 2", 2)])
def test_a_feed_is_one_page_unless_more_are_asked_for(tmp_path, pages, count):
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="/2"/><entry><title>a</title><link href="/n1"/></entry></feed>'
    desk = Desktop(tmp_path, f'feeds: [{{url: "http://a.example.com/1"{pages}}}]\ntopics:' + TOPIC)
    desk.site.pages = {
        "http://a.example.com/1": atom,
        "http://a.example.com/2": rss("<title>b</title><link>/n2</link>"),
    }
    desk.poll()
    assert len(desk.site.asked) == count
