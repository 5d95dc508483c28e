"""
What one value may be: the types of the fields in ``schema.py``, each with the sentence that says what it expects.

Every reader takes a value as ``document.py`` gives it (text, or a :class:`Plain` word that YAML would not read as
text) and returns what the field holds, or raises :class:`PydanticCustomError` with a sentence for a person.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from monitor.config import edtf
from monitor.config.document import Plain
from monitor.model import When

E = TypeVar("E", bound=StrEnum)


def wrong(sentence: str) -> PydanticCustomError:
    """Return the error that carries *sentence* to the person."""
    return PydanticCustomError("wrong", "{sentence}", {"sentence": sentence})


def shown(value: object) -> str:
    """Return *value* as a sentence names it."""
    match value:
        case str():
            return f"'{value}'" if len(value) <= 60 else f"'{value[:60]}...'"
        case Plain(tag="null"):
            return "nothing"
        case Plain():
            return shown(value.text)
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return str(value)


def expected(what: str, value: object) -> PydanticCustomError:
    """Return the error that says *what* was expected in place of *value*."""
    return wrong(f"expected {what}, got {shown(value)}")


# --------------------------------------------------------------------------- text

# C0, C1, line separators, and what turns the direction of writing: none of it is ever meant, all of it can mislead.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200b\u200e\u200f]")


def trap(word: Plain) -> str:
    """Say what YAML 1.1 would make of *word*, and how to write the text that was surely meant."""
    if word.tag == "null":
        return "expected text, got nothing"
    reads = {
        "bool": "yes or no, not as text",
        "int": "a number, not as text",
        "float": "a number, not as text",
        "timestamp": "a date, not as text",
    }.get(word.tag, "something else than text")
    if word.tag in ("int", "float") and ":" in word.text:
        reads = "a number in base sixty, not as text"
    return f'YAML reads {word.text} without quotes as {reads}; write "{word.text}"'


def text(value: object) -> str:
    """Read text: not empty, on one line or several, without control characters."""
    if isinstance(value, Plain):
        raise wrong(trap(value))
    if not isinstance(value, str):
        raise expected("text", value)
    if _CONTROL.search(value):
        raise wrong("holds a control character")
    if not value.strip():
        raise wrong("expected text, got nothing but blanks")
    return value.strip()


def word(value: object) -> str:
    """Read a date or number that may stand without quotes: its very characters."""
    return value.text if isinstance(value, Plain) else text(value)


def _matching(pattern: str, what: str) -> Callable[[object], str]:
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object) -> str:
        found = text(value)
        if not compiled.fullmatch(found):
            raise expected(what, value)
        return found

    return read


identifier = _matching(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "an id of letters, digits, '-', '_' and '.' (64 at most, no blanks)"
)
language = _matching(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", "a language such as zh, zh-Hant or en")
host = _matching(
    r"(?=[^.])([a-z0-9_-]{1,63}\.){0,10}[a-z0-9_-]{1,63}",
    "a host name in small letters such as lyd.com.cn (no http://, no path)",
)
header_name = _matching(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}", "the name of an HTTP header")
header_value = _matching(r"[\x20-\x7e]{1,2000}", "printable ASCII on one line")
_endpoint = _matching(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}", 'host and port such as "127.0.0.1:8801"')


def endpoint(value: object) -> str:
    """Read ``host:port``, compared later with the URL as written."""
    found = _endpoint(value)
    if not 0 < int(found.rpartition(":")[2]) < 65536:
        raise expected("a port from 1 to 65535", value)
    return found


def listen(value: object) -> str:
    """Read where the web face listens: ``host:port`` or ``off``."""
    return "off" if text(value) == "off" else endpoint(value)


def timezone(value: object) -> str:
    """Read an IANA time zone."""
    found = text(value)
    try:
        return ZoneInfo(found).key
    except (KeyError, ValueError, OSError):
        raise expected("an IANA time zone such as Asia/Shanghai", value) from None


# --------------------------------------------------------------------------- addresses

PLACEHOLDER = re.compile(
    r"\{([a-z][a-z0-9_]{0,31})\}|\{date(?:-[0-9]{1,3}[dh])?:(?:%[YmdHy]|[-/_.0-9A-Za-z])+\}", re.ASCII
)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def address(value: object) -> str:
    """Read an http or https URL with a host."""
    found = text(value)
    if "{" in found or "}" in found:
        raise expected("an address without braces; write them percent-encoded", value)
    _check(found, value)
    return found


def template(value: object) -> str:
    """Read a URL in whose path or query placeholders may stand: ``{date:%Y-%m/%d}``, ``{page}``, ``{q}``."""
    found = text(value)
    bare = PLACEHOLDER.sub("0", found)
    if "{" in bare or "}" in bare:
        raise expected("no braces but placeholders such as {date:%Y-%m/%d} or {q}; write others as %7B and %7D", value)
    _check(bare, value)
    if "{" in _start(found):
        raise expected("no placeholder in the host", value)
    return found


def _start(url: str) -> str:
    """Return scheme and host of *url*."""
    return "//".join(re.split("[/?#]", url, maxsplit=3)[:3:2])


def _check(url: str, value: object) -> None:
    if set(url) & set(string.whitespace + '<>"\\^`|'):
        raise wrong("an address holds no blanks, quotes, < > \\ ^ ` |; write them percent-encoded")
    if not _is_web(url):
        raise expected("an address that begins with http:// or https:// and has a host", value)
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise wrong("expected an address without user:password@; send a header instead")


def query(value: object) -> str:
    """Read the words that a search is asked."""
    found = text(value)
    if set(found) & set('"\\{}'):
        raise wrong("a query is words, without quotes, \\ and braces: every search has another language of its own")
    return " ".join(found.split())


step_name = _matching(r"[a-z][a-z0-9_]{0,31}", "a name of small letters, digits and '_'")


def proxy(value: object) -> str:
    """Read the address of an HTTP proxy."""
    found = text(value)
    if not _is_web(found):
        raise expected("the proxy as http://host:port", value)
    return found


_POSTGRES = re.compile(r"postgres(?:ql)?://\S+")
_SCHEME = re.compile(r"(?!sqlite://)(?:[a-z]+://|postgres\w*:)", re.IGNORECASE)


def database(value: object) -> str:
    """Read where the timeline is kept; what is wrong is not repeated, since it may hold a password."""
    found = text(value)
    if _SCHEME.match(found) and not _POSTGRES.fullmatch(found):
        raise wrong("expected a file name, or postgresql://USER@HOST/DATABASE")
    return found


# --------------------------------------------------------------------------- numbers, durations, days

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s?([smhd]?)", re.ASCII)
_YEAR = timedelta(days=366)
_A_DURATION = "a duration in seconds or such as 30s, 15m, 1h or 2d"


def duration(value: object) -> timedelta:
    """Read a duration: seconds, or a number with s, m, h or d."""
    if isinstance(value, Plain) and ":" in value.text:
        raise wrong(f"YAML reads {value.text} in base sixty; write it as 90s, 15m, 1h or 2d")
    found = _DURATION.fullmatch(word(value))
    if not found:
        raise expected(_A_DURATION, value)
    length = timedelta(seconds=float(found[1]) * _UNITS[found[2]])
    if length > _YEAR:
        raise expected("a duration of at most a year", value)
    return length


def between(low: timedelta, high: timedelta, what: str) -> Callable[[object], timedelta]:
    """Return a reader of durations from *low* to *high*; *what* names both bounds."""

    def read(value: object) -> timedelta:
        found = duration(value)
        if not low <= found <= high:
            raise expected(what, value)
        return found

    return read


def whole(low: int, high: int) -> Callable[[object], int]:
    """Return a reader of whole numbers from *low* to *high*."""

    def read(value: object) -> int:
        found = value.text if isinstance(value, Plain) and value.tag == "int" else ""
        if not re.fullmatch(r"[1-9][0-9]{0,14}|0", found) or not low <= int(found) <= high:
            raise expected(f"a whole number from {low} to {high}", value)
        return int(found)

    return read


def number(value: object) -> float:
    """Read a decimal number."""
    found = value.text if isinstance(value, Plain) else ""
    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", found, re.ASCII):
        raise expected("a number such as 1.5", value)
    return float(found)


def flag(value: object) -> bool:
    """Read true or false: the one spelling that every version of YAML agrees on."""
    if not isinstance(value, Plain) or value.text not in ("true", "false"):
        raise expected("true or false", value)
    return value.text == "true"


def day(value: object) -> date:
    """Read one day."""
    found = word(value)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found, re.ASCII):
        raise expected("a day such as 2025-03-19", value)
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise wrong(f"there is no day {found} in the calendar") from None


def when(value: object) -> When:
    """Read a date as EDTF; ``[..2025-03-20]`` is a list to YAML and taken for what was meant."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        value = f"[{value[0]}]"
    try:
        return edtf.parse(word(value))
    except ValueError as exc:
        raise wrong(f"{exc}, got {shown(value)}") from None


def one_of(kind: type[E]) -> Callable[[object], E]:
    """Return a reader of the words of a closed list."""

    def read(value: object) -> E:
        found = word(value)
        try:
            return kind(found)
        except ValueError:
            raise expected(f"one of {', '.join(kind)}", value) from None

    return read


Text = Annotated[str, BeforeValidator(text)]
Id = Annotated[str, BeforeValidator(identifier)]
Language = Annotated[str, BeforeValidator(language)]
Host = Annotated[str, BeforeValidator(host)]
HeaderName = Annotated[str, BeforeValidator(header_name)]
HeaderValue = Annotated[str, BeforeValidator(header_value)]
Endpoint = Annotated[str, BeforeValidator(endpoint)]
Listen = Annotated[str, BeforeValidator(listen)]
Zone = Annotated[str, BeforeValidator(timezone)]
Address = Annotated[str, BeforeValidator(address)]
Template = Annotated[str, BeforeValidator(template)]
Query = Annotated[str, BeforeValidator(query)]
StepName = Annotated[str, BeforeValidator(step_name)]
Database = Annotated[str, BeforeValidator(database)]
Proxy = Annotated[str, BeforeValidator(proxy)]
Number = Annotated[float, BeforeValidator(number)]
Flag = Annotated[bool, BeforeValidator(flag)]
Day = Annotated[date, BeforeValidator(day)]
Edtf = Annotated[When, BeforeValidator(when)]
