"""Chinese numerals as dates use them: 十九, 廿三, 二〇二五, 两千零四."""

from __future__ import annotations

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}


def number(text: str) -> int | None:
    """Return the value of *text*, digits or Chinese numerals up to 999; None where it is neither."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    total, current = 0, 0
    for char in text.replace("廿", "二十").replace("初", ""):
        if char in DIGITS:
            if current:  # 五八 is read out figure by figure: no number of this kind
                return None
            current = DIGITS[char]
        elif char in "十百":
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        else:
            return None
    return total + current


def year(text: str) -> int | None:
    """Return the year that *text* names: 2025, 二〇二五, 两千零四, 二零零四; None where it is no year."""
    if text.isascii():
        return int(text)
    if "千" not in text:
        return int("".join(str(DIGITS[c]) for c in text)) if all(c in DIGITS for c in text) else None
    thousands, _, rest = text.partition("千")
    tail = number(rest.lstrip("零〇")) if rest else 0
    return None if tail is None else DIGITS[thousands] * 1000 + tail
