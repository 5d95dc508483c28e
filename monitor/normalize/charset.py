"""
Bytes -> text: mark, strict UTF-8, what is declared (widened), a scored guess.

A declaration is a hint: mirrors say gb2312 and send UTF-8, say ISO-8859-1 and send GBK. So what decodes is
scored by how much of it is common writing, and a declared encoding wins unless another one is clearly better.
One bad byte spoils one character, not the text.
"""

from __future__ import annotations

import codecs
import functools
import re
from itertools import accumulate, pairwise

from monitor.normalize.fit import likelihood
from monitor.normalize.script import level, to_simplified

__all__ = ["decode"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# As browsers do (WHATWG Encoding): the name stands for the widest encoding that its users really send.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
_ALIASES = {"gb_2312-80": "gb2312", "x-gbk": "gbk", "x-sjis": "shift_jis", "x-euc-jp": "euc_jp", "utf8mb4": "utf-8"}
# What may be named in a document. Python's own codecs (base64, rot13, idna, unicode_escape, ...) are not among them.
_ALLOWED = frozenset(
    [
        "utf-8",
        "utf-16-le",
        "utf-16-be",
        "utf-32-le",
        "utf-32-be",
        "gb18030",
        "hz",
        "big5hkscs",
        "cp932",
        "euc_jp",
        "iso2022_jp",
        "cp949",
        "iso2022_kr",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp874",
        "cp866",
        "koi8-r",
        "koi8-u",
        "mac-roman",
        "mac-cyrillic",
        "iso8859-2",
        "iso8859-3",
        "iso8859-4",
        "iso8859-5",
        "iso8859-6",
        "iso8859-7",
        "iso8859-8",
        "iso8859-10",
        "iso8859-13",
        "iso8859-14",
        "iso8859-15",
        "iso8859-16",
    ]
)
_ESCAPED = ("hz", "iso2022_jp", "iso2022_kr")  # seven bits only, so they pass for UTF-8
_GUESSES = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1252")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_RUN = re.compile(rb"[\x80-\xff]{3,}[\x40-\x7e]?")
_CUTS, _WINDOW = 40, 16  # places compared, and the bytes looked at on either side of one
# A body of nothing but bad bytes is no text with a bad byte in it: each run costs up to a millisecond.
_MOST_MENDED, _LONGEST_MENDED = 500, 4_000
_GIVEN_UP = "\ufffd".encode("gb18030")
_HAN = re.compile("[\u4e00-\u9fff]+")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,40}")

# The score is the share of good signs among those beyond ASCII, less what cannot be right. A declared encoding
# wins where another one is as good. Swept over the ten pages of tests/normalize/test_charset.py, each under eleven
# names given in three ways: 0 to 0.05 decides all 330 rightly, 0.1 four wrongly, 0.2 eight, 0.5 sixteen.
_LEAD = 0.05
_SAMPLE = 8_000  # bytes, from the first one that is not ASCII
_WORDLESS, _WORDS, _LIKELY = 0.5, 200, -8.5  # see mojibake for the last
_BAD_PER_GOOD = 10
_GOOD_SIGNS = frozenset("，。、；：？！“”‘’（）《》—…·　【】「」『』〈〉％～")


def decode(body: bytes, declared: str = "", http: str = "") -> tuple[str, str]:
    """
    Return the text of *body* and the encoding used.

    *declared* is what the document says of itself, *http* what the server's header says; unknown, unfit and
    lying names are passed over. Bytes that do not decode become U+FFFD.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    names = [name for name in map(_known, (declared, http)) if name]
    wide = _without_mark(body, names)
    if wide:
        return body.decode(wide, "replace"), wide
    escaped = next((name for name in names if name in _ESCAPED and (b"\x1b" in body or b"~{" in body)), "")
    if escaped:
        return body.decode(escaped, "replace"), escaped
    return _by_score(body, names) if not _is_utf8(body) else (body.decode("utf-8", "replace"), "utf-8")


def _known(name: str) -> str:
    """Return the widened Python name of a declared encoding, "" if it is none of text."""
    if not _NAME.fullmatch(name):
        return ""
    try:
        found = codecs.lookup(_ALIASES.get(name.lower(), name)).name
    except LookupError:
        return ""
    wider = _WIDER.get(found, found)
    return wider if wider in _ALLOWED else ""


def _without_mark(body: bytes, names: list[str]) -> str:
    """Return the wide encoding of a body that has none of the marks, told by its zero bytes; else ""."""
    head = body[: _SAMPLE // 2]
    if b"\0" not in head:
        return ""
    named = next((name for name in names if name.startswith(("utf-16", "utf-32"))), "")
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) // 2 or min(even, odd) * 4 > max(even, odd):
        return named
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(body: bytes) -> bool:
    """Whether *body* is UTF-8, forgiving a spoilt byte here and there."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        bad = text.count("\ufffd")
        good = len(text) - len(text.encode("ascii", "ignore")) - bad
        return good >= _BAD_PER_GOOD * bad
    return True


def _by_score(body: bytes, names: list[str]) -> tuple[str, str]:
    fit = [name for name in names if not name.startswith("utf-") and name not in _ESCAPED]
    first = _HIGH_BYTE.search(body)
    assert first, "a body without a byte above 7F is UTF-8"
    sample = body[first.start() : first.start() + _SAMPLE]
    lead = {name: _score(_decoded(sample, name), name) + (_LEAD if name in fit else 0) for name in (*fit, *_GUESSES)}
    best = max(lead, key=lambda name: lead[name])
    return _decoded(body, best), best


def _score(text: str, name: str) -> float:
    """The last sign is left out: the sample may cut it."""
    signs = [pair for pair in pairwise(text) if pair[0] > "\x7f"]
    score = sum(_worth(char, after) for char, after in signs) / max(len(signs), 1)
    # Nearly any Japanese, Korean or Russian text is a row of Chinese characters to GBK; but they make no words.
    return score - _WORDLESS if name == "gb18030" and _is_wordless(text) else score


def _is_wordless(text: str) -> bool:
    han = "".join(_HAN.findall(to_simplified(text)))[:_WORDS]
    return bool(han) and likelihood(han) < _LIKELY * len(han)


def _worth(char: str, after: str) -> float:
    if "\u00c0" <= char <= "\u024f":
        return 1.0 if after < "\x80" else 0.2  # accents stand alone between plain letters
    return _worth_alone(char)


@functools.lru_cache(maxsize=30_000)
def _worth_alone(char: str) -> float:
    if char == "\ufffd" or "\x80" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff":
        return -3.0
    if char in _GOOD_SIGNS or "\u0400" <= char <= "\u045f" or "\u3040" <= char <= "\u30ff":
        return 1.0
    if "\uac00" <= char <= "\ud7a3":
        return 1.0 if _encodes(char, "euc_kr") else 0.0
    return 1.0 if level(to_simplified(char)) == 1 else 0.3 if _encodes(char, "big5") else 0.0


def _encodes(char: str, encoding: str) -> bool:
    return bool(char.encode(encoding, "ignore"))


def _decoded(body: bytes, name: str) -> str:
    """Return *body* decoded; in GB 18030 a stray byte does not shift what follows it."""
    if name != "gb18030":
        return body.decode(name, "replace")
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        left = iter(range(_MOST_MENDED))
        mend = _RUN.sub(lambda run: _mended(run) if _is_odd(run) and next(left, None) is not None else run[0], body)
        return mend.decode(name, "replace")


# --------------------------------------------------------------------------- one bad byte in GB 18030


def _is_odd(found: re.Match[bytes]) -> bool:
    """Say whether a run has a high byte too many, and is no longer than text without a mark between can be."""
    high = len(found[0]) - (found[0][-1] < 0x80)
    return high % 2 == 1 and high <= _LONGEST_MENDED


def _mended(found: re.Match[bytes]) -> bytes:
    """
    Return an odd run of high bytes, a possible ASCII trail at its end, so that its pairs are read at the right byte.

    The byte given up is the one that leaves the most common characters on both its sides.
    """
    whole = found.group()
    run = whole if whole[-1] >= 0x80 else whole[:-1]
    ahead, behind = _commons(run, range(0, len(run) - 1, 2)), _commons(run, range(len(run) - 2, 0, -2))
    count = len(run) // 2
    cut = _best_cut(run, [ahead[i] + behind[count - i] for i in range(count + 1)])
    if len(whole) > len(run) and ahead[count] >= ahead[cut] + behind[count - cut]:
        return whole
    # The sign that no text uses and GB 18030 can say stands for the byte given up.
    return run[: cut * 2] + _GIVEN_UP + run[cut * 2 + 1 :] + whole[len(run) :]


def _best_cut(run: bytes, commons: list[int]) -> int:
    """Beside the right place there are others nearly as good by chance; the words around them tell."""
    most = max(commons)
    near = [i for i, common in enumerate(commons) if common >= most - 1][:_CUTS]

    def score(i: int) -> float:
        around = run[max(0, i * 2 - _WINDOW) : i * 2] + run[i * 2 + 1 : i * 2 + 1 + _WINDOW]
        return likelihood(to_simplified(around.decode("gb18030", "replace")))

    return max(near, key=score)


def _commons(run: bytes, starts: range) -> list[int]:
    """How many of the pairs that begin at *starts* are common, after none of them, one, two, ..."""
    return [0, *accumulate(_is_common(run[i : i + 2]) for i in starts)]


@functools.lru_cache(maxsize=30_000)
def _is_common(pair: bytes) -> bool:
    text = pair.decode("gb18030", "ignore")
    return len(text) == 1 and (text in _GOOD_SIGNS or level(to_simplified(text)) == 1)
