"""
Who is meant where a text speaks of itself: 公司 in what a firm files, 我市 in what a city or its own paper writes.

Who publishes is known by whom the source is declared to speak for, by the head of a filing (证券简称：…, 某某股份有限公司关于…的公告),
by an answer to an investor, or, of a place, by the name of its paper. What the words stand for is then one of the topic's
entities; in any other text they stand for nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.model import Entity, Topic
from monitor.normalize.script import simplify

__all__ = ["NOBODY", "Publisher", "Self", "official", "selves", "unnamed"]

_HAN = r"[\u4e00-\u9fff]"
# 公司 by itself is whoever files where no word stands before it that makes it another one (子公司, 该公司, 上市公司).
_FIRM = re.compile(
    rf"(?:本|我)(?:公司|司|集团|行|院|所)(?![法章])|(?<!{_HAN})公司(?![法章债])|(?:(?<=[与和同由经对为给向])|(?<=同意|批准|核准|通知|告知|授权|支持|责令))公司(?![法章债])"
    r"|\b[Tt]he Company\b"
)
_PLACE = re.compile(
    rf"[我本全](?:市|县|区|州)(?!场|民|政|级|委)|咱市|(?:(?<!{_HAN})|(?<=[与和同由向从在经据对到给被受]))[市县区](?:委、?[市县区]政府|人民政府|政府|委|{_HAN}{{2,8}}?[局委办])(?!副|书记|常委|领导|秘书|办|主要)"
)
_KINDS = {"company": _FIRM, "place": _PLACE}

# Where a filing says who files it: in its first lines.
_HEAD = 400
_SHORT_NAME = re.compile(r"证券简称[:：]\s*([^\s，。；]{2,16})")
# Who answers on a platform for investors.
_ANSWERS = re.compile(
    r"(?m)^[ \t\u3000]{0,4}([^\s，。；:：]{2,16}?)(?:董秘|董事会秘书|证券部)?(?:回复|答复|回答|答)[:：]"
)
_FILED = re.compile(r"(?:公告|声明|说明函|告知函|报告书|提示|披露|回复)$")
_LEGAL = re.compile(
    r"^(?:股份有限公司|有限责任公司|有限公司|集团|公司)*(?:及(?:其)?子公司|董事会|监事会)?\s*(?:[:：]|关于|[^，。,；]{0,8}$)"
)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes a text: the ``outlet`` by name, and the ids of the ``entities`` that it speaks for officially."""

    outlet: str = ""
    entities: tuple[str, ...] = ()


NOBODY = Publisher()


@dataclass(frozen=True, slots=True)
class Self:
    """A word at ``start`` to ``end`` by which the text speaks of ``entity``, which publishes it."""

    start: int
    end: int
    entity: Entity


def selves(text: str, title: str, topic: Topic, publisher: Publisher) -> tuple[Self, ...]:
    """Return where the reading *text*, under its *title*, speaks of an entity of *topic* that publishes it, in order."""
    meant = {e.kind: (e, since) for e, since in _publishers(text, title, topic, publisher)}
    found = (Self(*m.span(), e) for kind, (e, since) in meant.items() for m in _KINDS[kind].finditer(text, since))
    return tuple(sorted(found, key=lambda s: s.start))


def official(text: str, title: str, topic: Topic, publisher: Publisher) -> tuple[Entity, ...]:
    """Return the firms and places of *topic* that publish the text themselves; a paper of the place does not speak for it."""
    declared = [e for e in topic.entities if e.id in publisher.entities and e.kind in _KINDS]
    firms = (e for e in topic.entities if e.kind == "company")
    return tuple(declared) or tuple(e for e in firms if _speaks(e, text, title) is not None)


def unnamed(title: str) -> bool:
    """Return whether *title* begins with a word for whoever published it, which says nothing elsewhere."""
    return any(pattern.match(title) for pattern in _KINDS.values())


def _publishers(text: str, title: str, topic: Topic, publisher: Publisher) -> Iterator[tuple[Entity, int]]:
    """Yield the one firm, and the one place, of *topic* that publishes the text, as far as that is known, and from where on."""
    for kind in _KINDS:
        among = [e for e in topic.entities if e.kind == kind]
        own = [(e, 0) for e in among if e.id in publisher.entities]
        if kind == "place":
            told = [(e, 0) for e in among if any(publisher.outlet.startswith(name) for name in e.names)]
        else:
            told = [(e, at) for e in among if (at := _speaks(e, text, title)) is not None]
        if len(found := own or told) == 1:
            yield found[0]


def _speaks(entity: Entity, text: str, title: str) -> int | None:
    """Return from where on *entity* speaks: all of what it files by its headline or head, or its answer; None where it does not."""
    answers, short = _told(text)
    filed = _FILED.search(title.strip()) is not None
    if not answers and not short and not filed:
        return None  # as nearly always
    names = [simplify(name) for name in entity.names]
    if short and any(_is_called(_BOARD.sub("", short), n) or n.startswith(short) for n in names):
        return 0
    if filed and any(title.startswith(n) and _LEGAL.match(title[len(n) :]) for n in names):
        return 0
    # Where several answer, 公司 is another one in each answer.
    who, at = answers[0] if len({who for who, _ in answers}) == 1 else ("", 0)
    return at if any(_is_called(who, n) for n in names) else None


_BOARD = re.compile(r"^\*?ST|[-－]?[A-Z]{1,2}$")  # of a share: *ST, -W, -SW, A
_FORM = re.compile(r"(?:股份|集团|有限责任|有限|公司|方面|官方|董秘办|证券部)*")


def _is_called(who: str, name: str) -> bool:
    """Return whether *who* is a firm of that *name*: one that only begins with it is another."""
    return who.startswith(name) and _FORM.fullmatch(who, len(name)) is not None


@lru_cache(maxsize=4)
def _told(text: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """Return who answers in *text* and where, and whose shares its head names; the same for every topic that is asked about it."""
    short = _SHORT_NAME.search(text[:_HEAD])
    return tuple((m[1], m.start()) for m in _ANSWERS.finditer(text)), short[1] if short else ""
