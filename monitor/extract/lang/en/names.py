"""Persons, firms and places in English text: capitalised names beside an office, an ending, a kind of place."""

from __future__ import annotations

import re
from functools import cache

from monitor.extract.language import Firm, Person, either, lines

_NAME = r"[A-Z][a-z]+(?:[ -][A-Z][a-z]+){1,2}"
_FIRM = re.compile(
    r"(?:[A-Z][\w&'-]{0,30} ){1,5}(?:Inc|Corp|Corporation|Co|Ltd|Limited|Group|Holdings|Technology|Technologies|Motors|Motor|Energy|Bank|Capital|Electronics|Semiconductor|Industries)\b\.?"
)
_PLACE = re.compile(r"\b([A-Z][a-z]{2,20})(?:'s)?(?:,)? (?:[Cc]ity|[Pp]rovince|[Cc]ounty|[Dd]istrict)\b")


@cache
def _beside() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<office>{either(lines('en', 'offices.txt'))})(?: of [A-Z]\w+)?,? (?P<name>{_NAME})")


@cache
def _office_end() -> re.Pattern[str]:
    return re.compile(rf"({either(lines('en', 'offices.txt'))}),? $")


def people(text: str) -> tuple[Person, ...]:
    """Return every person of *text* whose name follows an office."""
    return tuple(Person(*m.span("name"), m["name"], m["office"]) for m in _beside().finditer(text))


def office_before(text: str, start: int) -> str:
    """Return the office that ends where a name starts, or ""."""
    m = _office_end().search(text[max(0, start - 30) : start])
    return m[1] if m else ""


def firms(text: str, start: int, end: int) -> tuple[Firm, ...]:
    """Return the firms that ``text[start:end]`` names by their ending."""
    return tuple(Firm(*m.span(), m[0]) for m in _FIRM.finditer(text, start, end))


def places(text: str, start: int, end: int) -> tuple[tuple[int, int, str], ...]:
    """Return span and name of each city, province, county or district that ``text[start:end]`` names as one."""
    return tuple((*m.span(), m[1]) for m in _PLACE.finditer(text, start, end))
