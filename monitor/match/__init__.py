"""
Which texts speak of a topic, and where.

    Matcher    topics -> a judge: ``screen`` for titles and summaries, ``judge`` for articles, ``senses`` for a line
    Screener   a judge of all entries of one body, with a bound on what that costs
    Sieve      topics -> what bytes may speak of one, before they are decoded
    Sense      what one name means where it stands
"""

from __future__ import annotations

from monitor.match.matcher import Matcher
from monitor.match.screener import Screener
from monitor.match.senses import Sense
from monitor.match.sieve import Sieve

__all__ = ["Matcher", "Screener", "Sense", "Sieve"]
