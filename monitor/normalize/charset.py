"""bytes -> text."""

from __future__ import annotations

import codecs


def decode(body: bytes, declared: str = "", http: str = "") -> tuple[str, str]:
    """Return the text of *body* and the encoding used; *declared* is the document's own word, *http* the header's."""
    if body.startswith(codecs.BOM_UTF8):
        return body[3:].decode("utf-8", "replace"), "utf-8"
    for name in ("utf-8", declared, http, "gb18030"):
        wide = "gb18030" if name.lower().replace("-", "").replace("_", "") in ("gb2312", "gbk") else name
        try:
            return body.decode(wide), wide
        except (LookupError, UnicodeError):
            continue
    return body.decode("utf-8", "replace"), "utf-8"
