"""
Dates: those that a source states about itself, and those that its text tells of.

- :func:`published`: a feed's, list's or page's own date string -> an instant or a day, or an honest nothing (``stamp``)
- :func:`find`: every date expression of a running text -> what it means, seen from a reference day
  (``scan`` finds the words by ``starts``; ``chinese``, ``relative``, ``windows``, ``named``, ``numeric`` and
  ``english`` read them, ``clause`` says which way the words around look, ``points`` gives them their year, ``spans``
  holds the arithmetic of periods, ``numerals``, ``holidays``, ``reigns`` and ``lunar`` what they are named after)

The rules, each with its reason, are the tables of ``docs/dates.md``.
"""

from monitor.normalize.dates.scan import find
from monitor.normalize.dates.stamp import published

__all__ = ["find", "published"]
