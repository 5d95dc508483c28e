"""
Stretches of hours, minutes and seconds seen from an instant: 两小时前, 上个小时, 之后5分钟.

On which day they lie is known only where the instant of the reference is: an hour before one in the morning is yesterday.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from monitor.model import Precision
from monitor.normalize.dates.numerals import number
from monitor.normalize.dates.points import Point, fixed, rule
from monitor.normalize.dates.relative import CLAUSE_START
from monitor.normalize.dates.spans import Period, on

_SIZES = {"小": timedelta(hours=1), "钟": timedelta(hours=1), "分": timedelta(minutes=1), "秒": timedelta(seconds=1)}
_BACK = re.compile("[上前]|之前|过去|最?近")


def _size(m: re.Match[str]) -> timedelta:
    unit = _SIZES[m["u"][0]]
    return unit / 2 if m["n"] == "半" else unit * (number(m["n"] or "一") or 0)


def _ago(m: re.Match[str]) -> Point | None:
    """Read 两小时前: the day of one instant; in the midst of a clause it counts from something else."""
    size, back = _size(m), m["dir"] == "前"
    if not size or not CLAUSE_START.search(m.string, max(0, m.start() - 1), m.start()):
        return None
    shift = -size if back else size
    return Point(m.end(), fixed(None), at=lambda now: on((now + shift).date()), lone=not back)


def _window(m: re.Match[str]) -> Point | None:
    """Read 上个小时, 之后5分钟, 前2小时: from one instant to another, where that is all that is said."""
    size = _size(m)
    if not size:
        return None
    back = _BACK.match(m["way"]) is not None

    def seen(now: datetime) -> Period:
        first, last = (now - size, now) if back else (now, now + size)
        return Period(first.date(), last.date(), Precision.DAY if first.date() == last.date() else Precision.RANGE)

    return Point(m.end(), fixed(None), at=seen, lone=True)


_N = r"(?<![\d.:第])(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_UNIT = r"(?P<u>小时|钟头|分钟|秒钟?)"

HOURS_AGO = rule(rf"{_N}个?{_UNIT}[之以]?(?P<dir>前|后)(?![往来景台期])", _ago)
HOURS = rule(
    rf"(?P<way>上|下|前|后|之前|之后|过去的?|未来的?|接下来的?|最近|近)(?:{_N}个?|(?<=[上下])个){_UNIT}(?![前后内制])",
    _window,
)
