"""Who may import whom, which room owns which library, and who reads the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1] / "monitor"

# One library, one room: replacing it is then a change in one place.
OWNERS = {
    "httpx": {"fetch"}, "httptools": {"fetch"}, "protego": {"fetch"},
    "bs4": {"parse"}, "lxml": {"parse"}, "feedparser": {"parse"}, "trafilatura": {"parse"}, "defusedxml": {"parse"},
    "opencc": {"normalize"}, "jieba": {"normalize"}, "pypinyin": {"normalize"},
    "ahocorasick_rs": {"match"},
    "sqlite_utils": {"store"}, "sqlite3": {"store"}, "psycopg": {"store"},
    "yaml": {"config"}, "pydantic": {"config"}, "pydantic_core": {"config"},
    "apscheduler": {"daemon"}, "procrastinate": {"jobs"}, "click": {"cli"}, "rich": {"console"}, "jinja2": {"export"}, "orjson": {"codec", "export"}, "starlette": {"web"}, "uvicorn": {"web"}, "prometheus_client": {"web"}, "fastwarc": {"archives"}, "structlog": {"console", "crew", "daemon", "downloads", "jobs", "deliveries", "rounds", "web"}, "apprise": {"notify"},
}  # fmt: skip

PURE = {"parse", "normalize", "match", "extract", "resolve", "export"}

# The roof may see every room; no room may see the roof.
ROOF = {
    "cli",
    "web",
    "backfill",
    "daemon",
    "deliveries",
    "downloads",
    "crew",
    "jobs",
    "recording",
    "rounds",
    "console",
    "ingest",
    "declared",
    "subscriptions",
    "trial",
    "clock",
    "doctor",
    "progress",
    "pulse",
    "supervisor",
    "__init__",
    "__main__",
}

MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "errors": set(),
    "codec": {"model"},
    "ids": {"model"},
    "addresses": {"model", "normalize"},
    "asking": {"model", "errors", "addresses", "parse"},
    "namesakes": {"model", "normalize", "parse"},
    "articles": {"model", "ids", "namesakes", "normalize", "parse", "resolve"},
    "rechecking": {"model", "errors"},
    "screening": {"model", "match", "namesakes", "normalize", "signs", "store"},
    "outlook": {"model", "articles", "match", "normalize", "store"},
    "finding": {"model", "normalize", "store"},
    "hours": {"model"},
    "noticing": {"model", "ids", "export", "resolve"},
    "rhythm": {"model"},
    "signs": {"model", "codec"},
    "schedule": {"model", "errors", "rhythm"},
    **{room: {"model", "errors", "normalize"} for room in PURE},
    "archives": {"model", "errors"},
    "fetch": {"model", "errors"},
    "notify": {"model", "errors"},
    "store": {"model", "errors", "codec", "ids"},
    "config": {"model", "errors"},
    "seeding": {"model", "resolve", "store"},
    "reading": {"model", "resolve", "store"},
    "values": {"model", "config"},
    "importing": {"model", "errors", "codec", "config", "export"},
    "reworking": {"model", "errors", "articles", "pipeline", "resolve", "store"},
    "reviewing": {"model", "errors", "pipeline", "resolve", "screening", "store"},
    "pipeline": {
        "model",
        "errors",
        "articles",
        "asking",
        "ids",
        "namesakes",
        "rechecking",
        "schedule",
        "screening",
        "signs",
        "store",
        *PURE,
    },
}

FILES = sorted(HOME.rglob("*.py"))


def room(file: Path) -> str:
    return file.relative_to(HOME).parts[0].removesuffix(".py")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def imports(file: Path) -> frozenset[str]:
    """Return every module that *file* imports, those inside functions and under TYPE_CHECKING too."""
    return frozenset(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "monitor")


def told(faults: dict[Path, set[str]]) -> dict[str, list[str]]:
    return {str(file.relative_to(HOME)): sorted(wrong) for file, wrong in faults.items() if wrong}


def test_a_room_imports_only_whom_it_may():
    def strangers(file: Path) -> set[str]:
        seen = {name.split(".")[1] for name in imports(file) if name.startswith("monitor.")}
        return seen - {room(file), "__version__"} - MAY_IMPORT[room(file)]

    assert not told({file: strangers(file) for file in FILES if room(file) not in ROOF})


def test_a_library_is_imported_only_by_the_room_that_owns_it():
    def strangers(file: Path) -> set[str]:
        seen = {n.split(".")[0] for n in imports(file)} & set(OWNERS)
        return {name for name in seen if room(file) not in OWNERS[name]}

    assert not told({file: strangers(file) for file in FILES})


@pytest.mark.parametrize(
    "name", ["pipeline", "screening", "outlook", "seeding", "reading", "reviewing", "reworking", "finding"]
)
def test_the_data_path_knows_the_contract_and_no_store(name):
    seen = {n for file in FILES if room(file) == name for n in imports(file) if n.startswith("monitor.store")}
    assert seen == {"monitor.store.base"}


@pytest.mark.parametrize(
    ("library", "files"),
    [
        ("sqlite3", {"checkup", "copies", "on_sqlite", "restoring", "sentences", "sqlite_values"}),
        ("sqlite_utils", {"sqlite_values"}),
        ("psycopg", {"on_postgres", "postgres_link", "postgres_turns", "postgres_values"}),
    ],
)
def test_the_rooms_of_the_store_know_no_database(library, files):
    assert {f.stem for f in FILES if library in {n.split(".")[0] for n in imports(f)}} == files


def test_only_the_clock_reads_the_wall_clock():
    def readings(file: Path) -> set[str]:
        calls = {ast.unparse(n.func) for n in ast.walk(tree(file)) if isinstance(n, ast.Call)}
        return {c for c in calls if c.endswith(("datetime.now", "datetime.utcnow", "date.today", "time.time"))}

    assert not told({file: readings(file) for file in FILES if room(file) != "clock"})


def test_every_room_is_on_the_map():
    assert {room(f) for f in FILES} <= set(MAY_IMPORT) | ROOF


def test_no_line_of_the_program_names_the_default_topic():
    """The shipped configuration and seeds do; the code serves any question. Comments may use it as an example."""
    names = ("小米", "洛阳", "洛陽", "xiaomi", "luoyang", "孙昌旭", "江凌", "领充")
    for file in FILES:
        nodes = list(ast.walk(tree(file)))
        docs = {id(n.value) for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
        texts = [n.value for n in nodes if isinstance(n, ast.Constant) and id(n) not in docs]
        assert not [t for t in texts if isinstance(t, str) and any(name in t.lower() for name in names)], file
