"""
What in a tied passage is not of the tie: somebody else does it, or a side does it with somebody else, or did it long before.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.extract.actors import Named
from monitor.extract.focus import foreign
from monitor.extract.language import Firm
from monitor.extract.page import Page
from monitor.extract.record import opening
from monitor.extract.telling import Telling
from monitor.extract.whens import Dated, older
from monitor.model import Kind, Polarity

# Kinds that a person may be the left-out subject of; a speaker is not the subject of what he tells.
BY_PERSONS = frozenset({Kind.PERSONNEL, Kind.MEETING, Kind.VISIT})
# A founding is news for a year; told later it introduces the firm.
NEWS_DAYS = 366
# Kinds that bind two parties.
PAPERS = frozenset({Kind.AGREEMENT, Kind.CANCELLATION})
# Kinds of which a firm has many that have nothing to do with the tie: what it raised, launched or founded before.
ITS_OWN = frozenset({Kind.INVESTMENT, Kind.REGISTRATION, Kind.PRODUCT})
RECENT_DAYS = 31
# Kinds done to a firm, which then is their object.
DONE_TO = frozenset({Kind.INVESTMENT})


def firms_in(page: Page, telling: Telling, kind: Kind) -> tuple[Firm, ...]:
    """Return the firms that take part; short names are looked for where two parties belong together."""
    full = page.language.firms(page.text.text, telling.start, telling.end)
    if kind not in PAPERS:
        return full
    short = page.language.partners(page.text.text, telling.start, telling.end)
    own = page.named.within(telling.start, telling.end)
    free = [f for f in short if not any(_over(f, o) for o in full)]
    return tuple(sorted((*full, *(f for f in free if not any(_over(f, n) for n in own if n.entity))), key=_start))


def _over(firm: Firm, other: Firm | Named) -> bool:
    return firm.start < other.end and other.start < firm.end


def _start(firm: Firm) -> int:
    return firm.start


def of_stranger(page: Page, telling: Telling, named: Sequence[Named]) -> bool:
    """Return whether a strange firm does it alone (甲市乙公司获批), or what is counted is of nobody named before."""
    sides = [n for n in named if n.kind != "place" and telling.start <= n.start < telling.end]
    if telling.kind is Kind.STATISTICS:
        return not any(n.start < telling.word[0] for n in named)
    if telling.polarity is Polarity.ASSERTED and _with_others(page, telling, named):
        return True
    if telling.kind in ITS_OWN and _long_ago(page, telling) and _alone(page, named):
        return True
    return not sides and telling.kind not in (*PAPERS, *BY_PERSONS, *DONE_TO) and firm_before(page, telling)


def _long_ago(page: Page, telling: Telling) -> bool:
    """Return whether a date of its own tells that it was more than a month ago."""
    today = page.published
    days = [d.when.latest for d in telling.dates if d.when.latest]
    return today is not None and bool(days) and all((today - day).days > RECENT_DAYS for day in days)


def _alone(page: Page, named: Sequence[Named]) -> bool:
    """Return whether a sentence names a side of the topic, and none of its places although one belongs to it."""
    places = {e.id for e in page.topic.entities if e.kind == "place" and e.id in page.topic.together}
    sides = {n.entity.of or n.entity.id for n in named if n.entity}
    return bool(places and sides) and not sides & places


def _with_others(page: Page, telling: Telling, named: Sequence[Named]) -> bool:
    """
    Return whether one side does it with somebody else: in another place (甲公司与丙市签约), or another firm with the place
    (丁公司与乙市签约); or whether no firm of the topic was named by then.
    """
    topic = page.topic
    tied = {e.id: e.kind for e in topic.entities if e.id in topic.together}
    here = {tied.get(n.entity.of or n.entity.id, "") for n in named if n.entity}
    if "place" in {*tied.values()} - here and telling.kind is not Kind.OTHER and foreign(page, *telling.clause):
        return True
    if "company" not in {*tied.values()} - here or telling.kind in BY_PERSONS:
        return False
    start = opening(page, *telling.clause)
    opens = any(f.start == start for f in firms_in(page, telling, telling.kind))
    said = page.language.refers.match(page.text.text, start, telling.clause[1])
    if (said and said["thing"]) or page.language.both.search(page.text.text, telling.start, telling.end):
        return opens and telling.kind in PAPERS
    before = {n.entity.of or n.entity.id for n in page.named.within(0, telling.end) if n.entity and n.kind != "place"}
    return (opens and telling.kind in PAPERS) or not ((page.headed | before) & tied.keys())


def long_founded(page: Page, telling: Telling, dated: Dated, named: Sequence[Named], *, goes_on: bool) -> bool:
    """
    Return whether a firm that was founded long before is only introduced, as who reports of a tie does in passing: by a
    date behind the word (X成立于2010年), or without the topic's place (2010年，X创立).
    """
    told = dated.when
    if not older(told, page.published) or not page.published or not told.latest:
        return False
    if (page.published - told.latest).days <= NEWS_DAYS:
        return False
    own = [n for n in named if telling.clause[0] <= n.start < telling.clause[1]]
    if goes_on:  # a subject is left out: 2018年创立X
        return any(n.entity and n.kind == "company" and n.start >= telling.word[1] for n in own)
    return not any(n.kind == "place" for n in own) or dated.at >= telling.word[1]


def firm_before(page: Page, telling: Telling) -> bool:
    """Return whether a firm stands before the telling word, by its name or by its part (标的公司基本情况：成立日期…)."""
    text, span = page.text.text, (telling.start, telling.word[0])
    return bool(page.language.firms(text, *span)) or page.language.others.search(text, *span) is not None
