"""What a topic makes of a text: verdicts, and passages that say something happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.model.dates import When
from monitor.model.lists import Judgement, Kind, Phase, Polarity, Relation


@dataclass(frozen=True, slots=True)
class Vote:
    """One reason for or against: the rule, its weight (above 0 speaks for), and the words that gave it."""

    rule: str
    weight: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a topic makes of a text; ``passages`` are the spans of the reading (``Clean.text``) where the
    topic's tie holds.
    """

    topic: str
    judgement: Judgement
    votes: tuple[Vote, ...] = ()
    passages: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=4096)
def unnamed(topic: str) -> Verdict:
    """Return the verdict on a text that names nothing of *topic*: that of nearly all topics on nearly all texts."""
    return Verdict(topic, Judgement.REJECTED, (Vote("no_name", -1.0),))


def whole(topics: Sequence[str], told: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return one verdict for each of *topics*, where only what is not :func:`unnamed` was *told*."""
    said = {v.topic: v for v in told}
    first = [said.pop(topic) if topic in said else unnamed(topic) for topic in topics]
    return (*first, *said.values())


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who took part: ``entity`` is an id of the topic or "", ``name`` as the text has it (simplified)."""

    entity: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, scaled (10亿 is 1e9) beside its raw form; ``what`` names what is counted."""

    value: float
    unit: str
    raw: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """
    One passage of one article that says something happened.

    ``start`` and ``end`` are the span in the kept raw text, ``quote`` is exactly that slice, ``reading`` its
    repaired and simplified form ("" where it does not differ).
    """

    topic: str
    article: str
    start: int
    end: int
    quote: str
    reading: str
    title: str
    kind: Kind
    phase: Phase
    polarity: Polarity
    relation: Relation
    when: When
    actors: tuple[Actor, ...] = ()
    places: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    objects: tuple[str, ...] = ()  # what it was done to: 协议, 领充新能源
    stage: str = ""
    rules: tuple[tuple[str, str], ...] = ()  # (field, rule) for kind, phase, stage, polarity, relation
