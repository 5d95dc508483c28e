"""How much a voice counts, and how much an event matters to a reader."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Event, Kind, Phase, Placed, Relation, Status, Tier

# Only the order and the rough distance matter: one official voice outweighs two papers, one paper a crowd
# of mirrors that repeat each other.
WEIGHTS = {
    Tier.OFFICIAL: 5.0,
    Tier.WIRE: 3.0,
    Tier.NEWSPAPER: 2.0,
    Tier.PORTAL: 1.5,
    Tier.UNKNOWN: 1.0,
    Tier.SELF_MEDIA: 0.8,
    Tier.MIRROR: 0.5,
}

# What a reader of a standing question wants first: steps that bind somebody, then contacts, then talk.
KINDS = {
    Kind.AGREEMENT: 1.0,
    Kind.INVESTMENT: 1.0,
    Kind.REGISTRATION: 1.0,
    Kind.LAND: 1.0,
    Kind.CONSTRUCTION: 1.0,
    Kind.PRODUCTION: 1.0,
    Kind.CANCELLATION: 1.0,
    Kind.DENIAL: 0.9,
    Kind.PERMIT: 0.9,
    Kind.OPENING: 0.8,
    Kind.MEETING: 0.8,
    Kind.VISIT: 0.7,
    Kind.CORRECTION: 0.6,
    Kind.RECALL: 0.6,
    Kind.ACCIDENT: 0.6,
    Kind.POLICY: 0.5,
    Kind.PERSONNEL: 0.5,
}
OTHER_KINDS = 0.3


def weight(tier: Tier) -> float:
    """Return how much a source of *tier* counts in a vote."""
    return WEIGHTS[tier]


def importance(event: Event, told: Sequence[Placed]) -> float:
    """
    Return how much *event* matters, from 0 to 1.

    Half is what happened and how close to the topic, a quarter who says so, a quarter how many say so on
    their own; what is only planned counts less, what is retracted nothing.
    """
    if event.status is Status.RETRACTED:
        return 0.0
    happened = KINDS.get(event.kind, OTHER_KINDS) * (1.0 if event.relation is Relation.DIRECT else 0.4)
    voice = max((weight(p.tier) for p in told), default=WEIGHTS[Tier.OFFICIAL]) / WEIGHTS[Tier.OFFICIAL]
    spread = 1 - 0.5 ** max(event.independent_origins - 1, 0)
    certain = 1.0 if event.phase in (Phase.DONE, Phase.ONGOING, Phase.CANCELLED) else 0.8
    return round((0.5 * happened + 0.25 * voice + 0.25 * spread) * certain, 3)
