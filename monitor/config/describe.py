"""A configuration in words: what ``monitor check`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from monitor.model import Channel, Entity, Feed, Retention, SeedEvent, Settings, Topic


def describe(settings: Settings, seeds: Sequence[SeedEvent] = ()) -> str:
    """Return what was understood of a configuration, for a person to read; ends with a line feed."""
    return (
        "\n".join(
            [*_head(settings), *_topics(settings, seeds), *_sources(settings), *_feeds(settings), *_alerts(settings)]
        )
        + "\n"
    )


def length(span: timedelta) -> str:
    """Return *span* as the configuration writes it: in the largest unit that divides it."""
    seconds = span.total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


def _head(settings: Settings) -> Iterator[str]:
    fetch = settings.fetch
    yield f"configuration  {settings.file}"
    yield f"database       {settings.shown}"
    yield f"timezone       {settings.timezone}"
    slower = "".join(f", {length(pause)} for {host}" for host, pause in fetch.pauses.items())
    yield f"fetch          at most {length(fetch.timeout)} a page, {length(fetch.pause)} between two to one host{slower}"
    if fetch.proxy:
        yield f"               through the proxy {fetch.proxy}"
    if fetch.allow_private:
        yield f"               private addresses allowed: {', '.join(fetch.allow_private)}"
    yield f"web            {settings.web_listen}{', with the review page' * settings.web_review}"
    keep = settings.retention
    if keep != Retention():
        bodies = length(keep.bodies) if keep.bodies else "for ever"
        polls = length(keep.polls) if keep.polls else "for ever"
        yield f"retention      rejected entries {length(keep.rejected)}, bodies that nothing rests on {bodies}"
        yield f"               every poll {polls}"


def _topics(settings: Settings, seeds: Sequence[SeedEvent]) -> Iterator[str]:
    for topic in settings.topics:
        yield ""
        yield f"topic {topic.id}: {topic.question}"
        yield f"  together  {' and '.join(_name(topic, id) for id in topic.together)}"
        for entity in topic.entities:
            yield f"  {entity.kind:<12}{entity.id}: {_entity(entity)}"
        yield f"  stages    {' < '.join(topic.stages)}"
        yield from _seeds(topic, seeds)


def _name(topic: Topic, id: str) -> str:
    entity = topic.entity(id)
    return entity.names[0] if entity else id


def _entity(entity: Entity) -> str:
    parts = [", ".join(entity.names)]
    parts += [f"in short {', '.join(entity.short)}"] if entity.short else []
    parts += [f"not {', '.join(entity.decoys)}"] if entity.decoys else []
    parts += [f"of {entity.of}"] if entity.of else []
    return "; ".join(parts)


def _seeds(topic: Topic, seeds: Iterable[SeedEvent]) -> Iterator[str]:
    mine = [seed for seed in seeds if seed.topic == topic.id]
    if topic.seeds:
        yield f"  seeds     {len(mine)} from {topic.seeds}"
    for seed in sorted(mine, key=lambda s: (s.when.earliest is None, s.when.earliest or s.when.latest, s.key)):
        yield f"            {seed.when.edtf or 'date unknown':<12}{seed.title}"


def _sources(settings: Settings) -> Iterator[str]:
    if settings.sources:
        yield ""
        yield f"{_count(len(settings.sources), 'source')}"
    for source in settings.sources:
        yield f"  {source.tier:<12}{source.name} ({', '.join(source.hosts) or 'no host'})"


def _feeds(settings: Settings) -> Iterator[str]:
    yield ""
    yield _count(len(settings.feeds), "feed")
    for feed in settings.feeds:
        yield f"  {_interval(feed):<14}{feed.kind or 'any kind':<10}{feed.url}{_serves(feed)}{_rhythm(feed)}"
    if settings.disabled:
        yield f"{len(settings.disabled)} more, not polled"
    for feed in settings.disabled:
        yield f"  {'disabled':<14}{feed.kind or 'any kind':<10}{feed.url}{_serves(feed)}"


def _interval(feed: Feed) -> str:
    return f"{length(feed.every)} to {length(feed.every_max)}"


def _serves(feed: Feed) -> str:
    return f"  for {', '.join(feed.topics)}" if feed.topics else ""


def _rhythm(feed: Feed) -> str:
    return f"  news expected every {length(feed.rhythm)}" if feed.rhythm else ""


def _alerts(settings: Settings) -> Iterator[str]:
    if settings.channels:
        yield ""
        yield f"{_count(len(settings.channels), 'channel')}, told of a source not seen for {length(settings.blind_after)}"
    for channel in settings.channels:
        yield f"  {channel.id}: {channel.kind}, {_whereto(channel)}"
        yield f"    tells {', '.join(channel.tell)} of {', '.join(channel.topics) or 'every topic'}, {_hours(channel)}"


def _whereto(channel: Channel) -> str:
    address = channel.url or f"address in {channel.address.place}"
    if channel.kind != "webhook":
        return address
    return f"{address}, {f'signed by the key in {channel.secret.place}' if channel.secret else 'not signed'}"


def _hours(channel: Channel) -> str:
    digest = f"gathered until {', '.join(channel.digest)}" if channel.digest else "at once"
    quiet = f", quiet {channel.quiet[0]}-{channel.quiet[1]}" if channel.quiet else ""
    return f"{digest}{quiet} ({channel.timezone})" if channel.digest or channel.quiet else digest


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
