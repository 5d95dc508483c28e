"""
The shapes that a date string comes in: text -> the numbers it names, unchecked.

Every pattern is anchored by digit borders and has only bounded repeats, so reading is linear in the string.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.normalize.dates.words import CHINA, MONTHS, WEEKDAYS, ZONES


class Refused(ValueError):
    """A date string that gives no date; ``flag`` is the reason that the reader is told."""

    def __init__(self, flag: str) -> None:
        super().__init__(flag)
        self.flag = flag


@dataclass(frozen=True, slots=True)
class Reading:
    """What a date string names: year None is not said, ``clock`` since midnight, ``offset`` east of UTC."""

    year: int | None
    month: int
    day: int
    clock: timedelta | None = None
    offset: timedelta | None = None
    doubt: bool = False  # the string contradicts itself: another date, the wrong weekday


@dataclass(frozen=True, slots=True)
class Form:
    """One shape: ``read`` turns the groups of ``pattern`` into year, month, day; None is "not this shape"."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], bool | None], tuple[int | None, int, int] | None]
    named: bool = False  # a month in letters, where a zone in letters may follow the time
    whole: bool = False  # too weak to be looked for inside other words


_ORDINAL = r"(?:st|nd|rd|th)?"
_NAME = r"([^\W\d_]{3,10})"
_CLOCK = re.compile(
    r"(上午|下午|晚上|中午|凌晨|早上|傍晚|오전|오후|午前|午後)?\s?(?<!\d)(\d{1,2})(?:\s?[:时時点點시]\s?(\d{1,2}))(?:\s?[:分분]\s?(\d{1,2})(?:[.,]\d{1,9})?[秒초]?)?(?!\d)分?"
    r"\s{0,2}([AaPp]\.?[Mm]\b\.?)?"
)
_COMPACT_CLOCK = re.compile(r"[T ]?(\d{2})(\d{2})(\d{2})?(?:[.,]\d{1,9})?(?!\d)")
_OFFSET = re.compile(r"\s{0,2}\(?(?:(?:GMT|UTC|UT|Z)\s?)?([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)")
_ZONE = re.compile(r"\s{0,2}[(（]?([A-Za-z]{1,5}|北京时间)(?![A-Za-z])")
_WEEKDAY = re.compile(r"\b([A-Za-z]{3,9})\b")
_AFTERNOON = {"下午", "晚上", "傍晚", "오후", "午後"}


def _ymd(m: re.Match[str], _: bool | None) -> tuple[int, int, int]:
    return int(m[1]), int(m[2]), int(m[3])


def _month(name: str) -> int | None:
    plain = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
    return MONTHS.get(plain)


def century(two_digits: int) -> int:
    """Return the year that two digits stand for: 00 to 49 are 20xx, 50 to 99 are 19xx (RFC 2822, 4.3)."""
    return two_digits + (2000 if two_digits < 50 else 1900)


def _year(text: str) -> int:
    return century(int(text)) if len(text) == 2 else int(text)


def _day_month_year(m: re.Match[str], _: bool | None) -> tuple[int, int, int] | None:
    month = _month(m[2])
    return (_year(m[3]), month, int(m[1])) if month else None


def _month_day_year(m: re.Match[str], _: bool | None) -> tuple[int, int, int] | None:
    month = _month(m[1])
    return (int(m[3]), month, int(m[2])) if month else None


def _year_name_day(m: re.Match[str], _: bool | None) -> tuple[int, int, int] | None:
    month = _month(m[2])
    return (int(m[1]), month, int(m[3])) if month else None


def _ordered(first: int, second: int, day_first: bool | None) -> tuple[int, int]:
    """Return (month, day) of two numbers whose order is told, or shown by the only possible reading."""
    if day_first is not None:
        return (second, first) if day_first else (first, second)
    if first > 12 >= second:
        return second, first
    if second > 12 >= first or first == second:
        return first, second
    raise Refused("unreadable" if first <= 12 else "impossible")


def _slashed(m: re.Match[str], day_first: bool | None) -> tuple[int, int, int]:
    return int(m[3]), *_ordered(int(m[1]), int(m[2]), day_first)


def _era(m: re.Match[str], _: bool | None) -> tuple[int, int, int]:
    start = {"令和": 2018, "平成": 1988, "昭和": 1925, "民国": 1911, "民國": 1911}[m[1]]
    return start + (1 if m[2] == "元" else int(m[2])), int(m[3]), int(m[4])


def _iso_week(m: re.Match[str], _: bool | None) -> tuple[int, int, int]:
    try:
        day = date.fromisocalendar(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        raise Refused("impossible") from None
    return day.year, day.month, day.day


def _iso_ordinal(m: re.Match[str], _: bool | None) -> tuple[int, int, int]:
    try:
        day = date(int(m[1]), 1, 1) + timedelta(int(m[2]) - 1)
    except (ValueError, OverflowError):
        raise Refused("impossible") from None
    if day.year != int(m[1]):
        raise Refused("impossible")
    return day.year, day.month, day.day


def _short_year(m: re.Match[str], day_first: bool | None) -> tuple[int, int, int]:
    if day_first is not None:  # the order of a Chinese list is year, month, day
        raise Refused("unreadable")
    return century(int(m[1])), int(m[2]), int(m[3])


def _month_day(m: re.Match[str], day_first: bool | None) -> tuple[None, int, int]:
    return None, *_ordered(int(m[1]), int(m[2]), day_first)


def _cjk_month_day(m: re.Match[str], _: bool | None) -> tuple[None, int, int]:
    return None, int(m[1]), int(m[2])


def _named_month_day(m: re.Match[str], _: bool | None) -> tuple[None, int, int] | None:
    name, day = (m[1], m[2]) if m[1] else (m[4], m[3])
    month = _month(name)
    return (None, month, int(day)) if month else None


def _form(pattern: str, read: Callable[[re.Match[str], bool | None], object], **more: bool) -> Form:
    return Form(re.compile(pattern, re.IGNORECASE), read, **more)  # type: ignore[arg-type]


FORMS = (
    _form(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)", _ymd),
    _form(r"(?<!\d)(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})(?!\d)\s?[日号號일]?", _ymd),
    _form(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?=T\d|[ Z]|\D|$)", _ymd),
    _form(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?=\d{4}(?:\d{2})?(?!\d))", _ymd),
    _form(r"(令和|平成|昭和|民国|民國)\s?(\d{1,3}|元)年\s?(\d{1,2})月\s?(\d{1,2})日", _era),
    _form(r"(?<!\d)(\d{4})-?W(\d{2})-?(\d)(?!\d)", _iso_week),
    _form(r"(?<!\d)(\d{4})-(\d{3})(?!\d)", _iso_ordinal),
    _form(rf"(?<!\d)(\d{{1,2}}){_ORDINAL}[\s\-./]{{0,2}}{_NAME}\.?[\s\-./,']{{0,3}}(\d{{4}}|\d{{2}})(?![\d:])", _day_month_year, named=True),
    _form(rf"{_NAME}\.?[\s\-]{{0,2}}(\d{{1,2}}){_ORDINAL}[\s,\-]{{1,3}}(\d{{4}})(?!\d)", _month_day_year, named=True),
    _form(rf"{_NAME}\.?\s{{1,2}}(\d{{1,2}})\s{{1,2}}\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s[A-Z0-9+:]{{1,9}})?\s{{1,2}}(\d{{4}})(?!\d)", _month_day_year, named=True),
    _form(rf"(?<!\d)(\d{{4}})[\-\s]{_NAME}[\-\s](\d{{1,2}})(?!\d)", _year_name_day, named=True),
    _form(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?!\d)", _slashed),
    _form(r"(\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", _short_year, whole=True),
    _form(r"(\d{1,2})[-/](\d{1,2})(?![\d/.-])", _month_day, whole=True),
    _form(r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]", _cjk_month_day, whole=True),
    _form(rf"(?:{_NAME}\.?\s(\d{{1,2}}){_ORDINAL}|(\d{{1,2}}){_ORDINAL}\s{_NAME}\.?)(?!\w)", _named_month_day, named=True, whole=True),
)  # fmt: skip
"""Every shape, surest first."""


def _matches(
    text: str, form: Form, day_first: bool | None
) -> Iterator[tuple[re.Match[str], tuple[int | None, int, int]]]:
    for match in [form.pattern.match(text)] if form.whole else form.pattern.finditer(text):
        if match and (parts := form.read(match, day_first)):
            yield match, parts


def read(text: str, chinese: bool, day_first: bool | None) -> Reading | None:
    """
    Return what *text* names, or None where it has no shape of a date.

    *day_first* tells the order of ``03/04``; None takes only what has one reading, and year-month-day in
    that order. Raises :exc:`Refused`.
    """
    for form in FORMS:
        # A Chinese list writes month before day; the order of a full foreign date must be told or shown.
        order = (
            False if form.read is _month_day and chinese and day_first is None and not _day_leads(text) else day_first
        )
        if form.read is _short_year:
            order = None if chinese else True
        found = list(_matches(text, form, order))
        if found:
            match, (year, month, day) = found[0]
            clock, offset = _time(text, match, form.named, chinese)
            if form.whole and not _rest_is_time(text, match):
                continue
            doubt = any(parts != found[0][1] for _, parts in found[1:]) or _weekday_lies(text, found[0][1])
            return Reading(year, month, day, clock, offset, doubt)
    return None


def _day_leads(text: str) -> bool:
    return text[:2].isdigit() and int(text[:2]) > 12


def _rest_is_time(text: str, match: re.Match[str]) -> bool:
    rest = text[match.end() :]
    clock = _CLOCK.search(rest)
    return len(_CLOCK.sub("", rest).strip(" ,，)）]】。·|-") if clock else rest.strip(" ,，)）]】。·|-")) == 0


def _weekday_lies(text: str, parts: tuple[int | None, int, int]) -> bool:
    said = _WEEKDAY.match(text)
    number = WEEKDAYS.get(said[1].lower()) if said else None
    if number is None or parts[0] is None:
        return False
    try:
        return date(parts[0], parts[1], parts[2]).weekday() != number
    except ValueError:
        return False


def _time(text: str, at: re.Match[str], named: bool, chinese: bool) -> tuple[timedelta | None, timedelta | None]:
    """Return the time of day nearest to the date, and its offset where one is said."""
    compact = _COMPACT_CLOCK.match(text, at.end()) if at[0].isdigit() else None
    match = compact or _CLOCK.search(text, at.end()) or _CLOCK.search(text)
    if match is None:
        return None, None
    clock = _compact(match) if compact else _clock(match)
    return clock, _offset(text, match.end(), named, chinese)


def _compact(match: re.Match[str]) -> timedelta:
    return _since_midnight(int(match[1]), int(match[2]), int(match[3] or 0))


def _clock(match: re.Match[str]) -> timedelta:
    hour, half = int(match[2]), (match[5] or "").lower().replace(".", "")
    if half and not 1 <= hour <= 12:
        half = ""  # 14:20 PM: the 24-hour number says more than the letters
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif match[1] in _AFTERNOON and hour < 12:
        hour += 12
    return _since_midnight(hour, int(match[3]), int(match[4] or 0))


def _since_midnight(hour: int, minute: int, second: int) -> timedelta:
    # 24:00 is the end of the day (ISO 8601), second 60 a leap second (RFC 3339).
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        raise Refused("impossible")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _offset(text: str, start: int, named: bool, chinese: bool) -> timedelta | None:
    if number := _OFFSET.match(text, start):
        offset = timedelta(hours=int(number[2]), minutes=int(number[3] or 0))
        if offset > timedelta(hours=14) or int(number[3] or 0) > 59:  # the widest zone in use is UTC+14
            raise Refused("impossible")
        return -offset if number[1] == "-" else offset
    name = _ZONE.match(text, start)
    if name is None:
        return None
    if name[1].upper() == "CST" and chinese:
        return CHINA
    if (known := ZONES.get(name[1].upper())) is not None:
        return known
    if named:  # after a month in letters a word in this place is a zone (RFC 822), and we do not know it
        raise Refused("unreadable")
    return None
