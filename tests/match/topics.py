"""The topics that the tests of this room judge by."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from monitor.model import Entity, Office, Topic

DATA = Path(__file__).parent.parent / "data" / "match"


def topics() -> dict[str, Topic]:
    raw = json.loads((DATA / "topics.json").read_text("utf-8"))
    return {t["id"]: Topic(t["id"], "?", tuple(map(entity, t["entities"])), tuple(t["together"])) for t in raw}


def entity(raw: dict[str, Any]) -> Entity:
    lists = {k: tuple(raw.get(k, ())) for k in ("names", "short", "decoys", "contexts", "against")}
    offices = tuple(
        Office(o["person"], o["title"], day(o.get("since")), day(o.get("until"))) for o in raw.get("offices", ())
    )
    return Entity(raw["id"], raw["kind"], of=raw.get("of", ""), offices=offices, **lists)


def day(raw: str | None) -> date | None:
    return date.fromisoformat(raw) if raw else None


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
