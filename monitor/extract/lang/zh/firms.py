"""Firms in Chinese text: by the ending of their name, and behind a word like 企业 that introduces one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from monitor.extract.language import Firm, either, words

# The longest registered names have some thirty characters; reaching further left finds only sentence.
REACH = 24

_FULL = r"有限责任公司|股份有限公司|有限公司|集团|公司"
_BRIEF = r"新能源|科技|汽车|电子|股份|控股|银行|证券|半导体|智能|生物|医药|动力|锂电|资本|创投|重工|轴承|机器人|航空|光电|材料|软件|网络|通信"
_INTRODUCED = r"企业|厂商|巨头|龙头|品牌|制造商|运营商|供应商|开发商|服务商|生产商|独角兽|初创公司|公司"
_TAKES = r"投资|收购|并购|入股|参股|注资|增资|领投|跟投|认购|受让|减持|质押|控股|起诉|持有"

_ENDING = re.compile(rf"(?:{_FULL})(?!的?(?:人士|人员|治理|债|高管|方面|股东))")
_BEHIND = re.compile(
    rf"(?:{_INTRODUCED}|(?:{_TAKES})了?)([^\s，,。；;、：:！？!?（）()“”《》的在与和\d]{{2,10}})(?=[，,。；;、：:！？!?（(\s]|$|的|\d)"
)
_TAKEN = re.compile(rf"(?:{_TAKES})了?[^\s，,。；;、：:的]{{0,10}}$")
_INTRODUCES = re.compile(_INTRODUCED)
_INTRODUCES_END = re.compile(rf"(?:{_INTRODUCED})$")
_BRIEF_END = re.compile(rf"(?:{_BRIEF})$")
_STOP = re.compile(r"[\s，,。；;、：:！？!?“”\"《》\d]")


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
