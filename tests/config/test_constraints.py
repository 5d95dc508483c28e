"""The pinned dependencies: names and versions, nothing else, and none left out."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = dict(line.split("==") for line in LINES)


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    return [Requirement(r) for part in (project["project"]["dependencies"], *extras) for r in part]


def closure(todo: list[Requirement]) -> set[str]:
    """Return all that *todo* needs in turn, as the installed packages say."""
    done: set[tuple[str, str]] = set()
    while todo:
        one = todo.pop()
        for extra in {"", *one.extras} - {e for n, e in done if n == canonicalize_name(one.name)}:
            done.add((canonicalize_name(one.name), extra))
            needs = map(Requirement, distribution(one.name).requires or ())
            todo += [n for n in needs if n.marker is None or n.marker.evaluate({"extra": extra})]
    return {name for name, _ in done}


def test_each_line_is_a_name_and_a_version():
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9a-z.]+", line) for line in LINES)
    assert "://" not in "".join(LINES)
    assert sorted(PINS) == list(PINS)


def test_every_dependency_is_pinned_to_a_version_that_is_allowed():
    for needed in declared():
        assert needed.specifier.contains(PINS[canonicalize_name(needed.name)]), needed


def test_what_the_dependencies_need_in_turn_is_pinned_too():
    # Any pip will do; pinning it would make it replace itself.
    assert closure(declared()) - {"pip"} == PINS.keys()
