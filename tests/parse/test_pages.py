from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor import parse
from monitor.errors import ParseError
from monitor.model import Page
from tests.parse.cases import NOW

ZONE = "Asia/Shanghai"
BODY = "".join(f"<p>{'双方就产业合作深入交流，' * 6}第{n}段。</p>" for n in "一二三四五")
RELATED = "<ul class='related'><li><a href='/x'>另一篇很久以前的文章标题</a><span>2019-01-02 10:00</span></li></ul>"


def read(html: str, url: str = "", content_type: str = "text/html", encoding: str = "utf-8") -> Page:
    return parse.page(html.encode(encoding), url, content_type, ZONE, NOW)


def article(head: str = "", under: str = "", after: str = "", title: str = "产投负责人到访共商合作") -> str:
    return (
        f"<html><head><title>{title}_晨报网</title>{head}</head><body><nav><a href='/'>首页</a></nav><h1>{title}</h1>"
        f"<div>{under}</div><div class='content'>{BODY}</div>{after}<footer>2001-01-01 版权所有</footer></body></html>"
    )


def day(html: str, url: str = "") -> str | None:
    found = read(html, url).published.day
    return found.isoformat() if found else None


LD = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    ("html", "url", "expected"),
    [
        pytest.param(article("<meta name='pubdate' content=' '>"), "", None, id="nothing says when: no date"),
        pytest.param(article(), "https://x.cn/2025/03/19/1.html", "2025-03-19", id="the address"),
        pytest.param(article(), "https://x.cn/2031/03/19/1.html", None, id="an address in the future is none"),
        pytest.param(
            article(),
            "https://web.archive.org/web/20200101000000/http://x.cn/2018-03/19/1.htm",
            "2018-03-19",
            id="an archive's own date is not the article's",
        ),
        pytest.param(article("<meta name='PubDate' content='2025-03-18'>"), "", "2025-03-18", id="meta"),
        pytest.param(
            article(LD.format('{"@type":"NewsArticle","datePublished":"2025-03-17T08:00:00+08:00"}')),
            "",
            "2025-03-17",
            id="JSON-LD",
        ),
        pytest.param(
            article(
                LD.format(
                    '{"@graph":[{"@type":"WebSite","datePublished":"2001-01-01"},{"@type":["Article"],"datePublished":"2025-03-17"}]}'
                )
            ),
            "",
            "2025-03-17",
            id="JSON-LD: the article before the site",
        ),
        pytest.param(
            article(LD.format('{"@type":"VideoObject","datePublished":"2025-03-17"}')),
            "",
            "2025-03-17",
            id="JSON-LD: something else for want of better",
        ),
        pytest.param(
            article(LD.format('{"@graph":' * 9 + '{"datePublished":"2025-03-17"}' + "}" * 9)),
            "",
            "2025-03-17",
            id="JSON-LD too deep is a variable",
        ),
        pytest.param(article(after="<p>发布日期：2025-03-14</p>" * 80), "", "2025-03-14", id="said over and over"),
        pytest.param(article(LD.format('{"datePublished": broken')), "", None, id="JSON-LD that is none"),
        pytest.param(
            article(LD.format('{"@type":"Article","datePublished":20250317}')),
            "",
            "2025-03-17",
            id="JSON-LD with a number is read as a variable",
        ),
        pytest.param(
            article(under="<time itemprop='datePublished' datetime='2025-03-16T09:00:00+08:00'>x</time>"),
            "",
            "2025-03-16",
            id="micro-data",
        ),
        pytest.param(article(under="<time pubdate>2025年3月16日</time>"), "", "2025-03-16", id="micro-data as text"),
        pytest.param(
            article(under="2025年03月15日 09:30 来源：晨报"), "", "2025-03-15", id="the line under the headline"
        ),
        pytest.param(
            article(under="<span class='pub-time'>2025-03-15</span><span>张三</span>"),
            "",
            "2025-03-15",
            id="marked as a date",
        ),
        pytest.param(
            article(under="<a class='post-date' href='/p'>2025-03-15</a>"),
            "",
            "2025-03-15",
            id="a date that is a link to the article",
        ),
        pytest.param(article(under="<a href='/archive'>2025-03-15 10:00</a>"), "", None, id="a link to somewhere else"),
        pytest.param(
            article(under="<script>showDate('2025/03/15 10:00')</script>"),
            "",
            "2025-03-15",
            id="a script that prints a date",
        ),
        pytest.param(
            article(after="<p>发布日期：2025-03-14 责任编辑：某</p>"),
            "",
            "2025-03-14",
            id="a label speaks for a date anywhere",
        ),
        pytest.param(article(under="更新时间：2025-03-15 10:00"), "", None, id="when it was changed is no answer"),
        pytest.param(article(after=RELATED), "", None, id="other articles' dates"),
        pytest.param(
            article(after="<div class='comment'>发布时间 2025-03-15 10:00</div>"), "", None, id="a comment's date"
        ),
        pytest.param(
            article("<script>var pubtime = '2025-03-13 10:00:00';</script>"), "", "2025-03-13", id="a variable"
        ),
        pytest.param(
            article("<script>a={ptime:'2025-03-13'};b={ptime:'2024-03-13'}</script>"),
            "",
            None,
            id="variables that contradict each other",
        ),
    ],
)
def test_the_date_is_taken_from_where_it_is_said(html: str, url: str, expected: str | None) -> None:
    assert day(html, url) == expected


LYD = "http://news.lyd.com.cn/system/2025/03/20/032480001.shtml"
QQ = "https://new.qq.com/rain/a/20250320A01BCD00"
STRAY = "<div class='date'>date 2024-12-09</div>"


@pytest.mark.parametrize(
    ("under", "after", "url", "at"),
    [
        pytest.param(
            "<ul class='list-inline'><li class='date'>发布日期：2025-03-20 08:30来源：洛阳日报</li></ul>",
            "",
            "https://www.ly.gov.cn/2025/03-20/198765.html",
            "00:30",
            id="a city's site",
        ),
        pytest.param("来源: 洛阳网 2025.03.20 08:23", STRAY, LYD, "00:23", id="a stray of the template beside it"),
        pytest.param("2025年03月20日09:15 | 来源：人民网", "", "", "01:15", id="no blank before the hour"),
        pytest.param("<span class='date'>2025年03月20日11:00</span>", "", "", "03:00", id="nor a source behind it"),
        pytest.param(
            "<div class='detail-info'><span>来源：证券时报网</span><span>作者：某</span><span>2025-03-20 10:02</span></div>",
            "",
            "",
            "02:02",
            id="the last of a line",
        ),
        pytest.param(
            "<script>window.DATA = {'pubtime':'2025-03-20 11:00:12'}</script>", "", QQ, "03:00", id="a script"
        ),
        pytest.param(
            "<script>a={'pubtime':'2025-03-20 11:00'};b={'pubtime':'2025-03-19 11:00'}</script>",
            "",
            QQ,
            None,
            id="a script that contradicts itself",
        ),
    ],
)
def test_the_hour_is_read_in_the_form_of_the_source(under: str, after: str, url: str, at: str | None) -> None:
    found = read(article(under=under, after=after), url).published
    assert found.day and found.day.isoformat() == "2025-03-20"
    assert (found.at and f"{found.at:%H:%M}") == at


def test_the_address_outranks_a_stray_and_the_doubt_is_noted() -> None:
    published = read(
        article("<meta name='publishdate' content='2024-12-09'>"), "http://news.x.cn/system/2025/03/19/1.shtml"
    ).published
    assert (published.day and published.day.isoformat(), published.flag, published.raw) == (
        "2025-03-19",
        "disagrees",
        "",
    )


def test_a_date_of_the_template_in_the_text_does_not_outrank_the_line_of_the_source() -> None:
    html = article(under="来源: 晨报网 2025.03.20 08:23", after="<div>date 2024-12-09</div>")
    published = read(html, "http://news.x.cn/system/2025/03/20/032480001.shtml").published
    assert (published.at, published.flag) == (datetime(2025, 3, 20, 0, 23, tzinfo=UTC), None)
    before = article(under="<p>date 2024-12-09</p>")
    assert day(before, "http://news.x.cn/system/2025/03/20/032480001.shtml") == "2025-03-20"


def test_the_place_that_agrees_with_the_address_gives_the_time_of_day() -> None:
    html = article("<meta name='publishdate' content='2025-03-19'>", under="2025-03-19 18:20 来源：晨报")
    published = read(html, "http://x.cn/2025/03/19/1.html").published
    assert (published.at, published.flag) == (datetime(2025, 3, 19, 10, 20, tzinfo=UTC), None)


def test_late_evening_may_be_the_next_day_in_the_address() -> None:
    published = read(article(under="2025-03-18 23:50 来源：晨报"), "http://x.cn/2025/03/19/1.html").published
    assert (published.at, published.flag) == (datetime(2025, 3, 18, 15, 50, tzinfo=UTC), None)


def test_two_places_that_differ_are_noted() -> None:
    html = article(
        "<meta property='article:published_time' content='2025-03-10T08:00:00+08:00'>",
        under="2025-03-19 18:20 来源：晨报",
    )
    assert read(html).published.flag == "disagrees"


def test_readers_saw_it_before_the_search_engines_were_told() -> None:
    ld = LD.format('{"@type":"Article","pubDate":"2025-03-19T09:27:48"}')
    assert read(article(ld, under="2025-03-19 09:25:09 来源：晨报")).published.at == datetime(
        2025, 3, 19, 1, 25, 9, tzinfo=UTC
    )


def test_the_last_change_is_taken_for_want_of_better_and_marked() -> None:
    published = read(article("<meta itemprop='dateUpdate' content='2025-03-01 10:47:36'>")).published
    assert (published.flag, published.day and published.day.isoformat()) == ("updated", "2025-03-01")


def test_a_change_while_we_ask_is_no_date() -> None:
    assert read(article(f"<meta property='og:updated_time' content='{NOW.isoformat()}'>")).published.flag == "missing"


# --------------------------------------------------------------------------- title, text, credit


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (article(), "产投负责人到访共商合作"),
        (article().replace("<h1>产投负责人到访共商合作</h1>", "<h1>晨报网</h1>"), "产投负责人到访共商合作"),
        (
            article(
                "<meta property='og:title' content='分享用的标题 - 晨报网'><meta property='og:site_name' content='晨报网'>"
            ).replace("h1>", "h4>"),
            "分享用的标题",
        ),
        (article().replace("h1>", "h4>"), "产投负责人到访共商合作"),
        (article(title="短|题").replace("h1>", "h4>"), "短|题_晨报网"),
        (article().replace("<title>产投负责人到访共商合作_晨报网</title>", ""), "产投负责人到访共商合作"),
    ],
)
def test_the_title_is_the_headline_without_the_sites_name(html: str, title: str) -> None:
    assert read(html).title == title


def test_paragraphs_are_lines_and_the_rest_of_the_page_is_left_out() -> None:
    text = read(article(after=RELATED + "<div id='comments'><p>第一条评论，说得很好。</p></div>")).text
    assert [line[-4:] for line in text.splitlines()] == ["第一段。", "第二段。", "第三段。", "第四段。", "第五段。"]


def test_headlines_of_others_are_not_taken_for_the_text() -> None:
    links = "".join(
        f"<p><a href='/{n}'>别的文章的标题之{n}，与本文毫无关系可言</a></p>" for n in "一二三四五六七八九十"
    )
    html = f"<html><body><div class='pic'>图说：{'双方交流，' * 6}</div><article>{links}</article></body></html>"
    assert read(html).text == f"图说：{'双方交流，' * 6}"


def test_style_sheets_and_drawings_are_left_out() -> None:
    assert read(article("<style>p{}</style><svg><style>a{}</style><text>x</text></svg>")).text == read(article()).text


def test_the_date_is_looked_for_where_the_headline_is_and_not_its_links() -> None:
    html = article(under="2025-03-15 10:00").replace("<nav>", "<nav><a href='/1'>产投负责人到访共商合作</a>")
    assert day(html) == "2025-03-15"


def test_a_page_that_the_extractor_finds_nothing_in_is_read_by_density() -> None:
    from monitor.parse import density, soup

    html = f"<body><ul><li><a href='/1'>要闻，很长的一个链接标题</a></li></ul><table><tr><td>一，二。<br>三，四。<b>五</b></td></tr></table><div><p>{'字，' * 40}</p><p>尾。</p></div></body>"
    assert density.text(soup.tree_of(html)) == f"{'字，' * 40}\n尾。"
    menu = f"<body><div>，，，<a href='/1'>{'链接，' * 50}</a></div><p>短，文。</p></body>"
    assert density.text(soup.tree_of(menu)).endswith("短，文。")
    assert density.text(soup.tree_of("<body><img src='x'></body>")) == ""


@pytest.mark.parametrize(
    ("html", "credit"),
    [
        (article(under="2025-03-19 来源：晨报 作者：张三"), "晨报"),
        (article(under="来源:新华社记者"), "新华社"),
        (article("<meta name='source' content='来源：日报'>"), "日报"),
        (article(after="<p>来源：晚报</p>"), "晚报"),
        (article(under="来源：http://x.cn/a"), ""),
        (article(), ""),
    ],
)
def test_the_credit_is_whom_the_page_names(html: str, credit: str) -> None:
    assert read(html).source_name == credit


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ("<link rel='canonical' href='/a/1.html'>", "https://x.example.com/a/1.html"),
        (
            "<link rel='canonical' href='/'><meta property='og:url' content='https://x.example.com/a/2.html'>",
            "https://x.example.com/a/2.html",
        ),
        ("<link rel='canonical' href=''>", ""),
    ],
)
def test_the_canonical_address_is_an_articles(head: str, canonical: str) -> None:
    assert read(article(head), "https://x.example.com/a/1.html?from=app").canonical_url == canonical


def test_an_old_page_is_decoded_before_it_is_read() -> None:
    page = read(article("<meta http-equiv='Content-Type' content='text/html; charset=gb2312'>"), encoding="gb18030")
    assert (page.title, page.encoding) == ("产投负责人到访共商合作", "gb18030")


def test_plain_text_is_kept_as_it_is() -> None:
    page = read("\n 标题\n\n正文 ", content_type="text/plain")
    assert (page.title, page.text) == ("标题", "\n 标题\n\n正文 ")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" ", "empty body"),
        (b"%PDF\x00\x01", "binary"),
        (b"<!-- -->", "no HTML"),
        (b"<html><body><div id='app'></div><script>render()</script></body></html>", "no article text"),
    ],
)
def test_what_is_no_article_says_so(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse.page(body, "https://x.example.com/", "text/html", ZONE, NOW)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param(
            article(under="<time datetime='2025-03-18T06:00:00+08:00'>3月18日</time>"),
            "2025-03-18",
            id="what a time element states",
        ),
        pytest.param(
            article(under="更新于 <time datetime='2025-03-18T06:00:00+08:00'>3月18日</time>"),
            None,
            id="a time element behind 更新于",
        ),
        pytest.param(
            article(after="<aside><time datetime='2025-03-18'>3月18日</time></aside>"),
            None,
            id="a time element beside the article",
        ),
        pytest.param(
            article(after="<div class='x'><time datetime='2025-03-18'>3月18日</time></div>"),
            None,
            id="a time element far below",
        ),
        pytest.param(
            article(under="<div class='byline'>By Ann Lee | Published: March 5, 2025, 3:15 PM</div>"),
            "2025-03-05",
            id="an English line",
        ),
        pytest.param(
            article(under="<span class='date'>5 March 2025</span>"),
            "2025-03-05",
            id="an English date that stands alone",
        ),
        pytest.param(
            article(under="<p>The fair opened on March 3, 2025, 9:30 am in the old hall.</p>"),
            None,
            id="an English day told of",
        ),
        pytest.param(article(under="<span class='time'>3天前</span>"), "2025-03-17", id="days ago, marked as a time"),
        pytest.param(article(under="<p>3天前</p>"), None, id="days ago, not marked"),
        pytest.param(
            article(after="<div class='hot'><span class='time'>3天前</span></div>"),
            None,
            id="days ago, of another list",
        ),
    ],
)
def test_the_forms_in_which_a_page_says_its_day(html: str, expected: str | None) -> None:
    assert day(html) == expected


def test_where_json_ld_says_only_when_it_was_changed_that_is_flagged() -> None:
    changed = article(LD.format('{"@type":"NewsArticle","dateModified":"2025-03-17T08:00:00+08:00"}'))
    published = read(changed).published
    assert (published.day and published.day.isoformat(), published.flag) == ("2025-03-17", "updated")
