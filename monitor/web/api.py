"""The same, for programs: read-only JSON, records as in the JSON export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor import console, finding, reading
from monitor.export import MEDIA, Options, record, render
from monitor.export.record import Json
from monitor.model import Topic
from monitor.web import openapi
from monitor.web.answers import answer, as_json, to_bytes
from monitor.web.asked import LONGEST_PAGE, asked, moment, state
from monitor.web.pages import chosen, pages
from monitor.web.shelf import Shelf

ENTRIES = 100  # in one answer


@dataclass(frozen=True, slots=True)
class Api:
    """The read-only interface over one *shelf*."""

    shelf: Shelf
    now: Callable[[], datetime]

    def index(self, request: Request) -> Response:
        """What there is."""
        topics: list[Json] = [
            {
                "id": t.id,
                "question": t.question,
                "timeline": f"/api/topics/{t.id}",
                "events": f"/api/topics/{t.id}/events",
            }
            for t in self.shelf.settings().topics
        ]
        more = {name: f"/api/{name}" for name in ("entries", "sources", "search", "openapi.json")}
        return as_json(request, {"topics": topics, **more})

    def description(self, request: Request) -> Response:
        """The description in OpenAPI 3.1."""
        return as_json(request, openapi.description())

    def timeline(self, request: Request) -> Response:
        """A whole timeline: the bytes that the JSON export gives."""
        return self._file(request, self._topic(request), "json")

    def file(self, request: Request) -> Response:
        """A timeline in the format that the address ends in."""
        format = request.path_params["format"]
        if format not in MEDIA:
            raise HTTPException(404)
        return self._file(request, self._topic(request), format)

    def _file(self, request: Request, topic: Topic, format: str) -> Response:
        query = request.query_params
        as_of = moment(query.get("as_of", ""), topic)
        background, retracted = bool(query.get("background")), bool(query.get("retracted"))
        if retracted:
            with self.shelf.store() as store:
                told = reading.timeline(store, topic, as_of=as_of, background=background, retracted=True)
        else:
            told = self.shelf.book(topic, as_of, background).told
        return answer(
            request,
            render(told, format, Options(names={s.id: s.name for s in self.shelf.settings().sources})),
            MEDIA[format],
        )

    def events(self, request: Request) -> Response:
        """One page of the events that fit."""
        topic = self._topic(request)
        wanted = asked(request.url.path, {"order": "oldest", **request.query_params}, topic)
        book = self.shelf.book(topic, wanted.as_of, bool(wanted.background))
        found = [e for e in book.told.events if wanted.fits(self.shelf.name)(e)]
        count = pages(found, wanted)
        following = wanted.url(page=wanted.page + 1, then=wanted.then) if wanted.page < count else ""
        if following and wanted.size != 50:
            following += f"&per_page={wanted.size}"
        told: dict[str, Json] = {
            **record.head(book.told),
            "total": len(found),
            "page": wanted.page,
            "pages": count,
            "next": following or None,
            "events": [record.event(e) for e in chosen(found[:: -1 if wanted.order == "newest" else 1], wanted)],
        }
        return as_json(request, told, **({"link": f'<{following}>; rel="next"'} if following else {}))

    def event(self, request: Request) -> Response:
        """One event; a merged id leads to the event that it went into."""
        id = request.path_params["id"]
        with self.shelf.store() as store:
            event = store.event(id)
        if event is None:
            raise HTTPException(404)
        if event.id != id:
            return RedirectResponse(f"/api/events/{event.id}")
        return as_json(request, record.event(event))

    def entries(self, request: Request) -> Response:
        """Entries as ``monitor entries`` gives them, the newest first."""
        query = request.query_params
        feed, wanted, before = query.get("feed", ""), state(query.get("state", "")), query.get("before", "")
        with self.shelf.store() as store:
            found = store.latest(feed, wanted, before, ENTRIES + 1)
        more = ""
        if len(found) > ENTRIES:
            values = {"feed": feed, "state": query.get("state", ""), "before": found[ENTRIES - 1].id}
            more = "/api/entries?" + urlencode({k: v for k, v in values.items() if v})
        told: Json = {"next": more or None, "entries": [console.entry(e) for e in found[:ENTRIES]]}
        return as_json(request, told, **({"link": f'<{more}>; rel="next"'} if more else {}))

    def sources(self, request: Request) -> Response:
        """Every feed, as ``monitor sources`` gives it."""
        with self.shelf.store() as store:
            statuses = store.statuses()
        return as_json(request, console.sources(statuses, self.shelf.settings().feeds, self.now()))

    def search(self, request: Request) -> Response:
        """Events and articles in which all the words stand."""
        q = request.query_params.get("q", "")
        with self.shelf.store() as store:
            hits = finding.find(store, q, self.shelf.settings().topics, LONGEST_PAGE)
        return as_json(request, {"q": finding.trimmed(q), "found": [record.plain(hit) for hit in hits]})

    def error(self, status: int, detail: str) -> Response:
        """What went wrong (RFC 9457)."""
        body = to_bytes({"status": status, "detail": detail})
        return Response(body, status, media_type="application/problem+json", headers={"cache-control": "no-store"})

    def _topic(self, request: Request) -> Topic:
        topic = self.shelf.topic(request.path_params["topic"])
        if topic is None:
            raise HTTPException(404)
        return topic
