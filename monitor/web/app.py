"""Which address leads to which answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.errors import StoreError
from monitor.export.look import asset
from monitor.pulse import Pulse
from monitor.web.answers import Guarded, answer
from monitor.web.api import Api
from monitor.web.asked import WrongQuestion
from monitor.web.health import Health
from monitor.web.keys import Keys
from monitor.web.pages import Pages
from monitor.web.review import Review
from monitor.web.shelf import Shelf
from monitor.web.writing import Writes

STATIC = {
    "style.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}

log = structlog.get_logger()

LONG = "public, max-age=31536000, immutable"  # their addresses change with what is in them


def application(
    shelf: Shelf,
    now: Callable[[], datetime],
    host: str = "127.0.0.1",
    keys: Keys | None = None,
    write: Writes | None = None,
    pulse: Pulse | None = None,
) -> ASGIApp:
    """
    Return the application that serves *shelf* on *host*.

    With *keys* and a way to *write*, decisions may be made there; it says how the daemon is whose *pulse* it is.
    """
    pages, api, health = Pages(shelf, now, keys if write else None), Api(shelf, now), Health(shelf, now, pulse)
    routes = [
        Route("/", pages.timeline),
        Route("/t/{topic}", pages.timeline),
        Route("/topics", pages.topics),
        Route("/event/{id}", pages.event),
        Route("/sources", pages.sources),
        Route("/entries", pages.entries),
        Route("/search", pages.search),
        Route("/static/{name}", static),
        Route("/export/{topic}.{format}", api.file),
        Route("/api/", api.index),
        Route("/api/openapi.json", api.description),
        Route("/api/topics/{topic}", api.timeline),
        Route("/api/topics/{topic}/events", api.events),
        Route("/api/events/{id}", api.event),
        Route("/api/entries", api.entries),
        Route("/api/sources", api.sources),
        Route("/api/search", api.search),
        *(_reviewed(Review(pages, keys, write, now)) if keys and write else ()),
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        Route("/metrics", health.metrics),
    ]
    told = _Errors(pages, api)
    handlers = {HTTPException: told.http, WrongQuestion: told.wrong, StoreError: told.store, Exception: told.bug}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    return Guarded(app, names(host))


def _reviewed(review: Review) -> list[Route]:
    return [
        Route("/review", review.inbox),
        Route("/review/event/{id}", review.event),
        Route("/review/entry/{id}", review.entry),
        Route("/review/login", review.enter, methods=["POST"]),
        Route("/review/logout", review.leave, methods=["POST"]),
        Route("/review/order", review.order, methods=["POST"]),
    ]


def names(host: str) -> frozenset[str]:
    """Return the names under which a page on *host* may be asked for: any, unless it is for this machine alone."""
    bare = host.strip("[]").lower()
    try:
        local = ip_address(bare).is_loopback
    except ValueError:
        local = bare == "localhost"
    return frozenset({"localhost", "127.0.0.1", "[::1]", bare, f"[{bare}]"}) if local else frozenset()


def static(request: Request) -> Response:
    """A file that pages need."""
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404)
    return answer(request, asset(name).encode(), STATIC[name], cache=LONG)


class _Errors:
    """What went wrong, as a page for people and as JSON for programs."""

    def __init__(self, pages: Pages, api: Api) -> None:
        self._pages = pages
        self._api = api

    def http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = self._told(request, error.status_code, "")
        answer.headers.update(error.headers or {})
        return answer

    def wrong(self, request: Request, error: Exception) -> Response:
        return self._told(request, 400, str(error))

    def store(self, request: Request, error: Exception) -> Response:
        return self._told(request, 503, str(error))

    def bug(self, request: Request, error: Exception) -> Response:
        log.error("bug", path=request.url.path, exc_info=error)
        return self._told(request, 500, "")

    def _told(self, request: Request, status: int, detail: str) -> Response:
        if request.url.path.startswith("/api/"):
            return self._api.error(status, detail)
        return self._pages.error(request, status, detail)
