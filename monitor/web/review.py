"""The review page: what a person decides, behind a token. It writes nothing itself; ``monitor.reviewing`` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor import reviewing, values
from monitor.errors import DecisionError, Moved
from monitor.export import display, lines, prose
from monitor.export.words import Words
from monitor.model import FIXABLE, Decision, DecisionRecord, EntryRecord, Event, Quote, Ruling, Topic
from monitor.pipeline import Desk
from monitor.store.base import Store
from monitor.web.answers import HTML
from monitor.web.forms import Form, form
from monitor.web.keys import COOKIE, Keys, Session, TooSoon
from monitor.web.orders import choices, ordered
from monitor.web.pages import Pages, contexts
from monitor.web.shelf import Shelf
from monitor.web.writing import Writes, in_time

MOST = 50  # of what waits, and of the log, on one page
NEAR = 100  # events offered to be merged with, nearest in time

Listed = tuple[Decision, Sequence[tuple[str, str]]]
"""A decision as it is listed, with what it fixed as a person types it."""


@dataclass(frozen=True, slots=True)
class Review:
    """The pages of a person who decides; *write* carries out, *now* reads the clock."""

    pages: Pages
    keys: Keys
    write: Writes
    now: Callable[[], datetime]
    waits: reviewing.Inbox = field(default_factory=reviewing.Inbox)

    @property
    def shelf(self) -> Shelf:
        return self.pages.shelf

    # ------------------------------------------------------------- in and out

    async def enter(self, request: Request) -> Response:
        """Let in whoever has the token."""
        sent = await form(request)
        return await run_in_threadpool(self._enter, request, sent)

    def _enter(self, request: Request, sent: Form) -> Response:
        person, words = sent("person")[:60], self.pages.words(request, None)
        if not person:
            return self._login(request, 422, words("review.nobody"))
        address = request.client.host if request.client else ""
        try:
            cookie = self.keys.admit(sent("token")[:200], person, address, self.now())
        except TooSoon as soon:
            told = words("review.late", n=soon.seconds)
            return self._login(request, 429, told, person, {"retry-after": str(soon.seconds)})
        if cookie is None:
            return self._login(request, 403, words("review.wrong"), person)
        return _gone_to(_inside(sent("back")), {"set-cookie": f"{COOKIE}={cookie}; {_manner(request)}"})

    async def leave(self, request: Request) -> Response:
        """End the session."""
        sent = await form(request)
        session = self.keys.session(request, self.now())
        if session and not session.sent("logout", sent("token")):
            raise HTTPException(403)
        self.keys.leave(request)
        return _gone_to("/review", {"set-cookie": f"{COOKIE}=; Max-Age=0; {_manner(request)}"})

    def _login(
        self, request: Request, status: int, refused: str = "", person: str = "", headers: Mapping[str, str] = {}
    ) -> Response:
        back = request.url.path if request.method in ("GET", "HEAD") else ""
        return self._page(request, "login", None, status, headers, refused=refused, person=person, back=back)

    # ------------------------------------------------------------- look

    def inbox(self, request: Request) -> Response:
        """What waits for a decision, and what was decided."""
        session = self.keys.session(request, self.now())
        return self._inbox(request, session) if session else self._login(request, 200)

    def _inbox(self, request: Request, session: Session, refused: str = "", status: int = 200) -> Response:
        with self.shelf.store() as store:
            waiting = self.waits.of(store, self.shelf.settings().topics, partial(self.shelf.standing, store))
            doubts = [self._doubt(store, d) for d in waiting[:MOST]]
            log = [_listed(d) for d in reversed(store.decisions())]
        return self._page(
            request, "review", None, status, session=session, refused=refused, doubts=doubts, log=log[:MOST],
            more=len(waiting) - len(doubts), done=_named(request, log),
        )  # fmt: skip

    def _doubt(self, store: Store, doubt: reviewing.Doubt) -> tuple[reviewing.Doubt, object, object]:
        """Return what waits, the versions of what it is about, and their titles (which a merge names among its reasons, too)."""
        seen = [(id, reviewing.version(store, id, doubt.topic)) for id in doubt.about]
        events = [e for id in doubt.about if id.startswith("ev_") and (e := store.event(id))]
        doubt = replace(doubt, why=tuple(w for w in doubt.why if not w.startswith(doubt.about[-1])))
        return doubt, seen, [(e.id, e.title) for e in events] or [(doubt.id, doubt.title or doubt.id)]

    def event(self, request: Request) -> Response:
        """One event with everything that can be decided about it."""
        session = self.keys.session(request, self.now())
        return self._event(request, session, request.path_params["id"]) if session else self._login(request, 200)

    def _event(
        self,
        request: Request,
        session: Session,
        id: str,
        refused: str = "",
        status: int = 200,
        typed: Form | None = None,
    ) -> Response:
        with self.shelf.store() as store:
            # Before the event: what changes between the two is then noticed when it is decided, not missed.
            seen = [(id, store.version(id))]
            event = store.event(id)
            topic = self.shelf.topic(event.topic) if event else None
            if event is None or topic is None:
                raise HTTPException(404)
            if event.id != id:
                return _gone_to(f"/review/event/{event.id}")
            around = contexts(store, event)
            log = [_listed(d) for d in reversed(store.decisions(topic.id))]
        today = self.now().astimezone(ZoneInfo(topic.timezone)).date()
        return self._page(
            request, "review_event", topic, status, session=session, refused=refused, event=event, seen=seen,
            line=lines.line(event, "", today, self.shelf.name), contexts=around, done=_named(request, log),
            fields=_fields(event, topic, typed), articles=_articles(event, self.shelf.name),
            others=self._others(topic, event), log=[d for d in log if _about(d[0], event)][:MOST],
        )  # fmt: skip

    def _others(self, topic: Topic, event: Event) -> Sequence[Event]:
        told = self.shelf.book(topic).told.events
        place = next((n for n, e in enumerate(told) if e.order >= event.order), len(told))
        return [e for e in told[max(place - NEAR // 2, 0) : place + NEAR // 2] if e.id != event.id]

    def entry(self, request: Request) -> Response:
        """One entry, to be let in or kept out."""
        session = self.keys.session(request, self.now())
        return self._entry(request, session, request.path_params["id"]) if session else self._login(request, 200)

    def _entry(self, request: Request, session: Session, id: str, refused: str = "", status: int = 200) -> Response:
        with self.shelf.store() as store:
            topics = self.shelf.settings().topics
            seen = [[(id, reviewing.version(store, id, t.id))] for t in topics]
            entry = next(iter(store.entries(id=id)), None)
            if entry is None:
                raise HTTPException(404)
            asked = [(t, one, _verdict(entry, t)) for t, one in zip(topics, seen, strict=True)]
            log = [_listed(d) for d in reversed(store.decisions()) if d.entry == id]
        return self._page(
            request, "review_entry", None, status, session=session, refused=refused, entry=entry, topics=asked,
            log=log[:MOST], done=_named(request, log),
        )  # fmt: skip

    # ------------------------------------------------------------- decide

    async def order(self, request: Request) -> Response:
        """Carry out what a form orders, and go back to where it stood."""
        sent = await form(request)
        session = self.keys.session(request, self.now())
        if session is None:
            return await run_in_threadpool(self._login, request, 403, self.pages.words(request, None)("review.expired"))
        if not session.sent(sent("subject"), sent("token")):
            raise HTTPException(403)
        try:
            ruling = await self._carried_out(sent, session.person)
        except Moved as moved:
            return await run_in_threadpool(self._moved, request, session, sent, moved)
        except DecisionError as refused:
            return await run_in_threadpool(self._refused, request, session, sent, str(refused))
        return _gone_to(f"{_place(sent, ruling)}?done={ruling.decision.id}")

    async def _carried_out(self, sent: Form, person: str) -> Ruling:
        order = ordered(sent, person, *await run_in_threadpool(self._about, sent))
        at, seen = self.now(), sent.seen

        def act(desk: Desk, store: Store) -> Ruling:
            return reviewing.order(desk, store, order, at, seen)

        return await in_time(self.write, act)

    def _about(self, sent: Form) -> tuple[Topic | None, Event | None]:
        """Return the topic and the event that a form is about, as far as it names them."""
        with self.shelf.store() as store:
            event = store.event(sent("subject")) if sent("subject").startswith("ev_") else None
        named = sent("topic") or (event.topic if event else "")
        return self.shelf.topic(named) if named else None, event

    def _refused(self, request: Request, session: Session, sent: Form, why: str) -> Response:
        if sent("back") == "event" and sent("subject").startswith("ev_"):
            return self._event(request, session, sent("subject"), why, 422, sent)
        if sent("back") == "entry" and sent("subject").startswith("en_"):
            return self._entry(request, session, sent("subject"), why, 422)
        return self._inbox(request, session, why, 422)

    def _moved(self, request: Request, session: Session, sent: Form, moved: Moved) -> Response:
        topic, _ = self._about(sent)
        words = self.pages.words(request, topic)
        with self.shelf.store() as store:
            seen = [(id, reviewing.version(store, id, sent("topic"))) for id in sent.seen]
            both = [_both(store, id, sent.seen[id], words) for id in moved.ids]
        again = [(n, v) for n, v in sent.fields if n not in ("seen", "token", "subject", "back")]
        return self._page(
            request, "moved", None, 409, session=session, moved=both, seen=seen, again=again, subject=sent("subject"),
            back=sent("back"), verb=sent("verb"), look=_where(sent),
        )  # fmt: skip

    # ------------------------------------------------------------- together

    def _page(
        self,
        request: Request,
        name: str,
        topic: Topic | None,
        status: int,
        headers: Mapping[str, str] = {},
        **context: object,
    ) -> Response:
        heading = self.pages.words(request, topic)("review")
        shown = {"heading": heading, "place": "review", **context}
        page = self.pages.html(request, name, topic or self.shelf.topic(), **shown)  # type: ignore[arg-type]
        return Response(page, status, media_type=HTML, headers={"cache-control": "no-store", **headers})


def _listed(told: Decision) -> Listed:
    fixed = [(f, values.written(f, value)) for f in FIXABLE if (value := getattr(told.fixed, f)) is not None]
    return told, fixed


def _fields(event: Event, topic: Topic, typed: Form | None) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return each field with its value as it is typed: what was just typed and refused, where it was."""
    found = []
    for name in FIXABLE:
        value = values.written(name, getattr(event, name))
        if typed and typed("field") == name and typed("verb") == "edit":
            value = typed("value")
        found.append((name, value, choices(name, event, topic)))
    return found


def _articles(event: Event, name: Callable[[str], str]) -> list[tuple[str, str, str]]:
    quotes = {q.article: q for q in event.evidence if isinstance(q, Quote)}
    return [(id, q.title or q.url, name(q.source) or display.teller(q)) for id, q in quotes.items()]


def _about(decision: Decision, event: Event) -> bool:
    """Return whether *decision* made the event what it is: it names it, or is among its evidence."""
    records = {e.id for e in event.evidence if isinstance(e, DecisionRecord)}
    return event.id in decision.events or decision.id in records


def _verdict(entry: EntryRecord, topic: Topic) -> object:
    return next((v for v in entry.verdicts if v.topic == topic.id), None)


def _both(store: Store, id: str, seen: int, words: Words) -> tuple[str, str, list[tuple[str, str, str]]]:
    """Return an event as it was seen and as it is, field by field; no fields where it is no event."""
    before, now = (store.at_version(seen), store.event(id)) if id.startswith("ev_") else (None, None)
    if before is None or now is None:
        return id, "", []
    rows = [(f, prose.value(f, getattr(before, f), words), prose.value(f, getattr(now, f), words)) for f in FIXABLE]
    rows.append(("evidence", str(len(before.evidence)), str(len(now.evidence))))
    return id, now.title, rows


def _named(request: Request, log: Sequence[Listed]) -> Listed | None:
    """Return the decision that was just made, where the address names it."""
    return next((d for d in log if d[0].id == request.query_params.get("done")), None)


def _place(sent: Form, ruling: Ruling) -> str:
    """Return where to go on: where the form stood, or to the event that its own went into."""
    return _where(sent) if sent("subject")[:3] != "de_" or sent("back") == "inbox" else _undone(ruling)


def _undone(ruling: Ruling) -> str:
    changed = [c.event.id for c in ruling.changes]
    return f"/review/event/{changed[0]}" if changed else "/review"


def _where(sent: Form) -> str:
    back, subject = sent("back"), sent("subject")
    if back in ("event", "entry") and subject[:3] in ("ev_", "en_") and subject.isascii() and subject[3:].isalnum():
        return f"/review/{back}/{subject}"
    return "/review"


def _inside(back: str) -> str:
    """Return an address of the review page: where whoever logs in wanted to go."""
    parts = back.split("/")
    plain = back.isascii() and all(p.replace("_", "").isalnum() for p in parts[1:]) and len(parts) <= 4
    return back if back.startswith("/review/") and plain and parts[2] in ("event", "entry") else "/review"


def _manner(request: Request) -> str:
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"Path=/; HttpOnly; SameSite=Strict{secure}"


def _gone_to(where: str, headers: Mapping[str, str] = {}) -> Response:
    return RedirectResponse(where, 303, {"cache-control": "no-store", **headers})
