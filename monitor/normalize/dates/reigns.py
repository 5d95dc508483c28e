"""
Years of reigns: 康熙六十一年 is 1722. Era names of Tang, Ming and Qing, and of Japan since 1926.

A reign's year is a lunar year; it is given as the year in which most of it lies, as history books do.
"""

from __future__ import annotations

import re

from monitor.normalize.dates.numerals import number
from monitor.normalize.dates.points import Point, Said, rule
from monitor.normalize.dates.spans import year_of

REIGNS = {
    "贞观": (627, 23), "永徽": (650, 6), "开元": (713, 29), "天宝": (742, 15),
    "洪武": (1368, 31), "建文": (1399, 4), "永乐": (1403, 22), "宣德": (1426, 10), "正统": (1436, 14), "景泰": (1450, 8),
    "天顺": (1457, 8), "成化": (1465, 23), "弘治": (1488, 18), "正德": (1506, 16), "嘉靖": (1522, 45), "隆庆": (1567, 6),
    "万历": (1573, 48), "天启": (1621, 7), "崇祯": (1628, 17),
    "顺治": (1644, 18), "康熙": (1662, 61), "雍正": (1723, 13), "乾隆": (1736, 60), "嘉庆": (1796, 25), "道光": (1821, 30),
    "咸丰": (1851, 11), "同治": (1862, 13), "光绪": (1875, 34), "宣统": (1909, 3),
    "昭和": (1926, 64), "平成": (1989, 31), "令和": (2019, 99),
}  # fmt: skip
"""Name -> its first year and how many it had; a year beyond them was never counted so."""


def _reign(m: re.Match[str]) -> Point | None:
    first, length = REIGNS[m[1]]
    count = 1 if m[2] == "元" else number(m[2]) or 0
    if not 1 <= count <= length:
        return None
    return Point(m.end(), lambda y, _: year_of(y), Said("is", first + count - 1))


REIGN = rule(rf"({'|'.join(REIGNS)})(元|\d{{1,2}}|[一二三四五六七八九十廿]{{1,3}})年(?!间|[的之]?久)", _reign)
