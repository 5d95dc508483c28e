"""
The names of all topics in bytes as they came: what may speak of a topic, before anything is decoded or parsed.

Each name is looked for in UTF-8, GB18030 and Big5, in either script and any case, in one pass; where the bytes hold
what may hide one (characters by number, as mark-up and JSON have them, characters that are not seen), they
are looked at again without. What is let through is
what :meth:`~monitor.match.matcher.Matcher.judge` might want: a page that names all sides of a tie, or a person or unit
of one side (see ``verdicts``). A page that names less is rejected by it whatever it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import product

from ahocorasick_rs import BytesAhoCorasick, Implementation

from monitor.match.names import Name, Names, alternatives
from monitor.model import Topic
from monitor.normalize import simplify

__all__ = ["Sieve"]

_Named = tuple[int, str, bool]

_ENCODINGS = ("utf-8", "gb18030", "big5")
# What may stand between two words of a name: mark-up is wrapped, and a blank that is not to be wrapped has names.
_BLANKS = (" ", "\n", "\r\n", "\t", "\u00a0", "&nbsp;", "&#160;")
_MOST = 64  # spellings of the blanks of one name; a longer one is looked for with single blanks
# Bytes of names up to which those of all encodings are looked for at once, in one table of every state and byte.
_SMALL = 64 * 1024
# Bytes of names up to which there is such a table: it takes 440 bytes for each, and is twice as fast as what is smaller.
# Ten thousand names in UTF-8 have 250,000.
_TABLE = 400_000
# What may hide a name. They are looked for with the names, in the same pass.
_HIDING = (
    *(b"&#", b"\\u", b"\\n", b"\\r", b"\\t", b"&shy", b"&zwn", b"&zwj", b"<wbr", b"\xc2\xad", b"\xef\xbb\xbf"),
    *(b"&amp;shy", b"&amp;zw", b"&amp;#"),
    *(b"\xe2\x80" + bytes([last]) for last in range(0x8B, 0x90)),
    *(b"\xe2\x81" + bytes([last]) for last in range(0xA0, 0xB0)),
    *(b"\xef\xb8" + bytes([last]) for last in range(0x80, 0x90)),
    *(b"\xe2" + bytes([middle]) for middle in range(0xBC, 0xC0)),
)
_HIDES = frozenset(_HIDING)
_NONE: frozenset[bytes] = frozenset()
_HIDDEN = re.compile(
    rb"&(?:amp;)*#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));?|\\u([0-9a-f]{4})|\\[nrt]"
    rb"|&(?:amp;)*(?:shy|zwnj|zwj);|<wbr ?/?>|\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xb8[\x80-\x8f]"
    rb"|(\xe2[\xbc-\xbe][\x80-\xbf]|\xe2\xbf[\x80-\x95])"  # radicals that look like the characters
)
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# A page in UTF-16 is told by its last bytes: every other one of its mark-up is 0, and one in 64 of pure Chinese with a blank now and then.
_WIDE, _ZEROS = 8192, 64


class Sieve:
    """What the names of *topics* are held against; only those *wanted* (ids) are asked about, all when empty."""

    def __init__(self, topics: Sequence[Topic], wanted: Collection[str] = ()) -> None:
        asked = [t for t in topics if not wanted or t.id in wanted]
        self._wanted = [alternatives(topic) for topic in asked]
        plain, other = _Forms(), _Forms()
        for word, refs in Names(asked).spelled():
            if _is_one_script(word):
                named = {(n.topic, n.side, _stands_alone(n)) for n in refs}
                plain.add(_written(word, _ENCODINGS[:1]), named)
                other.add(_written(word, _ENCODINGS[1:]), named)
        if plain.size + other.size <= _SMALL:
            plain.add_all(other)
            other = _Forms()
        plain.add(_HIDING, set())
        self._plain, self._other = _Automaton(plain), _Automaton(other) if other.size else None

    def lets(self, data: bytes) -> bool:
        """Return whether a whole page, *data*, may speak of a topic."""
        return any(self._enough(low) for low in self._readings(data))

    def names(self, data: bytes) -> bool:
        """Return whether *data*, which lists pages that say more, names anybody."""
        return any(True for low in self._readings(data) for a in self._automata(low) for _ in a.named(low))

    def _readings(self, data: bytes) -> Iterator[bytes]:
        """Yield *data* in small letters, where it may name anybody, and as it reads where it may hide a name."""
        low = data.lower()
        found = frozenset().union(*(a.found(low) for a in self._automata(low)))
        if not found <= _HIDES:
            yield low
        if b"\0" in low and low.count(b"\0", -_WIDE) * _ZEROS > min(len(low), _WIDE):
            yield _narrow(data)
        elif any(hiding.isascii() or _is_utf8(low) for hiding in found & _HIDES):
            yield _HIDDEN.sub(_shown, low)

    def _automata(self, low: bytes) -> Iterator[_Automaton]:
        """Yield what *low* is to be searched with: what is UTF-8 has no name in another encoding."""
        yield self._plain
        if self._other is not None and not _is_utf8(low):
            yield self._other

    def _enough(self, low: bytes) -> bool:
        """Return whether what is named is enough for one topic."""
        sides: dict[int, set[str]] = {}
        for named in (n for a in self._automata(low) for n in a.named(low)):
            for topic, side, alone in named:
                if alone:
                    return True
                sides.setdefault(topic, set()).add(side)
        return any(any(tie <= named for tie in self._wanted[topic]) for topic, named in sides.items())


class _Forms:
    """Bytes to look for, each with whom it names: topic, side, and whether that is enough by itself."""

    def __init__(self) -> None:
        self.named: dict[bytes, set[_Named]] = {}

    @property
    def size(self) -> int:
        return sum(map(len, self.named))

    def add(self, forms: Iterable[bytes], named: set[_Named]) -> None:
        for form in forms:
            self.named.setdefault(form, set()).update(named)

    def add_all(self, other: _Forms) -> None:
        for form, named in other.named.items():
            self.add((form,), named)


class _Automaton:
    """One pass for many forms."""

    def __init__(self, forms: _Forms) -> None:
        self._forms, self._named = tuple(forms.named), tuple(forms.named.values())
        quick = forms.size <= _TABLE
        self._automaton = BytesAhoCorasick(
            self._forms,
            implementation=Implementation.DFA if quick else Implementation.ContiguousNFA,
        )

    def found(self, low: bytes) -> frozenset[bytes]:
        """Return which forms stand in *low*, those left out that overlap with one that ends before."""
        matches = self._automaton.find_matches_as_indexes(low)
        return frozenset(self._forms[index] for index in {m[0] for m in matches}) if matches else _NONE

    def named(self, low: bytes) -> Iterator[set[_Named]]:
        """Yield whom the names in *low* name; names in Latin letters only where whole."""
        for index, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            if self._named[index] and _is_whole(low, start, end):
                yield self._named[index]


def _narrow(data: bytes) -> bytes:
    """Return what is written in UTF-16 in UTF-8, whatever the order of its bytes and wherever it begins."""
    orders = product(("utf-16-le", "utf-16-be"), (0, 1))
    read = "\n".join(data[start:].decode(order, "ignore") for order, start in orders)
    return read.encode("utf-8", "ignore").lower()


def _shown(found: re.Match[bytes]) -> bytes:
    """Return what a reader sees in the place of what was *found*."""
    hexed, number, escaped, radical = found.groups()
    if radical:
        return unicodedata.normalize("NFKC", radical.decode()).encode()
    if code := int(hexed or escaped or b"0", 16) or int(number or b"0"):
        return (
            b"" if chr(min(code, 0x10FFFF)) in _UNSEEN else chr(min(code, 0x10FFFF)).encode("utf-8", "ignore").lower()
        )
    return b" " if found[0].startswith(b"\\") else b""


def _is_utf8(low: bytes) -> bool:
    if low.isascii():
        return True
    try:
        low.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_one_script(word: str) -> bool:
    """
    Return whether somebody writes so: in simplified script throughout, or in traditional script, which is what Big5 has.

    The gate of titles takes any mix, which is three times as many words.
    """
    return simplify(word) == word or all(char in "·" or _in_big5(char) or simplify(char) != char for char in word)


@cache
def _in_big5(char: str) -> bool:
    try:
        return bool(char.encode("big5"))
    except UnicodeEncodeError:
        return False


def _stands_alone(name: Name) -> bool:
    """Return whether a name can make a text background without the other side, as ``verdicts`` has it."""
    return bool(name.entity.of) or name.role == "person"


def _written(word: str, encodings: Iterable[str]) -> Iterator[bytes]:
    """Yield the bytes in which *word* may stand, in small letters."""
    for spelled in _wrapped(word):
        for encoding in encodings:
            try:
                yield spelled.encode(encoding).lower()
            except UnicodeEncodeError:  # not every script has every character
                continue


def _wrapped(word: str) -> Iterator[str]:
    parts = word.split(" ")
    if len(_BLANKS) ** (len(parts) - 1) > _MOST:
        yield word
        return
    for blanks in product(_BLANKS, repeat=len(parts) - 1):
        yield "".join(part.replace("&", "&amp;") + blank for part, blank in zip(parts, (*blanks, ""), strict=True))
        yield "".join(part + blank for part, blank in zip(parts, (*blanks, ""), strict=True))


def _is_whole(low: bytes, start: int, end: int) -> bool:
    """Return whether a name in Latin letters does not go on before or behind, as far as bytes can tell."""
    if end < len(low) and _latin(low[end - 1]) and _latin(low[end]):
        return False
    before = low[max(0, start - 2) : start]
    # Behind a byte of another script a letter may be the second half of a character (GB18030, Big5).
    return not (before and _latin(low[start]) and _latin(before[-1]) and before[0] < 0x80)


def _latin(byte: int) -> bool:
    return 0x61 <= byte <= 0x7A
