"""The models of ``schema.py`` made into the nouns of ``model``: defaults filled in, paths made absolute."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.config import channels, schema
from monitor.model import (
    Channel,
    Entity,
    Feed,
    FetchSettings,
    Office,
    Retention,
    Secret,
    Select,
    Settings,
    Source,
    Step,
    Tell,
    Tier,
    Topic,
)

EVERY = timedelta(hours=1)  # where nothing is declared; hints and rhythm lengthen it
EVERY_MAX = timedelta(hours=24)
PAGES = 5  # of a list that has several: what a day without us may have added, and no crawl of an archive


def settings(file: schema.File, path: Path, database: Path) -> Settings:
    """Return the settings of *file* at the absolute *path*; *database* is the folder that its database is relative to."""
    topics = tuple(_topic(topic, file, path.parent) for topic in file.topics)
    sources = tuple(_source(source) for source in file.sources)
    return Settings(
        file=str(path),
        database=_database(file.database, database),
        timezone=file.timezone,
        fetch=_fetch(file.fetch),
        web_listen=file.web.listen,
        sources=sources,
        feeds=tuple(_feed(feed, file, topics, sources) for feed in file.feeds if feed.enabled),
        topics=topics,
        disabled=tuple(_feed(feed, file, topics, sources) for feed in file.feeds if not feed.enabled),
        web_review=file.web.review,
        opml=tuple(str(path.parent / Path(name).expanduser()) for name in file.opml),
        channels=tuple(_channel(channel, file, path.parent) for channel in file.alerts.channels),
        blind_after=file.alerts.blind_after,
        retention=Retention(file.retention.rejected, file.retention.bodies, file.retention.polls),
        log_format=file.log.format.value,
    )


def _database(named: str, folder: Path) -> str:
    """Return the database *named*: a file is relative to *folder*, an address stands as it is."""
    scheme, found, path = named.partition("://")
    if found and scheme != "sqlite":
        return named
    return str(folder / Path(path.removeprefix("/") if found else named).expanduser())


def _fetch(fetch: schema.Fetch) -> FetchSettings:
    return FetchSettings(
        timeout=fetch.timeout,
        pause=fetch.pause,
        pauses=dict(fetch.pauses),
        allow_private=tuple(fetch.allow_private),
        proxy=fetch.proxy,
        user_agent=fetch.user_agent,
        max_bytes=fetch.max_bytes,
        max_inflated=fetch.max_inflated,
        concurrency=fetch.concurrency,
    )


def _channel(channel: channels.Channel, file: schema.File, base: Path) -> Channel:
    def secret(env: str, name: str) -> Secret:
        return Secret(env, str(base / Path(name).expanduser()) if name else "")

    return Channel(
        id=channel.id,
        kind=channel.kind.value,
        url=channel.url,
        address=secret(channel.url_env, channel.url_file),
        secret=secret(channel.secret_env, channel.secret_file),
        tell=tuple(t for t in Tell if t in channel.tell),
        topics=tuple(channel.topics),
        language=channel.language.value if channel.language else "",
        digest=tuple(sorted(set(channel.digest))),
        quiet=channel.quiet,
        timezone=channel.timezone or file.timezone,
    )


def _source(source: schema.Source) -> Source:
    return Source(source.id, source.name, source.tier, tuple(source.hosts), tuple(source.entities))


def _feed(feed: schema.Feed, file: schema.File, topics: tuple[Topic, ...], sources: tuple[Source, ...]) -> Feed:
    every = feed.every or EVERY
    return Feed(
        url=feed.url,
        every=every,
        kind=feed.kind.value if feed.kind else "",
        source=feed.source,
        tier=feed.tier or next((s.tier for s in sources if s.id == feed.source), Tier.UNKNOWN),
        timezone=feed.timezone or _zone(feed, file, topics),
        language=feed.language,
        headers=tuple(feed.headers.items()),
        topics=tuple(feed.topics),
        every_max=feed.every_max or max(EVERY_MAX, every),
        every_declared=feed.every is not None,
        select=_select(feed.select) if feed.select else None,
        map=_map(feed.map) if feed.map else {},
        steps=tuple(Step(s.name, s.url, s.path, s.select, s.after) for s in feed.steps),
        pages=feed.pages or (PAGES if _has_more(feed) else 1),
        rhythm=feed.rhythm,
    )


def _map(map: schema.Map) -> dict[str, str]:
    return {name: str(value) for name, value in map.model_dump(exclude_defaults=True).items()}


def _has_more(feed: schema.Feed) -> bool:
    return "{page}" in feed.url or bool((feed.select and feed.select.next) or (feed.map and feed.map.next))


def _zone(feed: schema.Feed, file: schema.File, topics: tuple[Topic, ...]) -> str:
    """Return the zone of the topics that *feed* serves, or the general one where they do not agree."""
    zones = {topic.timezone for topic in topics if not feed.topics or topic.id in feed.topics}
    return zones.pop() if len(zones) == 1 else file.timezone


def _select(select: schema.Select) -> Select:
    return Select(select.entry, select.title, select.link, select.date, select.summary, select.next)


def _topic(topic: schema.Topic, file: schema.File, base: Path) -> Topic:
    return Topic(
        id=topic.id,
        question=topic.question,
        entities=tuple(_entity(entity) for entity in topic.entities),
        together=tuple(topic.together) or tuple(e.id for e in topic.entities if not e.of),
        seeds=str(base / Path(topic.seeds).expanduser()) if topic.seeds else "",
        stages=tuple(topic.stages),
        language=topic.language,
        timezone=topic.timezone or file.timezone,
        query=topic.query,
        query_en=topic.query_en,
    )


def _entity(entity: schema.Entity) -> Entity:
    return Entity(
        id=entity.id,
        kind=entity.kind.value,
        names=tuple(entity.names),
        short=tuple(entity.short),
        decoys=tuple(entity.decoys),
        contexts=tuple(entity.contexts),
        against=tuple(entity.against),
        of=entity.of,
        offices=tuple(Office(o.person or entity.id, o.title, o.since, o.until) for o in entity.offices),
    )
