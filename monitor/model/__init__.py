"""
The nouns that pass between rooms.

    Feed -> Response -> Entry -> Verdict -> [inbox] -> Article -> Mention -> Event -> Timeline

Everything here is frozen and holds no behaviour beyond what follows from its own fields. Datetimes are
aware and in UTC; days are days in the source's zone; spans count code points of the kept text.

    lists      every word that a field may hold, and no other
    dates      when, as exactly as it is known
    text       a raw text beside its reading
    declared   what a person declares: sources, feeds, topics, settings
    fetched    what is asked of the network and what it answers
    parsed     entries, pages, articles
    polls      what asking a feed came to, and what is remembered of it
    mentions   what a topic makes of a text
    events     what happened, with its evidence
    decisions  what a person ordered
    placing    what passes between the store and resolve
    kept       what the store is given to keep, and what it tells of it
    timelines  what a reader is shown
    alerts     what somebody is told without asking
    archives   files of years, and what they have of an entry

All of it is imported from here.
"""

from monitor.model.alerts import Alert, AlertState, Channel, Notice, Pending, Sealed, Secret, Shift, Tell
from monitor.model.archives import Archive, Brought, Capture, Part, Reads, Saved, Scope, Span, Taken
from monitor.model.dates import NO_DATE, UNKNOWN_WHEN, DateSpan, Published, When
from monitor.model.decisions import FIXABLE, NOTHING_FIXED, Decision, Fixed, Order, Verb
from monitor.model.declared import (
    Entity,
    Feed,
    FetchSettings,
    Office,
    Retention,
    Select,
    Settings,
    Source,
    Step,
    Topic,
    shown_database,
)
from monitor.model.events import DecisionRecord, Event, Evidence, Link, Quote, Reason, Revision, SeedEvent, SeedRecord
from monitor.model.fetched import Manners, Request, Response, RobotsEntry, Validators
from monitor.model.kept import Audit, Digested, EntryRecord, Hit, Kept, News, RoundRecord, Stock, Tidied
from monitor.model.lists import (
    DEFAULT_STAGES,
    Basis,
    EntryState,
    FeedState,
    Judgement,
    Kind,
    Phase,
    Polarity,
    Precision,
    Relation,
    Status,
    Tier,
)
from monitor.model.mentions import Actor, Figure, Mention, Verdict, Vote, unnamed, whole
from monitor.model.parsed import Article, Entry, Hints, Page, ParsedFeed
from monitor.model.placing import CANDIDATES, Change, Days, KnownEvent, Placed, Reread, Rework, Ruling
from monitor.model.polls import Counts, FeedStatus, Gap, KnownEntry, Poll, Screened, Waiting
from monitor.model.text import Clean, Repair
from monitor.model.timelines import Answer, Coverage, FeedCoverage, Timeline

__all__ = [
    "Scope",
    "Taken",
    "Span",
    "Saved",
    "Reads",
    "Part",
    "Capture",
    "Brought",
    "Archive",
    "Digested",
    "EntryRecord",
    "RoundRecord",
    "Kept",
    "Audit",
    "Hit",
    "News",
    "Stock",
    "Tidied",
    "Actor",
    "Alert",
    "AlertState",
    "Answer",
    "Article",
    "Basis",
    "CANDIDATES",
    "Days",
    "Change",
    "Channel",
    "Clean",
    "Counts",
    "Coverage",
    "DEFAULT_STAGES",
    "DateSpan",
    "Decision",
    "DecisionRecord",
    "Entity",
    "Entry",
    "EntryState",
    "Event",
    "Evidence",
    "FIXABLE",
    "Feed",
    "FeedCoverage",
    "FeedState",
    "FeedStatus",
    "FetchSettings",
    "Figure",
    "Fixed",
    "Gap",
    "Hints",
    "Judgement",
    "Kind",
    "KnownEntry",
    "KnownEvent",
    "Link",
    "Manners",
    "Mention",
    "NOTHING_FIXED",
    "NO_DATE",
    "Notice",
    "Office",
    "Order",
    "Page",
    "ParsedFeed",
    "Pending",
    "Phase",
    "Placed",
    "Polarity",
    "Poll",
    "Precision",
    "Published",
    "Quote",
    "Reason",
    "Relation",
    "Repair",
    "Request",
    "Reread",
    "Response",
    "Retention",
    "Revision",
    "Rework",
    "RobotsEntry",
    "Ruling",
    "Screened",
    "Sealed",
    "Secret",
    "SeedEvent",
    "SeedRecord",
    "Select",
    "Settings",
    "Shift",
    "Source",
    "Status",
    "Step",
    "Tell",
    "Tier",
    "Timeline",
    "Topic",
    "UNKNOWN_WHEN",
    "Validators",
    "Verb",
    "Verdict",
    "Vote",
    "Waiting",
    "When",
    "shown_database",
    "unnamed",
    "whole",
]
