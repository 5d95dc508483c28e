"""
Notices -> an alert's words and its record. What is said is the event's own: title, date, status, quote, source, link.

The words go through services that read Markdown, HTML or tags of their own in what they are sent. What others wrote
is therefore kept on its line, and what could steer such a service is replaced by its full-width twin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote as percent

from monitor.export import display, prose, record
from monitor.export.lines import Names, sources
from monitor.export.words import Words, words_of
from monitor.model import Event, Notice, Topic, When

# A digest says so many in full, and of so many more the title alone; the record has all of them.
IN_FULL, BY_TITLE = 20, 80
TITLE = 120

_STEERING = "<>[]`*_~|@\\"
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in _STEERING}


def safe(text: str, longest: int = display.LONGEST) -> str:
    """Return foreign *text* on one line, with nothing in it that a service would take for more than text."""
    return display.tame(text, longest).translate(_WIDE)


def link(url: str) -> str:
    """Return *url* where it may be followed, with what could end or steer a link percent-encoded, else ""."""
    return percent(display.link(url), safe="/:?#=&%+,;$!.-_~") if display.link(url) else ""


def title(notices: Sequence[Notice], topics: Mapping[str, Topic], language: str) -> str:
    """Return what an alert is about, in a line."""
    first = notices[0]
    words = _words(first, topics, language)
    if len(notices) > 1:
        asked = {n.event.topic for n in notices if n.event}
        question = f"{_question(first, topics)} " if len(asked) == 1 else ""
        return f"{question}{words('alert.many', n=len(notices))}"
    about = first.event.title if first.event else first.name or (first.feed.url if first.feed else "")
    return f"{_what(first, words)}{words.colon}{safe(about, TITLE)}"


def text(notices: Sequence[Notice], topics: Mapping[str, Topic], names: Names, language: str) -> str:
    """Return what an alert says, for a person."""
    parts = ["\n".join(_lines(n, topics, names, language)) for n in notices[:IN_FULL]]
    rest = notices[IN_FULL:]
    if rest:
        words = _words(rest[0], topics, language)
        short = [title([n], topics, language) for n in rest[:BY_TITLE]]
        more = [words("alert.more", n=len(rest) - BY_TITLE)] if len(rest) > BY_TITLE else []
        parts.append("\n".join([*short, *more]))
    return "\n\n".join(parts)


def records(notices: Sequence[Notice], topics: Mapping[str, Topic]) -> str:
    """Return what an alert tells, as JSON for a program."""
    told = [_record(n, topics.get(n.event.topic) if n.event else None) for n in notices]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def test(topics: Mapping[str, Topic], language: str) -> str:
    """Return what is said only to see whether it arrives."""
    topic = next(iter(topics.values()), None)
    return (words_of(topic, language) if topic else Words(language or "zh"))("alert.test")


# --------------------------------------------------------------------------- words


def _words(notice: Notice, topics: Mapping[str, Topic], language: str) -> Words:
    topic = topics.get(notice.event.topic) if notice.event else next(iter(topics.values()), None)
    return words_of(topic, language) if topic else Words(language or "zh")


def _question(notice: Notice, topics: Mapping[str, Topic]) -> str:
    topic = topics.get(notice.event.topic) if notice.event else None
    return safe(topic.question, TITLE) if topic else ""


def _what(notice: Notice, words: Words) -> str:
    if notice.event is None:
        return words("tell.blind" if notice.is_blind else "tell.seen")
    stage = words(f"stage.{notice.event.stage}")
    return words.joined([words(f"tell.{w.value}", stage=stage) for w in notice.what])


def _lines(notice: Notice, topics: Mapping[str, Topic], names: Names, language: str) -> Iterator[str]:
    words = _words(notice, topics, language)
    if notice.event is None:
        about = (safe(notice.name, TITLE), link(notice.feed.url) if notice.feed else "")
        yield f"{_what(notice, words)}{words.colon}{' '.join(a for a in about if a)}"
        yield from _of_feed(notice, words)
        return
    yield f"{_what(notice, words)} · {_question(notice, topics)}"
    yield from _of_event(notice.event, notice, words, names)


def _of_feed(notice: Notice, words: Words) -> Iterator[str]:
    if (status := notice.feed) and notice.is_blind:
        since = words("sources.since", at=words.instant(status.since)) if status.since else ""
        yield " · ".join(p for p in (words(f"feed.{status.state.value}"), since, safe(status.error)) if p)


def _of_event(event: Event, notice: Notice, words: Words, names: Names) -> Iterator[str]:
    yield safe(prose.summary(event, words))
    yield safe(prose.facts(event, words, names), 600)
    for shift in notice.shifts:
        was, now = (_value(shift.field, v, words) for v in (shift.before, shift.after))
        yield f"{words(f'field.{shift.field}')}{words.colon}{was} → {now}"
    if reason := status_reason(event):
        yield f"{words(f'status.{event.status.value}')}{words.colon}{safe(words.reason(reason))}"
    if said := prose.said(event):
        yield f"“{safe(said, 500)}”"
    who = words.joined([safe(s, 60) for s in sources(event, names)[:1]])
    where = link(prose.address(event))
    if who or where:
        yield f"{words('alert.source')}{words.colon}{' '.join(p for p in (who, where) if p)}"


def _value(field: str, value: object, words: Words) -> str:
    return words.when(value) if isinstance(value, When) else safe(prose.value(field, value, words))


def status_reason(event: Event) -> str:
    """Return the rule that the event's status follows from."""
    return next((r.rule for r in event.reasons if r.field == "status"), "")


# --------------------------------------------------------------------------- record

_LEFT_OUT = ("evidence", "reasons", "revisions")


def _record(notice: Notice, topic: Topic | None) -> dict[str, record.Json]:
    told: dict[str, record.Json] = {"what": [w.value for w in notice.what]}
    if notice.feed:
        status = notice.feed
        since = record.plain(status.since)
        feed: record.Json = {
            "url": status.url,
            "state": status.state.value,
            "error": status.error or None,
            "since": since,
        }
        return told | {"feed": feed, "source": notice.name or None, "seen": not notice.is_blind}
    assert notice.event is not None  # a notice is of one or the other
    event, quote = notice.event, prose.best(notice.event)
    told["question"] = topic.question if topic else None
    told["event"] = {k: v for k, v in record.event(event).items() if k not in _LEFT_OUT}
    told["status_reason"] = status_reason(event) or None
    told["quote"] = record.evidence(quote) if quote else None
    told["link"] = prose.address(event) or None
    told["changes"] = [
        {"field": s.field, "before": record.plain(s.before), "after": record.plain(s.after)} for s in notice.shifts
    ]
    return told
