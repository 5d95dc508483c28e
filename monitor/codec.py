"""
How the nouns are written down: as JSON.

``dump`` goes by what a value is, ``load`` by the type asked for, so ``load(type(x), dump(x)) == x`` for everything
in :mod:`monitor.model` that holds no bytes. Instants are RFC 3339 in UTC with Z, days ISO 8601, durations seconds,
tuples and sets lists, enumerations their values. Every field is written; a missing one takes its default when it
has one (that is how a field can be added later); an unknown one is an error.

``encode`` and ``decode`` are the text itself: compact, the same for the same value. orjson writes it, with the bytes that
:mod:`json` would write; where a float is so large or small that they would differ (1e+16), that library does.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

T = TypeVar("T")
Convert = Callable[[Any], Any]


# --------------------------------------------------------------------------- out


def dump(value: object) -> Any:
    """
    Return *value* as what :mod:`json` can write.

    Raises ValueError for a naive datetime and a number that is not finite, TypeError for what has no JSON form.
    """
    kind: Any = type(value)
    return value if kind in _PLAIN else _dumper(kind, nearly=False)(value)


def nearly(value: object) -> Any:
    """Return what :func:`dump` does, but instants and days as they are: :func:`written` takes them at a tenth of the time."""
    kind: Any = type(value)
    return value if kind in _PLAIN else _dumper(kind, nearly=True)(value)


@cache
def _dumper(kind: type, *, nearly: bool) -> Convert:
    if dataclasses.is_dataclass(kind):
        return _fields_out(kind, nearly=nearly)
    for base, convert in (*_NEARLY, *_OUT) if nearly else _OUT:
        if issubclass(kind, base):
            return convert
    raise TypeError(f"{kind.__name__} has no JSON form")


def _fields_out(kind: type, *, nearly: bool) -> Convert:
    hints = get_type_hints(kind)
    if nearly and all(_parts(hint) <= _WRITTEN_AS_THEY_ARE for hint in hints.values()):
        return _as_it_is(tuple(name for name, hint in hints.items() if datetime in _parts(hint)))
    names = tuple(f.name for f in dataclasses.fields(kind))
    # Most fields are text or whole numbers, which are their own JSON: taken all at once, the rest one by one.
    others = tuple(name for name in names if hints[name] not in (str, int, bool))
    values = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def convert(value: Any) -> dict[str, Any]:
        data = dict(zip(names, values(value), strict=True))
        for name in others:
            one = data[name]
            if (held := one.__class__) not in _PLAIN:
                data[name] = _dumper(held, nearly=nearly)(one)
        return data

    return convert


def _as_it_is(instants: tuple[str, ...]) -> Convert:
    """Leave a record of texts, numbers and dates to orjson, once its *instants* are in UTC."""

    def convert(value: Any) -> Any:
        for name in instants:
            at = getattr(value, name)
            if at is not None and at.tzinfo is not UTC:
                value = dataclasses.replace(value, **{name: _in_utc(at)})
        return value

    return convert


def _parts(hint: Any) -> frozenset[Any]:
    """Return the kinds that a field of this *hint* may hold."""
    return frozenset(get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,))


def _same(value: Any) -> Any:
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _instant_out(value: datetime) -> str:
    return _in_utc(value).isoformat()[:-6] + "Z"


def _float_out(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that JSON knows")
    return value


def _seconds(value: timedelta) -> int | float:
    return value.total_seconds() if value.microseconds else value.days * 86_400 + value.seconds


def _mapping_out(value: Mapping[str, object]) -> dict[str, Any]:
    return {_text_in(k): dump(v) for k, v in value.items()}


def _list_out(value: Any) -> list[Any]:
    return [dump(v) for v in value]


_PLAIN = frozenset({str, int, bool, NoneType})
_WRITTEN_AS_THEY_ARE = _PLAIN | {datetime, date}
_NONE, _TINY = timedelta(0), timedelta(milliseconds=1)

# datetime before date: the first is a kind of the second.
_OUT: tuple[tuple[type, Convert], ...] = (
    (Enum, lambda v: v.value),
    (str, str),
    (float, _float_out),
    (datetime, _instant_out),
    (date, date.isoformat),
    (timedelta, _seconds),
    (frozenset, lambda v: sorted(dump(x) for x in v)),
    (Mapping, _mapping_out),  # a dict of JSON values too: what was dumped before stays as it is
    (tuple, _list_out),
    (list, _list_out),
)
_NEARLY: tuple[tuple[type, Convert], ...] = (
    (datetime, _in_utc),
    (date, _same),
    (timedelta, lambda v: v if _NONE < abs(v) < _TINY else _seconds(v)),  # orjson refuses it: 1e-06 would be 1e-6
    (tuple, lambda v: [nearly(one) for one in v]),
)


# --------------------------------------------------------------------------- text

_SLOWLY = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=dump).encode
_SURROGATE = re.compile("[\ud800-\udfff]")
# A float that the two may write otherwise, below 0.0001 or from 1e16 on; or what looks like one within a text.
_ODD_FLOAT = re.compile(r"[:,\[]-?(?:[0-9.]+e|0\.0000|[0-9]{16})")


def encode(value: object) -> str:
    """Return *value* as JSON text: :func:`dump`, written."""
    return written(nearly(value), type(value))


def written(plain: object, kind: type) -> str:
    """
    Return what :func:`nearly` made of a *kind* as compact JSON that UTF-8 can hold: a lone surrogate becomes U+FFFD.

    A whole number beyond 64 bits is read back as a float.
    """
    try:
        told = orjson.dumps(plain, option=orjson.OPT_UTC_Z).decode()
    except orjson.JSONEncodeError:  # a lone surrogate, a number that long, a length of time that short
        return text(_SLOWLY(plain))
    return _SLOWLY(plain) if _has_floats(kind) and _ODD_FLOAT.search(told) else told


def decode(data: str) -> Any:
    """Return the value that the JSON text *data* stands for; raise ValueError where it is none."""
    return orjson.loads(data)


def text(value: str) -> str:
    """Return *value* as UTF-8 can hold it: a lone surrogate, one code point, becomes U+FFFD, one code point."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", value)
    return value


@cache
def _has_floats(kind: Any) -> bool:
    """Return whether a *kind* may hold a float, or nobody knows what."""
    if dataclasses.is_dataclass(kind):
        return any(map(_has_floats, get_type_hints(kind).values()))
    if isinstance(kind, type) and issubclass(kind, _WITHOUT):
        return False
    parts = [part for part in get_args(kind) if part is not Ellipsis]
    return not parts or any(map(_has_floats, parts))


_WITHOUT = (str, int, NoneType, date, timedelta, Enum)

# --------------------------------------------------------------------------- in


def load(kind: type[T], data: object) -> T:
    """
    Return *data* (as :mod:`json` read it) as a *kind*.

    Raises ValueError, with the path to the fault, when it is not one; TypeError when *kind* has no JSON form.
    """
    form: Any = kind
    result: T = _loader(form)(data)
    return result


@cache
def _loader(kind: Any) -> Convert:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(kind)
    if kind in _IN:
        return _IN[kind]
    return _composed(kind, get_origin(kind), get_args(kind))


def _composed(kind: Any, origin: Any, args: tuple[Any, ...]) -> Convert:
    if origin in (Union, UnionType):
        return _union(args)
    if origin is tuple:
        return _sequence(_loader(args[0])) if args[-1] is Ellipsis else _pair(tuple(map(_loader, args)))
    if origin is frozenset:
        members = _sequence(_loader(args[0]))
        return lambda data: frozenset(members(data))
    if origin is Mapping and args[0] is str:
        return _mapping(_loader(args[1]))
    raise TypeError(f"{kind} has no JSON form")


def _record(kind: type) -> Convert:
    hints = get_type_hints(kind)
    parts = tuple((f.name, _loader(hints[f.name]), _default(f)) for f in dataclasses.fields(kind))
    names = tuple(name for name, _, _ in parts)
    loaders = {name: load_one for name, load_one, _ in parts}
    # Most fields are texts: no call for each.
    texts = tuple(place for place, part in enumerate(parts) if part[1] is _text_in)
    others = tuple((place, part[1]) for place, part in enumerate(parts) if part[1] is not _text_in)
    told = itemgetter(*texts, *texts[:1]) if texts else lambda values: ()  # of one place it would give no tuple
    title = kind.__name__

    def slowly(data: Any) -> Any:
        _expect(data, dict, title)
        if unknown := data.keys() - loaders.keys():
            raise ValueError(f"{title} has no {', '.join(sorted(unknown))}")
        return kind(*[_field(data, title, *part) for part in parts])

    def convert(data: Any) -> Any:
        if data.__class__ is not dict:
            return slowly(data)
        try:
            if tuple(data) != names:  # not as dump wrote it
                return kind(**{n: loaders[n](v) for n, v in data.items()})
            values = list(data.values())
            "".join(told(values))  # a TypeError where one of them is no text
            for place, load_one in others:
                values[place] = load_one(values[place])
            return kind(*values)
        except (KeyError, TypeError, ValueError):
            return slowly(data)  # which says where

    return convert


def _member(kind: type[Enum]) -> Convert:
    members = {member.value: member for member in kind}

    def convert(data: Any) -> Enum:
        try:
            return members[data]
        except (KeyError, TypeError):
            raise ValueError(f"{data!r} is not a {kind.__name__}") from None

    return convert


def _field(data: dict[str, Any], title: str, name: str, convert: Convert, default: Callable[[], Any] | None) -> Any:
    if name not in data:
        if default is None:
            raise ValueError(f"{title}.{name} is missing")
        return default()
    try:
        return convert(data[name])
    except ValueError as exc:
        raise ValueError(f"{title}.{name}: {exc}") from exc


def _default(field: dataclasses.Field[Any]) -> Callable[[], Any] | None:
    if field.default is not dataclasses.MISSING:
        return lambda: field.default
    return None if field.default_factory is dataclasses.MISSING else field.default_factory


def _union(args: tuple[Any, ...]) -> Convert:
    kinds = tuple(a for a in args if a is not NoneType)
    inner = _loader(kinds[0]) if len(kinds) == 1 else _one_of(kinds)
    if NoneType not in args:
        return inner
    return lambda data: None if data is None else inner(data)


def _one_of(kinds: tuple[type, ...]) -> Convert:
    """Tell records apart by the fields they must have."""
    loaders = tuple((_required(kind), _loader(kind)) for kind in kinds)
    title = " or ".join(kind.__name__ for kind in kinds)

    def convert(data: Any) -> Any:
        _expect(data, dict, title)
        for required, loader in loaders:
            if required <= data.keys():
                return loader(data)
        raise ValueError(f"neither {title}")

    return convert


def _required(kind: type) -> frozenset[str]:
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"{kind} beside other kinds has no JSON form")
    return frozenset(f.name for f in dataclasses.fields(kind) if _default(f) is None)


def _sequence(convert: Convert) -> Convert:
    return lambda data: tuple(map(convert, _expect(data, list, "a list")))


def _pair(converts: tuple[Convert, ...]) -> Convert:
    def convert(data: Any) -> Any:
        if len(_expect(data, list, "a list")) != len(converts):
            raise ValueError(f"{len(data)} values where {len(converts)} were expected")
        return tuple(c(v) for c, v in zip(converts, data, strict=True))

    return convert


def _mapping(convert: Convert) -> Convert:
    return lambda data: {_text_in(k): convert(v) for k, v in _expect(data, dict, "a mapping").items()}


def _expect(data: Any, kind: type, title: str) -> Any:
    if not isinstance(data, kind):
        raise ValueError(f"{type(data).__name__} where {title} was expected")
    return data


def _text_in(data: Any) -> str:
    if type(data) is not str:
        raise ValueError(f"{type(data).__name__} where text was expected")
    return data


def _int_in(data: Any) -> int:
    if type(data) is not int or not -(2**63) <= data < 2**63:
        raise ValueError(f"{data!r} where a whole number of at most 64 bits was expected")
    return data


def _float_in(data: Any) -> float:
    if type(data) not in (int, float) or not math.isfinite(data):
        raise ValueError(f"{data!r} where a number was expected")
    return float(data)


def _instant_in(data: Any) -> datetime:
    return _instant(_text_in(data))


def _day_in(data: Any) -> date:
    return _day(_text_in(data))


# What is read together tells of few days, and was fetched in few moments.
@lru_cache(maxsize=4096)
def _instant(data: str) -> datetime:
    if not data.endswith("Z"):
        raise ValueError(f"{data!r} is not an instant in UTC")
    return datetime.fromisoformat(data)


@lru_cache(maxsize=4096)
def _day(data: str) -> date:
    day = date.fromisoformat(data)
    if day.isoformat() != data:
        raise ValueError(f"{data!r} is not a day as YYYY-MM-DD")
    return day


_IN: dict[Any, Convert] = {
    str: _text_in,
    bool: lambda data: _expect(data, bool, "true or false"),
    int: _int_in,
    float: _float_in,
    object: _same,
    datetime: _instant_in,
    date: _day_in,
    timedelta: lambda data: timedelta(seconds=_float_in(data)),
}
