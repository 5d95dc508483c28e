"""
Relevance: whose text speaks of the topic, and what a name means in a line.

Our own labels lie beside this file (``data/relevance_*.jsonl``): cases of both sides, near
misses, roads. Cases came in three parts, each written before the rules had seen it. Of ``tune`` the rules were made;
what the next ones gave at first sight, before anything was changed for them: ``held`` precision 1.0 and recall .85,
``second`` .95 and .67, ``third`` .95 and .84, ``fourth`` (81 cases, families that the others lack) .96 and .58,
``fifth`` (40 cases, after the rules had learnt from ``fourth``) .93 and .70: what to expect of the unseen.
``relevance_fresh.jsonl`` holds seven more sets, with four questions beside the default one (``relevance_topics.yaml``).
Each was written before it was tried, and tried with the rules of before them all and with those of its day, which had
seen the sets before it; then its own misses were mended:

    set      cases   the rules of before      the rules of its day
    fresh-a    161   P .905  R .779           the same
    fresh-b     67   P .926  R .676           P .929  R .703
    fresh-c     72   P .947  R .837           P .949  R .860
    fresh-d     65   P .931  R .711           P .966  R .737
    fresh-e     66   P .935  R .744           P .895  R .872
    fresh-f     71   P .889  R .615           P .906  R .744
    fresh-g     64   P .824  R .757           P .811  R .811

The last column is what to expect of cases as hard as these: about .9 and .8.

``relevance_first.jsonl`` holds twelve more, half of each about the default question and half about others that a
newcomer asks with nothing but names (``relevance_first_topics.yaml``: an everyday word and a town, a surname and a
perfume, a person and an office, one firm alone). Each was labelled before it was run, once, with the rules of its day;
then the principle behind its errors was sought and mended. What was seen at first sight, all and the default question:

    set       cases   all                 the default question   written as
    first-a      60   P .833  R .833      P 1.00  R .933         short news
    first-b      63   P .806  R .862      P .800  R .800         filings, posts, datelines, tables, interviews, English
    first-c      65   P .964  R .844      P 1.00  R .714         short news, near misses
    first-d      60   P .862  R .833      P .941  R .800         one of each kind of event
    first-e      62   P .839  R .812      P .857  R .667         notices, tenders, courts, broadcasts
    first-f      63   P .853  R .906      P 1.00  R .882         short news
    first-g      60   P .900  R .871      P .933  R .824         short news
    first-h      54   P .857  R .667      P .900  R .562         features of several paragraphs
    first-i      51   P .850  R .654      P .909  R .625         features, diaries
    first-j      52   P .880  R .815      P .941  R .889         headlines, short news
    first-k      57   P .875  R .966      P .810  R .944         plain news
    first-l      54   P .897  R 1.00      P .889  R 1.00         plain news

The aim, .97 and .92 at first sight twice in a row, was not reached: recall was, on plain news; precision was not.
``relevance_untouched.jsonl`` was run once and nothing was mended for it: see its figure before you trust a change, and
leave it so. Everything else is looked at by now.

A case is *relevant* when it says that the company does, plans, denies or is wanted to do something in or with
the place; retail photos, resale, prices side by side and mere naming are not.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eval.base import Score, digest
from monitor import config
from monitor.match import Matcher
from monitor.model import Entity, Judgement, Topic
from monitor.normalize import clean

OWN = Path(__file__).with_name("data")
_JOINS = ("；", "。", "，", " ", "\n", " | ")
_SHOWN = 4


def measure(data: Path) -> Iterable[Score]:
    """Yield every figure of this measure."""
    topic = shipped_topic()
    matcher = Matcher([topic])
    yield from _cases(matcher, topic.id, data)
    yield from _asked("relevance, fresh", topic, "relevance_fresh.jsonl", "relevance_topics.yaml")
    yield from _asked("relevance, first", topic, "relevance_first.jsonl", "relevance_first_topics.yaml")
    yield from _asked("relevance, untouched", topic, "relevance_untouched.jsonl", "relevance_first_topics.yaml")
    yield from _false_hits(matcher, topic.id, data)
    yield from _senses(matcher, data)
    yield from _speed(topic, data)


def shipped_topic() -> Topic:
    """Return the default topic as we ship it: what is measured is what a newcomer gets."""
    home = Path(__file__).parents[1]
    return config.load(home / "config.yaml", {}, home).settings.topics[0]


def _day(raw: str | None) -> date | None:
    return date.fromisoformat(raw) if raw else None


def _relevant(matcher: Matcher, topic: str, title: str, text: str, published: date | None = None) -> bool:
    return matcher.judge(topic, title, clean(text), published).judgement is Judgement.RELEVANT


# --------------------------------------------------------------------------- relevance


def _cases(matcher: Matcher, topic: str, data: Path) -> Iterator[Score]:
    """Yield precision and recall over the curated lines and our own cases, with the wrong ones of each part."""
    curated, own = data / "relevance" / "labels_curated_dev.csv", OWN / "relevance_cases.jsonl"
    told = [
        _Told(
            "curated", r["label"] == "relevant-development", _relevant(matcher, topic, r["text"], r["text"]), r["text"]
        )
        for r in csv.DictReader(curated.open(encoding="utf-8"))
    ]
    told += [
        _Told(
            c["part"],
            c["relevant"],
            _relevant(matcher, topic, c["title"], c["text"], _day(c.get("published"))),
            c["title"],
        )
        for c in _lines(own)
    ]
    yield from _figures("relevance", told, digest([curated, own]))


def _asked(name: str, topic: Topic, cases: str, *questions: str) -> Iterator[Score]:
    """Yield the same over the cases of several questions, each served by its definition alone."""
    path, asked = OWN / cases, [OWN / question for question in (*questions, "relevance_topics.yaml")]
    others = {t.id: t for file in asked for t in config.load(file, {}, OWN).settings.topics}
    matcher = Matcher([topic, *others.values()])
    told = [
        _Told(
            c["part"],
            c["relevant"],
            _relevant(matcher, c.get("topic", topic.id), c["title"], c["text"], _day(c.get("published"))),
            c["title"],
        )
        for c in _lines(path)
    ]
    yield from _figures(name, told, digest([path, *dict.fromkeys(asked[: len(questions)])]))


def _figures(name: str, told: Sequence[_Told], corpus: str) -> Iterator[Score]:
    hit = sum(t.want and t.got for t in told)
    false = [f"{t.part}: {t.title}" for t in told if t.got and not t.want]
    missed = [f"{t.part}: {t.title}" for t in told if t.want and not t.got]
    yield Score(f"{name} precision", hit / (hit + len(false)), corpus, detail=f"of {len(told)}; {_show(false)}")
    yield Score(f"{name} recall", hit / (hit + len(missed)), corpus, detail=f"of {hit + len(missed)}; {_show(missed)}")


@dataclass(frozen=True, slots=True)
class _Told:
    part: str
    want: bool
    got: bool
    title: str


def _false_hits(matcher: Matcher, topic: str, data: Path) -> Iterator[Score]:
    streams = [data / "streams" / n for n in ("headlines_zh.jsonl.gz", "weibo_2020_2024.jsonl.gz")]
    titles = [r["title"] for p in streams for r in _packed(p)]
    wrong = [t for t in titles if matcher.screen(t, "")[0].judgement is Judgement.RELEVANT]
    wrong += [t for t in titles if _relevant(matcher, topic, t, t)] if not wrong else []
    yield Score("false hits on headlines", len(wrong), digest(streams), higher=False, detail=_show(wrong))
    news = data / "articles" / "cctv_2022_2023.jsonl.gz"
    wrong = [r["title"] for r in _packed(news) if _relevant(matcher, topic, r["title"], r["text"])]
    yield Score("false hits on CCTV articles", len(wrong), digest([news]), higher=False, detail=_show(wrong))
    labels = data / "relevance" / "labels_auto_dev.csv"
    rounds = round_ups(labels)
    wrong = [t for t in rounds if _relevant(matcher, topic, t.splitlines()[0], t)]
    yield Score(
        "false hits on round-ups", len(wrong) / len(rounds), digest([labels]), higher=False, detail=_show(wrong)
    )
    near = OWN / "relevance_near.jsonl"
    misses = _lines(near)
    wrong = [m["title"] for m in misses if _relevant(matcher, topic, m["title"], m["text"])]
    yield Score(
        "false hits on near misses", len(wrong) / len(misses), digest([near]), higher=False, detail=_show(wrong)
    )


def round_ups(labels: Path, count: int = 2000, seed: int = 4) -> list[str]:
    """Return *count* texts of a real line about the company and a real line about the city, in any order."""
    rows = [r for r in csv.DictReader(labels.open(encoding="utf-8")) if r["method"] == "context-rule"]
    company = [r["text"] for r in rows if r["sense_xiaomi"] == "company" and "洛阳" not in r["text"]]
    city = [r["text"] for r in rows if r["sense_luoyang"] == "city" and "小米" not in r["text"]]
    dice = random.Random(seed)
    texts = []
    for _ in range(count):
        pair = [dice.choice(company), dice.choice(city)]
        dice.shuffle(pair)
        texts.append(dice.choice(_JOINS).join(pair))
    return texts


# --------------------------------------------------------------------------- senses


def _senses(matcher: Matcher, data: Path) -> Iterator[Score]:
    path = data / "relevance" / "labels_auto_dev.csv"
    rows = [r for r in csv.DictReader(path.open(encoding="utf-8")) if r["method"] == "context-rule"]
    for part, take in (("tune", 0), ("held", 1)):
        total: Counter[str] = Counter()
        right: Counter[str] = Counter()
        wrong: list[str] = []
        for row in rows[take::2]:
            want, entity = _wanted(row)
            if want:
                total[want] += 1
                got = line_sense(matcher, row["text"], entity)
                right[want] += got == want
                wrong += [f"{want}/{got}: {row['text'][:60]}"] if got != want else []
        recall = {s: right[s] / total[s] for s in total}
        shown = ", ".join(f"{s} {r:.3f} of {total[s]}" for s, r in sorted(recall.items()))
        if part == "tune":
            shown += " | " + _show_all(wrong[:30])
        yield Score(f"sense macro recall ({part})", sum(recall.values()) / len(recall), digest([path]), detail=shown)
    roads = OWN / "relevance_roads.jsonl"
    cases = _lines(roads)
    wrong = [c["text"] for c in cases if line_sense(matcher, c["text"], "luoyang") != c["sense"]]
    yield Score("sense roads", 1 - len(wrong) / len(cases), digest([roads]), detail=_show_all(wrong))


def _wanted(row: dict[str, str]) -> tuple[str, str]:
    if row["sense_xiaomi"] in ("company", "millet"):
        return {"company": "company", "millet": "food"}[row["sense_xiaomi"]], "xiaomi"
    return ("place", "luoyang") if row["sense_luoyang"] == "city" else ("", "")


def line_sense(matcher: Matcher, text: str, entity: str) -> str:
    """Return the sense that most speaks for in a line: its own sense if any occurrence has it, else the first one's."""
    found = [s for s in matcher.senses(text) if s.entity == entity]
    own = next((s for s in found if s.own), None)
    return own.sense if own else found[0].sense if found else ""


# --------------------------------------------------------------------------- speed


def _speed(topic: Topic, data: Path) -> Iterator[Score]:
    path = data / "streams" / "headlines_zh.jsonl.gz"
    titles = [r["title"] for r in _packed(path)][:20_000]
    many = _crowd(titles, 1000, 10)
    one, thousand = Matcher([topic]), Matcher([topic, *_topics(many[:100])])
    crowd = Matcher([topic, *_topics(many)])
    plain = [t for t in titles if thousand.screen(t, "")[0].judgement is Judgement.REJECTED][:10_000]
    named = [t for r in _packed(path) if "小米" in (t := r["title"]) or "洛阳" in t] * 10
    corpus = digest([path])
    yield Score("titles/s without a hit, 1,000 names", _rate(thousand, plain, [topic.id]), corpus)
    yield Score("titles/s with a hit, 1,000 names", _rate(thousand, named, [topic.id]), corpus)
    alone, all_ = _rate(one, titles, [topic.id]), _rate(crowd, titles, [])
    yield Score(
        "cost of 1,000 topics against one", alone / all_, corpus, higher=False, detail=f"{alone:.0f}/s and {all_:.0f}/s"
    )


def _crowd(titles: Sequence[str], topics: int, names: int) -> list[list[str]]:
    dice = random.Random(7)
    han = "".join(c for t in titles[:2000] for c in t if "\u4e00" <= c <= "\u9fff")
    return [["".join(dice.choice(han) for _ in range(4)) for _ in range(names)] for _ in range(topics)]


def _topics(many: Sequence[Sequence[str]]) -> list[Topic]:
    return [
        Topic(f"t{i}", "?", (Entity("a", "company", tuple(n[:5])), Entity("b", "place", tuple(n[5:]))), ("a", "b"))
        for i, n in enumerate(many)
    ]


def _rate(matcher: Matcher, titles: Sequence[str], topics: Sequence[str]) -> float:
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        for title in titles:
            matcher.screen(title, "", topics)
        best = max(best, len(titles) / (time.process_time() - began))
    return best


# --------------------------------------------------------------------------- reading


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _packed(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _show(texts: Sequence[str]) -> str:
    return f"{len(texts)} wrong: " + " / ".join(t[:50].replace("\n", " ") for t in texts[:_SHOWN]) if texts else ""


def _show_all(texts: Sequence[str]) -> str:
    return f"{len(texts)} wrong: " + " / ".join(t[:60].replace("\n", " ") for t in texts) if texts else ""
