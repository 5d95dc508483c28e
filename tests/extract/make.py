"""Articles for the tests of extract: read a text as the default topic of the tests would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from monitor import extract
from monitor.model import NO_DATE, Article, Clean, Entity, Judgement, Mention, Published, Topic, Verdict
from monitor.normalize import clean

TOPIC = Topic(
    "changfeng-pingzhou",
    "长风能落地平州吗?",
    (
        Entity("changfeng", "company", ("长风集团", "长风", "Changfeng"), decoys=("长风破浪",)),
        Entity("pingzhou", "place", ("平州", "Pingzhou"), short=("平",)),
        Entity("wang", "person", ("王珂",), of="changfeng"),
    ),
    ("changfeng", "pingzhou"),
)
PUBLISHED = date(2025, 3, 20)


def article(text: str, published: date | None = PUBLISHED, title: str = "") -> Article:
    stamp = Published(str(published), None, published, None) if published else NO_DATE
    return Article("ar_1", "https://example.com/1", title, text, "", "", stamp, datetime(2025, 3, 21, tzinfo=UTC))


def verdict(text: Clean, tied: Sequence[str] | None, judgement: Judgement = Judgement.RELEVANT) -> Verdict:
    """A verdict whose passages are the texts *tied*; None: all of it."""
    if tied is None:
        return Verdict(TOPIC.id, judgement, (), ((0, len(text.text)),))
    starts = [(text.text.index(t), len(t)) for t in tied]
    return Verdict(TOPIC.id, judgement, (), tuple((s, s + n) for s, n in starts))


def read(
    raw: str,
    tied: Sequence[str] | None = None,
    published: date | None = PUBLISHED,
    topic: Topic = TOPIC,
    judgement: Judgement = Judgement.RELEVANT,
    title: str = "",
) -> tuple[Mention, ...]:
    text = clean(raw)
    return extract.mentions(article(raw, published, title), text, verdict(text, tied, judgement), topic)


def one(raw: str, tied: Sequence[str] | None = None, published: date | None = PUBLISHED) -> Mention:
    (mention,) = read(raw, tied, published)
    return mention
