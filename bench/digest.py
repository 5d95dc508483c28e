"""
How many articles a core digests in a second: clean, judge, extract (dates included), and with the page parsed before it.

    python -m bench.digest DATA [--profile]

The articles are television news of some 3,000 characters from DATA, each with three sentences of our own put in, so that
every one of them is judged relevant and says something. Pages are the news pages in DATA as they were served. Printed: the median of five rounds in CPU time, and the
share of each step.
"""

from __future__ import annotations

import cProfile
import gzip
import json
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import trafilatura

from monitor import config, extract, parse
from monitor.errors import ParseError
from monitor.match import Matcher
from monitor.model import Article, Judgement, Published, Tier, Topic
from monitor.normalize import clean, dates

T = TypeVar("T")
LENGTH, COUNT, ROUNDS = 3_000, 200, 5
TOLD = (
    "3月19日下午,{a}高管一行到{b}考察,与{b}市政府有关负责人举行座谈。",
    "双方就{a}在{b}投资建设零部件基地达成初步意向,总投资约12亿元。",
    "据了解,{a}去年已在{b}设立一家全资子公司,项目计划于今年三季度开工。",
)


def main() -> None:
    """Print the figures."""
    home = Path(__file__).parents[1]
    topic = config.load(home / "config.yaml", {}, home).settings.topics[0]
    matcher = Matcher([topic])
    articles = [_article(topic, text) for text in _texts(Path(sys.argv[1]))]
    steps = {"clean": lambda a: clean(a.text), "dates": lambda a: dates.find(a.text, a.published.day)}

    def digest(article: Article) -> int:
        text = clean(article.text)
        verdict = matcher.judge(topic.id, article.title, text, article.published.day)
        assert verdict.judgement is Judgement.RELEVANT
        return len(extract.mentions(article, text, verdict, topic))

    told = sum(map(digest, articles))
    print(f"{len(articles)} articles of {LENGTH} characters, {told / len(articles):.1f} mentions each")
    for name, step in steps.items():
        print(f"{name:6} {_rate(step, articles):8.0f} articles/s")
    whole, pages = _rate(digest, articles), _rate(_parsed, _pages(Path(sys.argv[1])))
    print(f"{'whole':6} {whole:8.0f} articles/s")
    print(f"{'page':6} {pages:8.0f} pages/s")
    print(f"{'both':6} {1 / (1 / whole + 1 / pages):8.0f} articles/s")
    alone = _rate(trafilatura.bare_extraction, _pages(Path(sys.argv[1])))
    print(f"trafilatura alone on the same pages: {alone:.0f} pages/s")
    if "--profile" in sys.argv:
        with cProfile.Profile() as profile:
            for article in articles:
                digest(article)
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


def _pages(data: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((data / "pages").rglob("*.html"))]


def _parsed(body: bytes) -> object:
    try:
        return parse.page(
            body, "http://a.example/1.html", "text/html", "Asia/Shanghai", datetime(2025, 3, 20, tzinfo=UTC)
        )
    except ParseError:
        return None  # a page made by scripts costs its time all the same


def _rate(step: Callable[[T], object], articles: Sequence[T]) -> float:
    rates = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for article in articles:
            step(article)
        rates.append(len(articles) / (time.process_time() - began))
    return statistics.median(rates)


def _texts(data: Path) -> list[str]:
    with gzip.open(data / "articles" / "cctv_2022_2023.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = (json.loads(line)["text"] for line in lines)
        return [text[:LENGTH] for text, _ in zip((t for t in texts if len(t) >= LENGTH), range(COUNT), strict=False)]


def _article(topic: Topic, text: str) -> Article:
    ends = (topic.entity(id) for id in topic.together)
    a, b = (entity.names[0] for entity in ends if entity)
    third = LENGTH // len(TOLD)
    parts = (text[i * third : (i + 1) * third] + "\n" + told.format(a=a, b=b) for i, told in enumerate(TOLD))
    said = Published("2025-03-20", None, date(2025, 3, 20))
    return Article(
        id="ar_bench", identity="bench", url="https://a.example/1", title=f"{b}与{a}举行座谈", text="\n".join(parts),
        text_sha256="", body_sha256="", published=said, fetched=datetime(2025, 3, 20, tzinfo=UTC), source="",
        source_name="", credit="", tier=Tier.UNKNOWN, timezone="Asia/Shanghai",
    )  # fmt: skip


if __name__ == "__main__":
    main()
