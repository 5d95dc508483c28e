"""
Text that was decoded by the wrong encoding, and the way back.

    æ±½è½¦      汽车   UTF-8 read as cp1252 or Latin-1
    姹借溅        汽车   UTF-8 read as GBK
    Æû³µ         汽车   GBK read as cp1252 or Latin-1

each once or twice. A span is restored only where its bytes decode and what comes out is Chinese in common
characters (or, for UTF-8 in Western text, a mark or an accented letter). What is recognised but cannot be
restored is flagged: wrong twice with loss, 锟斤拷 (U+FFFD in UTF-8, read as GBK).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from monitor.normalize.draft import Draft, Edit
from monitor.normalize.fit import likelihood
from monitor.normalize.script import level, to_simplified

LATIN, GBK, LOST = "read as Latin", "read as GBK", "lost"

_HIGH = "\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LATIN_SPAN = re.compile(rf"[\u00a1-\u00ff](?:[\x20-\x7e]{{0,2}}[{_HIGH}])+[@-~]?")
_LATIN_SIGN = re.compile(rf"[\u00a1-\u00ff][{_HIGH}]")
_SYMBOL = re.compile("[\u0080-\u00bf‚ƒ„…†‡ˆ‰‹•˜™š›]")
_LOST_SPAN = re.compile("(?:锟斤拷)+(?:锟斤?)?")
_CHINESE_MARKS = frozenset("，。、；：？！“”‘’（）《》—…·　【】")
_WESTERN = re.compile("[\u00a1-\u00ff\u2010-\u203a\u20ac\u2122]+")
# Of what comes out nine in ten must be common characters or marks; of 400 television news it is 99.8 of 100, and
# a text with more names than those has some room.
_COMMON = 0.9
# A restored text must be this much likelier a character (as a log) than what stands there: chosen, not swept;
# on clean text eval/measure_garble counts what it damages (nothing).
_GAIN = 1.0
_MARGIN = 2.3
# Log likelihood a character, in rows of 40: 98 in 100 rows of television news have -6.3 to -1.7, of characters drawn
# at random from the common ones -11.6 to -10.2. Halfway between the two.
_LIKELY = -8.5
# Wrong once and wrong twice is what we know of; each further round would double the work on what is neither.
_ROUNDS = 2
_LONG = 6


def is_suspect(text: str) -> bool:
    """Return whether *text* bears a sign of wrong decoding at all; quick for clean text."""
    return any(sign.search(text) for sign in (_LATIN_SIGN, _utf8_in_gbk(), _LOST_SPAN))


def repair(draft: Draft) -> Draft:
    """Return *draft* with wrongly decoded spans restored or flagged."""
    draft = draft.apply(_latin(draft.text))
    draft = draft.apply(_gbk(draft.text))
    return draft.apply(_lost(draft.text))


def _lost(text: str) -> Iterator[Edit]:
    for found in _LOST_SPAN.finditer(text):
        yield Edit(found.start(), found.end(), found.group(), LOST, False)


# --------------------------------------------------------------------------- bytes read as Latin


def _latin(text: str) -> Iterator[Edit]:
    for found in _LATIN_SPAN.finditer(text):
        for end in (found.end(), found.end() - 1):
            new = _from_latin(text[found.start() : end])
            if new:
                yield Edit(found.start(), end, new, LATIN)
                break
        else:
            if _is_rubble(found.group()):
                yield Edit(found.start(), found.end(), found.group(), LATIN, False)


def _is_rubble(span: str) -> bool:
    """Long rows of accented letters and symbols are no language: bytes of them were lost on the way."""
    return len(set(span)) >= _LONG and len(_SYMBOL.findall(span)) * 3 >= len(span)


def _from_latin(span: str, rounds: int = _ROUNDS) -> str:
    code = _latin_bytes(span)
    for encoding, is_good in (("utf-8", _is_text), ("gb18030", _is_likely)):
        try:
            new = code.decode(encoding)
        except UnicodeDecodeError:
            continue
        if rounds > 1 and _LATIN_SPAN.match(new) and (again := _from_latin(new, rounds - 1)):
            return again
        if is_good(new):
            return new
    return ""


def _latin_bytes(span: str) -> bytes:
    """The bytes that cp1252 shows as *span*, those that it leaves undefined as Latin-1 shows them."""
    return b"".join(c.encode("latin-1") if c <= "\u00ff" else c.encode("cp1252") for c in span)


def _is_text(text: str) -> bool:
    return _is_chinese(text) or all(c.isascii() or _WESTERN.fullmatch(c) for c in text)


def _is_chinese(text: str) -> bool:
    """Whether *text* is Chinese in common characters, at least two different ones."""
    signs = [c for c in text if not c.isascii()]
    good = sum(_is_common(c) for c in signs)
    return len({c for c in signs if c not in _CHINESE_MARKS}) >= 2 and good >= _COMMON * len(signs)


def _is_likely(text: str) -> bool:
    # Any two accented capitals are some GBK character, so a few characters must also make words.
    return _is_chinese(text) and (len(text) >= _LONG or likelihood(to_simplified(text)) >= _LIKELY * len(text))


@functools.lru_cache(maxsize=30_000)
def _is_common(char: str) -> bool:
    return char in _CHINESE_MARKS or level(to_simplified(char)) == 1


# --------------------------------------------------------------------------- UTF-8 read as GBK


@functools.cache
def _utf8_in_gbk() -> re.Pattern[str]:
    """
    Two characters of three bytes each, as GBK pairs them: (E_ 8_)(8_ E_)(8_ 8_).

    The first of the three is never a common character, so clean text rarely has one.
    """
    heads, rest = (0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEF), range(0x80, 0xC0)
    classes = (_pairs(heads, rest), _pairs(rest, heads), _pairs(rest, rest))
    return re.compile("".join(f"[{re.escape(chars)}]" for chars in classes))


def _pairs(leads: range | tuple[int, ...], trails: range | tuple[int, ...]) -> str:
    codes = (bytes((lead, trail)).decode("gb18030", "ignore") for lead in leads for trail in trails)
    return "".join(sorted({char for char in codes if len(char) == 1 and not char.isascii()}))


_RUN = re.compile(r"[^\x00-\x7f\ufffd]+")


def _gbk(text: str) -> Iterator[Edit]:
    at = 0
    while found := _utf8_in_gbk().search(text, at):
        run = _RUN.match(text, found.start())
        assert run, "the pattern begins with a character of a run"
        edit = _from_gbk(text, run.start(), run.end())
        at = edit.end if edit else run.end()
        if edit:
            yield edit


def _from_gbk(text: str, start: int, end: int) -> Edit | None:
    old = text[start:end]
    new, left = _as_utf8(old.encode("gb18030", "replace"))
    if _utf8_in_gbk().search(new) or not _is_chinese(new):
        return _from_gbk_twice(text, start, end, new)
    if likelihood(to_simplified(new)) / len(new) < likelihood(to_simplified(old)) / len(old) + _GAIN:
        return None
    if not left:
        return Edit(start, end, new, GBK)
    return _with_last(text, start, end, new, left)


def _from_gbk_twice(text: str, start: int, end: int, once: str) -> Edit | None:
    new, left = _as_utf8(once.encode("gb18030", "replace"))
    if _is_chinese(new) and not left:
        return Edit(start, end, new, GBK)
    if end - start >= _LONG and _utf8_in_gbk().search(once):
        return Edit(start, end, text[start:end], GBK, False)
    return None


def _as_utf8(code: bytes) -> tuple[str, bytes]:
    """Return the characters that *code* holds in UTF-8 and the bytes left over at its end, or "" if it is none."""
    try:
        return code.decode("utf-8"), b""
    except UnicodeDecodeError as error:
        if error.end == len(code) and error.reason == "unexpected end of data":
            return code[: error.start].decode("utf-8"), code[error.start :]
    return "", code


def _with_last(text: str, start: int, end: int, new: str, left: bytes) -> Edit:
    """The last character lost its last byte: take the one that fits, if one does."""
    end += text[end : end + 1] in ("?", "\ufffd")
    after = text[end : end + _LONG]
    chars = [(left + bytes((byte,))).decode("utf-8", "ignore") for byte in range(0x80, 0xC0)]
    common = [c for c in chars if c in _CHINESE_MARKS or level(c) == 1]
    ranked = sorted(((likelihood(to_simplified(new[-_LONG:] + c + after)), c) for c in common), reverse=True)
    if ranked and (len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= _MARGIN):
        return Edit(start, end, new + ranked[0][1], GBK)
    return Edit(start, end, new + "\ufffd", GBK, False)
