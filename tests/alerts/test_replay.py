"""Whatever happens and whatever fails: who reads every alert once, in order, knows in the end what the timeline says."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.model import AlertState, Phase, Status
from tests.alerts.test_deliveries import URL, Desk, desk
from tests.store.make import told

EVENTS = st.integers(1, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("happens"), EVENTS, st.sampled_from(Status), st.sampled_from(Phase)),
        st.tuples(st.just("goes"), st.booleans()),
        st.tuples(st.just("waits"), st.sampled_from((1, 40, 400))),
    ),
    max_size=25,
)


def go(it: Desk, taken: bool) -> None:
    it.receiver.answers = {} if taken else {URL + "desk": FetchError(URL, "http 500")}
    it.go()


def known(it: Desk) -> dict[str, tuple[str, str]]:
    """Return what somebody knows of each event who reads each alert that was taken once, by its key, in order."""
    knows: dict[str, tuple[str, str]] = {}
    for alert in sorted(it.alerts(AlertState.SENT), key=lambda a: a.ended or a.at):
        for notice in json.loads(alert.notices):
            event = notice["event"]
            assert ("new" in notice["what"]) == (event["id"] not in knows), "what is new is new once"
            knows[event["id"]] = (event["status"], event["phase"])
    return knows


@settings(max_examples=60)
@given(STEPS)
def test_who_reads_every_alert_once_knows_what_the_timeline_says(steps):
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder)) as it:
        for number, (what, *with_) in enumerate(steps):
            it.now += timedelta(seconds=1)
            if what == "happens":
                event, status, phase = with_
                told(it.store, 10 + number, f"ev_{event}", it.now, status=status, phase=phase)
            elif what == "goes":
                go(it, with_[0])
            else:
                it.now += timedelta(minutes=with_[0])
        for _ in range(4):
            it.now += timedelta(hours=2)
            go(it, True)
        assert it.alerts(AlertState.WAITING, AlertState.DEAD) == [] == list(it.store.pending("desk"))
        knows = known(it)
        for event in it.store.events("river-bridge"):
            if event.id in knows:
                assert knows[event.id] == (event.status.value, event.phase.value) or event.status is Status.RETRACTED
                assert event.status is not Status.RETRACTED or knows[event.id][0] == "retracted"
            else:
                assert event.status is Status.RETRACTED
