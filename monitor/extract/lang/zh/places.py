"""Places in Chinese text: the larger cities and provinces by name, and what lies in them."""

from __future__ import annotations

import re
from functools import cache

from monitor.extract.language import either, words

# A name that goes on like this is no place: 西安交通大学, 北京银行, 上海路.
_NOT_A_PLACE = r"(?!大学|学院|交通大学|银行|路|街|大道|日报|晚报|网|钼业|时间|证券)"


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(f"({either(words('zh', 'places.txt'))}){_NOT_A_PLACE}")


def places(text: str, start: int, end: int) -> tuple[tuple[int, int, str], ...]:
    """Return span and short name of each place that ``text[start:end]`` names."""
    return tuple((*m.span(), m[1]) for m in _pattern().finditer(text, start, end))
