"""
Whether a passage and an event are one happening.

Kind, date, who, what, where and how much must agree; likeness of words is never asked, because the reports of
one signing read less alike than this week's signing and last week's. What one side leaves out says nothing;
what both sides tell must fit. The better the dates agree, the less of the rest must be told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from monitor.model import (
    Basis,
    Event,
    Figure,
    Kind,
    KnownEvent,
    Mention,
    Phase,
    Polarity,
    Precision,
    Relation,
    SeedEvent,
    Status,
    Topic,
    When,
)
from monitor.resolve.amends import corrects, is_amendment, of_report
from monitor.resolve.keys import (
    AHEAD,
    CLAIM_DAYS,
    DATELESS_DAYS,
    LARGE,
    ONCE,
    family,
    is_by,
    is_narrow,
    is_told,
    particular,
)
from monitor.resolve.nearness import Nearness, nearness
from monitor.resolve.plans import foretold
from monitor.resolve.sides import Fit, Seen, Sides, count, fit, same_name, same_place, same_thing, shared

# 19.8亿 and 20亿 are one figure, told with another care; 10亿 and 20亿 are not.
FIGURE_TOLERANCE = 0.02

# Kinds of which the same parties may do several at one time: another object is another happening.
SEVERAL = frozenset(
    {Kind.AGREEMENT, Kind.INVESTMENT, Kind.REGISTRATION, Kind.PERSONNEL, Kind.RECRUITMENT, Kind.PRODUCT}
)

# Kinds of one sum: what is signed, and what is paid.
DEALS = frozenset({Kind.AGREEMENT, Kind.INVESTMENT})

# Kinds of which one work sees several, one after the other.
WORKS = frozenset({Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING})

STARTS = frozenset({Kind.PRODUCTION, Kind.OPENING})

# Sums are told without saying of what; of cars, acres and hours of charge one text counts several.
MONEY = frozenset({"元", "美元", "欧元", "港元", "日元"})

PERSONS = "人"

STOPPED = "stopped"  # the step of works that stand still, as extract names it

# The parts of a work, as extract names them in whatever language.
PARTS = frozenset({"一期", "二期", "三期", "四期"})


def agreement(mention: Mention | SeedEvent, known: KnownEvent, seen: Seen, told: date | None = None) -> float | None:
    """
    Return how well *mention* (or a seed, likewise), published on the day *told*, fits *known* (higher is better), or None
    where they are two happenings.
    """
    event = known.event
    corrected = corrects(mention, known)
    near = Nearness.OVERLAP if corrected else _time(mention, known, told)
    if near is None:  # most of those asked about: what they name need not be compared
        return None
    ours, theirs = seen.sides(mention), seen.sides_of(known)
    if _places_differ(ours.places, theirs.places) or _differ(_parts(ours), _parts(theirs)):
        return None
    if corrected:
        # What is corrected says something else; what told it right from the start is one with it afterwards.
        wrong = not any(figures_agree(f, g) for f in mention.figures for g in event.figures)
        named = isinstance(mention, Mention) and is_amendment(mention) and of_report(mention, known)
        return Nearness.OVERLAP * 10 + shared(ours, theirs) + (1 if wrong else 0) + (9 if named else 0)
    who = max(_company(ours.who, theirs.who, near), Fit.SHARED if ours.units & theirs.units else Fit.CONFLICT)
    what = _things(mention, event, ours, theirs)
    if _contradicts(mention, known, near, who, what):
        return None
    planned = _foretold(mention, told, known, who, what)
    if not planned and not _enough(near, who, what, mention, known, ours, theirs):
        return None
    near = max(near, Nearness.OVERLAP)
    figures = sum(any(figures_agree(f, g) for g in event.figures) for f in mention.figures)
    return near * 10 + shared(ours, theirs) + min(figures, 2) * 3 + (mention.kind is event.kind)


def _time(mention: Mention | SeedEvent, known: KnownEvent, told: date | None) -> Nearness | None:
    """Return how the dates of two tellings of one kind and step agree, or None where nothing could make them one."""
    if not _kindsfit(mention, known) or _steps_differ(mention, known):
        return None
    near = _nearness(mention, known, told)
    if near < Nearness.OVERLAP and (_recalls(mention, known.event) or _announced(mention, known, told)):
        near = Nearness.OVERLAP
    # What lies apart is one only as a plan and what came of it.
    planned = near is not Nearness.APART or (isinstance(mention, Mention) and foretold(mention, told, known))
    return near if planned else None


def _things(mention: Mention | SeedEvent, event: Event, ours: Sides, theirs: Sides) -> Fit:
    """Compare to what it was done; the paper that is signed and the firm that is paid for are not of one sort."""
    # The first phase (一期) and the plant (生产基地) are not two things.
    our, their = ours.what - PARTS, theirs.what - PARTS
    comparable = any(a.isascii() == b.isascii() for a in our for b in their)
    found = fit(our, their, same_thing) if comparable else Fit.SILENT
    found = max(found, Fit.SHARED if found is Fit.SILENT and ours.what & theirs.what else found)
    other_sort = mention.kind is not event.kind and {mention.kind, event.kind} <= DEALS
    return Fit.SILENT if found is Fit.CONFLICT and other_sort else found


def _foretold(mention: Mention | SeedEvent, told: date | None, known: KnownEvent, who: Fit, what: Fit) -> bool:
    """Return whether one is the plan of what the other tells, a thing of the topic's own tie that happens once."""
    if not isinstance(mention, Mention) or _is_claim(mention) or _is_doubtful(known):
        return False
    told_by = [p.mention for p in known.mentions]
    if _differ(_steps([mention], "grade"), _steps(told_by, "grade")):  # a first piece is not the many that were planned
        return False
    direct = mention.relation is Relation.DIRECT and known.event.relation is Relation.DIRECT
    kinds = {known.event.kind, *_completed(told_by)}
    once = mention.kind in ONCE and bool(kinds & {*_completed([mention])})
    # A plant that is opened (建成投用) starts production; of two things it may be two.
    started = what is Fit.SHARED and mention.kind in STARTS and bool(kinds & STARTS)
    once = once or started or _called_off(mention, known, who, what)
    # Works belong to the place that the tie is about; firms that are only planned may be several.
    both = mention.phase is known.event.phase is Phase.PLANNED
    meant = mention.kind in WORKS or Fit.SHARED in (who, what) or not both
    return once and direct and meant and Fit.CONFLICT not in (who, what) and foretold(mention, told, known)


def _completed(told: Collection[Mention]) -> set[Kind]:
    """Return the kinds that are told; what is finished (竣工) is what was to be opened (建成投用)."""
    kinds = {m.kind for m in told}
    finished = any(("step", "finished") in m.rules for m in told)
    return kinds | {Kind.OPENING} if finished else kinds


def _called_off(mention: Mention, known: KnownEvent, who: Fit, what: Fit) -> bool:
    """Return whether one of two plans of a kind is called off, which share somebody, something, a figure or the step."""
    event = known.event
    ahead = mention.phase in AHEAD and event.phase in AHEAD and Phase.CANCELLED in (mention.phase, event.phase)
    dated = Precision.UNKNOWN not in (mention.when.precision, event.when.precision)
    alike = mention.kind is event.kind and mention.kind is not Kind.CANCELLATION and dated
    if Kind.CANCELLATION in (mention.kind, event.kind) and what is Fit.SHARED:
        alike = mention.kind in WORKS or event.kind in WORKS
    figures = any(figures_agree(f, g) for f in mention.figures for g in event.figures)
    step = bool(_steps([mention]) & _steps(p.mention for p in known.mentions))  # one move is planned at a time
    return ahead and alike and (figures or step or Fit.SHARED in (who, what))


def succeeds(mention: Mention, known: KnownEvent, topic: Topic) -> bool:
    """
    Return whether *mention*, from the newer version of an article, is what an event that rested on the older one
    has become: an editor corrects one thing, so the date, the figure or the people may differ, but not all.
    """
    event = known.event
    if family(mention.kind) != family(event.kind) or _places_differ(mention.places, event.places):
        return False
    return (
        nearness(mention.when, event.when) >= Nearness.OVERLAP
        or any(figures_agree(f, g) for f in mention.figures for g in event.figures)
        or count(particular(mention, topic), particular(event, topic), same_name) > 0
    )


def is_vague(mention: Mention | SeedEvent, score: float) -> bool:
    """Return whether a fit of *score* rests on a date so weak that a second event that fits as well forbids it."""
    if is_amendment(mention):
        return True
    return score < Nearness.SLIP * 10 and mention.when.basis is not Basis.PUBLISHED


# --------------------------------------------------------------------------- dates


def _nearness(mention: Mention | SeedEvent, known: KnownEvent, told: date | None) -> Nearness:
    """Compare the dates of two tellings; a claim, a plan without a date and what is off have the days on which they are told."""
    near = nearness(mention.when, known.event.when)
    claimed = near is not Nearness.EQUAL and (_is_claim(mention) or _is_doubtful(known))
    planned = near is Nearness.UNKNOWN and mention.phase in AHEAD and known.event.phase in AHEAD
    if not claimed and not planned and (near > Nearness.UNKNOWN or not _both_off(mention, known)):
        return near
    answered = claimed and bool(_steps([mention]) & _steps(p.mention for p in known.mentions))
    most = CLAIM_DAYS if answered else DATELESS_DAYS
    return Nearness.OVERLAP if _within_days(mention.when, told, known, most) else near


def _within_days(when: When, told: date | None, known: KnownEvent, most: int = DATELESS_DAYS) -> bool:
    ours = [d for d in (when.latest or when.earliest, told) if d]
    others = [d for p in known.mentions for d in (p.mention.when.earliest, p.mention.when.latest, p.published.day) if d]
    return any(abs((day - other).days) <= most for day in ours for other in others)


# --------------------------------------------------------------------------- kinds and claims


def _kindsfit(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether the kinds are of one family; a bare denial, and an ending, fits a claim that was told in the same days."""
    if family(mention.kind) == family(known.event.kind):
        return True
    if _both_off(mention, known) or _ends_plan(mention, known):
        return True
    kinds = {mention.kind, known.event.kind}
    # That a plant is not built on (停建) and that its work goes on are the two sides of one claim.
    stopped = Kind.CANCELLATION in kinds and bool(kinds & WORKS)
    return (Kind.DENIAL in kinds or stopped) and _is_claim(mention) and _is_doubtful(known)


def _ends_plan(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether one says that a project is off, and the other is a work that is only planned."""
    over = mention.kind is Kind.CANCELLATION and mention.phase is Phase.CANCELLED and known.event.kind in WORKS
    other = known.event.kind is Kind.CANCELLATION and known.event.phase is Phase.CANCELLED and mention.kind in WORKS
    return (over and known.event.phase in AHEAD) or (other and mention.phase in AHEAD)


def _both_off(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether both say that something is off: that a plan is (二期暂缓), or that it was ended (终止二期项目)."""
    return mention.phase is Phase.CANCELLED and any(p.mention.phase is Phase.CANCELLED for p in known.mentions)


def _is_claim(told: Mention | SeedEvent) -> bool:
    return isinstance(told, Mention) and told.polarity is not Polarity.ASSERTED


def _is_doubtful(known: KnownEvent) -> bool:
    return known.event.status in (Status.DENIED, Status.DISPUTED) or any(_is_claim(p.mention) for p in known.mentions)


# --------------------------------------------------------------------------- who, what, where, how much


def _enough(
    near: Nearness, who: Fit, what: Fit, mention: Mention | SeedEvent, known: KnownEvent, ours: Sides, theirs: Sides
) -> bool:
    """Return whether the agreement on who and what suffices for how well the dates agree."""
    event = known.event
    alike = mention.kind is event.kind or _is_claim(mention) or _both_off(mention, known)
    # Ground is broken, a roof closed and a plant opened within weeks: what is only near is one by the same word alone.
    named = Fit.SHARED in (who, what) and (alike or mention.kind not in WORKS or near is Nearness.EQUAL)
    tied = _tied(mention, known, ours, theirs)
    match near:
        case Nearness.APART:
            return False
        case Nearness.EQUAL:
            return named or tied
        case Nearness.SLIP:
            return count(ours.who, theirs.who, same_name) >= 2 or (who is Fit.SHARED and what is Fit.SHARED)
        case Nearness.OVERLAP if (
            _tells_days(mention, known)
            or (_is_claim(mention) and _is_doubtful(known))
            or Precision.UNKNOWN in (mention.when.precision, event.when.precision)
        ):
            return named or (tied and (alike or one_sum(mention, event)))
        case Nearness.OVERLAP:
            return named or (tied and alike and one_sum(mention, event)) or _one_founding(mention, event, ours, theirs)
        case _:
            return who is Fit.SHARED and tied and mention.kind is event.kind


def _tells_days(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether both dates are bounded closely: by days, a month that is named, or a publication."""
    a, b = mention.when, known.event.when
    return all(
        w.basis is Basis.PUBLISHED or is_by(w) or is_narrow(w) or _just_before(w, other)
        for w, other in ((a, b), (b, a))
    )


def _just_before(lately: When, other: When) -> bool:
    """Return whether *lately* was told within days after the *other* date, as news is."""
    first, last = other.earliest or other.latest, other.latest or other.earliest
    if not is_told(lately) or not lately.latest or not first or not last:
        return False
    return first <= lately.latest and (lately.latest - last).days <= DATELESS_DAYS


def _tied(mention: Mention | SeedEvent, known: KnownEvent, ours: Sides, theirs: Sides) -> bool:
    """Return whether both tell of the topic's own tie: by their relation, or by naming the same party and place."""
    direct = mention.relation is Relation.DIRECT and known.event.relation is Relation.DIRECT
    placed = any(same_place(a, b) for a in ours.places for b in theirs.places)
    # An article about the tie that recalls what happened, and says neither where nor with whom else, means the tie.
    told = Relation.DIRECT in (mention.relation, known.event.relation)
    alone = mention.kind in ONCE or not (ours.who or ours.what) or not (theirs.who or theirs.what)
    meant = told and alone and not (ours.places and theirs.places)
    return direct or bool(ours.tied & theirs.tied and (placed or meant or _is_claim(mention)))


def _counts(mention: Mention | SeedEvent) -> tuple[Figure, ...]:
    """Return the figures by which a happening is told from another: those of an accident grow with the news (2人受伤, 1死3伤)."""
    accident = mention.kind is Kind.ACCIDENT
    return tuple(f for f in mention.figures if not (accident and f.unit == PERSONS))


def _contradicts(mention: Mention | SeedEvent, known: KnownEvent, near: Nearness, who: Fit, what: Fit) -> bool:
    """Return whether what both tell forbids that they are one."""
    if who is Fit.CONFLICT and what is not Fit.SHARED:
        return True
    claims = _is_claim(mention) and _is_doubtful(known)
    if what is Fit.CONFLICT and (who is not Fit.SHARED or mention.kind in SEVERAL) and not claims:
        return True
    itself = mention.kind in ONCE and Fit.SHARED in (who, what) and near is Nearness.EQUAL
    return not itself and _figures_conflict(_counts(mention), known.event.figures)


def _one_founding(mention: Mention | SeedEvent, event: Event, ours: Sides, theirs: Sides) -> bool:
    """Return whether both introduce one tied firm by when it was founded, told with the same care."""
    introduced = mention.relation is event.relation is Relation.BACKGROUND and mention.kind is Kind.REGISTRATION
    return introduced and bool(ours.tied & theirs.tied) and mention.when.edtf == event.when.edtf


def _recalls(mention: Mention | SeedEvent, event: Event) -> bool:
    """Return whether a later report without a date of its own can mean *event* by its sum (X在平州投资了30亿元)."""
    told, happened = mention.when.latest, event.when.latest
    dateless = mention.when.basis is Basis.PUBLISHED and mention.phase is Phase.DONE
    return dateless and bool(told and happened and happened <= told) and one_sum(mention, event)


def _announced(mention: Mention | SeedEvent, known: KnownEvent, told: date | None) -> bool:
    """Return whether one tells as a plan without a date what the other tells of those days: a deal of one large sum."""
    plan = Precision.UNKNOWN in (mention.when.precision, known.event.when.precision)
    deals = {mention.kind, known.event.kind} <= DEALS and not _is_claim(mention) and not _is_doubtful(known)
    return plan and deals and one_sum(mention, known.event) and _within_days(mention.when, told, known)


def one_sum(mention: Mention | SeedEvent, event: Event) -> bool:
    """Return whether both tell one large sum: it names a deal as well as a party does."""
    return any(
        f.value >= LARGE and f.unit == g.unit and figures_agree(f, g) for f in mention.figures for g in event.figures
    )


def _differ(ours: Collection[str], theirs: Collection[str]) -> bool:
    return bool(ours) and bool(theirs) and not set(ours) & set(theirs)


def _parts(side: Sides) -> set[str]:
    return {part for part in PARTS for w in side.what if part in w}


def _steps(told: Iterable[Mention | SeedEvent], named: str = "step") -> set[str]:
    """Return the steps of a kind that are told: the breaking of ground is not the closing of the roof."""
    return {rule for t in told if isinstance(t, Mention) for field, rule in t.rules if field == named}


def _steps_differ(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether both tell steps and none in common, or one says that work stopped and the other that it goes its way."""
    ours, theirs = _steps([mention]), _steps(p.mention for p in known.mentions)
    plain = not _is_doubtful(known) or not _is_claim(mention)
    off = _both_off(mention, known) or Kind.CANCELLATION in (mention.kind, known.event.kind)
    return _differ(ours, theirs) or (plain and not off and (STOPPED in ours) is not (STOPPED in theirs))


def _figures_conflict(ours: Collection[Figure], theirs: Collection[Figure]) -> bool:
    """Return whether one tells a figure that the other tells otherwise; a sum of nothing named may be what another sum is of."""
    met = {g for g in theirs if any(figures_agree(f, g) for f in ours)}
    return any(
        f.unit == g.unit
        and (f.what == g.what or (f.unit in MONEY and not (f.what and g.what) and g not in met))
        and not any(figures_agree(f, h) for h in theirs)
        for f in ours
        for g in theirs
    )


def figures_agree(a: Figure, b: Figure) -> bool:
    """Return whether two figures are one, told with another care."""
    largest = max(abs(a.value), abs(b.value))
    return a.unit == b.unit and abs(a.value - b.value) <= largest * FIGURE_TOLERANCE


def _places_differ(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Return whether both name places, in one script, and none lies in another (a city, its district)."""
    pairs = [(a, b) for a in ours for b in theirs if a.isascii() == b.isascii()]
    return bool(pairs) and not any(same_place(a, b) for a, b in pairs)


def _company(ours: Collection[str], theirs: Collection[str], near: Nearness) -> Fit:
    """Compare who took part; where the dates agree only weakly, one company must lie within the other."""
    found = fit(ours, theirs, same_name)
    within = len(ours) == count(ours, theirs, same_name) or len(theirs) == count(theirs, ours, same_name)
    return found if near >= Nearness.SLIP or found is not Fit.SHARED or within else Fit.CONFLICT
