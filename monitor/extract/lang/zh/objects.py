"""What a happening was done to, in Chinese: the agreement, the plant, the post."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from monitor.extract.language import either, words
from monitor.model import Kind

MOST = 4  # objects of one happening; a longer list names parts, not the object

_PAPER = re.compile(
    r"《[^》]{2,40}》|(?:战略合作|框架|合作|投资|项目|入驻|购销|采购)+(?:框架)?(?:协议|合同)|(?:战略|合作|谅解|投资)*(?:备忘录|意向书)"
)
_WORKS = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{0,8}?(?:超级工厂|智能工厂|工厂|生产基地|产业园|产业基地|基地|研发中心|数据中心|生产线|总部|旗舰店|体验店|研究院)(?:项目)?"
)
_TRIM = re.compile(r"^.*(?:[在与和的为将建设了]|计划|正式|投资)(?=.{2})")
_PAPERS = frozenset({Kind.AGREEMENT, Kind.CANCELLATION})
_BUILT = frozenset({Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING, Kind.LAND, Kind.PERMIT})


@cache
def _posts() -> re.Pattern[str]:
    return re.compile(either(words("zh", "offices.txt")))


def objects(text: str, kind: Kind) -> tuple[str, ...]:
    """Return what *text* (one group of clauses) says that a happening of *kind* was done to."""
    if kind in _PAPERS:
        return _each(m[0].strip("《》") for m in _PAPER.finditer(text))
    if kind in _BUILT:
        return _each(_TRIM.sub("", m[0]) for m in _WORKS.finditer(text))
    if kind is Kind.PERSONNEL:
        return _each(m[0] for m in _posts().finditer(text))
    return ()


def _each(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MOST]
