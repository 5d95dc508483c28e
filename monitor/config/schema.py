"""
What a configuration and a seed file may hold: one model for each mapping, one line for each key.

The models only say which keys there are and what each may be; what must fit together is in ``check.py``. The
description of a field is what ``monitor check`` and the errors call it, and what the documentation is held to.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BeforeValidator, Field, ValidationError

from monitor.config import scalars as s
from monitor.config.channels import Alerts
from monitor.config.document import Document, Keys, Problem
from monitor.config.scalars import shown
from monitor.config.strict import Strict
from monitor.model import DEFAULT_STAGES, Kind, Phase, Relation, Tier

SHORTEST = timedelta(minutes=5)
_MONTH = timedelta(days=31)


class FeedKind(StrEnum):
    """How the entries of a feed are found."""

    FEED = "feed"
    LIST = "list"
    JSON = "json"
    SITEMAP = "sitemap"


class LogFormat(StrEnum):
    """What a line of the log is."""

    TEXT = "text"
    JSON = "json"


class EntityKind(StrEnum):
    """What an entity is."""

    COMPANY = "company"
    ORGANISATION = "organisation"
    PLACE = "place"
    PERSON = "person"
    OFFICE = "office"
    PRODUCT = "product"
    OTHER = "other"


Every = Annotated[
    timedelta,
    BeforeValidator(
        s.between(SHORTEST, _MONTH, "an interval of 5 min at least (31 d at most): nobody is polled oftener")
    ),
]
Rhythm = Annotated[
    timedelta,
    BeforeValidator(s.between(timedelta(hours=1), timedelta(days=366), "a duration from 1h to 366d")),
]
Timeout = Annotated[
    timedelta,
    BeforeValidator(s.between(timedelta(seconds=0.1), timedelta(minutes=10), "a duration from 0.1s to 10m")),
]
Pause = Annotated[timedelta, BeforeValidator(s.between(timedelta(0), timedelta(hours=1), "a duration from 0 to 1h"))]
Kept = Annotated[
    timedelta, BeforeValidator(s.between(timedelta(days=1), timedelta(days=36525), "a duration from 1d to 36525d"))
]
Bytes = Annotated[int, BeforeValidator(s.whole(1024, 1024**3))]
Count = Annotated[int, BeforeValidator(s.whole(1, 1000))]
Pages = Annotated[int, BeforeValidator(s.whole(1, 20))]
TierWord = Annotated[Tier, BeforeValidator(s.one_of(Tier))]
LogWord = Annotated[LogFormat, BeforeValidator(s.one_of(LogFormat))]
FeedWord = Annotated[FeedKind, BeforeValidator(s.one_of(FeedKind))]
EntityWord = Annotated[EntityKind, BeforeValidator(s.one_of(EntityKind))]
KindWord = Annotated[Kind, BeforeValidator(s.one_of(Kind))]
PhaseWord = Annotated[Phase, BeforeValidator(s.one_of(Phase))]
RelationWord = Annotated[Relation, BeforeValidator(s.one_of(Relation))]


# --------------------------------------------------------------------------- config.yaml


class Fetch(Strict):
    """How we go out."""

    timeout: Timeout = Field(default=timedelta(seconds=20), description="one feed or page in all, redirects included")
    pause: Pause = Field(default=timedelta(seconds=1), description="the rest between two requests to one host")
    pauses: dict[s.Host, Pause] = Field(default={}, description="a longer rest for a host that asks for one")
    allow_private: list[s.Endpoint] = Field(default=[], description="host:port of private addresses that may be asked")
    proxy: s.Proxy = Field(default="", description="an HTTP proxy for everything that goes out")
    user_agent: s.HeaderValue = Field(default="", description="who we say we are, with a contact address")
    max_bytes: Bytes = Field(default=16 * 1024 * 1024, description="the most bytes of one answer on the wire")
    max_inflated: Bytes = Field(default=32 * 1024 * 1024, description="the most bytes of one answer when inflated")
    concurrency: Count = Field(default=96, description="requests under way at once, over all hosts")


class Web(Strict):
    """The web face."""

    listen: s.Listen = Field(default="127.0.0.1:8321", description='host:port, or "off"')
    review: s.Flag = Field(
        default=False, description="whether decisions may be made there, behind a token shown at start"
    )


class Retention(Strict):
    """How long what no event rests on is kept."""

    rejected: Kept = Field(default=timedelta(days=180), description="what rejected entries said; title and link stay")
    bodies: Kept | None = Field(
        default=None, description="the bytes of pages that no event rests on; for ever when absent"
    )
    polls: Kept = Field(default=timedelta(days=400), description="every poll of a feed; of older ones one a day")


class Log(Strict):
    """How the daemon speaks of what it does."""

    format: LogWord = Field(
        default=LogFormat.TEXT, description="text or json: one line, or one JSON object, for each thing that happened"
    )


class Source(Strict):
    """Who publishes."""

    id: s.Id = Field(description="its id")
    name: s.Text = Field(description="its name")
    tier: TierWord = Field(default=Tier.UNKNOWN, description="how much its word weighs")
    hosts: list[s.Host] = Field(default=[], description="its domains; their subdomains are its own too")
    entities: list[s.Id] = Field(
        default=[], description="the entities that it speaks for officially; its 公司, 我司 and 我市 are these"
    )


class Select(Strict):
    """CSS selectors of a list page; selector@attribute reads an attribute."""

    entry: s.Text = Field(description="one entry of the list")
    title: s.Text = Field(default="", description="its title, within the entry")
    link: s.Text = Field(default="a@href", description="its link")
    date: s.Text = Field(default="", description="its date")
    summary: s.Text = Field(default="", description="its summary")
    next: s.Text = Field(default="", description="the link to the next page of the list")


class Map(Strict):
    """Where the fields of a JSON answer are: names and positions joined by dots, alternatives by |."""

    entries: s.Text = Field(default="", description="the list, from the top of the answer; the top itself when absent")
    within: s.Text = Field(default="", description="words of a page behind which the JSON begins")
    title: s.Text = Field(default="", description="the title, within one entry; `title` when absent")
    url: s.Text = Field(default="", description="the link")
    url_template: s.Text = Field(default="", description="a link made of fields in {braces}, where there is no url")
    date: s.Text = Field(default="", description="when it was published")
    date_format: s.Text = Field(default="", description="epoch_s, epoch_ms or a pattern such as %d/%m/%Y %H:%M")
    seen: s.Text = Field(default="", description="when the API saw it: kept as sent, but no date of publication")
    summary: s.Text = Field(default="", description="the summary")
    id: s.Text = Field(default="", description="what tells it apart where there is no link")
    source: s.Text = Field(default="", description="the outlet that it comes from")
    skip: Count | None = Field(default=None, description="entries at the top that are none")
    leave_out: s.Text = Field(default="", description="field=value: entries that are none; more values behind a bar")
    next: s.Text = Field(default="", description="the link to the next page, from the top of the answer")


class Step(Strict):
    """A look-up before the list."""

    name: s.StepName = Field(description="{name} stands for what was found, in the addresses that follow")
    url: s.Template = Field(description="where to look")
    path: s.Text = Field(default="", description="where it is in a JSON answer")
    select: s.Text = Field(default="", description="where it is on a page: a CSS selector, selector@attribute")
    after: s.Text = Field(default="", description="the words right before it")


class Feed(Strict):
    """An address that lists entries."""

    url: s.Template = Field(
        description="the address; {q} {q_trad} {q_en} {date:%Y-%m/%d} {date-30d:%Y%m%d} {ms} {page} and names of steps are filled in"
    )
    enabled: s.Flag = Field(default=True, description="false: declared, but not polled")
    every: Every | None = Field(default=None, description="the shortest interval between two polls; 5 min at least")
    every_max: Every | None = Field(default=None, description="the longest interval; 24 h when absent")
    rhythm: Rhythm | None = Field(
        default=None, description="something new is expected at least this often; learned when absent"
    )
    kind: FeedWord | None = Field(default=None, description="feed, list, json or sitemap; found out when absent")
    source: s.Id = Field(default="", description="the id of the source that publishes it")
    tier: TierWord | None = Field(default=None, description="its tier; that of its source when absent")
    timezone: s.Zone = Field(default="", description="the zone of its dates")
    language: s.Language = Field(default="", description="its language")
    headers: dict[s.HeaderName, s.HeaderValue] = Field(default={}, description="fixed headers that it needs")
    topics: list[s.Id] = Field(default=[], description="the topics that it serves; all when absent")
    select: Select | None = Field(default=None, description="kind list: where the entries are")
    map: Map | None = Field(default=None, description="kind json: where the fields are")
    steps: list[Step] = Field(default=[], description="what to look up before the list")
    pages: Pages | None = Field(
        default=None,
        description="pages of the list read in one poll at most, while they bring news; 5 where there are more",
    )


class Office(Strict):
    """An office and who holds it."""

    person: s.Text = Field(default="", description="the id or the name of the person; the entity itself when absent")
    title: s.Text = Field(description="what the office is called")
    since: s.Day | None = Field(default=None, description="the first day, where known")
    until: s.Day | None = Field(default=None, description="the last day, where over")


class Entity(Strict):
    """A company, place, person or office."""

    id: s.Id = Field(description="its id")
    kind: EntityWord = Field(description="what it is")
    names: list[s.Text] = Field(min_length=1, description="what stands for it anywhere, the best name first")
    short: list[s.Text] = Field(default=[], description="names that count only near its contexts")
    decoys: list[s.Text] = Field(default=[], description="what looks like a name and is not")
    contexts: list[s.Text] = Field(default=[], description="words that speak for its sense")
    against: list[s.Text] = Field(default=[], description="words that speak against its sense")
    of: s.Id = Field(default="", description="the entity that it belongs to")
    offices: list[Office] = Field(default=[], description="its offices and who holds them")


class Topic(Strict):
    """A standing question."""

    id: s.Id = Field(description="its id")
    question: s.Text = Field(description="the question, in words")
    entities: list[Entity] = Field(min_length=1, description="who and what it is about")
    together: list[s.Id] = Field(
        default=[], description="the entities that must be tied together; all that belong to no other when absent"
    )
    seeds: s.Text = Field(default="", description="the folder of the events it starts from")
    stages: list[s.Id] = Field(default=list(DEFAULT_STAGES), min_length=1, description="the ladder, lowest first")
    language: s.Language = Field(default="zh", description="the language of its words")
    timezone: s.Zone = Field(default="", description="the zone of its days")
    query: s.Query = Field(default="", description="what searches are asked; the first names of `together` when absent")
    query_en: s.Query = Field(
        default="", description="the same in English; their first names in Latin letters when absent"
    )


class File(Strict):
    """A whole configuration."""

    database: s.Database = Field(
        default="timeline.db", description="where the timeline is kept: a file, or `postgresql://USER@HOST/DATABASE`"
    )
    timezone: s.Zone = Field(default="Asia/Shanghai", description="the zone where nothing nearer says one")
    fetch: Fetch = Field(default=Fetch(), description="how we go out")
    web: Web = Field(default=Web(), description="the web face")
    retention: Retention = Field(default=Retention(), description="how long what no event rests on is kept")
    log: Log = Field(default=Log(), description="how the daemon speaks of what it does")
    sources: list[Source] = Field(default=[], description="who publishes")
    feeds: list[Feed] = Field(default=[], description="what is polled")
    opml: list[s.Text] = Field(default=[], description="OPML files that list more feeds")
    topics: list[Topic] = Field(min_length=1, description="the standing questions")
    alerts: Alerts = Field(default=Alerts(), description="who is told without asking")


# --------------------------------------------------------------------------- seeds


class SeedActor(Strict):
    """Somebody who took part."""

    entity: s.Id = Field(default="", description="an entity of the topic")
    name: s.Text = Field(default="", description="the name; the entity's first when absent")
    role: s.Text = Field(default="", description="the part played")


class SeedFigure(Strict):
    """A number with its unit."""

    value: s.Number = Field(description="the number, scaled: 10亿 is 1000000000")
    unit: s.Text = Field(description="the unit")
    raw: s.Text = Field(description="as the source has it")
    what: s.Text = Field(default="", description="what is counted")


class SeedSource(Strict):
    """Where a person read it."""

    name: s.Text = Field(description="who published it")
    url: s.Address = Field(default="", description="where, if an address is known")
    published: s.Edtf | None = Field(default=None, description="when, as EDTF")


class Seed(Strict):
    """An event that a person checked."""

    key: s.Id = Field(description="its name for ever")
    title: s.Text = Field(description="what happened, in our own words")
    when: s.Edtf = Field(description="when, as EDTF")
    kind: KindWord = Field(description="what sort of thing")
    phase: PhaseWord = Field(default=Phase.DONE, description="what came of it")
    relation: RelationWord = Field(default=Relation.DIRECT, description="direct or background")
    stage: s.Id = Field(default="", description="the step of the topic's ladder")
    actors: list[SeedActor] = Field(default=[], description="who took part")
    places: list[s.Text] = Field(default=[], description="where")
    figures: list[SeedFigure] = Field(default=[], description="numbers")
    objects: list[s.Text] = Field(default=[], description="what it was done to")
    announced: s.Day | None = Field(default=None, description="the day it became known")
    pin: s.Flag = Field(default=False, description="true: no machine refines it")
    source: SeedSource = Field(description="where it was read")
    checked_on: s.Day = Field(description="the day a person checked it")


class SeedFile(Strict):
    """The events of one file."""

    events: list[Seed] = Field(min_length=1, description="the events")


# --------------------------------------------------------------------------- reading a document with a model

M = TypeVar("M", bound=Strict)


def apply(model: type[M], document: Document) -> tuple[M | None, list[Problem]]:
    """Return *document* as *model*, or None with every fault that the model sees."""
    try:
        return model.model_validate(document.root.value), []
    except ValidationError as exc:
        return None, [_problem(model, document, dict(e)) for e in exc.errors(include_url=False)]


def _problem(model: type[Strict], document: Document, error: dict[str, Any]) -> Problem:
    path: Keys = tuple(step for step in error["loc"] if step != "[key]")
    kind = error["type"]
    sentence = _sentence(model, path, kind, error)
    return document.problem(path, sentence, at_key=kind == "extra_forbidden" or "[key]" in error["loc"])


def _sentence(model: type[Strict], path: Keys, kind: str, error: dict[str, Any]) -> str:
    got = shown(error["input"])
    match kind:
        case "missing":
            return f"is missing: {_described(model, path)}"
        case "extra_forbidden":
            known = sorted(_model_at(model, path[:-1]).model_fields)
            return (
                _A_SECRET if "secret_env" in known and _SECRET.search(str(path[-1])) else _unknown(str(path[-1]), known)
            )
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"expected a mapping (key: value), got {got}"
        case "list_type":
            return f"expected a list, got {got}" + (f"; write [{error['input']}]" if _scalar(error["input"]) else "")
        case "too_short":
            return "expected at least one, got an empty list"
        case _:
            return str(error["msg"])


_SECRET = re.compile("secret|token|pass|key|auth|cred", re.IGNORECASE)
_A_SECRET = (
    "a secret is never written here: name the environment variable that holds it (secret_env, or url_env for an address),"
    " or the file (secret_file, url_file)"
)


def _scalar(value: object) -> bool:
    return isinstance(value, str) and len(value) < 60


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key[:80], known, n=1)
    return f"unknown key; did you mean {near[0]}?" if near else f"unknown key; known here: {', '.join(known)}"


def _described(model: type[Strict], path: Keys) -> str:
    return _model_at(model, path[:-1]).model_fields[str(path[-1])].description or ""


def _model_at(model: type[Strict], path: Keys) -> type[Strict]:
    for step in path:
        if isinstance(step, str):
            model = _inner(model.model_fields[step].annotation) or model
    return model


def _inner(annotation: Any) -> type[Strict] | None:
    """Return the model inside ``list[Model]``, ``Model | None`` or ``Model``."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part))), None)


def keys(model: type[Strict] = File, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every key with its description, as ``feeds[].every``, in the order of the schema."""
    for name, info in model.model_fields.items():
        path = f"{prefix}{name}"
        yield path, info.description or ""
        if inner := _inner(info.annotation):
            listed = "[]" if str(info.annotation).startswith(("list", "typing.List")) else ""
            yield from keys(inner, f"{path}{listed}.")
