"""
The names of all topics in bytes as they came: what may speak of a topic, before anything is decoded or parsed.

Each name is looked for in UTF-8, GB18030 and Big5, in either script and any case, in one pass; in
Han characters by number too, as mark-up may have them. What is let through is
what :meth:`~monitor.match.matcher.Matcher.judge` might want: a page that names all sides of a tie, or a person or unit
of one side (see ``verdicts``). A page that names less is rejected by it whatever it says.
"""

from __future__ import annotations

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
_NUMBERED = 2  # characters of a name that are looked for as numbers (&#23567;): few pages have them, and they are long


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
                other.add((*_written(word, _ENCODINGS[1:]), *_numbered(word)), named)
        if plain.size + other.size <= _SMALL:
            plain.add_all(other)
            other = _Forms()
        self._plain, self._other = _Automaton(plain), _Automaton(other) if other.size else None

    def lets(self, data: bytes) -> bool:
        """Return whether a whole page, *data*, may speak of a topic."""
        low = data.lower()
        return any(a.any(low) for a in self._automata(low)) and self._enough(low)

    def names(self, data: bytes) -> bool:
        """Return whether *data*, which lists pages that say more, names anybody."""
        low = data.lower()
        return any(True for a in self._automata(low) for _ in a.named(low))

    def _automata(self, low: bytes) -> Iterator[_Automaton]:
        """Yield what *low* is to be searched with: what is UTF-8 has no name in another encoding."""
        yield self._plain
        if self._other is not None and (b"&#" in low or not _is_utf8(low)):
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
        self._named = tuple(forms.named.values())
        quick = forms.size <= _TABLE
        # No text holds the byte 0xFF: an automaton of nothing is refused.
        self._automaton = BytesAhoCorasick(
            tuple(forms.named) or (b"\xff",),
            implementation=Implementation.DFA if quick else Implementation.ContiguousNFA,
        )

    def any(self, low: bytes) -> bool:
        return bool(self._automaton.find_matches_as_indexes(low))

    def named(self, low: bytes) -> Iterator[set[_Named]]:
        """Yield whom the names in *low* name; names in Latin letters only where whole."""
        for index, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            if index < len(self._named) and _is_whole(low, start, end):
                yield self._named[index]


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
    return simplify(word) == word or all(char in "·" or _in_big5(char) for char in word)


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


def _numbered(word: str) -> Iterator[bytes]:
    """Yield the first characters of *word* as mark-up may name them."""
    if not word.isascii():
        yield "".join(f"&#{ord(char)};" for char in word[:_NUMBERED]).encode()
        yield "".join(f"&#x{ord(char):x};" for char in word[:_NUMBERED]).encode()


def _wrapped(word: str) -> Iterator[str]:
    parts = word.split(" ")
    if len(_BLANKS) ** (len(parts) - 1) > _MOST:
        yield word
        return
    for blanks in product(_BLANKS, repeat=len(parts) - 1):
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
