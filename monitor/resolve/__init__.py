"""
Mention + known events -> Event. Pure: what should change is returned, only the store writes.

    keys      what a mention can be found by
    sides     who and what a telling names, and which names mean one
    nearness  how two dates stand to each other
    plans     a plan and its happening; which date holds
    amends    corrections and what they correct
    same      whether a mention and an event are one happening
    span      the days that tell two happenings apart by themselves
    deal      in which order mentions are placed, so that the order of arrival does not matter
    ties      endings and what they end, news and what it follows
    teller    who tells a text first: its credit, its dateline or its outlet
    origins   which articles are copies of one text
    compose   what an event says, from the mentions and the seed that it rests on
    ruled     what persons decided about one event
    decided   what persons decided, laid over what the rules made
    table     the events that one step touches, and what it changes
    place     these together, for one article or one seed file
    orders    what a person orders, checked, and what it changes
    adopt     events of an export, put among those that are here; imported: what they say
    draft     events in memory, made from nothing
    rework    what today's rules make of everything kept, under the old ids
    propose   which events may be one, for a person to decide
    weigh     how much a voice counts, and how much an event matters
    timeline  which events a reader is shown, and what they say about the question

Apart from these, how alike texts read, which never decides. Nothing above asks it: ``python -m eval`` measures it.

    sketch    what a short text is compared by; memory: what was read lately; index: what is near, without a scan
    likeness  how alike two texts read, and by what
    stream    texts that come one by one, gathered into clusters
"""

from monitor.resolve.adopt import adopt
from monitor.resolve.orders import rule
from monitor.resolve.place import place, sow, unpublished
from monitor.resolve.propose import Proposal, merges
from monitor.resolve.rework import rework
from monitor.resolve.ruled import ACCEPTED
from monitor.resolve.teller import teller
from monitor.resolve.timeline import assemble, covered, is_shown, supports_stage

__all__ = [
    "ACCEPTED",
    "Proposal",
    "adopt",
    "assemble",
    "covered",
    "is_shown",
    "merges",
    "place",
    "rework",
    "rule",
    "sow",
    "supports_stage",
    "teller",
    "unpublished",
]
