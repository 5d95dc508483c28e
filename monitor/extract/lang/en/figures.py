"""Figures in English text: a number, its scale and its unit, or a currency before it."""

from __future__ import annotations

import re

from monitor.model import Figure

SCALES = {"thousand": 1e3, "million": 1e6, "mln": 1e6, "billion": 1e9, "bln": 1e9, "trillion": 1e12}
UNITS = {
    "yuan": "元", "rmb": "元", "renminbi": "元", "cny": "元", "us dollars": "美元", "dollars": "美元", "usd": "美元", "euros": "欧元",
    "cars": "辆", "vehicles": "辆", "units": "台", "hectares": "公顷", "mu": "亩", "square meters": "平方米", "square metres": "平方米",
    "tons": "吨", "tonnes": "吨", "gwh": "GWh", "mw": "MW", "people": "人", "workers": "人", "employees": "人", "jobs": "岗位",
    "percent": "%", "per cent": "%", "%": "%", "stores": "家",
}  # fmt: skip
SIGNS = {"$": "美元", "US$": "美元", "€": "欧元", "¥": "元", "RMB": "元", "CNY": "元"}

_NUMBER = r"\d{1,12}(?:,\d{3}){0,5}(?:\.\d{1,6})?"
_SCALE = "|".join(SCALES)
_UNIT = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<sign>US\$|\$|€|¥|RMB\s?|CNY\s?)?(?<![\d.,])(?P<number>{_NUMBER})[\s-]?(?P<scale>{_SCALE})?\s?(?P<unit>(?:{_UNIT})(?![a-z]))?",
    re.IGNORECASE,
)


def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of *text* that have a unit, in order."""
    found = (_read(m) for m in _FIGURE.finditer(text))
    return tuple(f for f in found if f is not None)


def _read(m: re.Match[str]) -> Figure | None:
    unit = SIGNS.get((m["sign"] or "").strip().upper()) or UNITS.get((m["unit"] or "").lower())
    if unit is None:
        return None
    scale = SCALES.get((m["scale"] or "").lower(), 1.0)
    return Figure(round(float(m["number"].replace(",", "")) * scale, 6), unit, m[0].strip())
