"""What is one word of a text, for whatever index there is: a run of letters and digits, or one Chinese character."""

from __future__ import annotations

import re
import unicodedata

from monitor.store.rows import text as to_text

LONGEST = 1_000_000  # characters of one text that are indexed
_SOFT = re.compile(r"\s+")

# One character, one word: scripts that put no space between words. Beyond U+FFFF FTS5's tokenizer knows only some.
_ALONE = re.compile("[\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00010000-\U0010ffff]")
_TOKEN = re.compile(r"[^\W_]+")


def spaced(said: str) -> str:
    """Return *said* as it is indexed and asked for; what is indexed is deleted by the same form, so it never changes."""
    plain = unicodedata.normalize("NFKC", to_text(said[:LONGEST]).replace("\0", " "))
    return _SOFT.sub(" ", _ALONE.sub(_token, plain)).strip()


def _token(found: re.Match[str]) -> str:
    char = found[0]
    return f" {char} " if char < "\U00010000" else f" u{ord(char):x} "


def tokens(spaced: str) -> list[str]:
    """Return the words of what :func:`spaced` gave, without case and accents: what FTS5's unicode61 would say."""
    if not spaced.isascii():
        apart = unicodedata.normalize("NFD", spaced)
        spaced = "".join(c for c in apart if not unicodedata.combining(c))
    return _TOKEN.findall(spaced.lower())


def holds(whole: str, form: list[str]) -> bool:
    """Return whether the words *form* stand side by side in *whole*, words joined by spaces with one at each end."""
    return bool(form) and f" {' '.join(form)} " in whole
