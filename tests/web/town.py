"""A town and a company that do not exist, with a timeline of every kind of date: what the tests of the page look at."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import httpx

from monitor import ids, web
from monitor.export import Options
from monitor.model import (
    UNKNOWN_WHEN,
    Actor,
    Article,
    Basis,
    Change,
    Digested,
    Entity,
    Entry,
    EntryState,
    Event,
    Feed,
    FeedState,
    FeedStatus,
    FetchSettings,
    Figure,
    Judgement,
    Kind,
    Link,
    Mention,
    Phase,
    Placed,
    Polarity,
    Poll,
    Precision,
    Published,
    Quote,
    Reason,
    Relation,
    Revision,
    Screened,
    SeedRecord,
    Settings,
    Source,
    Status,
    Tier,
    Topic,
    Verdict,
    Vote,
    When,
)
from monitor.pulse import Pulse
from monitor.store import open_store
from monitor.store.base import Store
from monitor.web.app import application
from monitor.web.shelf import Shelf

NOW = datetime(2025, 7, 1, 2, 0, tzinfo=UTC)
BEGAN = datetime(2025, 3, 1, tzinfo=UTC)
TOPIC = Topic(
    "qinghe-yunchuan",
    "青禾汽车会落户云川吗?",
    (Entity("qinghe", "company", ("青禾汽车", "Qinghe")), Entity("yunchuan", "place", ("云川", "Yunchuan"))),
    ("qinghe", "yunchuan"),
)
SOURCES = (
    Source("yunchuan_daily", "云川日报", Tier.NEWSPAPER),
    Source("yunchuan_gov", "云川发布", Tier.OFFICIAL),
    Source("chewang", "车网", Tier.PORTAL),
    Source("jiangbei", "江北晚报", Tier.NEWSPAPER),
)
FEEDS = tuple(
    Feed(f"https://{id.replace('_', '-')}.example/rss.xml", timedelta(hours=1), source=id)
    for id in ("yunchuan_daily", "yunchuan_gov", "chewang", "jiangbei")
)
SETTINGS = Settings("config.yaml", "town.db", "Asia/Shanghai", FetchSettings(), "off", SOURCES, FEEDS, (TOPIC,))

OPTIONS = Options(names={s.id: s.name for s in SOURCES})

BOTH = (Actor("qinghe", "青禾汽车"), Actor("yunchuan", "云川市政府"))
SAID = ("title", "when", "actors", "places", "figures")


def span(
    first: date | None, last: date | None, precision: Precision, basis: Basis = Basis.STATED, raw: str = ""
) -> When:
    return When(first, last, precision, basis, raw)


def day(year: int, month: int, number: int, basis: Basis = Basis.STATED) -> When:
    found = date(year, month, number)
    return span(found, found, Precision.DAY, basis, f"{month}月{number}日")


def article(source: Source, title: str, text: str, at: datetime) -> Article:
    url = f"https://{source.id.replace('_', '-')}.example/{sha256(title.encode()).hexdigest()[:8]}.html"
    digest = sha256(text.encode()).hexdigest()
    return Article(
        id=ids.article(url, digest),
        url=url,
        title=title,
        text=text,
        text_sha256=digest,
        body_sha256=sha256(url.encode()).hexdigest(),
        published=Published(at.isoformat(), at, at.date(), None),
        fetched=at + timedelta(minutes=5),
        source=source.id,
        source_name=source.name,
        tier=source.tier,
        identity=url,
    )


def quoted(told: Article, quote: str, origin: str = "") -> Quote:
    start = told.text.index(quote)
    return Quote(
        told.id, told.source, told.tier, told.url, told.title, told.published, told.fetched, quote, start,
        start + len(quote), told.text_sha256, "", origin or told.source_name, SAID,
    )  # fmt: skip


def event(id: str, title: str, when: When, **fields: object) -> Event:
    made = Event(
        id=f"ev_{id}",
        topic=TOPIC.id,
        title=title,
        kind=Kind.MEETING,
        relation=Relation.DIRECT,
        when=when,
        phase=Phase.DONE,
        status=Status.REPORTED,
        actors=BOTH,
        places=("云川",),
        independent_origins=1,
        reasons=(Reason("kind", "会谈", (0,)), Reason("status", "one origin says so", (0,))),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def seeded(made: Event, line: int) -> Change:
    record = SeedRecord("seeds/start.yaml", line, "https://yunchuan-daily.example/archive.html", date(2025, 3, 1), SAID)
    born = Revision(BEGAN, "seed", "created", None, made.title, "seeded")
    return Change(replace(made, evidence=(record,), revisions=(born,), independent_origins=0), (), frozenset())


def seeds() -> list[Change]:
    old = {"relation": Relation.BACKGROUND, "kind": Kind.PERSONNEL}
    return [
        seeded(event("1", "林知远加入青禾汽车，负责产业投资", day(2019, 9, 2), actors=(Actor("", "林知远", "产业投资负责人"), BOTH[0]), **old), 3),
        seeded(event("2", "青禾汽车投资云川电池企业澄光新能", span(date(2023, 1, 1), date(2023, 12, 31), Precision.YEAR), **old | {"kind": Kind.INVESTMENT}), 9),
        seeded(event("3", "云川市市长与青禾汽车林知远举行会谈", day(2025, 3, 19), stage="talks"), 15),
    ]  # fmt: skip


def quarter(year: int, number: int) -> When:
    first = date(year, 3 * number - 2, 1)
    return span(
        first,
        date.fromordinal(date(year + number // 4, 3 * number % 12 + 1, 1).toordinal() - 1),
        Precision.QUARTER,
        raw="三季度",
    )


TOLD: Sequence[tuple[str, str, When, dict[str, object], str]] = (
    ("4", "青禾汽车考察云川经济技术开发区", span(date(2025, 4, 1), date(2025, 4, 30), Precision.MONTH, raw="4月"), {"kind": Kind.VISIT, "stage": "visit"}, "4月，青禾汽车一行到云川经济技术开发区考察"),
    ("5", "云川市与青禾汽车签署战略合作框架协议", day(2025, 6, 12), {"kind": Kind.AGREEMENT, "stage": "agreement", "status": Status.OFFICIAL, "figures": (Figure(3e9, "元", "30亿元", "计划投资"),)}, "6月12日，云川市人民政府与青禾汽车签署战略合作框架协议，计划投资30亿元"),
    ("6", "青禾汽车否认已在云川选定厂址", day(2025, 6, 20, Basis.RESOLVED), {"kind": Kind.DENIAL, "status": Status.DISPUTED}, "青禾汽车昨日回应称，尚未在云川选定任何厂址"),
    ("7", "青禾（云川）智能制造有限公司完成注册", span(None, date(2025, 6, 25), Precision.WITHIN, Basis.PUBLISHED), {"kind": Kind.REGISTRATION, "stage": "registered", "status": Status.CORROBORATED, "independent_origins": 2}, "青禾（云川）智能制造有限公司已完成注册，注册资本5亿元"),
    ("8", "青禾汽车云川基地计划三季度开工", quarter(2025, 3), {"kind": Kind.CONSTRUCTION, "stage": "construction", "phase": Phase.PLANNED}, "云川基地计划于三季度开工"),
    ("9", "云川新能源汽车产业对接会", span(date(2025, 5, 18), date(2025, 5, 20), Precision.RANGE, raw="5月18日至20日"), {"kind": Kind.MEETING}, "5月18日至20日，云川举办新能源汽车产业对接会，青禾汽车参会"),
    ("10", "青禾汽车拟在云川招聘五百名技术人员", UNKNOWN_WHEN, {"kind": Kind.RECRUITMENT, "phase": Phase.PLANNED}, "青禾汽车将在云川招聘约五百名技术人员"),
)  # fmt: skip


EARLY = {"4": datetime(2025, 4, 10, 2, tzinfo=UTC), "8": datetime(2025, 5, 28, 2, tzinfo=UTC)}


def text(quote: str) -> str:
    return f"本报讯 记者从有关方面获悉，{quote}。业内人士认为，这有助于完善当地的产业链条。相关工作仍在推进，具体安排以正式公告为准。"


def tell(store: Store, id: str, title: str, when: When, fields: dict[str, object], quote: str, at: datetime) -> None:
    """Let one paper, or two where there are two origins, tell an event."""
    papers = SOURCES[: int(str(fields.get("independent_origins", 1)))]
    if fields.get("status") is Status.OFFICIAL:
        papers = (SOURCES[1], SOURCES[0])
    told = [article(p, title, text(quote), at) for p in papers]
    born = Revision(at, "machine:resolve", "created", None, title, "first told")
    made = event(id, title, when, **fields | {"evidence": tuple(quoted(a, quote) for a in told), "revisions": (born,)})
    for one in told:
        said = mention(one, made, quote)
        own = Placed(ids.mention(said), said, one.source, one.tier, one.url, one.title, one.published, one.fetched, one.text_sha256, one.source_name, one.identity)  # fmt: skip
        digested = Digested(
            "", EntryState.KEPT, "", (verdict(),), one, one.body_sha256.encode(), one.source_name, (said,)
        )
        last = one is told[-1]
        store.finish(
            digested, at, lambda d, made=made, own=own, last=last: (Change(made, (own,), frozenset()),) if last else ()
        )  # type: ignore[misc]


def mention(told: Article, made: Event, quote: str) -> Mention:
    start = told.text.index(quote)
    return Mention(TOPIC.id, told.id, start, start + len(quote), quote, "", made.title, made.kind, made.phase, Polarity.ASSERTED, made.relation, made.when, made.actors, made.places, made.figures)  # fmt: skip


def verdict(judgement: Judgement = Judgement.RELEVANT) -> Verdict:
    weight = 1.5 if judgement is Judgement.RELEVANT else -2.0
    return Verdict(TOPIC.id, judgement, (Vote("both sides in one clause", weight, "青禾汽车"),))


WELL = (FeedState.OK,) * 4
ILL = (FeedState.OK, FeedState.OK, FeedState.FAILING, FeedState.FROZEN)


def poll(store: Store, at: datetime, states: Sequence[FeedState] = ILL) -> None:
    """Ask every source once: where nothing else is said, one fails and one has stopped to bring news."""
    number = store.open_round(at)
    for feed, state in zip(FEEDS, states, strict=True):
        error = {FeedState.FAILING: "timeout: no answer within 20 s", FeedState.FROZEN: "nothing new for 12 days"}.get(
            state, ""
        )
        last_ok = at if state is FeedState.OK else BEGAN
        status = FeedStatus(
            feed.url, feed.url, state, error, at, int(state is FeedState.FAILING), at, last_ok, at + timedelta(hours=1)
        )
        entries = tuple(screened(n) for n in range(6)) if feed is FEEDS[0] and states is ILL else ()
        store.record(Poll(number, status, at, "failed" if state is FeedState.FAILING else "new", 200, entries))
    store.close_round(number, at)


def screened(n: int) -> Screened:
    titles = (
        "青禾汽车与云川签约",
        "青禾小区改造完成",
        "云川大桥通车",
        "青禾汽车发布新车",
        "云川招商引资周报",
        "青禾汽车云川门店开业",
    )
    url = f"https://yunchuan-daily.example/e{n}.html"
    entry = Entry(url, url, titles[n], "摘要", Published("2025-06-30", None, date(2025, 6, 30), None))
    kept = n in (0, 4)
    state = EntryState.WAITING if kept else EntryState.REJECTED
    return Screened(
        entry,
        str(n),
        state,
        (verdict(Judgement.RELEVANT if kept else Judgement.REJECTED),),
        "" if kept else "only one side is named",
    )


def built(path: Path) -> Store:
    """Make the database of the town at *path*."""
    store = open_store(str(path))
    store.declare(SETTINGS, BEGAN)
    store.seed((), BEGAN, lambda decider: seeds())
    for at, states in ((BEGAN, WELL), (NOW - timedelta(days=40), ILL), (NOW - timedelta(days=25), WELL)):
        poll(store, at, states)
    for n, (id, title, when, fields, quote) in enumerate(TOLD):
        tell(store, id, title, when, fields, quote, EARLY.get(id, NOW - timedelta(days=20 - 2 * n)))
    linked = event("5", *TOLD[1][1:3], **TOLD[1][3])
    held = store.event("ev_5")
    assert held is not None
    change = Revision(
        NOW - timedelta(days=2), "person:王编辑", "status", "reported", linked.status.value, "市政府网站已发布"
    )
    store.seed(
        (),
        NOW,
        lambda d: (Change(replace(held, links=(Link("follows", "ev_3"),), revisions=(change,)), (), None, told=()),),
    )
    poll(store, NOW - timedelta(minutes=20))
    return store


def merge(store: Store, id: str, into: str) -> None:
    """Let the rules merge one event into another."""
    held = store.event(into)
    assert held is not None
    store.seed((), NOW, lambda decider: (Change(held, (), None, merges=(id,)),))


def retract(store: Store, id: str) -> None:
    """Let an event be taken back."""
    held = store.event(id)
    assert held is not None
    store.seed(
        (), NOW, lambda decider: (Change(replace(held, status=Status.RETRACTED, revisions=()), (), None, told=()),)
    )


def flood(store: Store, count: int) -> None:
    """Add *count* rejected entries."""
    urls = [f"https://yunchuan-gov.example/{n}.html" for n in range(count)]
    entries = [Entry(u, u, "云川天气", "", Published("", None, None, "missing")) for u in urls]
    found = tuple(Screened(e, e.url, EntryState.REJECTED, (verdict(Judgement.REJECTED),), "no") for e in entries)
    number, url = store.open_round(NOW), FEEDS[1].url
    store.record(Poll(number, FeedStatus(url, url, FeedState.OK), NOW, "new", 200, found))
    store.close_round(number, NOW)


def crowd(store: Store, count: int, title: str = "青禾汽车与云川的第{n}件事") -> None:
    """Add *count* events, each with one quote."""
    one = article(SOURCES[0], "长卷", text("青禾汽车与云川又有一事"), NOW)
    quote = quoted(one, "青禾汽车与云川又有一事")
    born = Revision(NOW, "machine:resolve", "created", None, "", "first told")

    def made(n: int) -> Change:
        when = day(2000 + n % 25, n % 12 + 1, n % 28 + 1)
        kind = list(Kind)[n % len(Kind)]
        return Change(
            event(f"x{n:06}", title.format(n=n), when, kind=kind, evidence=(quote,), revisions=(born,)), (), frozenset()
        )

    store.seed((), NOW, lambda decider: [made(n) for n in range(count)])


class Reader:
    """Somebody who asks for addresses, with a jar for cookies."""

    def __init__(self, path: Path, settings: Settings = SETTINGS, keys: web.Keys | None = None) -> None:
        self.now = NOW
        opener = partial(open_store, str(path), create=False)
        self.shelf = Shelf(lambda: settings, opener)
        write = web.Alone(lambda: settings, opener)
        self.app = application(self.shelf, lambda: self.now, keys=keys, write=write)
        self.cookies = httpx.Cookies()

    def get(self, url: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask for *url*."""
        return asyncio.run(self._ask(url, method, {k.replace("_", "-"): v for k, v in headers.items()}))

    def post(self, url: str, fields: Sequence[tuple[str, str]], **headers: str) -> httpx.Response:
        """Send a form as a browser does from our own page, but for *headers*."""
        said = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
        said |= {k.replace("_", "-"): v for k, v in headers.items()}
        return asyncio.run(self._ask(url, "POST", {k: v for k, v in said.items() if v}, urlencode(fields).encode()))

    async def _ask(self, url: str, method: str, headers: dict[str, str], body: bytes = b"") -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8321", cookies=self.cookies
        ) as browser:
            answer = await browser.request(method, url, headers=headers, content=body)
            self.cookies = browser.cookies
            return answer


@contextmanager
def serving(path: Path, keys: web.Keys | None = None, pulse: Pulse | None = None) -> Iterator[str]:
    """
    Serve the page over *path* on a free port of this machine; yields its address.

    With *keys* the review page is there too; *pulse* is that of the daemon beside it.
    """
    started = threading.Event()
    address: list[str] = []

    async def live() -> None:
        where = "127.0.0.1:0"
        opener = partial(open_store, str(path), create=False)
        write = web.Alone(lambda: SETTINGS, opener)
        page = web.served(web.bound(where), where, lambda: SETTINGS, opener, lambda: NOW, keys, write, pulse)
        async with page as found:
            address.append(found)
            stopping.append((asyncio.get_running_loop(), asyncio.Event()))
            started.set()
            await stopping[0][1].wait()

    stopping: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        assert started.wait(10)
        yield address[0]
    finally:
        loop, event = stopping[0]
        loop.call_soon_threadsafe(event.set)
        thread.join(10)
