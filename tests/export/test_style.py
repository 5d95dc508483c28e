"""What a style sheet can promise by itself: letters that can be read, by day and by night."""

from __future__ import annotations

import re

import pytest

from monitor.export.look import asset, version

STYLE = asset("style.css")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\n\s*\}", STYLE, re.S)[:2])  # fmt: skip
PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("dim", "paper"), ("dim", "card"), ("deep", "paper"), ("paper", "deep"),
    ("warn", "warn-tint"), ("fresh", "fresh-tint"), ("ink", "fresh-tint"), ("dim", "fresh-tint"), ("deep", "card"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("letters", "ground"), PAIRS)
def test_letters_stand_out_from_their_ground(colours, letters, ground):
    low, high = sorted(luminance(colours[name]) for name in (letters, ground))
    assert (high + 0.05) / (low + 0.05) >= 4.5  # WCAG 2.2, level AA


def test_the_style_loads_nothing():
    assert "url(" not in STYLE and "@import" not in STYLE and len(version()) == 12
