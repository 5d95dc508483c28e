"""Endings, denials and corrections: what a sentence takes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.extract.hits import Hit
from monitor.extract.language import Language
from monitor.extract.telling import Clauses, Telling
from monitor.model import Kind, Phase, Polarity

QUOTES = frozenset('”’」』"')  # may end what is said, before the word for it (“已经开工”的说法)


def called_off(
    text: str,
    clauses: Clauses,
    hit: Hit,
    hits: Sequence[Hit],
    found: list[Telling],
    polarity: tuple[Polarity, str],
    language: Language,
) -> list[Telling]:
    """
    Apply a word of ending: what had been settled (an agreement) ends in a happening of its own; what was
    only planned is the plan itself, cancelled.
    """
    clause = clauses[hit.clause]
    ended = language.settled.search(text, *clause)
    planned = [t for t in found if t.clause == clause]
    if planned and not ended:
        rule = ("phase", hit.term.word)
        return [
            replace(t, phase=Phase.CANCELLED, sure=True, rules=revised(t.rules, rule)) if t in planned else t
            for t in found
        ]
    passive = language.passive.search(text[clause[0] : hit.start])
    if not (ended or passive or language.endable.search(text, *clause)):
        return _called_off_before(hit, clauses, found)
    ahead = next((h.term.word for h in hits if h.term.mark == "planned" and clause[0] <= h.start < hit.start), None)
    phase = Phase.PLANNED if ahead else Phase.CANCELLED
    rules = (("kind", hit.term.word), ("phase", ahead or hit.term.word), ("polarity", polarity[1]))
    told = Telling(
        *clause, clause, (hit.start, hit.end), Kind.CANCELLATION, phase, polarity[0], 3, (), rules, sure=True
    )
    # 终止今年3月签订的协议: what is recalled was done, whatever ended.
    return [t for t in found if t.clause != clause or language.restart.match(text, t.word[1])] + [told]


def _called_off_before(hit: Hit, clauses: Clauses, found: list[Telling]) -> list[Telling]:
    """Return *found* with a plan of the clause before cancelled, where the word of ending stands alone (原定3日举行的座谈会，因故取消)."""
    before = clauses[hit.clause - 1] if hit.clause else (-1, -1)
    rule = ("phase", hit.term.word)
    return [
        replace(t, phase=Phase.CANCELLED, sure=True, rules=revised(t.rules, rule))
        if t.clause == before and t.phase is Phase.PLANNED
        else t
        for t in found
    ]


def revised(rules: tuple[tuple[str, str], ...], rule: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (*(r for r in rules if r[0] != rule[0]), rule)


def bare_denial(clauses: Clauses, hit: Hit, hits: Sequence[Hit]) -> Telling:
    clause = clauses[hit.clause]
    rules = (("kind", hit.term.word), ("phase", "a denial is made at once"), ("polarity", hit.term.word))
    fresh = not any(h.term.mark == "past" and clause[0] <= h.start < hit.start for h in hits)
    return Telling(
        *clause, clause, (hit.start, hit.end), Kind.DENIAL, Phase.DONE, Polarity.DENIED, 2, (), rules, sure=True,
        fresh=fresh,
    )  # fmt: skip


def corrected(clauses: Clauses, hits: Sequence[Hit], found: list[Telling], *, amending: bool) -> list[Telling]:
    """Return the correction alone where it is said that something was wrong (20亿元有误, 特此更正) and what is right (应为18亿元)."""
    wrong = amending or any(h.term.mark == "wrong" or h.kind is Kind.CORRECTION for h in hits)
    right = next((h for h in hits if wrong and h.term.mark == "right"), None)
    if right is None:
        return found
    clause = clauses[right.clause]
    rules = (("kind", right.term.word), ("phase", "a correction is made at once"), ("polarity", "no word of doubt"))
    return [
        Telling(
            *clause, clause, (right.start, right.end), Kind.CORRECTION, Phase.DONE, Polarity.ASSERTED, 3, (), rules,
            sure=True,
        )
    ]  # fmt: skip


def heard(found: list[Telling], marks: Sequence[Hit], bound: Mapping[int, int]) -> list[Telling]:
    """Take out of what a sentence only heard what it recalls before that, with a date of its own (去年9月投产的工厂，据说还要扩产)."""
    rumour = next((h for h in marks if h.term.mark == "rumour"), None)
    own = {word for date, word in bound.items() if date < word}
    if rumour is None:
        return found
    return [
        replace(t, polarity=Polarity.ASSERTED)
        if t.polarity is Polarity.RUMOURED and t.word[0] in own and t.clause[1] <= rumour.start
        else t
        for t in found
    ]


def _is_claim(text: str, told: Telling, language: Language) -> bool:
    """Return whether *told* is what a report says that is then denied: 签约并于5月开工的消息不实."""
    quoted = told.word[1] + (text[told.word[1] : told.word[1] + 1] in QUOTES)
    head = language.restart.match(text, quoted)
    said = language.claims.match(text, head.end()) if head else None
    return said is not None and language.holds.match(text, said.end()) is None


def denied(
    text: str,
    found: list[Telling],
    clauses: Clauses,
    marks: Sequence[Hit],
    bound: Mapping[int, int],
    language: Language,
) -> list[Telling]:
    """
    Take out of what a sentence denies what is only recalled: by a date of its own (否认5月1日开业的门店将关), or as done where
    nobody speaks of a rumour (门店已于5月1日开业，所谓取消的说法不实); and what holds instead (传言不实，项目建设正常推进).
    """
    deny = next((h for h in marks if h.term.mark == "deny"), None)
    if deny is None:
        return found
    if language.claims.search(text, clauses[deny.clause][0], deny.start):
        found = [t for t in found if t.clause[0] < deny.end] or [bare_denial(clauses, deny, marks)]
    own = {
        t.word[0]
        for t in found
        if any(date < bound[date] == t.word[0] for date in bound) and not _is_claim(text, t, language)
    }
    rumour = any(h.term.mark == "rumour" for h in marks)
    begins, ends = clauses[deny.clause]
    rest = text[deny.end : ends].strip(" ，,。;；")
    # 否认有人死亡 denies that alone; 否认此事 denies what was told before.
    more = len(rest) > 2 or any(deny.end <= t.word[0] < ends for t in found)
    alone = not rumour and more and not language.claims.search(rest) and not language.points_at.match(rest)
    kept = [
        t.word[0] in own
        or (not rumour and not t.fresh and t.clause[1] <= deny.start and not _is_claim(text, t, language))
        or (alone and t.clause[1] <= begins)
        or (alone and ends <= t.clause[0] and language.says.match(text, t.clause[0], t.word[0]) is not None)
        for t in found
    ]
    told = [replace(t, polarity=Polarity.ASSERTED) if k else t for t, k in zip(found, kept, strict=True)]
    return [*told, bare_denial(clauses, deny, marks)] if told and all(kept) else told
