"""Readings of Han characters, and Latin syllables that may be such readings."""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_left
from importlib import metadata
from pathlib import Path

from monitor.normalize.script import level, to_simplified

_LETTERS = "a-zü" + "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿɡɑ" + "\u0300\u0301\u0304\u0308\u030c"
SYLLABLES = rf"[{_LETTERS}][{_LETTERS}1-5:' ’]{{0,30}}"
"""What may stand in brackets as pinyin: lower case, with or without tones; at most 31 signs, so it stays linear."""

_TONES = {"\u0304", "\u0301", "\u030c", "\u0300"}
_ODD_LETTERS = str.maketrans({"ɡ": "g", "ɑ": "a", "’": "'"})


def canonical(latin: str) -> str:
    """Return *latin* with its tone marks, in one spelling: composed, ü for v and u:, no tone digits."""
    text = unicodedata.normalize("NFC", latin.translate(_ODD_LETTERS)).replace("u:", "ü").replace("v", "ü")
    return re.sub(r"[1-5]", "", text)


def toneless(latin: str) -> str:
    """Return *latin* without tones."""
    parts = unicodedata.normalize("NFD", canonical(latin))
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))


@functools.lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[str, ...]:
    """Return every reading of *char* with tones, the most usual first; none for what is no Han character."""
    lines, key = _table(), b'"%d": "' % ord(char)
    at = bisect_left(lines, key)
    line = lines[at] if at < len(lines) else b""
    return tuple(line[len(key) :].rstrip(b'",').decode().split(",")) if line.startswith(key) else ()


@functools.cache
def _table() -> list[bytes]:
    """
    Return the lines of the readings that the package ``pypinyin`` brings, sorted: ``"20013": "zhōng,zhòng",``.

    Its code is never imported: that would load its phrases as well, 58 MB instead of 4.
    """
    file = Path(str(metadata.distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")))
    return sorted(line.strip() for line in file.read_bytes().splitlines())


@functools.lru_cache(maxsize=30_000)
def bare_readings(char: str) -> frozenset[str]:
    """Return the readings of *char* without tones."""
    return frozenset(toneless(reading) for reading in readings(char))


def reads(char: str, latin: str) -> bool:
    """Return whether one syllable is a reading of *char*; a tone, where written, must be the right one."""
    written, bare = canonical(latin), toneless(latin)
    if written == bare:
        return bare in bare_readings(char)
    return written in readings(char) or written in readings(to_simplified(char))


def usual(char: str, latin: str) -> bool:
    """
    Return whether *latin* is what everybody reads in the common character *char*.

    Nobody writes that as a gloss; 单(shàn)于 and 槑(méi) are glosses, 產(chǎn)業 is damage.
    """
    simple = to_simplified(char)
    known = readings(simple)
    return (
        level(simple) == 1
        and bool(known)
        and toneless(latin) == toneless(known[0])
        and (canonical(latin) in (known[0], toneless(latin)))
    )
