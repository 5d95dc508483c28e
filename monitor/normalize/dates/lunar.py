"""The Chinese calendar, 1900 to 2099: lunar months and days, festivals and the solar terms that news names as days."""

from __future__ import annotations

from datetime import date, timedelta

FIRST = 1900
_NEW_YEAR_1900 = date(1900, 1, 31)

# One word a year: the leap month in hexadecimal (0 is none), then a bit for each month in its order, the leap
# month after its namesake, lowest first: 1 is 30 days, 0 is 29. The lengths follow from the new moons.
_YEARS = """
816d2 00752 00ea5 5164a 0064b 00a9b 41556 0056a 00b59 21752 00752 61b25 00b25 00a4b 514ab 002ad 0056b 20b69 00da9 71d92
00e92 00d25 51a4d 00a56 002b6 415b5 006d4 00ea9 21e92 00e92 60d26 0052b 00a57 512d6 00b5a 006d4 30ec9 00749 71693 00a93
0052b 60a5b 00aad 0056a 41b55 00ba4 00b49 21a93 00a95 7152d 00536 00aad 515aa 005b2 00ba5 31d4a 00d4a 80a95 00a97 00556
60ab5 00ad5 006d2 40ea5 00ea5 0064a 30c97 00a9b 7155a 0056a 00b69 51752 00b52 00b25 4164b 00a4b 814ab 002ad 005ad 60b69
00da9 00d92 41d25 00d25 a1a4d 00a56 002b6 605b5 006d5 00ea9 51e92 00e92 00d26 30a56 00a57 814d6 0035a 006d5 516c9 00749
00693 4152b 0052b 00a5b 2155a 0056a 71b55 00ba4 00b49 51a93 00a95 0052d 40aad 00ab5 915aa 005d2 00da5 61d4a 00d4a 00c95
4152e 00556 00ab5 215b2 006d2 60ea5 00725 0064b 50c97 00cab 0055a 30ad6 00b69 b1752 00b52 00b25 61a4b 00a4b 004ab 5055b
005ad 00b6a 21b52 00d92 71d25 00d25 00a55 514ad 004b6 005b5 30daa 00ec9 81e92 00e92 00d26 60a56 00a57 00556 406d5 00755
00749 30e93 00693 7152b 0052b 00a5b 5155a 0056a 00b65 4174a 00b4a 81a95 00a95 0052d 60aad 00ab5 005aa 40ba5 00da5 00d4a
31c95 00c96 7194e 00556 00ab5 515b2 006d2 00ea5 40e4a 0068b 80c97 004ab 0055b 60ad6 00b6a 00752 41725 00b45 00a8b 2149b
""".split()  # noqa: SIM905


def _lengths(year: int) -> list[tuple[int, bool, int]]:
    """Return (month, whether leap, days) for the months of a lunar year in order."""
    word = _YEARS[year - FIRST]
    leap, bits = int(word[0], 16), int(word[1:], 16)
    names = [(m, extra) for m in range(1, 13) for extra in ((False, True) if m == leap else (False,))]
    return [(m, extra, 29 + (bits >> i & 1)) for i, (m, extra) in enumerate(names)]


def _year_days() -> tuple[date, ...]:
    starts = [_NEW_YEAR_1900]
    for year in range(FIRST, FIRST + len(_YEARS)):
        starts.append(starts[-1] + timedelta(sum(days for _, _, days in _lengths(year))))
    return tuple(starts)


_STARTS = _year_days()


def solar(year: int, month: int, day: int, leap: bool = False) -> date | None:
    """Return the day of a lunar date, or None where that year has none such or lies outside the table."""
    if not FIRST <= year < FIRST + len(_YEARS):
        return None
    start = _STARTS[year - FIRST]
    for name, extra, days in _lengths(year):
        if (name, extra) == (month, leap):
            return start + timedelta(day - 1) if 1 <= day <= days else None
        start += timedelta(days)
    return None


def new_year_eve(year: int) -> date | None:
    """Return 除夕 that falls in the lunar year before *year*'s new year: 除夕 of 2025 is 2025-01-28."""
    first = solar(year, 1, 1)
    return first - timedelta(1) if first else None


def qingming(year: int) -> date | None:
    """Return 清明 (sun at 15 degrees), by the usual interpolation, right for 1900 to 2099."""
    if not FIRST <= year <= 2099:
        return None
    tail = year % 100
    constant = 5.59 if year < 2000 else 4.81
    leaps = (tail - 1) // 4 if year < 2000 else tail // 4
    return date(year, 4, int(tail * 0.2422 + constant) - leaps)


_TERMS = {
    "立春": (2, 3.87), "春分": (3, 20.646), "立夏": (5, 5.52), "夏至": (6, 21.37),
    "立秋": (8, 7.5), "秋分": (9, 23.042), "立冬": (11, 7.438), "冬至": (12, 21.94),
}  # fmt: skip
_OFF_BY_ONE = {("立秋", 2002): 1, ("冬至", 2021): -1, ("春分", 2084): 1, ("立冬", 2089): 1}
"""Where the usual interpolation misses the true day of this century."""


def solar_term(name: str, year: int) -> date | None:
    """Return the day of a season's beginning or middle, 2000 to 2099, by the usual interpolation and its exceptions."""
    if not 2000 <= year <= 2099:
        return None
    month, constant = _TERMS[name]
    tail = year - 2000
    leaps = (tail - 1) // 4 if month < 3 else tail // 4
    return date(year, month, int(tail * 0.2422 + constant) - leaps + _OFF_BY_ONE.get((name, year), 0))
