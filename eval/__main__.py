"""
``python -m eval DATA [NAME ...] [--json FILE] [--update]``: measure, print one table, fail below the floors.

A measure is a module of this folder with ``measure(data: Path) -> Iterable[Score]``. A floor holds for the
corpus whose digest it records; another corpus is reported and compared all the same. ``--update`` raises
floors to what was seen and never lowers one.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import time
from pathlib import Path

import eval as home
from eval.base import Score

FLOORS = Path(__file__).with_name("floors.json")


def main() -> int:
    """Run the measures named on the command line, or all."""
    args = _arguments()
    if not args.data.is_dir():
        print(f"eval: no data folder at {args.data}; give it as `make eval DATA=FOLDER`", file=sys.stderr)
        return 2
    floors: dict[str, dict[str, object]] = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    scores: list[Score] = []
    failed = False
    for name in args.names or _measures():
        began = time.perf_counter()
        found = list(importlib.import_module(f"eval.{name}").measure(args.data))
        for score in found:
            failed |= not _show(score, floors.get(score.name))
        print(f"  ({name}: {time.perf_counter() - began:.1f} s)")
        scores += found
    if args.json:
        args.json.write_text(json.dumps([_record(s) for s in scores], ensure_ascii=False, indent=2), "utf-8")
    if args.update:
        _raise_floors(floors, scores)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="eval", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--update", action="store_true")
    return parser.parse_args()


def _measures() -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(home.__path__) if m.name.startswith("measure_"))


def _show(score: Score, pin: dict[str, object] | None) -> bool:
    """Print one row; return whether the floor holds."""
    floor = float(str(pin["floor"])) if pin else None
    held = floor is None or (score.value >= floor if score.higher else score.value <= floor)
    other = " (other corpus than the pin)" if pin and pin["corpus"] != score.corpus else ""
    word = "floor" if score.higher else "ceiling"
    bound = f"{word} {floor:g}" if floor is not None else "no floor"
    print(f"{'ok  ' if held else 'FAIL'} {score.name:<44} {score.value:>10.4g}  {bound}{other}  {score.detail}")
    return held


def _record(score: Score) -> dict[str, object]:
    return {"name": score.name, "value": score.value, "corpus": score.corpus, "detail": score.detail}


def _raise_floors(floors: dict[str, dict[str, object]], scores: list[Score]) -> None:
    for score in scores:
        pin = floors.get(score.name)
        old = float(str(pin["floor"])) if pin else None
        better = old is None or (score.value >= old if score.higher else score.value <= old)
        if better:
            floors[score.name] = {"floor": score.value, "corpus": score.corpus}
    FLOORS.write_text(json.dumps(floors, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
