"""Alerts that are not taken: tried again, later each time, given up, dropped; one channel holds up no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.deliveries import LONGEST, TRIES, Deliveries, again, missing
from monitor.errors import FetchError, Gone, NotifyError, RateLimited
from monitor.model import Alert, AlertState, Channel, Pending, Request, Response, Sealed, Secret, Status, Tell
from monitor.store import open_store
from monitor.store.base import Store
from tests.store.make import NOW, settings, told

URL = "https://hooks.example/"


@dataclass
class Receiver:
    """The way out, as one that answers what it is told to; ``asked`` is what it was asked."""

    answers: dict[str, object] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    async def get(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.answers.get(request.url)
        if answer == "hang":
            await asyncio.sleep(3600)
        if isinstance(answer, Exception):
            raise answer
        return Response(request.url, request.url, 204, {}, b"")


@dataclass
class Desk:
    """Deliveries over a store in *folder*, by a clock that is put on by hand."""

    store: Store
    channels: Sequence[Channel]
    receiver: Receiver = field(default_factory=Receiver)
    now: datetime = NOW
    environment: dict[str, str] = field(default_factory=dict)

    def declare(self) -> None:
        self.store.declare(replace(settings(), channels=tuple(self.channels)), NOW - timedelta(days=1))

    def happens(self, n: int = 1) -> None:
        """Let an event be new that an article brought which was published today."""
        told(self.store, n, f"ev_{n}", self.now)

    def go(self, limit: float = 5.0) -> None:
        """Deliver what is due."""

        async def once() -> None:
            with ThreadPoolExecutor(1) as writer:

                async def write(act, *args, **kwargs):  # type: ignore[no-untyped-def]
                    loop = asyncio.get_running_loop()
                    return await loop.run_in_executor(writer, lambda: act(*args, **kwargs))

                declared = replace(settings(), channels=tuple(self.channels))
                made = Deliveries(
                    declared, self.store, write, lambda _: self.receiver, self.environment, lambda: self.now
                )
                await made.once(limit)

        asyncio.run(once())

    def alerts(self, *states: AlertState) -> list[Alert]:
        return list(self.store.alerts(*(states or AlertState)))


def hook(id: str = "desk", **more: object) -> Channel:
    return replace(Channel(id, "webhook", URL + id), **more)  # type: ignore[arg-type]


@contextmanager
def desk(folder: Path, *channels: Channel) -> Iterator[Desk]:
    with open_store(str(folder / "a.db")) as store:
        made = Desk(store, channels or (hook(),))
        made.declare()
        yield made


def test_what_is_not_taken_is_tried_again_later_each_time_with_the_same_key_and_body(tmp_path):
    with desk(tmp_path) as it:
        it.happens()
        it.receiver.answers[URL + "desk"] = FetchError(URL, "http 500", "no")
        waits = []
        for _ in range(9):
            it.go()
            (alert,) = it.alerts()
            waits.append(alert.not_before - it.now)
            it.go()  # not due: nothing is asked
            it.now = alert.not_before
        assert len(it.receiver.asked) == 9
        assert len({(dict(r.headers)["Idempotency-Key"], r.body) for r in it.receiver.asked}) == 1
        assert waits[:7] == sorted(waits[:7])
        assert timedelta(seconds=30) <= waits[0] <= timedelta(seconds=38) and waits[-1] >= LONGEST
        assert alert.state is AlertState.WAITING and alert.reason == "webhook: http 500"
        it.receiver.answers.clear()
        it.go()
        assert [a.state for a in it.alerts()] == [AlertState.SENT]


def test_it_is_given_up_after_a_day_or_so_and_a_person_may_retry_or_drop_it(tmp_path):
    with desk(tmp_path) as it:
        it.happens()
        it.receiver.answers[URL + "desk"] = FetchError(URL, "connect")
        while it.alerts(AlertState.WAITING) or not it.alerts():
            it.go()
            it.now = it.alerts()[0].not_before or it.now
        (alert,) = it.alerts()
        assert (alert.state, alert.attempts) == (AlertState.DEAD, TRIES)
        assert timedelta(hours=20) < it.now - NOW < timedelta(hours=32)
        it.go()
        assert len(it.receiver.asked) == TRIES
        assert it.store.order_alert(alert.id, AlertState.WAITING, it.now)
        it.receiver.answers.clear()
        it.go()
        assert [a.state for a in it.alerts()] == [AlertState.SENT]
        assert not it.store.order_alert(alert.id, AlertState.DROPPED, it.now)
        assert not it.store.order_alert("al_nobody", AlertState.WAITING, it.now)


def test_who_says_that_it_is_gone_is_not_asked_again_for_that_alert(tmp_path):
    with desk(tmp_path) as it:
        it.happens()
        it.receiver.answers[URL + "desk"] = Gone(URL, "http 410")
        it.go()
        assert [(a.state, a.reason) for a in it.alerts()] == [(AlertState.DEAD, "webhook: http 410")]


@pytest.mark.parametrize(
    ("asked", "waits"), [(timedelta(hours=5), timedelta(hours=5)), (timedelta(days=90), timedelta(days=1))]
)
def test_a_server_that_names_a_delay_is_heeded_up_to_a_day(tmp_path, asked, waits):
    with desk(tmp_path) as it:
        it.happens()
        it.receiver.answers[URL + "desk"] = RateLimited(URL, "http 429", "", asked)
        it.go()
        assert it.alerts()[0].not_before == it.now + waits


def test_a_channel_that_hangs_holds_up_no_other(tmp_path):
    with desk(tmp_path, hook("slow"), hook("desk")) as it:
        it.happens()
        it.receiver.answers[URL + "slow"] = "hang"
        it.go(limit=0.3)
        assert {a.channel: a.state for a in it.alerts()} == {"slow": AlertState.WAITING, "desk": AlertState.SENT}


def test_what_is_told_later_waits_unsealed_while_a_channel_takes_nothing(tmp_path):
    with desk(tmp_path) as it:
        it.receiver.answers[URL + "desk"] = FetchError(URL, "connect")
        for n in range(1, 9):
            it.happens(n)
        for _ in range(30):
            it.go()
        assert len(it.alerts()) == 3 and len(it.store.pending("desk")) == 5
        it.receiver.answers.clear()
        it.now += timedelta(minutes=2)
        it.go()  # one was due; since it was taken, so are the others
        assert {a.state for a in it.alerts()} == {AlertState.SENT} and len(it.alerts()) == 8


def test_what_is_said_of_one_event_is_said_in_order(tmp_path):
    with desk(tmp_path) as it:
        it.happens(1)
        it.receiver.answers[URL + "desk"] = FetchError(URL, "http 500")
        it.go()
        told(it.store, 9, "ev_1", it.now, status=Status.DENIED)
        it.happens(2)
        it.receiver.answers.clear()
        it.now += timedelta(seconds=10)  # the first is not due yet, the second event is
        it.go()
        said = [n["what"] for r in it.receiver.asked[1:] for n in json.loads(r.body)["notices"]]
        assert said == [["new"], ["new"], ["status"]]
        assert '"ev_2"' in it.receiver.asked[1].body.decode()


def test_many_new_events_at_once_are_one_alert(tmp_path):
    with desk(tmp_path) as it:
        for n in range(1, 30):
            it.happens(n)
        it.go()
        (asked,) = it.receiver.asked
        told = json.loads(asked.body)
        assert len(told["notices"]) == 29 and "29" in told["title"]


def test_a_digest_is_one_alert_for_all_that_came_before_it_was_due(tmp_path):
    with desk(tmp_path, hook(digest=("18:00",))) as it:  # 10:00 in UTC
        for n in range(1, 4):
            it.happens(n)
        it.go()
        assert it.receiver.asked == []
        it.now = datetime(2025, 3, 20, 10, 1, tzinfo=UTC)
        it.happens(4)
        it.go()
        assert [len(json.loads(r.body)["notices"]) for r in it.receiver.asked] == [3]
        it.now += timedelta(days=1)
        it.go()
        assert [len(json.loads(r.body)["notices"]) for r in it.receiver.asked] == [3, 1]


def test_in_quiet_hours_nothing_is_sent_and_afterwards_everything(tmp_path):
    with desk(tmp_path, hook(quiet=("16:00", "18:00"))) as it:  # it is 16:30 there
        it.happens()
        it.go()
        assert it.receiver.asked == [] and it.alerts() == []
        it.now = datetime(2025, 3, 20, 10, 0, tzinfo=UTC)
        it.go()
        assert len(it.receiver.asked) == 1


def test_a_channel_is_told_of_its_topics_alone_and_of_what_it_wants(tmp_path):
    with desk(tmp_path, hook("other", topics=("else",)), hook("blind", tell=(Tell.BLIND,))) as it:
        it.happens()
        it.go()
        assert it.receiver.asked == []
        assert it.store.pending("other") == it.store.pending("blind") == []


def test_a_channel_that_is_declared_later_is_told_of_what_happens_from_then_on(tmp_path):
    with desk(tmp_path) as it:
        it.happens(1)
        it.channels = (hook(), hook("late"))
        it.declare()
        it.happens(2)
        it.go()
        assert [len(it.store.alerts(AlertState.SENT, channel=c)) for c in ("desk", "late")] == [2, 1]


def test_a_channel_that_is_taken_out_and_put_back_has_lost_nothing(tmp_path):
    with desk(tmp_path) as it:
        it.happens(1)
        it.channels = ()
        it.declare()
        it.go()
        it.happens(2)  # nobody listens
        it.channels = (hook(),)
        it.declare()
        it.go()
        assert len(it.receiver.asked) == 1


def test_a_secret_that_is_missing_costs_a_try_and_is_said_without_it(tmp_path):
    signed = hook(secret=Secret(env="DESK_KEY"))
    with desk(tmp_path, signed) as it:
        it.happens()
        it.go()
        assert it.receiver.asked == [] and it.alerts()[0].reason == "the variable DESK_KEY is not set"
        it.environment["DESK_KEY"] = "k"
        it.now += timedelta(hours=1)
        it.go()
        assert [a.state for a in it.alerts()] == [AlertState.SENT]
    assert missing([signed], {}) == ["alerts: desk: the variable DESK_KEY is not set"]
    assert missing([signed], {"DESK_KEY": "k"}) == []
    assert missing([hook(address=Secret(file=str(tmp_path)))], {}) == [
        f"alerts: desk: the file {tmp_path} cannot be read"
    ]


def test_a_bug_in_one_way_of_sending_is_named_without_its_words(tmp_path):
    with desk(tmp_path) as it:
        it.happens()
        it.receiver.answers[URL + "desk"] = ValueError("the key is k3y")
        it.go()
        assert it.alerts()[0].reason == "bug: ValueError"


def test_an_alert_put_off_by_a_clock_that_was_wrong_is_tried_when_the_clock_is_right(tmp_path):
    with desk(tmp_path) as it:
        it.now = NOW + timedelta(days=4000)
        it.happens()
        it.receiver.answers[URL + "desk"] = FetchError(URL, "connect")
        it.go()
        it.now, it.receiver.answers = NOW, {}
        it.go()
        assert [a.state for a in it.alerts()] == [AlertState.SENT]


def test_the_same_store_tells_the_same_under_the_same_ids(tmp_path):
    ids = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        with desk(folder) as it:
            it.happens(1)
            it.happens(2)
            it.go()
            ids.append([(a.id, a.title, a.text, a.notices) for a in it.alerts()])
    assert ids[0] == ids[1] and len(ids[0]) == 2


def test_the_next_try_is_spread_and_never_sooner_than_asked():
    one = Alert("al_1", "desk", NOW, "t", "t", "[]")
    nexts = {again(replace(one, id=f"al_{n}"), NOW) for n in range(50)}
    assert len(nexts) > 20 and min(nexts) >= NOW + timedelta(seconds=30)
    assert again(one, NOW, timedelta(hours=3)) == NOW + timedelta(hours=3)
    assert again(replace(one, attempts=1000), NOW) <= NOW + LONGEST * 1.25


def test_what_was_sealed_and_not_sent_is_sent_by_the_next_process(tmp_path):
    with desk(tmp_path) as it:
        it.happens()
        it.store.seal("desk", _seal)
    with desk(tmp_path) as it:
        it.go()
        (asked,) = it.receiver.asked
        assert dict(asked.headers)["Idempotency-Key"] == "al_sealed"


def _seal(pending: Sequence[Pending]) -> Sealed:
    alert = Alert("al_sealed", "desk", NOW, "t", "t", "[]")
    return Sealed(((alert, tuple(p.n for p in pending)),))


def test_a_decision_that_fails_seals_nothing(tmp_path):
    def fails(pending: Sequence[Pending]) -> Sealed:
        raise NotifyError("no")

    with desk(tmp_path) as it:
        it.happens()
        with pytest.raises(NotifyError):
            it.store.seal("desk", fails)
        assert it.alerts() == [] and len(it.store.pending("desk")) == 1
