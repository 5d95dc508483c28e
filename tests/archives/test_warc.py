"""Pages are found in WARC files, however they are packed, coded and damaged."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from monitor.archives import File, Limits, Stopped, Wanted, parts
from monitor.errors import InputError
from monitor.model import Capture, Part, Reads, Span

from .warcs import SAVED, info, packed, page, response


def wanted(data: bytes) -> bool:
    return "大桥".encode() in data


def urls(count: int) -> list[str]:
    return [f"https://paper.example/{n}.html" for n in range(count)]


def records(count: int) -> list[bytes]:
    """The first says what the file is, every third names the bridge."""
    return [info(), *(response(u, page("大桥通车" if n % 3 == 0 else "天气晴好")) for n, u in enumerate(urls(count)))]


def read(file: Path, position: int = 0, limits: Limits = Limits()) -> list[Part]:
    return list(parts(File(file, "warc"), position, Wanted(wanted, wanted), limits))


def captures(found: Sequence[Part]) -> list[Capture]:
    return [c for part in found for c in part.captures]


def total(found: Sequence[Part]) -> Reads:
    return sum((part.reads for part in found), Reads())


FORMS = {"packed": packed, "plain": b"".join, "in one piece": lambda some: gzip.compress(b"".join(some))}


@pytest.fixture(params=FORMS)
def form(request):
    return FORMS[request.param]


def test_pages_that_name_a_topic_are_found_with_url_date_and_place(tmp_path, form):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(form(records(6)))
    found = captures(read(file))
    assert [c.url for c in found] == urls(6)[::3]
    assert [c.at.isoformat() for c in found if c.at] == [SAVED.replace("Z", "+00:00")] * 2
    assert found[0].body.decode() == page("大桥通车")
    assert total(read(file)) == Reads(records=6, unnamed=4, found=2)


def test_reading_goes_on_where_it_stopped_and_reads_nothing_twice(tmp_path, form):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(form(records(20)))
    position, found = 0, []
    for _ in range(30):
        part = read(file, position, Limits(records=2))[0]
        found += part.captures
        position = part.position
        if part.ended:
            break
    assert [c.url for c in found] == urls(20)[::3]


def test_a_place_leads_back_to_the_record(tmp_path):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(packed(records(7)))
    for capture in captures(read(file)):
        assert captures(read(file, capture.offset))[0] == capture


CODED = {
    "chunked": (["Transfer-Encoding: chunked"], lambda b: b"%x\r\n%b\r\n0\r\n\r\n" % (len(b), b)),
    "gzip": (["Content-Encoding: gzip"], gzip.compress),
    "deflate": (["Content-Encoding: deflate"], zlib.compress),
    "both": (
        ["Transfer-Encoding: chunked", "Content-Encoding: gzip"],
        lambda b: b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(b, mtime=0)), gzip.compress(b, mtime=0)),
    ),
    "said and not done": (["Transfer-Encoding: chunked", "Content-Encoding: gzip"], lambda b: b),
    "brotli, not done": (["Content-Encoding: br"], lambda b: b),
}


@pytest.mark.parametrize("name", CODED)
def test_names_are_found_within_coded_bodies(tmp_path, name):
    head, code = CODED[name]
    body = page("大桥通车").encode()
    file = tmp_path / "a.warc.gz"
    html = ["Content-Type: text/html", *head]
    file.write_bytes(packed([response("https://a.example/1", code(body), head=html), *records(4)]))
    assert [c.body for c in captures(read(file))] == [body, page("大桥通车").encode(), page("大桥通车").encode()]


RSS = """<?xml version="1.0" encoding="utf-8"?>
<!-- made by a program -->
<rss version="2.0"><channel><title>大桥</title><item><title>大桥通车</title></item></channel></rss>"""


@pytest.mark.parametrize(
    "strange",
    [
        response("https://a.example/1", page("大桥"), status="404 Not Found"),
        response("https://a.example/1", page("大桥"), head=["Content-Type: image/png"]),
        response("ftp://a.example/1", page("大桥")),
        response("dns:a.example", page("大桥")),
        response("https://a.example/1", RSS, head=["Content-Type: text/xml"]),
        response("https://a.example/1", RSS),
        response("https://a.example/1", "var a = '大桥'", head=["Content-Type: text/javascript"]),
        response("https://a.example/1", page("大桥"), kind="request"),
        response("https://a.example/1", page("大桥"), kind="revisit"),
        response("https://a.example/1", page("大桥"), kind="metadata"),
        b"WARC/1.0\r\n\xff\xfe broken\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n",
    ],
    ids=["404", "image", "ftp", "dns", "feed", "feed as a page", "script", "request", "revisit", "metadata", "broken"],
)
def test_what_is_no_page_is_passed_over(tmp_path, strange):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(packed([strange, *records(4)]))
    assert [c.url for c in captures(read(file))] == [urls(4)[0], urls(4)[3]]


def test_an_untrue_length_or_a_damaged_record_costs_no_other(tmp_path):
    bad = page("大桥")
    hurt = bytearray(gzip.compress(response("https://a.example/hurt", bad)))
    hurt[60] ^= 0xFF
    middle = [
        *(gzip.compress(response("https://a.example/l", bad, length=n)) for n in (5, 10**9, -3, "x", 10**30)),
        bytes(hurt),
        b"\0" * 100,
        gzip.compress(b"WARC/1.0\r\nX: " + b"a" * 1_000_000 + b"\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n"),
    ]
    for junk in middle:
        file = tmp_path / "a.warc.gz"
        file.write_bytes(packed(records(3)) + junk + packed(records(6)[1:]))
        found = read(file)
        ours = [c.url for c in captures(found) if "paper" in c.url]
        assert ours == [urls(1)[0], urls(6)[0], urls(6)[3]], junk[:40]


def test_a_file_that_ends_within_a_record_gives_what_came_before(tmp_path):
    whole = packed(records(7))
    file = tmp_path / "a.warc.gz"
    file.write_bytes(whole[: len(whole) - 100])
    found = read(file)
    assert [c.url for c in captures(found)][:2] == [urls(7)[0], urls(7)[3]]
    assert found[-1].ended


@pytest.mark.parametrize(
    "junk",
    [b"", b"no archive at all" * 100, gzip.compress(b"neither" * 100), b"\x1f\x8b\x08"],
    ids=["empty", "text", "packed", "begun"],
)
def test_a_file_that_is_no_archive_says_so(tmp_path, junk):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(junk)
    if junk:
        with pytest.raises(InputError, match=re.escape(str(file))):
            read(file)
    else:
        (part,) = read(file)
        assert part.ended and not part.captures and not part.problems


@pytest.mark.parametrize(
    "at", ["yesterday", "2019-05-07", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2019-02-30T00:00:00Z"]
)
def test_a_page_of_which_the_archive_does_not_say_when_it_was_saved_is_one(tmp_path, at):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(packed([response("https://a.example/1", page("大桥"), at=at)]))
    days = Span(since=date(2019, 5, 8))
    (part,) = parts(File(file, "warc"), 0, Wanted(wanted, wanted, days, "America/New_York"))
    assert [(c.url, c.at) for c in part.captures] == [("https://a.example/1", None)]


@pytest.mark.parametrize("form", FORMS)
def test_reading_stops_in_the_middle_of_a_long_record(tmp_path, form):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(FORMS[form]([*records(1), response("https://a.example/zeros", b"\0" * 40_000_000)]))
    asked = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 4

    with pytest.raises(Stopped):
        read(file, 0, Limits(stopped=stopped))


def test_what_unpacks_without_end_is_bounded(tmp_path):
    bomb = zlib.compress(b"<p>" + "大桥".encode() + b" " * 200_000_000, 9)
    file = tmp_path / "a.warc.gz"
    head = ["Content-Type: text/html", "Content-Encoding: deflate"]
    file.write_bytes(packed([response("https://a.example/bomb", bomb, head=head), *records(1)]))
    found = captures(read(file))
    assert [len(c.body) <= 8 * 2**20 for c in found] == [True, True]


def test_pages_saved_before_the_days_that_are_wanted_are_not_looked_at(tmp_path):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(packed(records(3)))
    span = Wanted(wanted, wanted, Span(since=date(2019, 5, 8)), "Asia/Shanghai")
    (part,) = parts(File(file, "warc"), 0, span)
    assert part.reads == Reads(records=3, outside=3)
