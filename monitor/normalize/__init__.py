"""
Raw text -> reading: script, width, invisible characters, garbled spans, encodings, URLs and dates.

    decode     bytes -> text
    clean      text -> Clean: the reading beside the raw text, with offsets and repairs
    simplify   a title or a name in its simplified form, fast and without repairs
    spellings  a word as it may stand in texts of either script, to look for it; traditional_forms: of a character
    selves     whom 公司 and 我市 mean in what a firm or a city publishes itself
    traditional     words as Taiwan writes them, to ask others for; release: when no more are to be asked for
    urls       what to fetch, what makes two addresses the same, the day a path names
    dates      dates in running text, and a source's own date strings
"""

from __future__ import annotations

from monitor.normalize import urls
from monitor.normalize.charset import decode
from monitor.normalize.reading import clean
from monitor.normalize.script import simplify
from monitor.normalize.selves import NOBODY, Publisher, Self, official, selves, unnamed
from monitor.normalize.spellings import spellings, traditional_forms
from monitor.normalize.traditional import release, traditional

__all__ = [
    "NOBODY",
    "Publisher",
    "Self",
    "clean",
    "decode",
    "official",
    "release",
    "selves",
    "simplify",
    "spellings",
    "traditional",
    "traditional_forms",
    "unnamed",
    "urls",
]
