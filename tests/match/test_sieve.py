"""Bytes that may speak of a topic are let through, in whatever encoding and script; what cannot is not."""

from __future__ import annotations

import html

import pytest

from monitor.match import Matcher, Sieve
from monitor.model import Clean, Entity, Judgement, Topic
from monitor.normalize import clean

from .topics import cases, topics

BRIDGE = Topic(
    "bridge",
    "?",
    (
        Entity("firm", "company", ("长风汽车", "Changfeng Motor")),
        Entity("city", "place", ("河城",)),
        Entity("boss", "person", ("王大发",), of="firm"),
    ),
    ("firm", "city"),
)
MANY = [
    Topic(
        f"t{n}",
        "?",
        (Entity("a", "company", tuple(f"{chr(0x5000 + n)}{chr(0x6000 + 10 * n + k)}股份" for k in range(8))),),
    )
    for n in range(300)
]
"""So many names that each encoding is looked for by itself."""


@pytest.fixture(params=[[], MANY], ids=["few", "many"], scope="module")
def sieve(request):
    return Sieve([BRIDGE, *request.param])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    "text",
    [
        "长风汽车落户河城",
        "長風汽車落戶河城",
        "CHANGFENG MOTOR 河城",
        "changfeng\r\nmotor 河城",
        "Changfeng&nbsp;Motor河城",
    ],
)
def test_both_sides_are_found_in_each_encoding_and_script(text, encoding, sieve):
    assert sieve.lets(b"<p>" + text.encode(encoding) + b"</p>")


def test_traditional_names_are_found_in_big5(sieve):
    assert sieve.lets("<p>長風汽車落戶河城</p>".encode("big5"))


@pytest.mark.parametrize("form", ["&#{};", "&#x{:x};", "&#x{:X};", "&#0{};", "&#x0{:x}", "&#{}"])
def test_names_written_as_numbers_are_found(form, sieve):
    text = "长风汽车落户河城"
    coded = "".join(form.format(ord(c)) for c in text)
    assert html.unescape(coded) == text and sieve.lets(coded.encode())


@pytest.mark.parametrize(
    "text",
    [
        "长&#39118;汽车落户河&#x57ce;",
        "长\u200b风汽车落户河&shy;城",
        "长风<wbr>汽\ufeff车落户河\u2060城",
        "Changfeng Mot&#111;r 河城",
        '{"t": "\\u957f\\u98ce\\u6c7d\\u8f66\\u6cb3\\u57ce"}',
        '{"t": "河城\\nChangfeng Motor"}',
        "&amp;#38271;&amp;#39118;&amp;#27773;&amp;#36710;河城",
    ],
)
def test_names_that_the_bytes_hide_are_found(text, sieve):
    assert sieve.lets(text.encode()) and sieve.names(text.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("head", ["", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"])
def test_names_are_found_in_utf_16(encoding, head, sieve):
    page = f"<html><head><title>t</title></head><body><p>长风汽车落户河城</p>{'<p>a</p>' * 9}</body></html>"
    assert sieve.lets(head.encode() + page.encode(encoding))
    assert not sieve.lets(head.encode() + page.replace("长风", "短风").encode(encoding))


def test_radicals_are_read_as_the_characters_that_they_look_like():
    assert Sieve([Topic("h", "?", (Entity("hill", "place", ("小山",)),))]).lets("\u2f29\u2f2d".encode())


def test_an_ampersand_is_found_as_markup_has_it():
    firm = Topic("f", "?", (Entity("firm", "company", ("Long & Wind",)),))
    assert Sieve([firm]).lets(b"Long &amp; Wind said") and Sieve([firm]).lets(b"LONG & WIND said")


def test_a_variant_that_big5_does_not_have_is_traditional_all_the_same():
    assert Sieve([Topic("p", "?", (Entity("p", "company", ("高峰会",)),))]).lets("高峯會".encode())


def test_a_person_of_one_side_is_enough(sieve):
    assert sieve.lets("王大发表示".encode())


@pytest.mark.parametrize("text", ["长风汽车发布新车", "河城天气", "", "xchangfeng motors 河城"])
def test_one_side_is_not(text, sieve):
    assert not sieve.lets(text.encode())


def test_a_letter_behind_half_a_character_is_no_border(sieve):
    said = "一Changfeng Motor河城".encode("big5")  # A4 40 is no letter; 丁 ends with one
    assert sieve.lets(said) and sieve.lets(said.replace(b"\xa4\x40", b"\xa4\x42"))


def test_only_topics_that_are_asked_about_count():
    other = Topic("other", "?", (Entity("tea", "product", ("茶叶",)),))
    assert Sieve([BRIDGE, other]).lets("茶叶".encode())
    assert not Sieve([BRIDGE, other], ["bridge"]).lets("茶叶".encode())
    assert not Sieve([]).lets("茶叶".encode())


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_whatever_the_judge_wants_is_let_through(encoding):
    """The labelled cases, each as a page: what is relevant or background is never sieved out, unless it is garbled."""
    matcher = Matcher(list(topics().values()))
    for case in cases("verdicts.jsonl"):
        text: Clean = clean(case.get("text", case["title"]))
        verdict = matcher.judge(case["topic"], case["title"], text)
        if verdict.judgement is not Judgement.REJECTED and not (text.repairs or clean(case["title"]).repairs):
            said = f"{case['title']}\n{case.get('text', '')}".encode(encoding, "replace")
            assert Sieve([topics()[case["topic"]]]).lets(said), case["title"]
