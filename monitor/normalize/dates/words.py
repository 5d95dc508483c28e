"""The closed lists that date strings are written with: months, weekdays, zones, eras."""

from __future__ import annotations

from datetime import timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar ιαν",
            "feb february februar februari φεβ",
            "mar march marcius μαρ μαω",
            "apr april aprilis απρ",
            "may maj majus μαι",
            "jun june junius ιουν ιον",
            "jul july julius ιουλ ιολ",
            "aug august augusztus αυγ",
            "sep sept september szept szeptember σεπ",
            "oct october okt oktober οκτ",
            "nov november νοε",
            "dec december δεκ",
        ),
        start=1,
    )
    for name in names.split()
}
"""
Month names in English, Hungarian (``2004-július-13``) and Greek (``11 Ιούλ 2004``), lower case without accents
-> 1 to 12. Μάώ for March is how some Greek systems abbreviate it (feedparser knows it too).
"""

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed",
            "thursday thu thur thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
"""English weekday names, lower case -> 0 (Monday) to 6."""

ZONES = {
    name: timedelta(hours=hours)
    for name, hours in {
        "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2,
        "EET": 2, "EEST": 3, "MSK": 3, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
        "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
        "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "北京时间": 8,
    }.items()
}  # fmt: skip
"""
Zone names with one meaning in practice -> offset. The American ones are RFC 822's. Names that two countries
use (IST, AST, ECT) are left out on purpose: an unknown zone makes a date unreadable, never a guess.
"""

CHINA = timedelta(hours=8)
"""What CST means in a Chinese source (China Standard Time), against RFC 822's Central Standard Time."""
