"""
Mention + known events -> Event. Pure: what should change is returned, only the store writes.

    keys      what a mention can be found by
    same      whether a mention and an event are one happening
    teller    who tells a text first: its credit, its dateline or its outlet
    origins   which articles are copies of one text
    compose   what an event says, from the mentions and the seed that it rests on
    place     these together, for one article or one seed file
    timeline  which events a reader is shown, and what they say about the question
"""

from monitor.resolve.place import place, sow
from monitor.resolve.teller import teller
from monitor.resolve.timeline import assemble

__all__ = ["assemble", "place", "sow", "teller"]
