"""What servers do wrong, by group, each with the reason that a client must give; served as /case/NAME by ROUTES."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from tests.hostile import FEED, Script, Talk, chunks, head, moved, packed, page, raw


@dataclass(frozen=True, slots=True)
class Case:
    """What one path does, and the ``reason`` that a client must give; "" where the answer is a good one."""

    group: str
    name: str
    reason: str
    script: Script = field(repr=False)


CASES: list[Case] = []


def _case(group: str, name: str, reason: str, script: Script) -> None:
    CASES.append(Case(group, name, reason, script))


def _scripted(group: str, reason: str) -> Callable[[Script], Script]:
    def keep(script: Script) -> Script:
        _case(group, script.__name__.strip("_"), reason, script)
        return script

    return keep


async def _idle(talk: Talk) -> None:
    await asyncio.sleep(3600)


# --------------------------------------------------------------------------- head

_case("head", "silence", "timeout", _idle)
_case("head", "closed_at_once", "cut short", raw(b""))
_case("head", "garbage", "bad http", raw(b"what do you want?\r\n\r\n"))
_case("head", "binary", "bad http", raw(bytes(range(256)) * 8 + b"\r\n\r\n"))
_case("head", "no_head_at_all", "bad http", raw(FEED + b"\r\n\r\n"))
_case("head", "another_protocol", "bad http", raw(b"220 ftp.example.org ready\r\n\r\n"))
_case("head", "version_2_in_text", "bad http", raw(b"HTTP/2 200 OK\r\n\r\n"))
_case("head", "no_status_number", "bad http", raw(b"HTTP/1.1 OK\r\n\r\n"))
_case("head", "status_of_four_digits", "bad http", raw(b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"))
_case("head", "cut_in_the_head", "cut short", raw(b"HTTP/1.1 200 OK\r\nContent-Le"))
_case("head", "line_without_colon", "bad http", raw(head("200 OK", "nonsense") + FEED))
_case("head", "nul_in_a_header", "bad http", raw(head("200 OK", "X-A: a\x00b") + FEED))
_case("head", "space_in_a_name", "bad http", raw(head("200 OK", "X A: b") + FEED))
_case("head", "two_lengths", "bad http", raw(head("200 OK", "Content-Length: 5", "Content-Length: 6") + b"hello!"))
_case("head", "negative_length", "bad http", raw(head("200 OK", "Content-Length: -5") + b"hello"))
_case("head", "length_in_words", "bad http", raw(head("200 OK", "Content-Length: five") + b"hello"))
_case("head", "length_of_300_digits", "bad http", raw(head("200 OK", "Content-Length: " + "9" * 300)))
_case("head", "length_of_terabytes", "too large", raw(head("200 OK", "Content-Length: " + "9" * 13)))
_case("head", "unknown_transfer_coding", "bad http", raw(head("200 OK", "Transfer-Encoding: gzip") + FEED))
_case("head", "three_hundred_headers", "headers too large", page(FEED, *(f"X-{i}: {i}" for i in range(300))))
_case("head", "fifty_headers", "", page(FEED, *(f"X-{i}: {i}" for i in range(50))))
_case("head", "folded_header", "", page(FEED, "X-Long: one\r\n  two"))
_case("head", "chinese_in_a_header", "", page(FEED, "X-Name: 洛阳".encode().decode("latin-1")))
_case("head", "early_hints_first", "", raw(head("103 Early Hints", "Link: </a>") + head("200 OK") + FEED))
_case(
    "head", "switching_protocols", "bad http", raw(head("101 Switching Protocols", "Upgrade: x", "Connection: upgrade"))
)


@_scripted("head", "reset")
async def _reset_at_once(talk: Talk) -> None:
    talk.reset()


@_scripted("head", "timeout")
async def _drip_in_the_head(talk: Talk) -> None:
    await talk.drip(head("200 OK", "X-Slow: " + "z" * 1000) + FEED)


@_scripted("head", "headers too large")
async def _endless_header_line(talk: Talk) -> None:
    await talk.flood(b"a" * 8192, b"HTTP/1.1 200 OK\r\nX-Long: ")


@_scripted("head", "headers too large")
async def _endless_headers(talk: Talk) -> None:
    await talk.flood(b"X-Again: and again\r\n" * 300, b"HTTP/1.1 200 OK\r\n")


@_scripted("head", "headers too large")
async def _flood_of_1xx(talk: Talk) -> None:
    await talk.flood(head("100 Continue") * 300)


@_scripted("head", "headers too large")
async def _header_line_in_two_gulps(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 60_000, every=0.1)
    await talk.flood(b"a" * 65536)


@_scripted("head", "timeout")
async def _drip_of_1xx(talk: Talk) -> None:
    await talk.send(*(head("102 Processing") for _ in range(1000)), every=0.02)


# --------------------------------------------------------------------------- body


CHUNKED = head("200 OK", "Transfer-Encoding: chunked")
_case("body", "shorter_than_said", "cut short", raw(head("200 OK", "Content-Length: 1000") + FEED))
_case("body", "longer_than_said", "wrong length", raw(head("200 OK", "Content-Length: 20") + FEED))
_case("body", "second_answer_behind", "wrong length", raw(head("200 OK", "Content-Length: 2") + b"hi" + head() + FEED))
_case("body", "line_end_behind", "", raw(head("200 OK", f"Content-Length: {len(FEED)}") + FEED + b"\r\n"))
_case("body", "until_closed", "", raw(head() + FEED))
_case("body", "old_http", "", raw(b"HTTP/1.0 200 OK\r\n\r\n" + FEED))
_case("body", "empty", "empty", page(b""))
_case("body", "empty_until_closed", "empty", raw(head()))
_case("body", "chunked", "", raw(CHUNKED + chunks(FEED[:9], FEED[9:]) + b"0\r\n\r\n"))
_case("body", "chunked_with_trailer", "", raw(CHUNKED + chunks(FEED) + b"0\r\nX-Sum: 1\r\n\r\n"))
_case("body", "chunked_without_end", "cut short", raw(CHUNKED + chunks(FEED)))
_case("body", "cut_in_a_chunk", "cut short", raw(CHUNKED + b"ff\r\nabc"))
_case("body", "cut_in_a_chunk_size", "cut short", raw(CHUNKED + chunks(b"abc") + b"f"))
_case("body", "chunk_size_of_nonsense", "bad http", raw(CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n"))
_case("body", "chunk_longer_than_said", "bad http", raw(CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n"))
_case("body", "negative_chunk", "bad http", raw(CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n"))
_case("body", "bytes_behind_last_chunk", "wrong length", raw(CHUNKED + chunks(FEED) + b"0\r\n\r\n" + FEED))
_case("body", "html_is_not_our_matter", "", page(b"<html>not a feed</html>", "Content-Type: text/html"))


@_scripted("body", "timeout")
async def _drip_in_the_body(talk: Talk) -> None:
    await talk.send(head("200 OK", "Content-Length: 1000"))
    await talk.drip(b"z" * 1000)


@_scripted("body", "timeout")
async def _stall_in_the_body(talk: Talk) -> None:
    await talk.send(head("200 OK", "Content-Length: 1000") + b"z")
    await _idle(talk)


@_scripted("body", "timeout")
async def _stall_without_length(talk: Talk) -> None:
    await talk.send(head() + FEED)
    await _idle(talk)


@_scripted("body", "reset")
async def _reset_in_the_body(talk: Talk) -> None:
    await talk.send(head("200 OK", "Content-Length: 1000") + b"z" * 10)
    await asyncio.sleep(0.05)
    talk.reset()


@_scripted("body", "too large")
async def _endless_body(talk: Talk) -> None:
    await talk.flood(b"z" * 65536, head())


@_scripted("body", "too large")
async def _endless_chunk(talk: Talk) -> None:
    await talk.flood(b"z" * 65536, CHUNKED + b"ffffffffff\r\n")


@_scripted("body", "too many pieces")
async def _chunks_of_one_byte(talk: Talk) -> None:
    await talk.flood(chunks(b"z") * 10_000, CHUNKED)


@_scripted("body", "wrong length")
async def _bytes_behind_in_a_second_packet(talk: Talk) -> None:
    await talk.send(head("200 OK", "Content-Length: 2") + b"hi" + FEED)


# --------------------------------------------------------------------------- encoding


def _bare(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


@cache
def _bomb(wbits: int) -> bytes:
    """Return 64 MiB of nothing, packed: one block again and again (the end is never reached)."""
    engine = zlib.compressobj(wbits=wbits)
    first, again = (engine.compress(bytes(1 << 20)) + engine.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 63


_ZIPPED = gzip.compress(FEED, mtime=0)
_case("encoding", "gzip", "", packed("gzip", _ZIPPED))
_case("encoding", "x_gzip_in_capitals", "", packed("X-GZIP", _ZIPPED))
_case("encoding", "gzip_of_two_members", "", packed("gzip", gzip.compress(FEED[:9]) + gzip.compress(FEED[9:])))
_case("encoding", "gzip_with_padding", "", packed("gzip", _ZIPPED + b"\0" * 100))
_case("encoding", "deflate_with_zlib", "", packed("deflate", zlib.compress(FEED)))
_case("encoding", "deflate_bare", "", packed("deflate", _bare(FEED)))
_case("encoding", "identity", "", packed("identity", FEED))
_case("encoding", "gzip_file", "", page(_ZIPPED, "Content-Type: application/gzip"))
_case("encoding", "gzip_file_in_gzip", "", packed("gzip", gzip.compress(_ZIPPED)))
_case("encoding", "gzip_file_cut", "cut short", page(_ZIPPED[:-12], "Content-Type: application/xml"))
_case("encoding", "gzip_file_of_900_members", "", page(gzip.compress(b"") * 900 + _ZIPPED))
_case("encoding", "gzip_file_of_2000_members", "too many pieces", page(gzip.compress(b"") * 2000 + _ZIPPED))
_case("encoding", "gzip_that_is_plain", "bad encoding", packed("gzip", FEED))
_case("encoding", "deflate_that_is_plain", "bad encoding", packed("deflate", FEED))
_case("encoding", "gzip_cut", "cut short", packed("gzip", _ZIPPED[:-12]))
_case("encoding", "gzip_without_checksum", "cut short", packed("gzip", _ZIPPED[:-4]))
_case("encoding", "gzip_with_wrong_checksum", "bad encoding", packed("gzip", _ZIPPED[:-8] + b"\1" * 8))
_case("encoding", "gzip_damaged", "bad encoding", packed("gzip", _ZIPPED[:20] + b"\xff" * 20 + _ZIPPED[40:]))
_case("encoding", "gzip_with_bytes_behind", "bad encoding", packed("gzip", _ZIPPED + b"and more"))
_case("encoding", "gzip_with_a_byte_behind", "bad encoding", packed("gzip", _ZIPPED + b"!"))
_case("encoding", "deflate_cut", "cut short", packed("deflate", zlib.compress(FEED)[:-6]))
_case("encoding", "deflate_with_bytes_behind", "bad encoding", packed("deflate", zlib.compress(FEED) + b"and more"))
_case("encoding", "gzip_of_nothing", "empty", packed("gzip", gzip.compress(b"")))
_case("encoding", "gzip_of_5000_members", "too many pieces", packed("gzip", gzip.compress(b"") * 5000))
_case("encoding", "brotli_not_asked_for", "bad encoding", packed("br", b"\x0b\x02\x80hello\x03"))
_case("encoding", "zstd_not_asked_for", "bad encoding", packed("zstd", b"\x28\xb5\x2f\xfd"))
_case("encoding", "gzip_twice", "bad encoding", packed("gzip, gzip", gzip.compress(_ZIPPED)))
_case("encoding", "made_up", "bad encoding", packed("rot13", FEED))


@_scripted("encoding", "inflates too large")
async def _gzip_bomb(talk: Talk) -> None:
    await packed("gzip", _bomb(31))(talk)


@_scripted("encoding", "inflates too large")
async def _deflate_bomb(talk: Talk) -> None:
    await packed("deflate", _bomb(15))(talk)


# --------------------------------------------------------------------------- status

for _status in (201, 202, 203, 204, 205, 206, 207, 300, 305, 400, 401, 403, 404, 418, 451, 500, 502, 503, 599, 999):
    _case("status", f"status_{_status}", f"http {_status}", page(b"", status=f"{_status} So"))
_case("status", "status_206_with_a_feed", "http 206", page(FEED, "Content-Range: bytes 0-9/99", status="206 Part"))
_case("status", "not_modified_unasked", "http 304", raw(head("304 Not Modified")))
_case("status", "gone", "http 410", page(b"gone", status="410 Gone"))
_case("status", "too_many_requests", "http 429", page(b"", status="429 Slow Down"))
_case("status", "unavailable_for_a_while", "http 503", page(b"", "Retry-After: 60", status="503 Later"))
_case("status", "status_without_words", "", raw(b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi"))


@_scripted("status", "http 404")
async def _endless_error_page(talk: Talk) -> None:
    await talk.flood(b"z" * 65536, head("404 Not Found"))


# --------------------------------------------------------------------------- redirect

_case("redirect", "to_nowhere", "bad redirect", page(b"", status="302 Found"))
_case("redirect", "to_an_empty_place", "bad redirect", moved(""))
_case("redirect", "to_itself", "redirect loop", moved("/case/to_itself"))
_case("redirect", "to_and_fro", "redirect loop", moved("/case/fro_and_to"))
_case("redirect", "fro_and_to", "redirect loop", moved("/case/to_and_fro"))
_case("redirect", "to_ftp", "scheme", moved("ftp://example.org/feed"))
_case("redirect", "to_a_file", "scheme", moved("file:///etc/passwd"))
_case("redirect", "to_a_script", "scheme", moved("javascript:alert(1)"))
_case("redirect", "to_metadata", "not public", moved("http://169.254.169.254/latest/meta-data/"))
_case("redirect", "to_a_private_address", "not public", moved("http://10.0.0.1/"))
_case("redirect", "to_localhost", "not public", moved("http://localhost/"))
_case("redirect", "to_a_decimal_address", "not public", moved("http://2130706433/"))
_case("redirect", "to_a_hex_address", "not public", moved("http://0x7f.0.0.1/"))
_case("redirect", "to_mapped_loopback", "not public", moved("http://[::ffff:127.0.0.1]/"))
_case("redirect", "with_user_info", "user info", moved("http://example.org@127.0.0.1/"))
_case("redirect", "to_a_broken_url", "bad url", moved("http://[::1/"))
_case("redirect", "to_a_feed", "", moved("/case/gzip"))
for _step in range(1, 8):
    _case("redirect", f"steps_{_step}", "" if _step < 6 else "too many redirects", moved(f"/case/steps_{_step - 1}"))
_case("redirect", "steps_0", "", page(FEED))


@_scripted("redirect", "")
async def _with_an_endless_body(talk: Talk) -> None:
    await talk.flood(b"z" * 65536, head("302 Found", "Location: /case/gzip"))


ROUTES = {f"/case/{case.name}": case.script for case in CASES}
