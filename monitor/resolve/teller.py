"""Who tells a text first: an agency's dateline or credit before the outlet that printed it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from monitor.normalize import simplify

# A dateline or a credit stands at the beginning of a report or at its end; between them agencies are only quoted.
BEGINNING, END = 160, 120

_NAME = r"[\w·'&. -]{2,24}?"
_END = r"(?=[》”\"，。；;,)）(（\n|丨/]|$|\.\s|\s{2,}|\s*(?:编辑|作者|责任|记者|日期|时间|\d))"
_CREDIT = re.compile(
    r"(?:(?:(?<![\u4e00-\u9fffa-z])(?:来源|稿源|source)\s*[:：丨])"
    r"|(?:转载自|转自|原载|首发)于?[:：]?|(?:translated|reprinted) from|first published (?:by|in))"
    rf"\s*[《“\"]?({_NAME})\s*{_END}"
)
_DATELINE = re.compile(rf"(?:^|[\n　。(（【\s])({_NAME[:-1]})(?:20\d\d年)?\d{{1,2}}月\d{{1,2}}日\s*(?:电|讯|消息|报道)")
_BRACKETED = re.compile(rf"[(（]\s*({_NAME})\s*[)）]")
_RELYING = re.compile(rf"据({_NAME})(?:\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}日|今日|今天|昨日)?(?:报道|消息|电)")
# What an outlet adds to its name in other media.
_MEDIA = re.compile(
    r"(?:新闻)?(?:客户端|app|微信公众号|微信公号|公众号|官方微信|官方微博|官微|微博|官方网站|官网|网站|号|记者.*|综合)+$"
)
_SPACE = re.compile(r"\s+")


def teller(credit: str, outlet: str, text: str) -> str:
    """
    Return the name of who tells *text* first, so that two copies give one name.

    That is whom the page credits, else whom its beginning or its end credits, else the *outlet* itself.
    """
    told = credit.strip() or _credited(text)
    return name(told) or name(outlet)


def name(told: str) -> str:
    """Return the one name of an outlet that may be called *told*."""
    short = _SPACE.sub(" ", simplify(told)).strip(" :：《》“”\"'.-")
    plain = _MEDIA.sub("", short.lower()) or short.lower()
    return _aliases().get(plain) or (short[: len(plain)] if len(plain) < len(short) else short)


def _credited(text: str) -> str:
    """Return whom the beginning or the end of *text* credits, or ""."""
    begin, end = simplify(text[:BEGINNING]), simplify(text[BEGINNING:][-END:])
    for part in (begin, end):
        if found := _CREDIT.search(part.lower()):
            return part[found.start(1) : found.end(1)]
    for pattern in (_DATELINE, _BRACKETED, _RELYING):
        for found in pattern.finditer(begin):
            if agency := _agency(found[1]):
                return agency
    return next((a for m in _BRACKETED.finditer(end) if (a := _agency(m[1]))), "")


def _agency(told: str) -> str:
    """Return the agency that *told* is or begins with: 新华社北京 is 新华社."""
    plain = _SPACE.sub(" ", told.strip().lower())
    known = _aliases()
    if plain.isascii():
        return known.get(plain, "")
    return next((known[plain[:n]] for n in range(len(plain), 1, -1) if plain[:n] in known), "")


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, str]:
    lines = resources.files("monitor.resolve").joinpath("data/tellers.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {alias.lower(): row[0] for row in rows for alias in row}
