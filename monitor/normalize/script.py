"""
Form: width, look-alike code points, invisible characters, and traditional to simplified script.

Of NFKC only what keeps the meaning is done: full-width letters and digits, half-width kana, compatibility
ideographs and radicals, ligatures, mathematical alphabets, unit signs (㎞, ㎡ as m²), odd spaces. What is left
alone: ①, ⑴ and ㋀ (their digits would run into a number beside them), ½ and m² (1½ is not 11⁄2, m² is not m2),
Ⅲ, ™, …, and the Chinese punctuation ，：；！？（）, which marks clauses; only ： between two digits becomes a colon,
so that 10：30 reads as a time.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from importlib import resources

import opencc

from monitor.normalize.draft import Draft, Edit

_INVISIBLE_RANGES = (
    *((0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x034F, 0x034F)),
    *((0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E)),
    *((0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB)),
    *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
_BREAKS = {0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_KEPT = frozenset("，：；！？（）～")
_CHINESE = str.maketrans(",:;!?()", "，：；！？（）")
_FOLDED_KINDS = ("<wide>", "<narrow>", "<noBreak>", "<font>")
_BEYOND = "[\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001d400-\U0001d7ff\U0002f800-\U0002fa1d\U000e0000-\U000e0fff]"
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])：(?=[0-9])")
# Marks are composed in small clusters: canonical ordering of a long row of them is quadratic in CPython.
_LOOSE = re.compile(r"(?<=[0-9])：|[A-Za-z\u00c0-\u024f][\u0300-\u036f]")
_COMBINING = re.compile(r"[A-Za-z\u00c0-\u024f][\u0300-\u036f]{1,4}")


def simplify(text: str) -> str:
    """Return *text* in simplified script, width folded and without invisible characters; nothing is repaired."""
    if text.isascii() and text.isprintable():
        return text
    if _changes(text):
        text = _compose(text.translate(_folds()))
        text = _BETWEEN_DIGITS.sub(":", text)
    return to_simplified(text)


def fold(draft: Draft) -> Draft:
    """Do to *draft* what :func:`simplify` does, and keep the way back."""
    if _changes(draft.text):
        draft = draft.apply(_resizing(draft.text))
        draft = draft.reworded(draft.text.translate(_folds()))
        draft = draft.apply(_composing(draft.text))
        draft = draft.reworded(_BETWEEN_DIGITS.sub(":", draft.text))
    return _simplified(draft)


def to_simplified(text: str) -> str:
    """Return *text*, which holds no lone surrogate, in simplified script, character for character."""
    converted: str = _converter().convert(text)
    if converted == text:
        return text
    # None of the 4,625 entries of OpenCC's t2s changes the length; a test holds it to that.
    traditional = any(a != b and not in_gb2312(a) for a, b in zip(text, converted, strict=True))
    return "".join(a if a != b and _keeps(a, b, traditional) else b for a, b in zip(text, converted, strict=True))


def level(char: str) -> int:
    """Return 1 for the 3,755 common characters of GB 2312, 2 for its other 3,008, 0 for anything else."""
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return 0
    if len(code) != 2 or code[0] < 0xB0:
        return 0
    return 1 if code[0] < 0xD8 else 2


def in_gb2312(char: str) -> bool:
    """Return whether *char* belongs to the simplified standard set."""
    return level(char) > 0


def _keeps(old: str, new: str, traditional: bool) -> bool:
    # Beyond the basic plane few fonts and no input method follow: 頔 is what people write, not 𬱖.
    # And in a simplified text 沈 and 坏 are themselves, not 沉 and 坯.
    return ord(new) > 0xFFFF or (not traditional and level(old) == 1)


def _simplified(draft: Draft) -> Draft:
    new = to_simplified(draft.text)
    return draft if new == draft.text else draft.reworded(new)


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _compose(text: str) -> str:
    return _COMBINING.sub(lambda found: unicodedata.normalize("NFC", found.group()), text)


def _composing(text: str) -> Iterator[Edit]:
    for found in _COMBINING.finditer(text):
        yield Edit(found.start(), found.end(), unicodedata.normalize("NFC", found.group()))


def _resizing(text: str) -> Iterator[Edit]:
    """The folds that change the length, as edits; those that do not are left to ``translate``."""
    folds = _folds()
    for found in _resized().finditer(text):
        yield Edit(found.start(), found.end(), found.group().translate(folds))


def _changes(text: str) -> bool:
    """Whether there is anything to fold: asked of every title, so it must be quick to say no."""
    return any(test.search(text) for test in _tests())


@functools.cache
def _tests() -> tuple[re.Pattern[str], ...]:
    # A class with members beyond the basic plane is searched one by one, a class within it by a bitmap.
    return (
        _class_of(c for c in _folds() if c < 0x10000),
        re.compile(_BEYOND),
        _LOOSE,
    )


@functools.cache
def _resized() -> re.Pattern[str]:
    within = {code: new for code, new in _folds().items() if code < 0x10000}
    gone = _class_of(code for code, new in within.items() if not new).pattern
    longer = _class_of(code for code, new in within.items() if len(new) > 1).pattern
    return re.compile(f"{gone}+|{longer}|{_BEYOND}")


def _class_of(codes: Iterable[int]) -> re.Pattern[str]:
    return re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(codes)) + "]")


@functools.cache
def _folds() -> dict[int, str]:
    """Every code point that is folded, and into what."""
    folds = {code: new for code in (*range(0xA0, 0x10000), *range(0x1D400, 0x1D800)) if (new := _folded(chr(code)))}
    folds |= {code: unicodedata.normalize("NFC", chr(code)) for code in range(0x2F800, 0x2FA1E)}
    folds |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
    folds |= {code: "" for first, last in _INVISIBLE_RANGES for code in range(first, last + 1)}
    return folds | _BREAKS | _radicals()


def _folded(char: str) -> str:
    """Return what *char* is folded into, "" if it stays."""
    parts = unicodedata.decomposition(char)
    if not parts or char in _KEPT:
        return ""
    kind = parts.split()[0]
    full = unicodedata.normalize("NFKC", char)
    if kind in _FOLDED_KINDS or _is_plain_compatibility(char, kind):
        return full
    if kind in ("<small>", "<vertical>"):
        return full.translate(_CHINESE)
    if kind == "<square>":
        return _unit(parts)
    return full if not kind.startswith("<") and unicodedata.normalize("NFC", char) != char else ""


def _is_plain_compatibility(char: str, kind: str) -> bool:
    spaces, ligatures, radicals = "\u2000" <= char <= "\u200a", "ﬀ" <= char <= "ﬆ", "\u2e80" <= char <= "\u2fdf"
    return kind == "<compat>" and (spaces or ligatures or radicals or char in "℃℉№")


def _unit(parts: str) -> str:
    """Return a squared unit in letters, powers kept raised; "" where it has digits of its own."""
    text = "".join(chr(int(code, 16)) for code in parts.split()[1:])
    return text if all(c.isalpha() or c in "²³/.∕μ" for c in text) else ""


@functools.cache
def _radicals() -> dict[int, str]:
    """The simplified radicals to which Unicode gives no decomposition (``data/radicals.tsv``)."""
    return {ord(row[0]): row[1] for row in table("radicals.tsv")}


def table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a data file of this room: tab-separated, ``#`` begins a comment line."""
    text = resources.files("monitor.normalize").joinpath("data", name).read_text("utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
