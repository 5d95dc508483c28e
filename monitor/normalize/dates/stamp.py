"""
A source's own date string -> when it was published, or an honest nothing with the reason.

Never a guess, never "now": what is missing, impossible, absurd or in the future becomes None with a flag.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Published
from monitor.normalize.dates.forms import Reading, Refused, read
from monitor.normalize.dates.usual import usual

LONGEST = 200
"""Code points of a date string that are looked at; a cell with date, source and author is under 100."""

OLDEST = date(1990, 1, 1)
"""Nothing was published on the web before its first page (1990): older is a zero (1970, 1900, 0001) or a slip."""

_BEGAN = datetime.combine(OLDEST, time(), UTC)

AHEAD = timedelta(hours=36)
"""
How far a date may lie ahead and still be one: a local time under the wrong zone errs by at most 26 hours
(UTC+14 against UTC-12), and an evening edition carries the next day's date.
"""

_DAY_FIRST_ZONES = frozenset({"Asia/Hong_Kong", "Asia/Macau"})
"""Zones whose sources write dd/mm/yyyy in Chinese and English alike (HKEXnews ``DATE_TIME``)."""

_LABEL = re.compile(
    r"^[\s\[【(（<|·:：-]*(?:(?:发布|發佈|發布|更新|出版|刊登|发表|提交)?(?:时间|時間|日期|于)|发布|發佈|published|posted|updated|date|pubdate)?"
    r"(?:\s(?:on|at))?[\s:：]*",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"-?\d{1,7}(?:\.\d{1,9})?|\d{9,10}(?:\.\d{1,9})?|\d{13}")
_PARTIAL = re.compile(r"(?:1[89]|20|21)\d{2}(?:\s?[-/.年]\s?(?:0?[1-9]|1[0-2])\s?月?|\s?年)?")
_NOUGHT = re.compile(r"[0\s:./TZ-]+")
_NUMBERS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "兩": 2, "a": 1, "an": 1, "one": 1}
_AGO = re.compile(
    r"(\d{1,4}|[一二三四五六七八九十两兩半几幾]|an?|one)\s?"
    r"(秒钟?|秒鐘|分钟?|分鐘|个?小时|個?小時|天|日|周|週|个?星期|個?星期|个?月|個?月|年"
    r"|sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|h|d(?:ay)?s?|weeks?|months?|years?)\s?(?:之前|以前|前|ago)",
    re.IGNORECASE,
)
_WORD_DAYS = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2}
_WORD_DAY = re.compile(
    rf"({'|'.join(_WORD_DAYS)})[\s,at]{{0,4}}(?:(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?)?", re.IGNORECASE
)
_JUST_NOW = re.compile(r"刚刚|剛剛|刚才|just now|moments ago", re.IGNORECASE)


def published(raw: str, zone: str, now: datetime, chinese: bool = True, *, day_first: bool | None = None) -> Published:
    """
    Return what the date string *raw* of a source in *zone* (an IANA name) says, seen at *now* (aware).

    *chinese* sources mean +08:00 by CST and month before day in ``09-07``; *day_first* tells the order of
    ``03/04/2025``, which without it is taken only where one reading is possible (Hong Kong's zone tells it).
    ``at`` is None where only the day is said. Never raises for any *raw*.
    """
    if found := _usual(raw, zone, now):
        return Published(raw, *found, None)
    text = _LABEL.sub("", " ".join(unicodedata.normalize("NFKC", raw[:LONGEST]).split()), count=1)
    if not text:
        return Published(raw)
    order = True if day_first is None and zone in _DAY_FIRST_ZONES else day_first
    try:
        at, day, doubt = _resolve(text, ZoneInfo(zone), now, chinese, order)
    except Refused as refused:
        return Published(raw, flag=refused.flag)
    return Published(raw, at, day, "disagrees" if doubt else None)


def _usual(raw: str, zone: str, now: datetime) -> tuple[datetime | None, date] | None:
    """Return what *raw* names where it has a usual shape and nothing speaks against it."""
    there = ZoneInfo(zone)
    found = usual(raw, there)
    if found is None:
        return None
    at, day = found
    if at is None:
        return found if OLDEST <= day <= (now.astimezone(there) + AHEAD).date() else None
    return found if at >= _BEGAN and at - now <= AHEAD else None


def _resolve(
    text: str, zone: ZoneInfo, now: datetime, chinese: bool, day_first: bool | None
) -> tuple[datetime | None, date, bool]:
    if _NOUGHT.fullmatch(text) and len(text) > 1:
        raise Refused("impossible" if len(text) > 4 else "absurd")
    if _PARTIAL.fullmatch(text):
        raise Refused("imprecise")
    if _EPOCH.fullmatch(text):
        at = _checked(_epoch(text), now)
        return at, at.astimezone(zone).date(), False
    if found := _relative(text, zone, now):
        return *found, False
    reading = read(text, chinese, day_first)
    if reading is None:
        raise Refused("unreadable")
    day = _day(reading, now.astimezone(zone))
    if reading.clock is None:
        return None, day, reading.doubt
    at = _checked(_instant(day, reading, zone), now)
    return at, at.astimezone(zone).date(), reading.doubt


def _epoch(text: str) -> datetime:
    """Return the instant of seconds, or of milliseconds where there are 13 digits (since 2001-09-09)."""
    seconds = float(text) / (1000 if len(text) == 13 else 1)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _checked(at: datetime, now: datetime) -> datetime:
    if at.date() < OLDEST:
        raise Refused("absurd")
    if at > now + AHEAD:
        raise Refused("future")
    return at


def _day(reading: Reading, here: datetime) -> date:
    if reading.year is None:
        return _latest(reading.month, reading.day, (here + AHEAD).date())
    try:
        day = date(reading.year, reading.month, reading.day)
    except ValueError:
        raise Refused("impossible") from None
    if day < OLDEST:
        raise Refused("absurd")
    if day > (here + AHEAD).date():
        raise Refused("future")
    return day


def _latest(month: int, day: int, limit: date) -> date:
    """Return the most recent *month*-*day* not after *limit*; eight years always hold a 29 February."""
    for year in range(limit.year, limit.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= limit:
            return found
    raise Refused("impossible")


def _instant(day: date, reading: Reading, zone: ZoneInfo) -> datetime:
    """Return the instant in UTC; a time that the zone skips or repeats is read with its earlier offset."""
    local = datetime.combine(day, time()) + (reading.clock or timedelta())
    if reading.offset is None:
        return local.replace(tzinfo=zone).astimezone(UTC)
    return local.replace(tzinfo=UTC) - reading.offset


def _relative(text: str, zone: ZoneInfo, now: datetime) -> tuple[datetime | None, date] | None:
    here = now.astimezone(zone)
    text = text.rstrip(" ])】>|")  # what stood before was taken off with the label
    if word := _WORD_DAY.fullmatch(text):
        return _word_day(word, here, now)
    if _JUST_NOW.fullmatch(text):
        return None, _only_day(here - timedelta(hours=1), here)
    ago = _AGO.match(text)
    if ago is None:
        return None
    return _ago(_NUMBERS.get(ago[1].lower(), ago[1]), ago[2].lower(), here)


def _word_day(word: re.Match[str], here: datetime, now: datetime) -> tuple[datetime | None, date]:
    day = here.date() - timedelta(_WORD_DAYS[word[1].lower()])
    if word[2] is None:
        return None, day
    if int(word[2]) > 23 or int(word[3]) > 59 or int(word[4] or 0) > 59:
        raise Refused("impossible")
    local = datetime.combine(day, time(int(word[2]), int(word[3]), int(word[4] or 0)), tzinfo=here.tzinfo)
    return _checked(local.astimezone(UTC), now), day


def _ago(number: int | str, unit: str, here: datetime) -> tuple[datetime | None, date]:
    """
    Return the instant for seconds and minutes, the day for hours and days, each no finer than it is said.

    Sites round down or to the nearest: 3小时前 is four to two and a half hours back, a day only where both
    ends lie in one. 3天前 names the day as a calendar counts. Weeks, months and years name no day.
    """
    if number in {"半", "几", "幾"}:
        number = "1" if number == "半" and "小" in unit else "0"
    count = int(number)
    if count == 0:
        raise Refused("imprecise")
    if unit[0] in "秒s" or unit.startswith(("min", "分")):
        seconds = count if unit[0] in "秒s" else count * 60
        at = (here - timedelta(seconds=seconds)).astimezone(UTC)
        return at, at.astimezone(here.tzinfo).date()
    if unit[0] == "h" or "小" in unit:
        return None, _only_day(here - timedelta(hours=count + 1), here - timedelta(hours=count - 0.5))
    if unit[0] in "天日d":
        return None, here.date() - timedelta(count)
    raise Refused("imprecise")


def _only_day(earliest: datetime, latest: datetime) -> date:
    if earliest.date() != latest.date():
        raise Refused("imprecise")
    return latest.date()
