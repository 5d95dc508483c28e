"""What waits for a person's decision, and the log of decisions, as they are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from monitor.console.output import Json, clean_line, print_json
from monitor.export import record
from monitor.model import FIXABLE, Decision, Ruling, When
from monitor.reviewing import Doubt


def show_doubts(told: Sequence[Doubt], form: str) -> None:
    """Print what waits for a person's decision, with reasons."""
    if form == "json":
        print_json([record.plain(d) for d in told])
        return
    for doubt in told:
        lines = [f"{doubt.id}  {doubt.kind}  {doubt.title}", *(f"    {w}" for w in doubt.why)]
        if len(doubt.about) > 1:
            lines.insert(1, f"    {' and '.join(doubt.about)} may be one event")
        sys.stdout.write("\n".join(map(clean_line, lines)) + "\n")
    if not told:
        sys.stdout.write("nothing waits for a decision\n")


def show_decisions(told: Sequence[Decision], form: str) -> None:
    """Print the log of decisions."""
    if form == "json":
        print_json([decision(d) for d in told])
        return
    for d in told:
        sys.stdout.write(clean_line(f"{d.id}  {record.plain(d.at)}  {_ordered(d)}") + "\n")


def show_ruling(told: Ruling, form: str) -> None:
    """Print a decision that was made, and the events that are now another than before."""
    changed = [c.event for c in told.changes if c.event.revisions]
    if form == "json":
        print_json({**decision(told.decision), "changed": [e.id for e in changed]})
        return
    sys.stdout.write(clean_line(f"{told.decision.id}  {_ordered(told.decision)}") + "\n")
    for event in changed:
        fields = ", ".join(r.field for r in event.revisions)
        sys.stdout.write(clean_line(f"  {event.id}  {event.title}: {fields}") + "\n")


def decision(told: Decision) -> dict[str, Json]:
    """Return a decision as other programs read it."""
    fixed = {f: record.plain(v) for f in FIXABLE if (v := getattr(told.fixed, f)) is not None}
    about: dict[str, Json] = {"events": list(told.events), "articles": list(told.articles)}
    if told.entry:
        about["entry"] = told.entry
    what: dict[str, Json] = {"verb": told.verb.value, **about, **({"fixed": fixed} if fixed else {})}
    if told.undoes:
        what["undoes"] = told.undoes
    return {
        "id": told.id,
        "topic": told.topic or None,
        "at": record.plain(told.at),
        "person": told.person,
        "reason": told.reason or None,
        "what": what,
        "undone_by": told.undone_by or None,
    }


def _ordered(told: Decision) -> str:
    fixed = [f"{f}={_value(v)}" for f in FIXABLE if (v := getattr(told.fixed, f)) is not None]
    about = (told.entry, *told.events, *(() if told.entry else told.articles), told.undoes, *fixed)
    why = f": {told.reason}" if told.reason else ""
    undone = f" (undone by {told.undone_by})" if told.undone_by else ""
    return f"{told.verb.value} {' '.join(a for a in about if a)} by {told.person}{why}{undone}"


def _value(value: object) -> str:
    if isinstance(value, When):
        return value.edtf or "unknown"
    return value if isinstance(value, str) else json.dumps(record.plain(value), ensure_ascii=False)
