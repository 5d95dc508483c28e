from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import parse
from monitor.parse import markup
from tests.costs import affordable


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("  plain \n text ", "plain\ntext"),
        ("AT&amp;T &nbsp;&copy;", "AT&T ©"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("《<小米>》", "《<小米>》"),
        ("小<b>米</b>来洛", "小米来洛"),
        ("<p>一</p><p>二</p>三<br/>四<br>五", "一\n二\n三\n四\n五"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("a<script>alert('<p>x</p>')</script>b<style>p{}</style><!-- c -->", "ab"),
        ("<img alt='a > b'>x <a title=\"1<2\" href=y>z</a>", "x z"),
        ("<p>half a tag <a href=", "half a tag"),
        ("<p>1 < 2</p>", "1 < 2"),
        ("<p title='>'>x</p>\x00\x0b", "x"),
        ("<div><!-- a --></div>", ""),
        ("<p>&lt;b&gt;</p>", "<b>"),
        ("　洛　阳　", "洛 阳"),
    ],
)
def test_a_fragment_becomes_the_text_that_a_reader_sees(html: str, text: str) -> None:
    assert parse.text_of(html) == text


_PIECES = ["<p>", "</p>", "<BR/>", "<Br>", "<b>", "<IMG src='a'>", "<a href=\"b\">", "<q>", "<h2 class=x>", "<title>", "<!--", "-->", "<", "&lt;", "小 米", "\n"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_usual_tags_are_read_as_odd_ones_are(html: str) -> None:
    assert markup.lines(markup._with_odd_tags(html)) == parse.text_of(html)


def test_a_title_is_one_line() -> None:
    assert markup.line("<p>一</p>\n<p>二 &amp; 三</p>") == "一 二 & 三"
    assert markup.line(" 一\n二 ") == "一 二"


@settings(max_examples=100)
@given(st.text(alphabet=st.sampled_from(list("<>/!-\"'=& ;ab小\n\x00\ud800")), max_size=60))
def test_any_text_is_read_without_complaint(html: str) -> None:
    text = parse.text_of(html)
    assert "\n\n" not in text and text == text.strip()


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "</", "<a b='", '<p title="', "<b>", "&#", "<script>", "<p><div"]
)
def test_a_megabyte_of_one_thing_costs_next_to_nothing(piece: str) -> None:
    affordable(lambda: parse.text_of(piece * (1_000_000 // len(piece))), 0.5)
