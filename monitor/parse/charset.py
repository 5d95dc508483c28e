"""What a body says about its own encoding, and its text."""

from __future__ import annotations

import codecs
import re

from monitor.normalize import decode

__all__ = ["http_charset", "is_binary", "is_utf8", "is_wide", "text_and_encoding", "utf8"]

_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_HTTP = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_HEAD = 4096
_CHUNK = 65_536

# How "<?" and "<r" look in two and four bytes a character, where no byte order mark says so (XML 1.0, appendix F).
_WIDE = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

MAX_FOREIGN = 8 * 1024 * 1024
"""Bytes of a feed in another encoding that are read: they are held as sent, as text, and as UTF-8, at up to three times their size."""
_BINARY = 0.05
"""Control characters that a text may hold; a tenth of any compressed or compiled file is such."""
_MAGIC = (
    b"PK\x03\x04",
    b"%PDF-",
    b"\x1f\x8b",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"SQLite format 3\x00",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
)


def http_charset(content_type: str) -> str:
    """Return the charset that a Content-Type header names, or ""."""
    found = _HTTP.search(content_type)
    return found[1] if found else ""


def is_utf8(body: bytes) -> bool:
    """Return whether *body* is UTF-8 throughout; checked in pieces, so that it costs no second copy."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for start in range(0, len(body), _CHUNK):
            decoder.decode(body[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def text_and_encoding(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Return the text of *body* and the encoding used; one bad byte spoils one character."""
    wide = _wide(body)
    if wide:
        mark = next((m for m, name in _MARKS if name == wide and body.startswith(m)), b"")
        return body[len(mark) :].decode(wide, "replace"), wide
    return decode(body, _declared(body), http_charset(content_type))


def utf8(body: bytes, content_type: str = "") -> tuple[bytes, str]:
    """Return *body* as UTF-8 without a byte order mark, and the encoding that it was read as."""
    if not _wide(body) and is_utf8(body):
        return body.removeprefix(codecs.BOM_UTF8), "utf-8"
    text, encoding = text_and_encoding(body[:MAX_FOREIGN], content_type)
    return text.encode("utf-8", "replace"), encoding


def _wide(body: bytes) -> str:
    head = body[:4]
    for mark, name in _MARKS + _WIDE:
        if head.startswith(mark):
            return name
    return ""


def _declared(body: bytes) -> str:
    head = body[:_HEAD]
    found = _XML.search(head) or _META.search(head)
    return found[1].decode("ascii") if found else ""


def is_wide(body: bytes) -> bool:
    """Return whether *body* is in two or four bytes a character, by its mark or its first bytes."""
    return bool(_wide(body))


def is_binary(body: bytes) -> bool:
    """Return whether *body* is no text in any encoding: by its first bytes, or by its control characters."""
    head = body[:8192]
    if head.startswith(_MAGIC):
        return True
    if is_wide(head):
        return False
    control = sum(head.count(code) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return b"\x00" in head or control > _BINARY * len(head)
