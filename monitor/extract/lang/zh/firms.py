"""Firms in Chinese text: by the ending of their name, and behind a word like 企业 that introduces one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from monitor.extract.lang.zh.places import places
from monitor.extract.language import Firm, either, words

# The longest registered names have some thirty characters; reaching further left finds only sentence.
REACH = 24

_FULL = r"有限责任公司|股份有限公司|有限公司|集团|(?<![子分母孙总])公司"
_BRIEF = r"新能源|科技|汽车|电子|股份|控股|银行|证券|半导体|智能|生物|医药|动力|锂电|资本|创投|重工|轴承|机器人|航空|光电|材料|软件|网络|通信"
_INTRODUCED = r"企业|厂商|巨头|龙头|品牌|制造商|运营商|供应商|开发商|服务商|生产商|独角兽|初创公司|公司"
# Endings of a firm's short name that seldom end another word.
_SHORT = r"科技|电子|股份|控股|新能源|半导体|储能|电池|汽车|轴承|重工|精密|光电|国投|创投|产投|资本|证券|银行|电力|药业|制药|电气|矿业|乳业|传媒|置业|建工|水务|燃气|航天"
_TAKES = r"投资|收购|并购|入股|参股|注资|增资|领投|跟投|认购|受让|减持|质押|控股|起诉|持有"

_ENDING = re.compile(rf"(?:{_FULL})(?!的?(?:人士|人员|治理|债|高管|方面|股东))")
_BEHIND = re.compile(
    rf"(?:{_INTRODUCED}|{_TAKES.replace('|', '了?|')}了?)([^\s，,。；;、：:！？!?（）()“”《》的在与和\d]{{2,10}})(?=[，,。；;、：:！？!?（(\s]|$|的|\d)"
)
_TAKEN = re.compile(rf"(?:{_TAKES})了?[^\s，,。；;、：:的]{{0,10}}$")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_INTRODUCES = re.compile(_INTRODUCED)
_INTRODUCES_END = re.compile(rf"(?:{_INTRODUCED})$")
_BRIEF_END = re.compile(rf"(?:{_BRIEF})$")
_NAMED = re.compile(
    rf"(?:{_SHORT})(?=$|[与和跟同及、，,。；;：:（(在于将拟已签的是又]|[昨今前]|终止|公告|宣布|董事|总经理|总裁|创始|负责|正式|提前|携手|牵手|联手|竞得|拿|获|中标|退出|取消|解除|方面|近日|日前|双方)"
)
_BEFORE_NAME = re.compile(
    r"(?:昨[日天]|今[日天年]|去年|前[天年]|近日|日前|[上本][周月]|当地|本地|本土|我市|咱|国内|知名|上市)+"
)
LONGEST_STEM = 4
_STOP = re.compile(r"[\s，,。；;、：:！？!?“”\"《》【】\d]")


@cache
def _cuts() -> re.Pattern[str]:
    return re.compile(either(words("zh", "firm_cuts.txt")))


@cache
def _generic() -> frozenset[str]:
    return frozenset(words("zh", "firm_generic.txt"))


def firms(text: str, start: int, end: int) -> tuple[Firm, ...]:
    """Return the firms that ``text[start:end]`` names, in order and without overlap."""
    behind = tuple(_behind(text, start, end))
    # "机器人公司优必": 公司 introduces the name and is not its ending.
    introduced = {f.start for f in behind}
    ending = (f for f in _by_ending(text, start, end) if f.end not in introduced)
    found = sorted({*ending, *behind}, key=lambda f: (f.start, -f.end))
    kept: list[Firm] = []
    for firm in found:
        if not kept or firm.start >= kept[-1].end:
            kept.append(firm)
    return tuple(kept)


def partners(text: str, start: int, end: int) -> tuple[Firm, ...]:
    """
    Return the firms that ``text[start:end]`` names by a short name (恒远科技), where such a one can be a party.

    Without 公司 a name is hard to tell from a trade (新材料科技): one of more than four characters before its ending is
    none, without the place that it may begin with.
    """
    found = (_short_name(text, start, m) for m in _NAMED.finditer(text, start, end))
    return tuple(f for f in found if f)


def _short_name(text: str, start: int, ending: re.Match[str]) -> Firm | None:
    first = _left_edge(text, max(start, ending.start() - REACH), ending.start())
    before = _BEFORE_NAME.match(text, first, ending.start())
    first = before.end() if before else first
    seat = next((b for a, b, _ in places(text, first, ending.start()) if a == first and b < ending.start()), first)
    stem = text[seat : ending.start()]
    if not 2 <= len(stem) <= LONGEST_STEM or stem in _generic() or _all_generic(stem) or not _HAN.fullmatch(stem):
        return None
    return Firm(seat, ending.end(), text[seat : ending.end()])


def _by_ending(text: str, start: int, end: int) -> Iterator[Firm]:
    for m in _ENDING.finditer(text, start, end):
        first = _left_edge(text, max(start, m.start() - REACH), m.start())
        stem = text[first : m.start()]
        if len(stem) >= 2 and stem not in _generic() and not _all_generic(stem):
            yield Firm(first, m.end(), text[first : m.end()])


def _left_edge(text: str, start: int, end: int) -> int:
    """Return the first position after the last cut between *start* and *end*."""
    edge = start
    for m in _STOP.finditer(text, start, end):
        edge = m.end()
    for m in _cuts().finditer(text, edge, end):
        edge = m.end()
    return edge


def _all_generic(stem: str) -> bool:
    return any(stem.startswith(w) and stem[len(w) :] in _generic() for w in _generic())


def _behind(text: str, start: int, end: int) -> Iterator[Firm]:
    for m in _BEHIND.finditer(text, start, end):
        first = _left_edge(text, m.start(1), m.end(1))
        inside = [w.end() for w in _INTRODUCES.finditer(text, first, m.end(1)) if w.end() < m.end(1)]
        first = max([first, *inside])
        name = text[first : m.end(1)]
        introduced = _INTRODUCES_END.search(text[max(start, first - 4) : first]) is not None
        ending = _BRIEF_END.search(name)
        stem = name[: ending.start()] if ending else name
        # Behind 企业 alone stands most often a verb (企业开工): a name without an ending is one only as an object.
        object_of = introduced and _TAKEN.search(text, max(start, first - REACH), first) is not None
        if 2 <= len(stem) <= 6 and stem not in _generic() and (object_of or ending) and name not in _generic():
            yield Firm(first, m.end(1), name)
