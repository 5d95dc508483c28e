"""
How quickly archives are read: WARC records a second of one core, none of which names a topic, beside fastwarc alone.

    python -m bench.archive [--records 100000] [--rounds 5]

News-like pages are invented, Chinese and English by turns (some in GB18030), each record packed by itself as Common
Crawl does. Three files: *small* pages of the size at which fastwarc alone reads some 54,000 records a second where
25,000 are asked of us; the same *unpacked*; and *large* ones, as outlets have them today. Each round reads every
file four times, one after the other: fastwarc alone (every record, HTTP heads parsed), then as ``monitor backfill``
does, for one topic of ten names, for a thousand topics of ten names each, and again for one. Time is CPU time; the
best round of each counts. At the end, the same for the shipped topic where one page in a thousand is about it, with the
store: pages parsed, screened and written into the inbox.
"""

from __future__ import annotations

import argparse
import gzip
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fastwarc import ArchiveIterator

from monitor import archives, match
from monitor.archives import File, Wanted
from monitor.backfill import Backfill
from monitor.model import Entity, FetchSettings, Scope, Settings, Topic
from monitor.pipeline import Desk
from monitor.store import open_store

POOL = 4_000  # different records; more than the caches of a processor hold
SMALL, LARGE = 6_000, 36_000  # bytes of a page
TOPICS, NAMES = 1_000, 10
_COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学"
    "法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四"
    "日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想"
)
_RARE = "鑫晟昊睿泓祺瑾煜熠麒麟鹏鲲鹭雁荻菡萱葳蕤嵩岚峄岱沣沅沛泗泾渭漳潞濮瀛灞"
_WORDS = [
    "the",
    "company",
    "said",
    "on",
    "tuesday",
    "that",
    "it",
    "would",
    "invest",
    "in",
    "a",
    "new",
    "plant",
    "near",
    "the",
    "city",
    "and",
    "hire",
    "several",
    "hundred",
    "people",
    "over",
    "the",
    "next",
    "three",
    "years",
    "according",
    "to",
    "officials",
    "who",
    "asked",
    "not",
    "to",
    "be",
    "named",
    "shares",
    "rose",
    "after",
    "the",
    "report",
    "analysts",
    "expect",
    "growth",
    "to",
    "slow",
    "in",
    "the",
    "coming",
    "quarter",
    "as",
    "demand",
    "for",
    "steel",
    "and",
    "copper",
    "weakens",
    "across",
    "most",
    "of",
    "the",
    "region",
]


def main() -> None:
    """Print the figures."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--records", type=int, default=100_000)
    ask.add_argument("--rounds", type=int, default=5)
    said = ask.parse_args()
    one, many = [_topic(0)], [_topic(n) for n in range(TOPICS)]
    sieves = {"one topic": match.Sieve(one), "1,000 topics": match.Sieve(many), "one topic again": match.Sieve(one)}
    with tempfile.TemporaryDirectory() as home:
        for name, size, pack in (("small", SMALL, True), ("unpacked", SMALL, False), ("large", LARGE, True)):
            count = said.records * SMALL // size if pack else said.records
            file = Path(home) / f"{name}.warc{'.gz' * pack}"
            _write(file, count, size, pack=pack)
            print(f"{name}: {count:,} records of {_mean(file, count):,.0f} bytes in the file")
            _compare(file, count, sieves, said.rounds)
            file.unlink()
        _whole(Path(home), said.records // 5)


def _compare(file: Path, count: int, sieves: dict[str, match.Sieve], rounds: int) -> None:
    ways: dict[str, Callable[[], int]] = {"fastwarc alone": lambda: _alone(file)}
    for name, sieve in sieves.items():
        ways[name] = lambda sieve=sieve: _ours(file, sieve)  # type: ignore[misc]
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, act in ways.items():
            begun = time.process_time()
            read = act()
            best[name] = min(best[name], time.process_time() - begun)
            assert read == count, (name, read)
    for name, seconds in best.items():
        share = best["fastwarc alone"] / seconds
        print(f"    {name:<16} {count / seconds:9,.0f} records/s  {1e6 * seconds / count:6.1f} µs each  {share:4.2f}")


def _alone(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(1 for _ in ArchiveIterator(stream))


def _ours(file: Path, sieve: match.Sieve) -> int:
    read = list(archives.parts(File(file, "warc"), 0, Wanted(sieve.lets, sieve.names)))
    assert not any(part.reads.found for part in read)
    return sum(part.reads.records for part in read)


# --------------------------------------------------------------------------- with what is found


def _whole(home: Path, count: int) -> None:
    """Read a file in which one page in a thousand is about the topic, into a store."""
    file, topic = home / "found.warc.gz", _topic(0)
    _write(file, count, SMALL, pack=True, names=(topic.entities[0].names[0], topic.entities[1].names[0]))
    settings = Settings("", "", "Asia/Shanghai", FetchSettings(), "off", (), (), (topic,))
    with open_store(str(home / "t.db")) as store:
        store.declare(settings, datetime.now(UTC))
        done = Backfill(Desk.of(settings), store, Scope((topic.id,)), lambda: datetime.now(UTC))
        begun = time.process_time()
        done.take([str(file)])
        seconds = time.process_time() - begun
    print(
        f"found: {count:,} records, {done.reads.found} about the topic, into the inbox: {count / seconds:,.0f} records/s"
    )


# --------------------------------------------------------------------------- invented


def _topic(number: int) -> Topic:
    """Two sides and what belongs to them, ten names that no page has."""
    dice = random.Random(number)
    names = ["".join(dice.choices(_RARE, k=2) + dice.choices(_COMMON, k=2)) for _ in range(NAMES - 2)]
    latin = ["".join(dice.choices("bdfgklmnprstvz", k=1)[0] + dice.choice("aeiou") for _ in range(4)) for _ in range(2)]
    return Topic(
        f"t{number}",
        "?",
        (
            Entity("firm", "company", (*names[:3], latin[0].title())),
            Entity("city", "place", (*names[3:5], latin[1].title())),
            Entity("boss", "person", tuple(names[5:6]), of="firm"),
            Entity("fund", "company", tuple(names[6:]), of="firm"),
        ),
        ("firm", "city"),
    )


def _write(file: Path, count: int, size: int, *, pack: bool, names: Sequence[str] = ()) -> None:
    dice = random.Random(size)
    pool = [_record(n, size, dice) for n in range(min(POOL, count))]
    pool = [gzip.compress(r, 6) for r in pool] if pack else pool
    told = [gzip.compress(_record(n, size, dice, names), 6) for n in range(count // 1000)] if names else []
    with file.open("wb") as out:
        for n in range(count):
            out.write(told[n // 1000] if told and n % 1000 == 999 else pool[n % len(pool)])


def _record(number: int, size: int, dice: random.Random, names: Sequence[str] = ()) -> bytes:
    encoding = "gb18030" if number % 8 == 1 else "utf-8"
    body = _page(size, dice, chinese=bool(number % 2) or bool(names), names=names).encode(encoding)
    http = f"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset={encoding}\r\nX-Crawler-Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    block = http.encode() + body
    digest = f"{dice.getrandbits(160):040x}"
    lines = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2019-03-0{1 + number % 9}T08:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{dice.getrandbits(128):032x}>\r\nContent-Length: {len(block)}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nWARC-IP-Address: 192.0.2.{number % 250}\r\n"
        f"WARC-Target-URI: https://n{number % 97}.example/2019/0{1 + number % 9}/{dice.getrandbits(40)}.html\r\n"
        f"WARC-Payload-Digest: sha1:{digest}\r\nWARC-Block-Digest: sha1:{digest}\r\n\r\n"
    )
    return lines.encode() + block + b"\r\n\r\n"


def _page(size: int, dice: random.Random, *, chinese: bool, names: Sequence[str]) -> str:
    """Half of a page is text, a fifth scripts, the rest lists of links."""
    title = _text(dice, 20, chinese=chinese)
    said = f"<p>{''.join(names)}{title}。</p>" if names else ""
    parts = list(_paragraphs(dice, size // 2, chinese=chinese))
    links = "".join(
        f'<li class="nav-item"><a href="/channel/{n}/index.html">{_text(dice, 6, chinese=chinese)}</a></li>\n'
        for n in range(size * 3 // 10 // 90)
    )
    script = "".join(
        f"_paq.push(['setCustomVariable',{n},'k{n}','{dice.random()}']);\n" for n in range(size // 5 // 65)
    )
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title><script>{script}</script></head><body><ul>{links}</ul>"
        f"<h1>{title}</h1><article>{said}{''.join(parts)}</article></body></html>"
    )


def _paragraphs(dice: random.Random, size: int, *, chinese: bool) -> Iterator[str]:
    while size > 0:
        text = f"<p>{_text(dice, 120, chinese=chinese)}</p>\n"
        size -= len(text.encode())
        yield text


def _text(dice: random.Random, length: int, *, chinese: bool) -> str:
    return "".join(dice.choices(_COMMON, k=length)) if chinese else " ".join(dice.choices(_WORDS, k=length // 2))


def _mean(file: Path, count: int) -> float:
    return file.stat().st_size / count


if __name__ == "__main__":
    main()
