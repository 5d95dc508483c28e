"""Saved pages, saved feeds and exports of GDELT."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest

from monitor.archives import File, Limits, Wanted, found, parts
from monitor.errors import InputError
from monitor.model import Capture, Part, Reads, Span

BRIDGE = "Long Bridge"


def untold(error: OSError) -> None:
    """Say nothing."""


def wanted(data: bytes) -> bool:
    return b"long bridge" in data.lower()


def read(
    path: Path, kind: str = "gdelt", position: int = 0, limits: Limits = Limits(), span: Span = Span()
) -> list[Part]:
    return list(parts(File(path, kind), position, Wanted(wanted, wanted, span), limits))


def captures(some: list[Part]) -> list[Capture]:
    return [c for part in some for c in part.captures]


def event(url: str, actor: str, seen: str = "20190506081500", columns: int = 61) -> bytes:
    cells = [""] * columns
    cells[6], cells[columns - 1], cells[columns - 2] = actor.upper(), url, seen
    return "\t".join(cells).encode() + b"\n"


def knowledge(url: str, people: str, title: str) -> bytes:
    cells = [""] * 27
    cells[1], cells[4], cells[11], cells[26] = "20190506081500", url, people, f"<PAGE_TITLE>{title}</PAGE_TITLE>"
    cells[23] = f"{BRIDGE},120;Somebody Else,300"
    return "\t".join(cells).encode() + b"\n"


def events(count: int = 9) -> bytes:
    return b"".join(event(f"https://paper.example/{n}", BRIDGE if n % 3 == 0 else "rain") for n in range(count))


def zipped(*bodies: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        for n, body in enumerate(bodies):
            whole.writestr(f"{n}.export.CSV", body)
    return out.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zipped], ids=["plain", "gzip", "zip"])
def test_lines_that_name_a_topic_give_address_moment_and_names(tmp_path, pack):
    file = tmp_path / "20190506.export.CSV.zip"
    file.write_bytes(pack(events()))
    found = captures(read(file))
    assert [c.url for c in found] == [f"https://paper.example/{n}" for n in (0, 3, 6)]
    assert found[0].at and found[0].at.isoformat() == "2019-05-06T08:15:00+00:00"
    assert {c.names for c in found} == {BRIDGE} and {c.seen for c in found} == {"20190506081500"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zipped], ids=["plain", "gzip", "zip"])
def test_reading_goes_on_at_a_line(tmp_path, pack):
    file = tmp_path / "a.csv"
    file.write_bytes(pack(events(20)))
    position, urls = 0, []
    for _ in range(30):
        part = read(file, position=position, limits=Limits(records=3))[0]
        urls += [c.url for c in part.captures]
        position = part.position
        if part.ended:
            break
    assert urls == [f"https://paper.example/{n}" for n in range(0, 20, 3)]


def test_the_knowledge_graph_has_titles(tmp_path):
    file = tmp_path / "a.gkg.csv"
    file.write_bytes(knowledge("https://a.example/1", "ann lee;li si", "Bridge &#x5927; opens"))
    (one,) = captures(read(file))
    assert (one.title, one.names) == ("Bridge 大 opens", f"Ann Lee; Li Si; {BRIDGE}; Somebody Else")


def test_events_of_the_first_kind_have_days(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(event("https://a.example/1", BRIDGE, "20130506", 58))
    assert [c.at and c.at.date() for c in captures(read(file))] == [date(2013, 5, 6)]


def test_what_was_seen_before_the_days_that_are_wanted_is_left_out(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(events(3))
    (part,) = read(file, span=Span(since=date(2019, 5, 7)))
    assert part.reads == Reads(records=3, outside=1, unnamed=2)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"PK\x03\x04 nothing",
        b"\x1f\x8b\x08 nothing",
        f"{BRIDGE}\n".encode(),
        b"\t" * 100,
        BRIDGE.encode() * 200_000,
    ],
    ids=["empty", "zip", "gzip", "text", "tabs", "endless"],
)
def test_what_is_no_table_gives_nothing(tmp_path, junk):
    file = tmp_path / "a.csv"
    file.write_bytes(junk)
    found = read(file)
    assert not captures(found) and found[-1].ended


def test_a_zip_file_that_is_cut_short_is_told(tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(zipped(events())[:-30])
    (part,) = read(file)
    assert part.reads.faults == 1 and part.problems


BOMBS = {
    "bytes": lambda: gzip.compress(bytes(70_000_000), 1),
    "lines": lambda: gzip.compress(b"\n" * 3_000_000),
    "named": lambda: gzip.compress(f"{BRIDGE}\n".encode() * 300_000),
    "files": lambda: zipped(*[bytes(10_000_000)] * 7),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_unpacks_to_more_than_any_table_is_given_up(tmp_path, name):
    file = tmp_path / "a.csv.zip"
    file.write_bytes(BOMBS[name]())
    began, found = time.process_time(), read(file)
    assert found[-1].ended and "no table unpacks to so much" in found[-1].problems[-1]
    assert found[-1].position < 70_000_000 and sum(p.reads.records for p in found) < 300_000
    assert time.process_time() - began < 5
    assert read(file, position=found[-1].position)[-1].ended


def test_a_zip_file_whose_list_of_contents_is_long_is_not_opened(tmp_path):
    file = tmp_path / "a.csv.zip"
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as whole:
        for n in range(9_000):
            whole.writestr(f"{n:0100}.csv", b"")
    file.write_bytes(empty.getvalue())
    (part,) = read(file)
    assert part.problems == ("damaged behind byte 0 of what it unpacks to: its list of contents is too long",)


def test_a_folder_gives_what_is_read_and_nothing_else(tmp_path):
    for name in ("a.html", "b/feed.xml", "c.warc.gz", "d.csv.zip", "e.txt", "f.py", "G.JSON"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    kinds = [(f.path.relative_to(tmp_path).as_posix(), f.kind) for f in found(tmp_path, untold)]
    assert kinds == [
        ("G.JSON", "feed"),
        ("a.html", "page"),
        ("b/feed.xml", "feed"),
        ("c.warc.gz", "warc"),
        ("d.csv.zip", "gdelt"),
    ]


@pytest.mark.parametrize(
    ("name", "why"), [("none.html", "no such file"), ("e.txt", "no archive"), ("empty", "holds no archive")]
)
def test_what_cannot_be_read_says_why(tmp_path, name, why):
    (tmp_path / "e.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=why):
        list(found(tmp_path / name, untold))


@pytest.mark.parametrize("kind", ["page", "feed"])
def test_a_saved_file_is_one_record(tmp_path, kind):
    file = tmp_path / "a"
    file.write_text(f"<p>{BRIDGE}</p>")
    (part,) = read(file, kind)
    assert [(c.kind, c.at, c.body) for c in part.captures] == [(kind, None, file.read_bytes())]
    file.write_text("<p>rain</p>")
    assert read(file, kind)[0].reads == Reads(records=1, unnamed=1)
