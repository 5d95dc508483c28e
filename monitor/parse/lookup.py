"""What a list needs to be asked for first: one value out of another page or answer."""

from __future__ import annotations

import re

from monitor.errors import ParseError
from monitor.model import Response, Step
from monitor.parse import charset, jsons, listing

__all__ = ["MAX_VALUE", "lookup"]

MAX_VALUE = 200
"""Characters of a value: it is an id, and goes into an address."""

_WORD = re.compile(r"[\w.~-]{1,200}", re.ASCII)


def lookup(response: Response, step: Step) -> str:
    """
    Return the value that *step* looks for in *response*.

    :raises ParseError: it is not there, or far longer than an id.
    """
    text, _ = charset.text_and_encoding((response.body or b"")[: jsons.MAX_BYTES], response.header("content-type"))
    value = _after(_place(text, step), step.after).strip()
    if not value or len(value) > MAX_VALUE:
        raise ParseError(f"nothing to be {{{step.name}}} at {response.final_url}: has its layout changed?")
    return value


def _place(text: str, step: Step) -> str:
    if step.path:
        return jsons.at(jsons.load(text), step.path)
    return listing.value(text, step.select) if step.select else text


def _after(text: str, words: str) -> str:
    """Return the word right behind *words*, or the whole *text* where there are none to look for."""
    if not words:
        return text
    start = text.find(words)
    found = _WORD.match(text, start + len(words)) if start >= 0 else None
    return found[0] if found else ""
