"""An article page -> its title, text, date and credit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from monitor.errors import ParseError
from monitor.model import Page
from monitor.normalize import urls
from monitor.parse import charset, dating, density, links, markup, soup

__all__ = ["MAX_TITLE", "page"]

MAX_TITLE = 300
MAX_KEPT = 400_000
"""Characters of kept text: a long report has 50,000."""
MAX_BYTES = 2 * soup.MAX_TEXT
"""Bytes of a page that are decoded: one sign beyond the usual makes each character of a text four bytes."""
ENOUGH = 25
"""Characters under which the extractor has found nothing worth the name of an article."""
SHORT = 1_000
"""Characters up to which a text may be nothing but headlines: thirty of them."""

_SUFFIX = re.compile(r"\s*(?:[_|｜]|--+|\s[-–—－·]\s|－|-(?=[^-]{2,12}$))\s*")
_CREDIT = re.compile(r"(?:来源|來源|稿源|出处|Source)\s?[:：]\s?([^\n]{2,60})")
_CREDIT_END = re.compile(
    r"[\s|｜,，。;；:：()（）【】\[\]<>\"“”]|作者|编辑|责编|责任|记者|时间|发布|日期|字号|点击|浏览|阅读|分享|\d{4}[-年./]"
)


def page(body: bytes, url: str, content_type: str, zone: str, now: datetime) -> Page:
    """
    Return the article in an HTML page, or in plain text if *content_type* says so; days are days in *zone*.

    The text keeps paragraphs as lines; comments and lists of links are left out.

    :raises ParseError: the body is empty, not text, or holds no article text (made by scripts, a login wall).
    """
    if not body.strip():
        raise ParseError("an empty body where a page was expected")
    if charset.is_binary(body):
        raise ParseError("binary data where a page was expected")
    text, encoding = charset.text_and_encoding(body[:MAX_BYTES], content_type)
    if content_type.lower().startswith("text/plain"):
        return Page(_first_line(text), text[:MAX_KEPT], encoding=encoding)
    tree = soup.tree_of(text)
    metas = soup.metas(tree)
    flow = soup.flow_of(tree)
    title = _title(tree, metas)
    headlines = _headlines(flow, title)
    published = dating.published(tree, metas, flow, headlines, url, zone, now)
    canonical = _canonical(tree, metas, url)
    credit = _credit(metas, flow, headlines)
    kept = _article(tree)
    if len(kept) < ENOUGH:
        raise ParseError("no article text on the page: it may be made by scripts or behind a wall")
    return Page(title, kept[:MAX_KEPT], published, canonical, credit, encoding)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:MAX_TITLE]


# --------------------------------------------------------------------------- text


def _article(tree: lxml_html.HtmlElement) -> str:
    """Return the article's text; our own rule speaks where the extractor has nothing to say."""
    kept = _extracted(tree)
    return density.text(tree) if len(kept) < ENOUGH or _is_list(kept, tree) else kept


def _is_list(kept: str, tree: lxml_html.HtmlElement) -> bool:
    """Return whether a short text is made of links' words: a list of other articles, taken for want of paragraphs."""
    if len(kept) > SHORT:
        return False
    linked = "\n".join("".join(_text(link).split()) for link in tree.iter("a"))
    words = kept.split()
    return 2 * sum(len(word) for word in words if word in linked) > sum(map(len, words))


def _extracted(tree: lxml_html.HtmlElement) -> str:
    import trafilatura

    # fast: the second opinions (readability, justext) cost twice the time and know no Chinese stop words.
    found = trafilatura.extract(
        tree,
        fast=True,
        output_format="txt",
        include_comments=False,
        include_tables=True,
        include_links=False,
        include_images=False,
        deduplicate=False,
        with_metadata=False,
    )
    return found.strip() if found else ""


# --------------------------------------------------------------------------- title


def _title(tree: lxml_html.HtmlElement, metas: dict[str, list[str]]) -> str:
    """Return the headline: what the page offers for sharing, else its heading, else the window's title cut to it."""
    whole = _text(next(tree.iter("title"), None))
    headings = [t for t in map(_text, tree.iter("h1")) if t]
    shared = next((markup.line(v) for n in ("og:title", "twitter:title") for v in metas.get(n, ()) if v.strip()), "")
    # A heading with which the window's title begins is the headline; other headings may be the site's name.
    told = next((h for h in headings if len(h) >= 4 and (whole.startswith(h) or shared.startswith(h))), "")
    site = next(iter(metas.get("og:site_name", ())), "")
    return (told or _without_site(shared, site) or _without_site(whole, site) or next(iter(headings), ""))[:MAX_TITLE]


def _text(node: etree._Element | None) -> str:
    return " ".join("".join(map(str, node.itertext())).split()) if node is not None else ""


def _without_site(title: str, site: str) -> str:
    """Return *title* without the names of site and section that stand behind it."""
    if site and title.endswith(site):
        title = title[: -len(site)].rstrip(" _|｜-–—－·") or title
    found = _SUFFIX.search(title)
    return title[: found.start()] if found and found.start() >= 6 else title


def _headlines(flow: soup.Flow, title: str) -> list[int]:
    """Return where the title's words end in the visible text."""
    start = " ".join(title.split())[:12]
    places: list[int] = []
    at = flow.text.find(start) if len(start) >= 4 else -1
    while at >= 0 and len(places) < 10:
        if _may_be_headline(flow.owner(at)):
            places.append(flow.line(at)[1])
        at = flow.text.find(start, at + 1)
    if not places:
        places = list(_headings(flow))[:3]
    return places


def _may_be_headline(node: lxml_html.HtmlElement) -> bool:
    """Return whether a title's words stand for the article itself: in a link they do inside a heading only."""
    around = {node.tag, *(up.tag for _, up in zip(range(2), node.iterancestors(), strict=False))}
    return "a" not in around or not around.isdisjoint(("h1", "h2", "h3"))


def _headings(flow: soup.Flow) -> Iterator[int]:
    for start, owner in zip(flow.starts, flow.owners, strict=True):
        if owner.tag == "h1":
            yield flow.line(start)[1]


# --------------------------------------------------------------------------- who and where


def _canonical(tree: lxml_html.HtmlElement, metas: dict[str, list[str]], url: str) -> str:
    """Return the address that the page gives for itself; a home page is no article's address."""
    named = [
        link.get("href") or "" for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for candidate in (*named, *metas.get("og:url", ())):
        found = links.absolute(candidate, url)
        if found and not links.is_home(urls.identity(found)):
            return found
    return ""


def _credit(metas: dict[str, list[str]], flow: soup.Flow, headlines: list[int]) -> str:
    """Return whom the page credits: 来源 in the line under the headline, else in a meta element, else wherever it says so first."""
    near = [at for at in headlines if _CREDIT.search(flow.text, at, at + dating.NEAR_AFTER)]
    for at in near:
        found = _CREDIT.search(flow.text, at, at + dating.NEAR_AFTER)
        name = _name(found[1]) if found else ""
        if name:
            return name
    said = next((v for n in ("source", "mediaid", "article:source", "contentsource") for v in metas.get(n, ())), "")
    if said:
        return _name(said.removeprefix("来源：")) or ""
    anywhere = _CREDIT.search(flow.text)
    return _name(anywhere[1]) if anywhere else ""


def _name(text: str) -> str:
    end = _CREDIT_END.search(text.strip())
    name = text.strip()[: end.start()] if end else text.strip()
    return name if 2 <= len(name) <= 20 and not name.startswith(("http", "www.")) else ""
