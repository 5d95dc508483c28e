"""The interface in Chinese and English: single words from ``data/words.tsv``, and dates, spans and coverage as sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from monitor.export import display
from monitor.model import Coverage, FeedCoverage, Precision, Topic, When

LANGUAGES = ("zh", "en")

_DAYS = {"zh": "{0.year}年{0.month}月{0.day}日", "en": "{0:%Y-%m-%d}"}
_UNITS = {
    "zh": (("天", 86400), ("小时", 3600), ("分钟", 60), ("秒", 1)),
    "en": ((" d", 86400), (" h", 3600), (" min", 60), (" s", 1)),
}


@cache
def _table() -> Mapping[str, tuple[str, str]]:
    lines = resources.files("monitor.export").joinpath("data/words.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {key: (chinese, english) for key, chinese, english in rows}


# "3 independent origins"; "decoy: a word" and "one origin; dissent: ...": a rule, and what it was about.
_NUMBER = re.compile(r"(\d+)( .+)")
_MORE = re.compile(r"([^:;]+)(?:: |; )(.+)", re.DOTALL)


@cache
def _reasons() -> Mapping[str, str]:
    lines = resources.files("monitor.export").joinpath("data/reasons.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {row[0]: row[1] for row in rows}


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what rules say with words of the text in it: lines of the table that begin with a tilde."""
    rows = ((key, chinese) for key, chinese in _reasons().items() if key.startswith("~"))
    return tuple((re.compile(key[1:], re.DOTALL), chinese) for key, chinese in rows)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language (a key of ``LANGUAGES``), and the zone in which instants are told."""

    language: str
    zone: tzinfo = UTC

    def __call__(self, key: str, **values: object) -> str:
        """Return the word for *key* with *values* filled in; what the table does not know is its own last part."""
        row = _table().get(key)
        if row is None:
            return key.rpartition(".")[2]
        text = row[LANGUAGES.index(self.language)]
        return text.format(**values) if values else text

    def reason(self, text: str) -> str:
        """Return the words of a rule; what has no translation, a word of the text say, stays as it is."""
        if self.language != "zh":
            return text
        number, rest = _NUMBER.fullmatch(text), _MORE.fullmatch(text)
        if number and (known := _reasons().get(f"#{number[2]}")):
            return known.format(n=number[1])
        if rest and (known := _reasons().get(rest[1])):
            return f"{known}：{rest[2]}"
        for form, chinese in () if text in _reasons() else _sentences():
            if found := form.fullmatch(text):
                return chinese.format(*(_reasons().get(g, g) for g in found.groups()))
        return _reasons().get(text, text)

    @property
    def colon(self) -> str:
        """What stands between a name and what it names."""
        return "：" if self.language == "zh" else ": "

    @property
    def comma(self) -> str:
        """What stands between the parts of a list."""
        return "、" if self.language == "zh" else ", "

    @property
    def semicolon(self) -> str:
        """What stands between the parts of a sentence."""
        return "；" if self.language == "zh" else "; "

    def count(self, key: str, n: int) -> str:
        """Return how many, with a form of its own for one where the table has one."""
        return self(f"{key}.one") if n == 1 and f"{key}.one" in _table() else self(key, n=n)

    def joined(self, parts: list[str]) -> str:
        """Return *parts* as a list is written."""
        return self.comma.join(parts)

    # ------------------------------------------------------------- time

    def day(self, day: date) -> str:
        """Return a day."""
        return _DAYS[self.language].format(day)

    def instant(self, at: datetime | None) -> str:
        """Return an instant to the minute, in the topic's zone."""
        if at is None:
            return ""
        try:
            return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"
        except OverflowError:  # at either end of the calendar there is no other zone
            return f"{at:%Y-%m-%d %H:%M}"

    def time(self, length: timedelta) -> str:
        """Return a duration in its largest unit."""
        seconds = length.total_seconds()
        unit, size = next(((u, s) for u, s in _UNITS[self.language] if seconds >= s), _UNITS[self.language][-1])
        return f"{seconds / size:.1f}".removesuffix(".0") + unit

    def when(self, told: When) -> str:
        """Return a date no finer than it is known."""
        return _chinese(told) if self.language == "zh" else display.when(told)

    def basis(self, told: When) -> str:
        """Return what a date rests on."""
        parts = [self(f"basis.{told.basis.value}")]
        if told.raw:
            parts.append(self("basis.raw", raw=display.tame(told.raw, 60)))
        if told.reference:
            parts.append(self("basis.reference", day=self.day(told.reference)))
        return ("，" if self.language == "zh" else ", ").join(parts)

    # ------------------------------------------------------------- coverage

    def coverage(self, told: Coverage) -> str:
        """Return in one sentence what silence is worth."""
        if told.as_of is None:
            return self("coverage.none")
        since = told.last_event.latest if told.last_event else None
        parts = [
            self("coverage.since", day=self.day(since)) if since else self("coverage.noevent"),
            self("coverage.healthy", healthy=told.healthy, all=len(told.feeds)),
        ]
        if blind := sum(bool(late(f, since)) for f in told.feeds):
            parts.append(self("coverage.blind", n=blind))
        if frozen := sum(f.state.value == "frozen" for f in told.feeds):
            parts.append(self("coverage.frozen", n=frozen))
        return self.semicolon.join(parts) + ("。" if self.language == "zh" else ".")

    def spans(self, feed: FeedCoverage, since: date | None) -> str:
        """Return when *feed* could not be seen after *since*."""
        told = late(feed, since)
        parts = [self._span(a, b) for a, b in told[-3:]]
        if len(told) > 3:
            parts.insert(0, self("blind.more", n=len(told) - 3))
        return self.joined(parts)

    def _span(self, first: datetime, last: datetime | None) -> str:
        if last is None:
            return self("blind.open", **{"from": self.instant(first)})
        return self("blind.span", **{"from": self.instant(first), "to": self.instant(last)})


def words_of(topic: Topic, language: str = "") -> Words:
    """Return the words for a reader of *topic*: in *language*, else in the topic's own."""
    own = "zh" if topic.language.startswith("zh") else "en"
    return Words(language or own, ZoneInfo(topic.timezone))


def late(feed: FeedCoverage, since: date | None) -> list[tuple[datetime, datetime | None]]:
    """Return the spans of blindness that bear on a silence *since* that day."""
    return [(a, b) for a, b in feed.blind if b is None or since is None or b.date() >= since]


def _chinese(told: When) -> str:
    first, last = told.earliest, told.latest
    match told.precision:
        case Precision.UNKNOWN:
            return "日期不明"
        case Precision.WITHIN if first is None and last:
            return f"不晚于{_day(last)}"
        case Precision.WITHIN if last is None and first:
            return f"{_day(first)}之后"
        case Precision.WITHIN if first and last:
            return f"{_day(first)}至{_to(first, last)}间某日"
        case Precision.RANGE:
            end = _to(first, last) if first and last else _day(last) if last else ""
            return f"{_day(first) if first else ''}至{end}"
    if first is None:
        return "日期不明"
    parts = {
        Precision.DAY: _day(first),
        Precision.MONTH: f"{first.year}年{first.month}月",
        Precision.QUARTER: f"{first.year}年第{'一二三四'[(first.month - 1) // 3]}季度",
        Precision.HALF: f"{first.year}年{'上下'[(first.month - 1) // 6]}半年",
    }
    return parts.get(told.precision, f"{first.year}年")


def _day(day: date) -> str:
    return _DAYS["zh"].format(day)


def _to(first: date, last: date) -> str:
    """Return the end of a span without what its beginning has said already."""
    if first.year != last.year:
        return _day(last)
    return f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
