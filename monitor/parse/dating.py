"""
When a page was published: every place that says so, and which of them is believed.

The day in the address comes first: it is set once, by the system that published, while texts on the page
carry strays (a template's date, the day of a related article, the moment of the last change). Then come
JSON-LD, meta elements, micro-data, the line under the headline, and variables in scripts. Places that name
other days than the one believed leave the flag ``disagrees``. Of several times on the day believed the
earliest counts: search engines are told the last push, readers the first. When a page was changed is asked
only where nothing says when it was published, and flagged ``updated``. A page that says nothing has no date.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain

from lxml import html as lxml_html

from monitor.model import NO_DATE, Published
from monitor.normalize import urls
from monitor.normalize.dates import published as read_date
from monitor.parse.soup import Flow

__all__ = ["published"]

_METAS = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "bytedance:published_time",
    "article:create_at",
    "datepublished",
    "publishdate",
    "publish_date",
    "publish-date",
    "published_time",
    "publishtime",
    "publish_time",
    "pubdate",
    "pubtime",
    "pub_date",
    "publication_date",
    "og:pubdate",
    "og:release_date",
    "article.published",
    "parsely-pub-date",
    "sailthru.date",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "weibo:article:create_at",
    "firstpublishedtime",
    "cxenseparse:recs:publishtime",
    "date",
)
_ARTICLES = ("article", "posting", "report", "webpage", "newsarticle")
_DATE = re.compile(
    r"(?<![\d.])(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日)"
    r"(?:[日T\s]{0,3}(?:[（(]?(?:星期|周|週)?[一二三四五六日天月火水木金土]?[)）]?)?\s{0,3}(?:上午|下午|晚上|午前|午後)?\s?\d{1,2}[:：时時]\d{2}(?:[:：分]\d{2})?)?"
)
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_ENGLISH = re.compile(
    rf"(?:\b{_MONTHS}\s\d{{1,2}},?\s|\b\d{{1,2}}\s{_MONTHS},?\s)(?:19|20)\d\d\b(?:,?\s(?:at\s)?\d{{1,2}}:\d\d(?:\s?[AaPp]\.?[Mm]\b\.?)?)?"
)
_AGO = re.compile(r"^\s?(?:\d{1,2}|[一二两三])\s?(?:小时|小時|天|日)前\s?$")
_CLOCK = re.compile(r"\d{1,2}[:：时時]\d{2}")
_LABEL = re.compile(
    r"发布|發布|发表|發表|时间|時間|日期|来源|來源|出处|公開|掲載|投稿|配信|date|posted|published|publish|source|责编|编辑|作者|记者",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"(?:发布|發布|發佈|发表|發表|刊登|公開|掲載|配信|published)\s?(?:日期|时间|時間|日時|日|于|on)?\s?[:：]?\s?$",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"更新|修改|修订|编辑于|updated|modified|last edit|截至|截止", re.IGNORECASE)
_MARKED = re.compile(r"time|date|pub|shijian|riqi", re.IGNORECASE)
_HINT = re.compile(r"info|source|byline|meta|author|origin|laiyuan", re.IGNORECASE)
_APART = re.compile(
    r"comment|footer|copyright|sidebar|recommend|relate|hot|rank|latest|aside|nav|menu|reply|pinglun|tuijian",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"""["']?\b(publish_?time|publish_?date|pub_?time|pub_?date|datePublished|ptime|createTime|ct)["']?\s{0,3}[:=]\s{0,3}["']?(\d[^"',;}\n]{7,39})["']?""",
    re.IGNORECASE,
)
_ARCHIVE = re.compile(r"^https?://web\.archive\.org/web/\d{1,14}(?:[a-z]{2}_)?/", re.IGNORECASE)

_FORMS = (_DATE, _ENGLISH, _AGO)

BYLINE = 120
"""Characters of the longest line that is taken for one of date, source and author; body paragraphs are longer."""
NEAR_AFTER, NEAR_BEFORE = 400, 160
"""Characters between the headline and its line of date and source (measured on 61 pages: at most 260 after, 90 before)."""
NEAR_TIME = 160
"""The same for a time element, which nothing else need speak for: below a short article those of others begin."""
ENOUGH = 4
"""Points that a date needs: near the headline and with a time of day, or in an element marked as a date, or labelled."""
MAX_LD = 500_000
MAX_FOUND = 50
MAX_SCORED = 1_000
"""Dates of a page that are looked at: the longest lists of comments have some hundreds, under the article."""


def published(
    tree: lxml_html.HtmlElement,
    metas: dict[str, list[str]],
    flow: Flow,
    headlines: Sequence[int],
    url: str,
    zone: str,
    now: datetime,
) -> Published:
    """
    Return when the page at *url* was published; *headlines* are the places of its title in ``flow.text``.

    ``raw`` is the text that was believed, or "" where it was the address.
    """

    def read(raws: Iterator[str]) -> list[Published]:
        found = (read_date(raw, zone, now) for raw, _ in zip(raws, range(MAX_FOUND), strict=False))
        return [p for p in found if p.day]

    places = [
        read(_in_ld(tree))[:1],
        read(_in_metas(metas))[:1],
        read(_in_microdata(tree))[:1],
        read(_in_times(flow, headlines))[:1],
        read(_under_headline(flow, headlines))[:1],
    ]
    said = [p for place in places for p in place]
    stem = _ARCHIVE.sub("", url)
    day = urls.day_in(stem) if stem else None
    if day and day <= (now + timedelta(days=1)).date():
        # A script may name the hour, but no doubt: it is full of other articles' days.
        return _by_address(day, said or [p for p in _by_script(read(_in_scripts(tree))) if p.day == day])
    if said:
        return _by_page(said)
    changed = chain(_in_changes(metas), _in_ld(tree, "dateModified"))
    return next(iter(_by_script(read(_in_scripts(tree)))), None) or _by_change(read(changed), now)


def _by_address(day: date, said: Sequence[Published]) -> Published:
    same = [p for p in said if p.day == day]
    # Late evening here is the next day there: a neighbour with a time of day is the better word.
    near = same or [p for p in said if p.at and p.day and abs((p.day - day).days) == 1]
    best = _finest(near) if near else Published(day=day, flag=None)
    away = any(p.day and abs((p.day - day).days) > 1 for p in said)
    return replace(best, flag="disagrees") if away else best


def _by_page(said: Sequence[Published]) -> Published:
    first = said[0]
    best = _finest([p for p in said if p.day == first.day])
    away = any(p.day and first.day and abs((p.day - first.day).days) > 1 for p in said)
    return replace(best, flag="disagrees") if away else best


def _by_script(said: Sequence[Published]) -> tuple[Published, ...]:
    """Believe scripts only where they speak with one voice: lists of other articles use the same names."""
    return (_finest(said),) if len({p.day for p in said}) == 1 else ()


def _by_change(said: Sequence[Published], now: datetime) -> Published:
    """Take the last change for want of better, but not one that happened while we asked."""
    settled = [p for p in said if not p.at or now - p.at > timedelta(hours=1)]
    return replace(settled[0], flag="updated") if settled else NO_DATE


def _finest(same: Sequence[Published]) -> Published:
    """Return the earliest with a time of day; a round midnight is a day in disguise."""
    timed = [p for p in same if p.at and not p.raw.rstrip("Z").endswith(("00:00:00", "00:00", "00:00:00.000"))]
    return min(timed, key=lambda p: p.at or p.raw, default=same[0]) if timed else same[0]


# --------------------------------------------------------------------------- the places


def _in_ld(tree: lxml_html.HtmlElement, *keys: str) -> Iterator[str]:
    others: list[str] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        for kind, raw in _ld_dates(_json(script.text or ""), keys or ("datePublished", "pubDate")):
            if any(word in kind for word in _ARTICLES):
                yield raw
            else:
                others.append(raw)
    yield from others[:1]


def _json(text: str) -> object:
    try:
        return json.loads(text[:MAX_LD].strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _ld_dates(value: object, keys: tuple[str, ...], depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the kind of each thing with the first of *keys* that it has, the outermost first."""
    if depth > 6:
        return
    if isinstance(value, dict):
        raw = next((value[k] for k in keys if isinstance(value.get(k), str)), "")
        if raw:
            yield str(value.get("@type", "article")).lower(), raw
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _ld_dates(value.get(key), keys, depth + 1)
    elif isinstance(value, list):
        for item in value[:MAX_FOUND]:
            yield from _ld_dates(item, keys, depth + 1)


def _in_metas(metas: dict[str, list[str]]) -> Iterator[str]:
    for name in _METAS:
        yield from metas.get(name, ())


def _in_changes(metas: dict[str, list[str]]) -> Iterator[str]:
    for name in ("dateupdate", "datemodified", "article:modified_time", "og:updated_time", "lastmodifiedtime"):
        yield from metas.get(name, ())


def _in_microdata(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for node in tree.iter("time", "span", "div", "p", "abbr"):
        if "datePublished" in (node.get("itemprop") or "").split() or node.get("pubdate") is not None:
            yield node.get("datetime") or node.get("content") or " ".join("".join(node.itertext()).split())


def _in_times(flow: Flow, headlines: Sequence[int]) -> Iterator[str]:
    """Yield what the time elements about a headline state for machines; what they show may lack the year."""
    for end in headlines[:MAX_FOUND]:
        first = bisect_left(flow.starts, end - NEAR_BEFORE)
        for at, owner in zip(flow.starts[first : first + MAX_FOUND], flow.owners[first:], strict=False):
            stated = owner.get("datetime") if owner.tag == "time" and at <= end + NEAR_TIME else None
            if stated and not _CHANGED.search(flow.text, max(0, at - 12), at) and not _apart(owner):
                yield stated


def _under_headline(flow: Flow, headlines: Sequence[int]) -> Iterator[str]:
    """Yield the dates in the lines about a headline that look like date and source, the likeliest first."""
    found: list[tuple[int, int, str]] = []
    start = 0
    left = MAX_SCORED
    for line in flow.text.split("\n"):
        dates = [m for form in _FORMS for m in form.finditer(line)] if len(line) <= BYLINE else []
        left -= len(dates)
        for date_ in dates:
            score = _score(flow, line, start, date_, headlines)
            if score >= ENOUGH:
                found.append((-score, start + date_.start(), date_[0]))
        if len(found) >= MAX_FOUND or left <= 0:
            break
        start += len(line) + 1
    yield from (raw for _, _, raw in sorted(found))


def _score(flow: Flow, line: str, start: int, match: re.Match[str], headlines: Sequence[int]) -> int:
    """Return how much speaks for a date in *line*, which begins at *start*, being the page's own."""
    at = start + match.start()
    before = line[max(0, match.start() - 12) : match.start()]
    if _CHANGED.search(before) or _apart(flow.owner(at)):
        return 0
    near = any(0 <= at - end <= NEAR_AFTER for end in headlines)
    above = any(-NEAR_BEFORE <= at - end < 0 for end in headlines)
    clock = bool(_CLOCK.search(match[0]))
    labelled = bool(_LABEL.search(line.replace(match[0], "")))
    alone = len(line.strip()) <= len(match[0]) + 2
    said = 4 * bool(_SAYS.search(before))
    told = clock * (
        1 if match.re is _ENGLISH else 2
    )  # English prose names hours beside days: opens June 20, 2025, 9:30 am
    return said + 2 * near + above + told + labelled + _hinted(flow.owner(at)) + (alone and near)


def _apart(node: lxml_html.HtmlElement) -> bool:
    """Return whether a text belongs to something else than the article: a link, a comment, a list of others."""
    for depth, up in enumerate((node, *node.iterancestors())):
        if up.tag in ("footer", "aside", "nav") or (up.tag == "a" and _hinted(node) < 2):
            return True
        if depth < 4 and up.tag == "li" and _is_teaser(up):
            return True
        if depth < 4 and _APART.search(_names(up)):
            return True
    return False


def _is_teaser(node: lxml_html.HtmlElement) -> bool:
    """Return whether a list's item is a link to some article, rather than a line of this one or all of it."""
    linked = 0
    for text in (text for a in node.iter("a") for text in a.itertext()):
        linked += len(text)
        if linked >= BYLINE:
            return False
    return linked >= 8


def _names(node: lxml_html.HtmlElement) -> str:
    return f"{node.get('class', '')} {node.get('id', '')}"


def _hinted(node: lxml_html.HtmlElement) -> int:
    """Return how far an element and those around it say that they hold a date: 2 by name, 1 as a byline, 0 not."""
    ups = (node, *(up for _, up in zip(range(2), node.iterancestors(), strict=False)))
    names = " ".join(f"{up.tag} {_names(up)}" for up in ups)
    return 2 if _MARKED.search(names) else int(bool(_HINT.search(names)))


def _in_scripts(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        for match in _SCRIPT.finditer((script.text or "")[:MAX_LD]):
            yield match[2].strip()
