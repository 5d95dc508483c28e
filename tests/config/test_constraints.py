"""The pinned dependencies: names and versions, nothing else, and none left out."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pinned(file: str) -> dict[str, str]:
    return dict(line.split("==") for line in (ROOT / file).read_text(encoding="utf-8").splitlines())


# Whom the program is measured beside is installed by `make bench` alone, and pinned in a file of its own.
PINS, BENCH = pinned("constraints.txt"), pinned("bench/constraints.txt")


def declared(extra: str) -> list[Requirement]:
    return [Requirement(r) for r in PROJECT["optional-dependencies"][extra]]


def needed() -> list[Requirement]:
    return [*map(Requirement, PROJECT["dependencies"]), *declared("dev")]


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


@pytest.mark.parametrize("pins", [PINS, BENCH])
def test_each_line_is_a_name_and_a_version(pins):
    lines = [f"{name}=={version}" for name, version in pins.items()]
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9a-z.]+", line) for line in lines)
    assert sorted(pins) == list(pins)


def test_every_dependency_is_pinned_to_a_version_that_is_allowed():
    for one in [*needed(), *declared("bench")]:
        assert one.specifier.contains((PINS | BENCH)[canonicalize_name(one.name)]), one


def test_what_the_dependencies_need_in_turn_is_pinned_too():
    # Any pip will do; pinning it would make it replace itself.
    assert closure(needed()) - {"pip"} == PINS.keys()


def test_the_bench_pins_nothing_that_is_pinned_for_all_and_is_no_part_of_what_develops():
    assert not PINS.keys() & BENCH.keys()
    assert PROJECT["optional-dependencies"].keys() == {"archive", "bench", "dev", "scale"}
