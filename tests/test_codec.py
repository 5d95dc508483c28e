"""What is written down is read back the same, and what is not ours is refused with the path to the fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from typing import get_args, get_origin, get_type_hints

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import codec, ids, model
from monitor.model import Counts, Figure, Gap

from .store.make import article, entry, event, mention, placed, revision, seed, settings, status

# Text beside its reading is not written down as JSON, nor what holds bytes.
APART = {"Clean"}


def _holds_bytes(kind: object) -> bool:
    parts = get_type_hints(kind).values() if is_dataclass(kind) else get_args(kind)
    return kind is bytes or any(map(_holds_bytes, parts))


KINDS = [c for c in vars(model).values() if isinstance(c, type) and is_dataclass(c) and c.__name__ not in APART]
NOUNS = sorted((c for c in KINDS if not _holds_bytes(c)), key=lambda c: c.__name__)

# A noun that holds whole events, or entries with all that was made of them, is large: more is made up than fits.
CHECKS = hypothesis.HealthCheck
LARGE = [CHECKS.too_slow, CHECKS.filter_too_much, CHECKS.data_too_large]

INT = st.integers(-(2**63), 2**63 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | INT | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=3,
)

LEAVES: dict[object, st.SearchStrategy[object]] = {
    str: st.text(max_size=5),
    int: INT,
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
    object: JSON,
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    timedelta: st.timedeltas(timedelta(days=-40_000), timedelta(days=40_000)),
}


@cache
def values(kind: object) -> st.SearchStrategy[object]:
    """Return a strategy for *kind* that fills every field (``st.from_type`` would leave those with a default alone)."""
    if kind in LEAVES:
        return LEAVES[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()})
    origin, args = get_origin(kind), [values(a) for a in get_args(kind) if a is not Ellipsis]
    if origin is tuple:
        return st.lists(args[0], max_size=2).map(tuple) if get_args(kind)[-1] is Ellipsis else st.tuples(*args)
    if origin is frozenset:
        return st.frozensets(args[0], max_size=2)
    return st.dictionaries(*args, max_size=2) if origin is Mapping else st.one_of(args)


def _written(value: object) -> str:
    return json.dumps(codec.dump(value), allow_nan=False, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: n.__name__)
def test_every_noun_comes_back_as_it_was_written_in_the_text_of_the_standard_library(noun: type) -> None:
    # A noun that holds whole events takes its time to make up.
    @hypothesis.settings(max_examples=10, suppress_health_check=LARGE)
    @given(values(noun))
    def holds(value: object) -> None:
        written, told = _written(value), codec.encode(value)
        assert told == written
        assert codec.load(noun, json.loads(written)) == codec.load(noun, codec.decode(told)) == value

    holds()


@pytest.mark.parametrize(
    "value",
    [
        Figure(1e16, "元", "", ""),
        Figure(1e-7, "元", "", ""),
        Figure(-1.5e-05, "元", "", ""),
        Figure(123456789012345678.0, "元", "", ""),
        Figure(1.5e300, "元", "", ""),
        Gap(datetime(2026, 1, 1, tzinfo=UTC), timedelta(microseconds=1)),
        Gap(datetime(1, 1, 1, tzinfo=UTC), timedelta(microseconds=-99)),
        Gap(datetime(2026, 1, 1, 8, 0, 0, 1, tzinfo=timezone(timedelta(hours=8))), timedelta(days=999_999_999)),
        ('a\x00\x1f\x7f\u2028"\\/é', Figure(0.1, "元", "", "")),
    ],
    ids=repr,
)
def test_what_two_libraries_write_otherwise_is_written_the_old_way(value: object) -> None:
    assert codec.encode(value) == _written(value)


def test_a_whole_number_beyond_64_bits_is_refused_by_whoever_reads_it() -> None:
    with pytest.raises(ValueError, match=r"Counts.fetched: .* at most 64 bits"):
        codec.load(Counts, {"fetched": 2**63})


def test_a_lone_surrogate_is_one_code_point_in_the_text_too() -> None:
    said = replace(entry(1), title="a\ud800b", published=replace(entry(1).published, raw="\udfff"))
    assert codec.load(type(said), codec.decode(codec.encode(said))).title == "a\ufffdb"


def test_an_event_reads_like_json_that_a_person_would_write() -> None:
    found = article(1)
    said = codec.dump(event("ev_1", placed(mention(found), found), revisions=(revision(after={"a": [1]}),)))
    assert said["when"] == {
        "earliest": "2025-03-19",
        "latest": "2025-03-19",
        "precision": "day",
        "basis": "stated",
        "raw": "3月19日",
        "reference": None,
    }
    assert said["revisions"][0]["at"] == "2025-03-20T08:30:00Z"
    assert [f.name for f in fields(model.Event)] == list(said)


def test_an_instant_in_another_zone_is_written_in_utc() -> None:
    there = datetime(2025, 3, 20, 1, 30, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    assert codec.dump(there) == "2025-03-19T17:30:00.000005Z"
    assert codec.load(datetime, codec.dump(there)) == there
    published = model.Published("", there, there.date(), None)
    assert codec.encode(published) == ('{"raw":"","at":"2025-03-19T17:30:00.000005Z","day":"2025-03-20","flag":null}')


def test_sets_are_written_in_order() -> None:
    assert codec.dump(frozenset({"c", "a", "b"})) == ["a", "b", "c"]


def test_a_field_that_came_later_takes_its_default() -> None:
    old = codec.dump(entry(1))
    del old["aliases"]
    assert codec.load(model.Entry, old) == entry(1)
    feed = codec.dump(settings().feeds[0])
    del feed["map"]
    assert codec.load(model.Feed, feed).map == {}


def test_kinds_of_evidence_are_told_apart_by_their_fields() -> None:
    record = seed().record
    decision = model.DecisionRecord("ann", datetime(2025, 1, 1, tzinfo=UTC), "checked")
    found = article(1)
    whole = event("ev_1", placed(mention(found), found))
    whole = replace(whole, evidence=(*whole.evidence, record, decision))
    assert codec.load(model.Event, codec.dump(whole)) == whole


REFUSED = [
    (model.Actor, {"entity": "a", "name": "b", "colour": "red"}, "Actor has no colour"),
    (model.Actor, {"entity": "a"}, "Actor.name is missing"),
    (model.Actor, {"entity": "a", "name": 3}, "Actor.name: int where text was expected"),
    (model.Actor, ["a", "b"], "list where Actor was expected"),
    (model.Vote, {"rule": "r", "weight": True}, "Vote.weight: True where a number"),
    (model.Vote, {"rule": "r", "weight": float("inf")}, "Vote.weight: inf where a number"),
    (model.Reason, {"field": "f", "rule": "r", "evidence": [1.5]}, "1.5 where a whole number"),
    (model.Reason, {"field": "f", "rule": "r", "evidence": "12"}, "str where a list"),
    (model.Published, {"day": "20250319"}, "not a day as YYYY-MM-DD"),
    (model.Published, {"day": "2025-02-30"}, "Published.day"),
    (model.Published, {"at": "2025-03-19T00:00:00+08:00"}, "not an instant in UTC"),
    (model.Published, {"at": "soon Z"}, "Published.at"),
    (tuple[tuple[int, int], ...], [[1, 2, 3]], "3 values where 2 were expected"),
    (tuple[model.Evidence, ...], [{"who": "?"}], "neither Quote or SeedRecord or DecisionRecord"),
    (model.Source, {"id": "a", "name": "b", "tier": "gossip"}, "Source.tier: 'gossip'"),
    (bool, 1, "int where true or false"),
]


@pytest.mark.parametrize(("kind", "data", "why"), REFUSED, ids=[why for _, _, why in REFUSED])
def test_what_is_not_ours_is_refused_with_the_path_to_the_fault(kind: type, data: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        codec.load(kind, data)


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), datetime(2025, 1, 1)])  # noqa: DTZ001
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"nan|inf|no time zone"):
        codec.dump(value)


@dataclass
class Strange:
    either: str | model.Actor


@pytest.mark.parametrize("kind", [bytes, complex, list[int], Strange, dict[int, int]])
def test_a_kind_that_has_no_json_form_is_a_bug(kind: type) -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        codec.load(kind, {"either": "x"})


def test_a_value_that_has_no_json_form_is_a_bug() -> None:
    with pytest.raises(TypeError, match="bytes has no JSON form"):
        codec.dump((b"x",))


def test_ids_follow_from_content_alone() -> None:
    assert ids.entry("https://a.example/", "1") == ids.entry("https://a.example/", "1")
    assert ids.entry("a", "b\0c") != ids.entry("a", "b") != ids.entry("b", "a")
    assert ids.article("https://a.example/1", "ab").startswith("ar_")
    assert ids.entry("a", "\ud800").startswith("en_")


def test_two_dates_in_one_sentence_are_two_mentions() -> None:
    one = mention(article(1))
    assert ids.mention(one) == ids.mention(replace(one, title="other words"))
    assert ids.mention(one) != ids.mention(replace(one, when=model.UNKNOWN_WHEN))
    assert ids.mention(one) != ids.mention(replace(one, topic="other"))


def test_a_status_is_small_enough_to_read() -> None:
    assert codec.dump(status())["validators"] == {"etag": "", "last_modified": "", "url": ""}
