"""What verify, doctor and reprocess found."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.console.output import Json, clean_line, print_json
from monitor.export import record
from monitor.model import Audit, Rework

if TYPE_CHECKING:
    from monitor.doctor import Finding


def show_audit(told: Audit, form: str) -> None:
    """Print what was checked and every fault."""
    if form == "json":
        print_json(
            {
                "ok": not told.faults,
                "checked": record.plain(told.seen),
                "faults": list(told.faults),
                "not_held": list(told.unheld),
            }
        )
        return
    for fault in told.faults:
        sys.stdout.write(clean_line(f"FAULT  {fault}") + "\n")
    for quote in told.unheld:
        sys.stdout.write(clean_line(f"not held  {quote}") + "\n")
    words = ", ".join(f"{n} {what}" for what, n in told.seen.items())
    sys.stdout.write(f"{'checked' if told.faults else 'all there'}: {words or 'nothing is kept yet'}\n")


def show_findings(told: Sequence[Finding], form: str) -> None:
    """Print what the doctor found, and what to do."""
    if form == "json":
        found: list[Json] = [
            {"check": f.check, "state": f.state.value, "found": f.found, "todo": f.todo or None} for f in told
        ]
        print_json({"ok": all(f.state.value != "failure" for f in told), "findings": found})
        return
    for f in told:
        first, *rest = f.found.split("\n")
        lines = [f"{f.state.value:<8} {f.check:<9} {first}", *(f"{'':18} {line}" for line in rest)]
        if f.todo and f.state.value != "ok":
            lines.append(f"{'':18} -> {f.todo}")
        sys.stdout.write("".join(clean_line(line) + "\n" for line in lines))


def show_rework(told: Rework, form: str, *, applied: bool) -> None:
    """Print what today's rules make another than it was."""
    changed = [c for c in told.changes if c.event.revisions or c.merges]
    merged = {id: c.event.id for c in told.changes for id in c.merges}
    if form == "json":
        events: list[Json] = [
            {"id": c.event.id, "title": c.event.title, "revisions": record.plain(c.event.revisions)} for c in changed
        ]
        print_json({"applied": applied, "events": events, "merged": {**merged}, "mentions_gone": len(told.gone)})
        return
    for c in changed:
        for r in c.event.revisions:
            line = f"{c.event.id}  {c.event.title}: {r.field} {_said(r.before)} -> {_said(r.after)}  ({r.why})"
            sys.stdout.write(clean_line(line) + "\n")
    for id, into in merged.items():
        sys.stdout.write(f"{id}  is one with {into}\n")
    sys.stdout.write(
        f"{len(changed)} events change; {len(merged)} redirect; {len(told.gone)} mentions are told no more\n"
    )


def _said(value: object) -> str:
    plain = record.plain(value)
    if isinstance(plain, dict):
        plain = plain.get("edtf")
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
