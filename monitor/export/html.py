"""The timeline as one HTML file that needs nothing else: no script, no other host, and a policy that says so."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from monitor.export.lines import Names, in_order, line, shown
from monitor.export.look import asset, render
from monitor.export.words import words_of
from monitor.model import Timeline


@dataclass(frozen=True, slots=True)
class _Embedded:
    """The style that the file brings along, and the policy that allows it alone."""

    style: str
    policy: str


def to_html(told: Timeline, names: Names = str) -> bytes:
    """Return the whole timeline as one page, in the language of its topic; what is overdue counts from its as-of."""
    words = words_of(told.topic)
    today = told.as_of.astimezone(words.zone).date() if told.as_of else None
    lines = [line(e, f"#{e.id}", today, names) for e in in_order(told.events)]
    page = shown(told, lines, lambda id: f"#{id}", len(lines), len(lines))
    return render(
        "timeline",
        words,
        heading=told.topic.question,
        topic=told.topic,
        shown=page,
        name=names,
        asked=None,
        fresh=None,
        embedded=_embedded(),
    )


def _embedded() -> _Embedded:
    style = asset("style.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return _Embedded(style, f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
