"""Figures in Chinese text: a number, its scale and its unit, and what is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.model import Figure

SCALES = {
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "十亿": 1e9,
    "亿": 1e8,
    "千万": 1e7,
    "百万": 1e6,
    "十万": 1e5,
    "万": 1e4,
    "千": 1e3,
    "": 1.0,
}
UNITS = {
    "元人民币": "元", "人民币": "元", "元": "元", "美元": "美元", "美金": "美元", "欧元": "欧元", "港元": "港元", "港币": "港元", "日元": "日元",
    "辆": "辆", "台": "台", "套": "套", "亩": "亩", "平方米": "平方米", "平米": "平方米", "㎡": "平方米", "平方公里": "平方公里",
    "GWh": "GWh", "MWh": "MWh", "吉瓦时": "GWh", "兆瓦时": "MWh", "GW": "GW", "MW": "MW", "兆瓦": "MW", "吉瓦": "GW", "千瓦": "kW", "吨": "吨",
    "人": "人", "名员工": "人", "个岗位": "岗位", "个就业岗位": "岗位", "%": "%", "％": "%", "个百分点": "百分点", "公里": "公里", "条生产线": "生产线", "条产线": "生产线", "股": "股", "部": "部", "件": "件", "座": "座",
}  # fmt: skip
WHAT = re.compile(
    r"总投资|计划投资|固定资产投资|投资|注册资本|年产值|总产值|产值|年产能|产能|年产|建筑面积|总占地|占地|用地|面积|营收|净利润|融资|出资|增资|注资|收购|作价|销量|出货|装机|交付|召回|招聘|带动就业|就业|同比|环比|增长|下降|持股|股权|斥资|订单|税收|规模"
)
# The words that name one thing, so that figures of five reports can be compared.
ALIKE = {
    "计划投资": "总投资",
    "总占地": "占地",
    "年产能": "年产",
    "产能": "年产",
    "总产值": "年产值",
    "带动就业": "就业",
}

_NUMBER = r"\d{1,12}(?:,\d{3}){0,5}(?:\.\d{1,6})?"
_HAN_NUMBER = r"[一二两三四五六七八九十百千]"
_SCALE = "|".join(s for s in SCALES if s)
_UNIT = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<about>约|超过?|近|逾|不低于|不少于|至少|达到?)?"
    rf"(?:(?P<low>{_NUMBER})(?P<low_scale>{_SCALE})?(?:元|%)?[至到\-~—～](?=\d))?"
    rf"(?P<number>(?<![\d.]){_NUMBER}|{_HAN_NUMBER}{{1,7}}(?=(?:{_SCALE}))|{_HAN_NUMBER}{{2,7}}(?=(?:{_UNIT})))"
    rf"[余多]?(?P<scale>{_SCALE})?[余多]?(?P<unit>{_UNIT})"
)
_SHARE = re.compile(r"的?(?:股权|股份)")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
NEAR = 10  # characters to the left in which the counted thing is named


def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of *text* in order; both ends of a range count."""
    return tuple(f for m in _FIGURE.finditer(text) for f in _read(text, m))


def _read(text: str, m: re.Match[str]) -> Iterator[Figure]:
    scale = m["scale"] or ""
    what = "股权" if _SHARE.match(text, m.end()) else _what(text, m.start())
    if m["low"]:
        yield Figure(_value(m["low"], m["low_scale"] or scale), UNITS[m["unit"]], m[0], what)
    yield Figure(_value(m["number"], scale), UNITS[m["unit"]], m[0], what)


def _value(number: str, scale: str) -> float:
    plain = number.replace(",", "")
    base = float(plain) if plain[0].isdigit() else float(_han(plain))
    return round(base * SCALES[scale], 6)


def _han(number: str) -> int:
    """Return what a Chinese numeral below 10,000 says."""
    total, digit = 0, 0
    for c in number:
        if c in _STEPS:
            total, digit = total + (digit or 1) * _STEPS[c], 0
        else:
            digit = _DIGITS[c]
    return total + digit


def _what(text: str, start: int) -> str:
    found = [w[0] for w in WHAT.finditer(text, max(0, start - NEAR), start)]
    return ALIKE.get(found[-1], found[-1]) if found else ""
