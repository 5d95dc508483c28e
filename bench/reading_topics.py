from __future__ import annotations

from monitor import normalize


def judged(desk, topics, title, text, day):
    clean = normalize.clean(text)
    return desk.matcher.judged(topics, title, clean, day)


def compare(n):
    pass
