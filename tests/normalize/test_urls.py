"""Addresses: what to fetch, what is the same, the day that one names."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.normalize import urls
from tests.costs import affordable

DATA = Path(__file__).parent.parent / "data" / "normalize"


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("addresses", rows("same.tsv"), ids=lambda row: row[0])
def test_addresses_of_one_article_are_the_same(addresses):
    assert len({urls.identity(address) for address in addresses}) == 1


@pytest.mark.parametrize("addresses", rows("different.tsv"), ids=lambda row: row[0])
def test_different_articles_are_never_folded_into_one(addresses):
    assert len({urls.identity(address) for address in addresses}) == len(addresses)


def test_no_rule_folds_the_articles_of_different_rows():
    first = [row[0] for row in rows("same.tsv")]
    assert all(urls.identity(a) != urls.identity(b) for a, b in itertools.combinations(first, 2))


@pytest.mark.parametrize(("path", "day"), rows("days.tsv"))
def test_a_path_names_a_day_only_when_it_is_unambiguous(path, day):
    assert urls.day_in(f"https://x.example{path}") == (None if day == "-" else date.fromisoformat(day))


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (" HTTP://WWW.Example.COM:80/a/../b?x=1#f\n", "http://www.example.com/b?x=1"),
        ("//a.example/x", "https://a.example/x"),
        ("/rel", "https://base.example/rel"),
        ("rel?x", "https://base.example/dir/rel?x"),
        ("", "https://base.example/dir/"),
        ("https://u:p@a.example:8443", "https://u:p@a.example:8443/"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("http://h/中 文?q=小米", "http://h/%E4%B8%AD%20%E6%96%87?q=%E5%B0%8F%E7%B1%B3"),
        ("http://h/\u200ba\ud800", "http://h/a"),
        ("javascript:void(0)", "javascript:void(0)"),
        ("http://[bad", "http://[bad"),
        ("http://h:99999/", "http://h:99999/"),
        (
            "http://go.rss.sina.com.cn/redirect.php?url=http://news.sina.com.cn/a/1.shtml",
            "http://news.sina.com.cn/a/1.shtml",
        ),
        ("http://go.rss.sina.com.cn/redirect.php?url=relative", "http://go.rss.sina.com.cn/redirect.php?url=relative"),
        ("https://www.google.com/url?sa=t&url=https://a.example/1%3Fx%3D1", "https://a.example/1?x=1"),
        (
            "https://notbing.com/news/apiclick?url=https://a.example/",
            "https://notbing.com/news/apiclick?url=https://a.example/",
        ),
    ],
)
def test_an_address_becomes_what_is_to_be_fetched(url, wanted):
    assert urls.canonical(url, "https://base.example/dir/") == wanted


def test_an_address_is_unwrapped_three_times_and_no_more():
    wrapped = ["https://a.example/"]
    for _ in range(4):
        wrapped.append("https://link.zhihu.com/?" + urlencode({"target": wrapped[-1]}))
    assert [urls.canonical(url) for url in wrapped[1:]] == ["https://a.example/"] * 2 + wrapped[:2]


@pytest.mark.parametrize("odd", ["mailto:a@b.example", "http://[bad", "no address", ""])
def test_what_is_no_web_address_is_its_own_identity(odd):
    assert urls.identity(odd) == odd


def test_a_broken_address_names_no_day():
    assert urls.day_in("http://[bad/2025/03/20/") is None


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_is_taken_as_an_address(text, base):
    url = urls.canonical(f"http://h/{text}", base)
    assert urls.canonical(url) == url
    assert urls.identity(url) == urls.identity(f"http://h/{text}")
    urls.canonical(text, base)
    urls.day_in(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://" + "a." * 50_000 + "/x",
        "http://h/" + "a/" * 200_000,
        "http://h/?" + "a=1&" * 50_000,
        "http://h/" + "2025/" * 100_000,
        "http://h/" + "%25" * 100_000,
        "http://" + "[" * 1000,
    ],
    ids=["host", "path", "query", "days", "escapes", "brackets"],
)
def test_hostile_addresses_take_linear_time(url):
    affordable(lambda: (urls.identity(url), urls.day_in(url)), 2)
