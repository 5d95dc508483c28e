"""The closed lists: every word that a field of a noun may hold, and no other."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """Who speaks, best first; the order is the weight in votes."""

    OFFICIAL = "official"
    WIRE = "wire"
    NEWSPAPER = "newspaper"
    PORTAL = "portal"
    SELF_MEDIA = "self_media"
    MIRROR = "mirror"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exactly a date is known; ``range`` lasted from-to, ``within`` is once somewhere in from-to."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    RANGE = "range"
    WITHIN = "within"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What a date rests on."""

    STATED = "stated"  # the text names it with its year
    RESOLVED = "resolved"  # the text names it relative to a reference, which is kept
    PUBLISHED = "published"  # only "not later than the publication"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What sort of thing happened (closed)."""

    MEETING = "meeting"
    VISIT = "visit"
    AGREEMENT = "agreement"
    INVESTMENT = "investment"
    REGISTRATION = "registration"
    LAND = "land"
    PERMIT = "permit"
    CONSTRUCTION = "construction"
    PRODUCTION = "production"
    OPENING = "opening"
    PRODUCT = "product"
    POLICY = "policy"
    PERSONNEL = "personnel"
    RECRUITMENT = "recruitment"
    ACCIDENT = "accident"
    RECALL = "recall"
    DENIAL = "denial"
    CANCELLATION = "cancellation"
    CORRECTION = "correction"
    FORECAST = "forecast"
    STATISTICS = "statistics"
    OTHER = "other"


class Phase(StrEnum):
    """What happened to it."""

    PLANNED = "planned"
    ONGOING = "ongoing"
    DONE = "done"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """How sure we are."""

    REPORTED = "reported"
    CORROBORATED = "corroborated"
    OFFICIAL = "official"
    DISPUTED = "disputed"
    DENIED = "denied"
    RETRACTED = "retracted"


class Polarity(StrEnum):
    """How a passage says it."""

    ASSERTED = "asserted"
    RUMOURED = "rumoured"
    DENIED = "denied"


class Relation(StrEnum):
    """Whether the topic's tie holds in the passage itself."""

    DIRECT = "direct"
    BACKGROUND = "background"


class Judgement(StrEnum):
    """A verdict's word."""

    RELEVANT = "relevant"
    BACKGROUND = "background"
    REJECTED = "rejected"


class EntryState(StrEnum):
    """Where an entry stands; every entry is in exactly one."""

    WAITING = "waiting"
    KEPT = "kept"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    FAILED = "failed"


class FeedState(StrEnum):
    """How a feed is doing, as ``monitor sources`` says it."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    STOPPED = "stopped"
    FROZEN = "frozen"
    EMPTIED = "emptied"
    BLOCKED = "blocked"


DEFAULT_STAGES = ("contact", "visit", "talks", "agreement", "registered", "construction", "production")
"""The default ladder, lowest first; the ids are fixed."""
