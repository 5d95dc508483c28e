"""docs/polling.md lists every rule with its test, so each test that it names must be there."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

from tests.hostile_cases import CASES

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "docs" / "polling.md").read_text("utf-8").partition("## Decisions")[0]
TESTS = set(re.findall(r"def test_(\w+)", "\n".join(f.read_text("utf-8") for f in (ROOT / "tests").rglob("*.py"))))
LAST_CELLS = [line.rstrip("| ").rpartition("|")[2] for line in RULES.split("\n") if line.startswith("|")]
WORDS = set(re.findall(r"`([^`]+)`", "\n".join(LAST_CELLS)))


def test_every_test_that_the_rules_name_exists() -> None:
    cases = {f"{case.group}-{case.name}" for case in CASES} | {"timeout"}
    assert len(WORDS) > 40
    assert {w for w in WORDS if w not in TESTS and not any(fnmatch(case, w) for case in cases)} == set()
