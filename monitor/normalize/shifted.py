"""
GBK text read one byte off: 當(dāng)?shù)匦履茉?、 was 當地新能源、.

How it comes about: a mirror site writes "(pinyin)" after certain byte pairs of GBK text and does not ask
where characters begin. In 當地 (AE94 B5D8) the pair 94B5 is 數, so "(shù)" lands inside 地: its first byte B5
meets "(" and is lost (a "?" is left of both), and the rest is read one byte late until an ASCII letter
swallows the odd byte or a second one is lost. So the lost byte follows from the reading, and encoding the
tail again and decoding it one byte earlier restores it. Where the reading is lost too, or the byte at the
end, the words decide (:mod:`monitor.normalize.fit`); where they do not decide, the place is only flagged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.normalize import pinyin
from monitor.normalize.draft import Draft, Edit
from monitor.normalize.fit import last_word, likelihood
from monitor.normalize.script import in_gb2312, level, to_simplified

RULE = "one byte off"

_HAN = "\u3400-\u9fff"
_RESIDUE = rf"[(（]{pinyin.SYLLABLES}[)）]"
_RESIDUES = re.compile(_RESIDUE)
_READ = re.compile(rf"[(（]?({pinyin.SYLLABLES})[)）]")
_MARK = re.compile(
    rf"([{_HAN}])((?:{_RESIDUE})*)[?\ufffd](?:(?:[(（]?({pinyin.SYLLABLES})[)）])(?=[^\s()（）]|{_RESIDUE})|(?=[^\s()（）]))"
)
_AGAIN = re.compile(rf"[?\ufffd][(（]?({pinyin.SYLLABLES})[)）](?=[^\s()（）]|{_RESIDUE})")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_HAN_ONLY = re.compile(f"[{_HAN}]")
_LOST_READINGS = re.compile(rf"[?\ufffd](?:{pinyin.SYLLABLES})[)）]")
_LEADS = range(0x81, 0xFF)
_TRAILS = range(0x40, 0xFF)
# A stray byte below A0 is a control character to Latin-1 and leaves nothing behind, a higher one leaves a "?".
_UNTRACED = range(0x80, 0xA1)
_TRACED = range(0xA1, 0xFF)

# A tail ends at the next ASCII sign, as a rule within a clause: the three of the one real article at hand have 6 to 17
# characters. So many are room for any clause, and bound the work.
_TAIL = 60
_PATHS = 600
_CONTEXT = 8
# So many times likelier must the best restoration be than the second: a factor of ten, as a log.
_MARGIN = 2.3
# The same where one character is all and its last byte a guess (數?lù)? is 數據). Of 2,360 sentences of television news
# garbled for trial seven came out wrong and unflagged, .3 of a hundred, as many as with no lone character taken.
_CLEAR = 6.5
# A byte is lost at the end of a clause, where a character by itself is rare unless it is a particle.
_ALONE = 3.0
_PARTICLES = frozenset("的了吗呢吧啊着过")
# Without a reading to prove it, the text restored must be a thousand times likelier (as a log) for each odd character;
# chosen, not swept. Three odd ones in twelve stand in one of 18,600 rows of clean television news.
_ODD_GAIN = 7.0
_ODD_LEAST = 3
# Each place costs milliseconds; a real article has a few. What lies beyond is flagged unread.
_MOST, _MOST_UNREAD = 60, 12


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a byte was lost: the character before it, the "?" with the reading behind it, and what stood before."""

    char: str
    start: int
    end: int
    latin: str | None
    before: str

    @classmethod
    def of(cls, text: str, found: re.Match[str]) -> _Mark:
        start = found.end(2)
        return cls(found[1], start, found.end(), found[3], text[max(0, found.start() - _CONTEXT * 3) : start])


@dataclass(frozen=True, slots=True)
class _Path:
    """A way to read a tail: the characters so far, up to where the text is used, and whether the last is a guess."""

    text: str
    end: int
    guessed: bool = False


def repair(draft: Draft) -> Draft:
    """Return *draft* with its shifted tails restored, or flagged where no word fits."""
    return draft.apply(_edits(draft.text))


def _edits(text: str) -> Iterator[Edit]:
    done = read = unread = 0
    for found in _MARK.finditer(text):
        if found.start(1) < done or not (found[3] or _looks_shifted(text, found.end())):
            continue
        mark: _Mark | None = _Mark.of(text, found)
        while mark:
            read, unread = read + bool(mark.latin), unread + (not mark.latin)
            beyond = read > _MOST if mark.latin else unread > _MOST_UNREAD
            edit = _flag(text, mark, mark.end) if beyond else _restored(text, mark)
            if edit:
                done = edit.end
                yield edit
            mark = _next(text, mark, edit) if edit else None


def _next(text: str, mark: _Mark, edit: Edit) -> _Mark | None:
    """Return the mark right behind what was restored: in 數?cè)?lù) the byte after 數 was lost too."""
    again = _AGAIN.match(text, edit.end)
    if again is None or not edit.text or not _HAN_ONLY.match(edit.text[-1]):
        return None
    return _Mark(edit.text[-1], edit.end, again.end(), again[1], (mark.before + edit.text)[-_CONTEXT * 3 :])


def _looks_shifted(text: str, at: int) -> bool:
    """Whether the characters from *at* on are such as no Chinese sentence has in a row."""
    return sum(map(_is_odd, text[at : at + 12])) >= _ODD_LEAST


@functools.lru_cache(maxsize=30_000)
def _is_odd(char: str) -> bool:
    """Whether *char* is neither common nor the traditional form of a common one."""
    return ("\u3400" <= char <= "\u9fff" or "\ue000" <= char <= "\uf8ff") and level(to_simplified(char)) != 1


def _flag(text: str, mark: _Mark, end: int) -> Edit | None:
    """A mark with a reading is damage, restored or not; one without is a question mark until proved otherwise."""
    return Edit(mark.start, end, text[mark.start : end], RULE, False) if mark.latin else None


def _restored(text: str, mark: _Mark) -> Edit | None:
    start = mark.start
    paths = list(_paths(text, mark))
    if not paths:
        return _flag(text, mark, mark.end)
    end = max(path.end for path in paths)
    before = _plain(mark.before)[-_CONTEXT:]
    after = text[end : end + _CONTEXT]

    def score(path: _Path) -> float:
        fit = likelihood(to_simplified(before + path.text + _plain(text[path.end : end] + after)))
        return fit - _ALONE if path.guessed and _stands_alone(to_simplified(before + path.text)) else fit

    scores = {path: score(path) for path in paths}
    best = max(paths, key=lambda path: scores[path])
    if not mark.latin and scores[best] - score(_Path(text[start:end], end)) < _ODD_GAIN * _ODD_LEAST:
        return None
    if _PRIVATE.search(best.text):
        return _flag(text, mark, best.end)
    lead = min((scores[best] - scores[path] for path in paths if not _same(path, best)), default=_CLEAR)
    near = [path for path in paths if scores[path] > scores[best] - _MARGIN and not _same(path, best)]
    if not near and (not best.guessed or _is_told(to_simplified(before + best.text), len(best.text), lead)):
        return Edit(start, best.end, best.text, RULE)
    if all(path.guessed and (path.text[:-1], path.end) == (best.text[:-1], best.end) for path in (best, *near)):
        return Edit(start, best.end, best.text[:-1] + "\ufffd", RULE, False)
    return _flag(text, mark, best.end)


def _is_told(text: str, length: int, lead: float) -> bool:
    """Whether a guess at the end is more than one: part of a word, and where it is all that was restored, the only one."""
    return len(last_word(text)) > 1 and (length > 1 or lead >= _CLEAR)


def _same(one: _Path, other: _Path) -> bool:
    return (to_simplified(one.text), one.end) == (to_simplified(other.text), other.end)


def _stands_alone(text: str) -> bool:
    return last_word(text) == text[-1] and text[-1] not in _PARTICLES


def _plain(text: str) -> str:
    return _LOST_READINGS.sub("?", _RESIDUES.sub("", text))


def _paths(text: str, mark: _Mark) -> Iterator[_Path]:
    code = _bytes(mark.char)
    count = 0
    for lost in _lost_leads(code[-1], mark.latin) if code else ():
        for path in _walk(text, mark.end, lost):
            yield path
            count += 1
            if count >= _PATHS:
                return


@functools.lru_cache(maxsize=2_000)
def _lost_leads(first: int, latin: str | None) -> tuple[int, ...]:
    """The bytes that make with *first* a character read *latin*; without a reading, one that is converted."""
    if first not in _LEADS:
        return ()
    chars = [(byte, _char(first, byte)) for byte in _LEADS]
    if latin:
        return tuple(byte for byte, char in chars if char and pinyin.reads(char, latin))
    return tuple(byte for byte, char in chars if char and not in_gb2312(char) and to_simplified(char) != char)


def _walk(text: str, at: int, carry: int) -> Iterator[_Path]:
    """Every way to read *text* from *at* on with the byte *carry* before it."""
    read, i = "", at
    while i < min(len(text), at + _TAIL):
        residue, char = _RESIDUES.match(text, i), text[i]
        if residue and i > at and pinyin.reads(text[i - 1], residue[0][1:-1]):
            i = residue.end()  # of the pair that was read one byte late: 貢(gòng)r was 地時
            continue
        if residue:
            yield from _named(residue.end(), carry, read, residue[0][1:-1], _UNTRACED)
        code = _bytes(char)
        if len(code) != 2 or char in "，。、；！？）)":
            yield from _ends(text, i, carry, read)
        if len(code) == 1 and code[0] >= 0x40 and (whole := _char(carry, code[0])):
            yield _Path(read + whole, i + 1)
        code = code if len(code) == 2 else _widened(char)
        whole = _char(carry, code[0]) if code and not residue else ""
        if not whole:
            return
        read, carry, i = read + whole, code[1], i + 1
    if at + _TAIL >= len(text):
        yield from _guesses(len(text), carry, read, _UNTRACED)


def _ends(text: str, at: int, carry: int, read: str) -> Iterator[_Path]:
    """The tail ends before or with ``text[at]``: the byte that followed *carry* is lost."""
    if text[at] not in "?\ufffd":
        yield from _guesses(at, carry, read, _UNTRACED)
        return
    named = _READ.match(text, at + 1)
    if not named:
        yield from _guesses(at + 1, carry, read, _TRACED)
        return
    yield from _named(named.end(), carry, read, named[1], _TRAILS)


def _named(end: int, carry: int, read: str, latin: str, lost: range) -> Iterator[_Path]:
    """The byte that followed *carry* is lost, and the reading of the two stands behind it."""
    for byte in lost:
        whole = _char(carry, byte)
        if whole and pinyin.reads(whole, latin):
            yield _Path(read + whole, end)


def _guesses(end: int, carry: int, read: str, lost: range) -> Iterator[_Path]:
    for whole in _common(carry, lost):
        yield _Path(read + whole, end, True)


@functools.lru_cache(maxsize=400)
def _common(lead: int, lost: range) -> tuple[str, ...]:
    """The characters of a GBK row that are common, or traditional forms of common ones."""
    return tuple(char for byte in lost if (char := _char(lead, byte)) and level(to_simplified(char)) == 1)


def _widened(char: str) -> bytes:
    """The bytes of the full-width form: sites fold ＞ to > after the damage is done."""
    return bytes((0xA3, ord(char) | 0x80)) if "!" <= char <= "~" else b""


def _bytes(char: str) -> bytes:
    """The GBK bytes of *char*: one, two, or none where it has no such form."""
    code = char.encode("gb18030")
    return code if len(code) <= 2 else b""


@functools.lru_cache(maxsize=30_000)
def _char(lead: int, trail: int) -> str:
    """The character of two GBK bytes, "" where there is none."""
    try:
        text = bytes((lead, trail)).decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return text if len(text) == 1 else ""
