"""
What a language brings: its lexicon and its ways to name people, firms, places and figures.

A language is one module of ``monitor.extract.lang`` with ``language()``, and a folder of data files that a
person can edit (``data/<name>/``). The readers in this room know no word of any language.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from monitor.model import Figure, Kind

DENYING = frozenset({"deny", "never"})
"""Marks of what makes a telling a denial."""


@dataclass(frozen=True, slots=True)
class Term:
    """
    A word of the lexicon: of a happening (``kind``) or of how it is told (``mark``).

    ``strength`` 3 tells an event by itself, 2 with the topic's tie or a date, 1 only with its own date or an
    aspect. ``needs`` must be found in the clause; ``not_after`` and ``not_before`` must not touch the word on
    its left and right. ``opening``: only at the opening of a clause. ``step``: of the steps of one kind (ground broken,
    roof closed) the one that the word tells.
    """

    word: str
    mark: str = ""
    kind: Kind | None = None
    strength: int = 0
    needs: re.Pattern[str] | None = None
    not_after: re.Pattern[str] | None = None
    not_before: re.Pattern[str] | None = None
    opening: bool = False
    step: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """
    Terms by word, and the one pattern that finds the longest word at each place; ``telling`` holds the words
    without one of which a sentence tells nothing, ``denying`` finds those without one of which it denies nothing.
    """

    pattern: re.Pattern[str]
    terms: Mapping[str, tuple[Term, ...]]
    telling: frozenset[str]
    denying: re.Pattern[str]

    def tells(self, text: str, kind: Kind) -> bool:
        """Return whether a word of *kind* stands in *text*, whatever is around it."""
        return any(t.kind is kind for m in self.pattern.finditer(text) for t in self.terms.get(m[0], ()))


@dataclass(frozen=True, slots=True)
class Person:
    """A person found by pattern: the span of the name, the name, and the office beside it."""

    start: int
    end: int
    name: str
    office: str


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm found by pattern."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Partnering:
    """When a place is a party: the patterns of ``parties.tsv``, where it is said what each finds."""

    tail: re.Pattern[str]
    where: re.Pattern[str]
    together: re.Pattern[str]  # "with"
    then: re.Pattern[str]
    also: re.Pattern[str]  # "and"
    gap: re.Pattern[str]
    seat: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Language:
    """One language, as the readers need it."""

    name: str
    speaks: Callable[[str], float]
    lexicon: Lexicon
    stop: re.Pattern[str]  # ends a sentence
    pause: re.Pattern[str]  # ends a clause
    boilerplate: re.Pattern[str]  # begins a line that is no prose, as does ``sidebar``; ``advert`` stands in one
    advert: re.Pattern[str]
    sidebar: re.Pattern[str]
    listed: re.Pattern[str]
    bulletin: re.Pattern[str]  # follows a date that only says when it was announced
    declares: re.Pattern[str]  # follows a date on which a party declared it
    term: re.Pattern[str]  # from the last character of a date: it is a term for accounts (年度)
    same_day: re.Pattern[str]  # points to the day told before
    question: re.Pattern[str]  # found in what only asks
    aspect: re.Pattern[str]  # directly after a word says that it is done
    progress: re.Pattern[str]  # up to the end of a word says that it goes on
    settled: re.Pattern[str]  # names what can be ended only after it began
    endable: re.Pattern[str]  # names what a calling-off can be about
    passive: re.Pattern[str]  # stands before a calling-off that is about its subject (被叫停)
    # stand right before a word of ending or delay, of denial, or a negation, and undo it (没有被叫停, 未予否认, 并非没有); group
    # ``said`` of the first: nobody says so (没有宣布终止)
    undoes: re.Pattern[str]
    undenies: re.Pattern[str]
    litotes: re.Pattern[str]
    none: re.Pattern[str]  # right before a word of kind says that there was none (no layoffs, 零事故)
    restart: re.Pattern[str]  # begins a relative clause's head (的), which closes the scope of a mark
    # whether a verb, in its clause, is part of a noun (收购乙股权的议案), which happens not
    nominal: Callable[[str, tuple[int, int], tuple[int, int]], bool]
    # from the end of a verb on, makes it what the next one is counted from or done for (停工48天后复工, 因投产需要)
    since: re.Pattern[str]
    # all that may stand between a delay and what is delayed (推迟投产, pushed back the opening)
    delays: re.Pattern[str]
    until: re.Pattern[str]  # right before a date says that it is the one until which something is put off
    halves: re.Pattern[str]  # two dates told as one, with the ``second`` (from June to August)
    lead_in: re.Pattern[str]  # what a title leaves out at its beginning
    both: re.Pattern[str]  # points to the parties named before
    convened: re.Pattern[str]  # said of a meeting that was held on a day
    there: re.Pattern[str]  # begins what was done at such a meeting (会议审议通过)
    # may stand between the beginning of a clause and its verb where the subject is what was told of before (该项目; its
    # group ``thing``) or left out
    refers: re.Pattern[str]
    points: re.Pattern[str]  # begins what points back to it (该项目工地…)
    # as ``refers``, where the subject is any noun (group ``noun``), which the tied sentence must have told of
    bare: re.Pattern[str]
    omits: re.Pattern[str]  # may stand before a verb whose subject is left out
    measures: re.Pattern[str]  # before a denial says that a figure is denied, and no happening (该数字与事实不符)
    claims: re.Pattern[str]  # names what is said to be untrue (上述传言不实)
    holds: re.Pattern[str]  # is said of a claim that is true (的消息属实)
    points_at: re.Pattern[str]  # begins the object of a denial that was told before (否认上述消息)
    says: re.Pattern[str]  # begins what a party says beside its denial (，称工厂已投产)
    hearsay: re.Pattern[str]  # finds somebody without a name who says so (有粉丝投稿称)
    attends: re.Pattern[str]  # stands beside those who were there
    contact: re.Pattern[str]  # the words of a first contact
    # finds spans in which nothing is told and no date is of a happening (titles of works, terms of validity, comparisons)
    masked: re.Pattern[str]
    dates_it: re.Pattern[str]  # may stand between a word and the date that is its own (成立于2009年)
    date_behind: bool  # whether dates stand behind their words as a rule
    partnering: Partnering
    # from a mark of plans to a verb: whether it only brings the object forward (将总部迁往)
    brings: Callable[[str, int, int], bool]
    people: Callable[[str], tuple[Person, ...]]
    office_before: Callable[[str, int], str]
    firms: Callable[[str, int, int], tuple[Firm, ...]]
    others: re.Pattern[str]  # a firm that is called by its part alone (标的公司)
    partners: Callable[[str, int, int], tuple[Firm, ...]]  # firms by a short name, read where one is looked for
    places: Callable[[str, int, int], tuple[tuple[int, int, str], ...]]
    figures: Callable[[str], tuple[Figure, ...]]
    objects: Callable[[str, Kind], tuple[str, ...]]


SAMPLE = 500  # characters from which the language is told


@cache
def languages() -> tuple[Language, ...]:
    """Return every language there is a module for, by name."""
    from monitor.extract import lang

    names = sorted(m.name for m in pkgutil.iter_modules(lang.__path__))
    return tuple(importlib.import_module(f"monitor.extract.lang.{name}").language() for name in names)


def language_of(text: str) -> Language:
    """Return the language that speaks most of the beginning of *text*."""
    sample = text[:SAMPLE]
    return max(languages(), key=lambda language: language.speaks(sample))


# --------------------------------------------------------------------------- data files


def lines(language: str, file: str) -> tuple[str, ...]:
    """Return the lines of a data file without comments and empty ones."""
    text = (resources.files("monitor.extract") / "data" / language / file).read_text("utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def words(language: str, file: str) -> tuple[str, ...]:
    """Return the words of a data file that holds words between spaces."""
    return tuple(word for line in lines(language, file) for word in line.split())


def either(alternatives: Iterable[str]) -> str:
    """
    Return a pattern that finds one of the literal *alternatives*, the longest first.

    They are factored by first character, which the engine tries faster than a flat alternation.
    """
    rests: dict[str, list[str]] = {}
    for word in sorted(set(alternatives), key=lambda w: (-len(w), w)):
        rests.setdefault(word[:1], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(found)})" for first, found in rests.items())


def line_pattern(language: str, file: str) -> re.Pattern[str]:
    """Return one pattern out of a file that holds a regular expression a line."""
    return re.compile("|".join(f"(?:{line})" for line in lines(language, file)))


def masks(language: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return the pattern of the spans in which nothing is told."""
    return re.compile("|".join(f"(?:{line.split(chr(9))[0]})" for line in lines(language, "masked.tsv")), flags)


def partnering(language: str) -> Partnering:
    """Return the patterns of *language*."""
    rules = dict(line.split("\t") for line in lines(language, "parties.tsv"))
    order = ("tail", "where", "with", "then", "and", "gap", "seat")
    return Partnering(*(re.compile(rules[name]) for name in order))


def lexicon(language: str, border: str = "", flags: re.RegexFlag = re.NOFLAG) -> Lexicon:
    """Return the lexicon of *language*; *border* is the pattern of a word's edge where words have edges."""
    terms: dict[str, list[Term]] = {}
    for term in (*_triggers(language, flags), *_marks(language)):
        for word in term.word.split("|"):
            terms.setdefault(word, []).append(term)
    pattern = re.compile(f"{border}(?:{either(terms)}){border}", flags)
    telling = frozenset(
        w for w, found in terms.items() if any(t.kind or t.mark in ("cancel", "deny", "wrong") for t in found)
    )
    denying = re.compile(either(w for w, found in terms.items() if any(t.mark in DENYING for t in found)), flags)
    return Lexicon(pattern, {word: tuple(found) for word, found in terms.items()}, telling, denying)


def _triggers(language: str, flags: re.RegexFlag) -> Iterable[Term]:
    work = f"(?:{either(words(language, 'works.txt'))})"
    for line in lines(language, "triggers.tsv"):
        word, told, strength, needs, after, before, *_ = line.replace("{work}", work).split("\t")
        kind, _, step = told.partition(":")
        yield Term(
            word,
            kind=Kind(kind),
            step=step,
            strength=int(strength),
            needs=re.compile(needs, flags) if needs else None,
            not_after=re.compile(f"(?:{after})$", flags) if after else None,
            not_before=re.compile(before, flags) if before else None,
        )


def _marks(language: str) -> Iterable[Term]:
    for line in lines(language, "marks.tsv"):
        word, mark, *_ = line.split("\t")
        yield Term(word.lstrip("^"), mark=mark, opening=word.startswith("^"))
