"""The pages for people, each from the store by way of the shelf."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor import finding, rhythm
from monitor.export import FORMATS, chart, display, lines, look, prose
from monitor.export.words import Words
from monitor.model import (
    AlertState,
    EntryState,
    Event,
    Feed,
    FeedState,
    FeedStatus,
    Hit,
    Quote,
    Topic,
    Verdict,
    unnamed,
)
from monitor.store.base import Store
from monitor.web import visits
from monitor.web.answers import HTML, answer
from monitor.web.asked import Asked, asked
from monitor.web.asked import state as entry_state
from monitor.web.keys import Keys
from monitor.web.shelf import Book, Shelf

AROUND = 80  # characters of context on either side of a quote
ENTRIES = 50  # on one page
TOPICS = 24  # named on every timeline; more of them have a page of their own


@dataclass(frozen=True, slots=True)
class Site:
    """Where things are, for templates."""

    topics: Sequence[Topic]
    version: str
    formats: tuple[str, ...] = tuple(FORMATS)
    reviewed: bool = False

    def places(self, topic: Topic | None) -> list[tuple[str, str]]:
        """Return the places of the main navigation."""
        home = self.timeline(topic) if topic else "/"
        review = [("review", "/review")] if self.reviewed else []
        return [("timeline", home), ("sources", "/sources"), ("entries", "/entries"), *review, ("api", "/api/")]

    @property
    def named(self) -> Sequence[Topic]:
        """The topics that every timeline leads to."""
        return self.topics if len(self.topics) <= TOPICS else ()

    def timeline(self, topic: Topic) -> str:
        """Return the address of a timeline."""
        return "/" if topic.id == self.topics[0].id else f"/t/{topic.id}"

    def event(self, event: Event) -> str:
        """Return the address of an event."""
        return f"/event/{event.id}"

    def file(self, topic: Topic, format: str) -> str:
        """Return the address of an export."""
        return f"/export/{topic.id}.{format}"


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages over one *shelf*; ``now`` reads the clock."""

    shelf: Shelf
    now: Callable[[], datetime]
    keys: Keys | None = None  # where decisions may be made here

    @property
    def reviewed(self) -> bool:
        """Whether decisions may be made here."""
        return self.keys is not None

    def decides(self, request: Request) -> bool:
        """Return whether *request* comes from somebody who may decide."""
        return self.keys is not None and self.keys.session(request, self.now()) is not None

    # ------------------------------------------------------------- timeline

    def timeline(self, request: Request) -> Response:
        """The question, the answer so far, what silence is worth, and the events."""
        topic = self._topic(request)
        wanted = asked(request.url.path, request.query_params, topic)
        book = self.shelf.book(topic, wanted.as_of, bool(wanted.background))
        visit = visits.visit(request.cookies.get(visits.COOKIE, ""), self.now())
        context = self._timeline(book, wanted, visit)
        headers = {"set-cookie": _cookie(visit)} if _is_told(request, visit) else {}
        return self._page(request, "timeline", book.told.topic, place="timeline", headers=headers, **context)

    def _timeline(self, book: Book, wanted: Asked, visit: visits.Visit) -> dict[str, object]:
        told, since = book.told, visit.before
        today = self.now().astimezone(ZoneInfo(told.topic.timezone)).date()
        fits = wanted.fits(self.shelf.name)
        found = [e for e in told.events if fits(e) and (not wanted.new or visits.mark(e, since))]
        page = chosen(lines.in_order(found, newest=wanted.order != "oldest"), wanted)
        some = [lines.line(e, f"/event/{e.id}", today, self.shelf.name, visits.mark(e, since)) for e in page]
        fresh = sum(visits.mark(e, since) == "new" for e in told.events) if since else 0
        page_shown = lines.shown(
            told, some, lambda id: f"/event/{id}", len(found), len(told.events), pages(found, wanted)
        )
        began = book.began.astimezone(ZoneInfo(told.topic.timezone)).date() if book.began else today
        return {
            "heading": told.topic.question,
            "shown": replace(page_shown, chart=chart.months(told, book.reports, self.shelf.looked_since())),
            "asked": wanted,
            "facets": book.facets,
            "fresh": {"count": fresh, "since": since} if fresh else None,
            "reach": (began, today),
        }

    def topics(self, request: Request) -> Response:
        """Every question, for whoever asks more of them than a timeline names."""
        heading = self.words(request, self.shelf.topic())("nav.topics")
        return self._page(request, "topics", self.shelf.topic(), heading=heading)

    # ------------------------------------------------------------- event

    def event(self, request: Request) -> Response:
        """One event with its quotes in context, its sources, its revisions and what it is tied to."""
        id = request.path_params["id"]
        with self.shelf.store() as store:
            event = store.event(id)
            topic = self.shelf.topic(event.topic) if event else None
            if event is None or topic is None:
                raise HTTPException(404)
            if event.id != id:
                return RedirectResponse(f"/event/{event.id}?{urlencode({'was': id})}")
            around = contexts(store, event)
            linked = [(link.kind, other) for link in event.links if (other := store.event(link.event))]
        today = self.now().astimezone(ZoneInfo(topic.timezone)).date()
        words = self.words(request, topic)

        return self._page(
            request,
            "event",
            topic,
            heading=event.title,
            event=event,
            line=lines.line(event, "", today, self.shelf.name),
            contexts=around,
            linked=linked,
            revisions=[
                (r, *(prose.value(r.field, v, words) for v in (r.before, r.after))) for r in reversed(event.revisions)
            ],
            merged=display.tame(request.query_params.get("was", ""), 40),
        )

    # ------------------------------------------------------------- sources, entries, search

    def sources(self, request: Request) -> Response:
        """How every feed is doing, since when, and when it is asked next."""
        with self.shelf.store() as store:
            statuses, dead = store.statuses(), len(store.alerts(AlertState.DEAD))
        words = self.words(request, self.shelf.topic())
        feeds = {f.url: f for f in self.shelf.settings().feeds}
        told = [self._source(s, feeds.get(s.url), words) for s in statuses]
        healthy = sum(s.state is FeedState.OK for s in statuses)
        topic = self.shelf.topic()
        return self._page(
            request, "sources", topic, place="sources", heading=words("sources"), feeds=told, healthy=healthy, dead=dead
        )

    def _source(self, status: FeedStatus, feed: Feed | None, words: Words) -> dict[str, object]:
        now = self.now()
        period = rhythm.period(status, feed, now) if feed else None
        basis = words("sources.declared" if feed and feed.rhythm else "sources.learned")
        due = status.next_poll is None or status.next_poll <= now
        stopped = status.state is FeedState.STOPPED
        return {
            "status": status,
            "name": (self.shelf.name(feed.source) if feed else "") or host(status.url),
            "next": words("sources.stopped" if stopped else "sources.now")
            if stopped or due
            else words.instant(status.next_poll),
            "rhythm": f"{words('sources.every', time=words.time(period))} · {basis}"
            if period
            else words("sources.unknown"),
        }

    def entries(self, request: Request) -> Response:
        """Every entry ever seen, rejected ones too, the newest first, with what became of it and why."""
        query = request.query_params
        state, feed, before = (query.get(name, "") for name in ("state", "feed", "before"))
        wanted = entry_state(state)
        with self.shelf.store() as store:
            found = store.latest(feed, wanted, before, ENTRIES + 1)
            feeds = [(s.url, host(s.url)) for s in store.statuses()]
        more = {"state": state, "feed": feed, "before": found[ENTRIES - 1].id} if len(found) > ENTRIES else {}
        return self._page(
            request,
            "entries",
            self.shelf.topic(),
            place="entries",
            heading=self.words(request, None)("entries"),
            entries=[(e, *_telling(e.verdicts)) for e in found[:ENTRIES]],
            older="/entries?" + urlencode({k: v for k, v in more.items() if v}) if more else "",
            states=[s.value for s in EntryState],
            state=state,
            feed=feed,
            feeds=feeds,
        )

    def search(self, request: Request) -> Response:
        """Events and articles in which all the words stand."""
        q = finding.trimmed(request.query_params.get("q", ""))
        with self.shelf.store() as store:
            hits = finding.find(store, q, self.shelf.settings().topics)
            events = [(e, _marked(h, q)) for h in hits if h.id.startswith("ev_") and (e := store.event(h.id))]
        articles = [_marked(h, q) for h in hits if not h.id.startswith("ev_")]
        return self._page(
            request,
            "search",
            self.shelf.topic(),
            heading=q or self.words(request, None)("search"),
            q=q,
            events=events,
            articles=articles,
        )

    def error(self, request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
        """What went wrong, as a page."""
        page = self.html(request, "error", self.shelf.topic(), heading="", status=status, detail=detail)
        return Response(page, status, media_type=HTML, headers={"cache-control": "no-store", **(headers or {})})

    # ------------------------------------------------------------- together

    def _topic(self, request: Request) -> Topic:
        topic = self.shelf.topic(request.path_params.get("topic", ""))
        if topic is None:
            raise HTTPException(404)
        return topic

    def words(self, request: Request, topic: Topic | None) -> Words:
        """Return the words that the browser wants, in the zone of *topic*."""
        zone = ZoneInfo(topic.timezone if topic else self.shelf.settings().timezone)
        return Words(preferred(request.headers.get("accept-language", "")), zone)

    def html(self, request: Request, name: str, topic: Topic | None, place: str = "", **context: object) -> bytes:
        """Return the page *name* of *topic*, with what every page has."""
        site = Site(self.shelf.settings().topics, look.version(), reviewed=self.reviewed)
        shared = {
            "deciding": self.decides(request),
            "site": site,
            "topic": topic,
            "place": place,
            "embedded": None,
            "name": self.shelf.name,
            **context,
        }
        return look.render(name, self.words(request, topic), **shared)

    def _page(
        self,
        request: Request,
        name: str,
        topic: Topic | None,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        return answer(request, self.html(request, name, topic, **context), HTML, headers=headers)  # type: ignore[arg-type]


def _telling(verdicts: Sequence[Verdict]) -> tuple[Sequence[Verdict], int]:
    """Return the verdicts that are worth a line, and how many others name nothing: of a few topics all are."""
    told = verdicts if len(verdicts) <= TOPICS else [v for v in verdicts if v != unnamed(v.topic)]
    return told, len(verdicts) - len(told)


def chosen(found: Sequence[Event], wanted: Asked) -> Sequence[Event]:
    """Return the page of *found* that is wanted."""
    return found[(wanted.page - 1) * wanted.size : wanted.page * wanted.size]


def pages(found: Sequence[Event], wanted: Asked) -> int:
    """Return how many pages there are."""
    return max(1, -(-len(found) // wanted.size))


def preferred(header: str) -> str:
    """Return the language that a browser prefers: Chinese, unless it asks for another."""
    best, weight = "zh", 0.0
    for part in header[:400].split(","):
        tag, _, rest = part.strip().partition(";")
        q = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
        worth = float(q[1]) if q else 1.0
        if tag and worth > weight:
            best, weight = ("zh" if tag.lower().startswith("zh") or tag == "*" else "en"), worth
    return best


def host(url: str) -> str:
    """Return the host of *url* as a name for a feed that has none."""
    return url.partition("://")[2].partition("/")[0] or url


def contexts(store: Store, event: Event) -> dict[int, tuple[str, str]]:
    """Return what stands before and behind each quote in its kept text."""
    found: dict[int, tuple[str, str]] = {}
    for n, piece in enumerate(event.evidence):
        article = store.article_by_id(piece.article) if isinstance(piece, Quote) else None
        if article is not None and isinstance(piece, Quote) and article.text:
            before = article.text[max(piece.start - AROUND, 0) : piece.start]
            after = article.text[piece.end : piece.end + AROUND]
            found[n] = (
                ("…" if piece.start > AROUND else "") + before,
                after + ("…" if piece.end + AROUND < len(article.text) else ""),
            )
    return found


def _marked(hit: Hit, q: str) -> dict[str, object]:
    """Return a hit with its words told apart from the rest."""
    told = {name: list(finding.parts(display.tame(getattr(hit, name)), q)) for name in ("title", "passage")}
    return {"id": hit.id, "url": hit.url, "published": hit.published, **told}


def _is_told(request: Request, visit: visits.Visit) -> bool:
    """Return whether the browser is to keep *visit*: a copy of an hour ago would do as well."""
    held = request.cookies.get(visits.COOKIE, "").rpartition(".")[2]
    return not (held.isascii() and held.isdigit() and visit.now.timestamp() - int(held[:12]) < 60)


def _cookie(visit: visits.Visit) -> str:
    return f"{visits.COOKIE}={visit.cookie}; Path=/; Max-Age={visits.KEPT}; HttpOnly; SameSite=Strict"
