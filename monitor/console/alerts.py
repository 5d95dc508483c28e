"""Alerts and what channels have not been told yet, as they are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from monitor.console.output import Json, clean_line, print_json
from monitor.export import record
from monitor.model import Alert, AlertState, Pending


def show_alerts(told: Sequence[Alert], pending: Mapping[str, Sequence[Pending]], form: str) -> None:
    """Print *told*, and what is *pending* by channel."""
    if form == "json":
        waits: list[Json] = [_waits(channel, p) for channel, some in pending.items() for p in some]
        print_json({"alerts": [alert(a) for a in told], "pending": waits})
        return
    for a in told:
        tries = f", tried {a.attempts}x" if a.attempts else ""
        again = f", again {record.plain(a.not_before)}" if a.not_before and a.state is AlertState.WAITING else ""
        why = f": {a.reason}" if a.reason else ""
        _line(f"{a.id}  {a.channel}  {a.state.value}{tries}{again}{why}  {a.title}")
    for channel, some in pending.items():
        if some:
            _line(f"{channel}: {len(some)} not told yet, since {record.plain(some[0].at)}")
    if not told and not any(pending.values()):
        sys.stdout.write("no alert waits and none was given up\n")


def alert(told: Alert) -> dict[str, Json]:
    """Return an alert as other programs read it."""
    return {
        "id": told.id,
        "channel": told.channel,
        "at": record.plain(told.at),
        "state": told.state.value,
        "attempts": told.attempts,
        "next_try": record.plain(told.not_before),
        "reason": told.reason or None,
        "ended": record.plain(told.ended),
        "title": told.title,
        "notices": json.loads(told.notices),
    }


def _waits(channel: str, told: Pending) -> Json:
    return {"channel": channel, "about": told.about, "since": record.plain(told.at)}


def _line(text: str) -> None:
    sys.stdout.write(clean_line(text) + "\n")
