"""Readings: what is repaired, what is flagged, and that clean text is left alone."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Clean
from monitor.normalize import clean, pinyin, simplify
from monitor.normalize.shifted import RULE as SHIFTED
from tests.costs import affordable
from tests.normalize.fault import annotated

DATA = Path(__file__).parent.parent / "data" / "normalize"
CASES = json.loads((DATA / "garbled.json").read_text("utf-8"))
CLEAN = [line for line in (DATA / "clean.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
SENTENCES = [
    "市领导与企业负责人举行工作会谈，双方将围绕新能源汽车零部件开展合作。",
    "当地新材料产业发展迅速，产业链总产值突破百亿元。",
    "记者从发布会上获悉，项目预计年内开工建设。",
    "公司计划在老城区设立研发中心，首期投资十亿元。",
    "图为签约仪式现场，图书馆内座无虚席。",
    "轴承厂与大学签署战略合作协议，共建实验室。",
    "据当地数据，“专精特新”企业已达三百家。",
    "这趟列车经过隧道时减速，乘客们隔着车窗看见了龙门石窟。",
    "牡丹花会期间，游客们排队品尝水席，饭馆门口挂着灯笼。",
]
# 數 and its like are what a pair across a border often happens to be.
ACROSS = "數驅鎮節劇極勁輕裝傳動務關現點門"


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_garbled_text_reads_as_it_was_meant_or_is_flagged(case):
    read = clean(case["raw"])
    assert [repair.rule + ("" if repair.sure else "?") for repair in read.repairs] == case["rules"]
    assert read.text == (case["reading"] if case["reading"] is not None else simplify(case["raw"]))
    assert_leads_back(read)


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_is_not_repaired(text):
    read = clean(text)
    assert (read.repairs, read.text) == ((), simplify(text))


def test_clean_simplified_text_comes_back_as_it_is():
    read = clean(SENTENCES[0])
    assert (read.text, read.offsets) == (SENTENCES[0], range(len(SENTENCES[0]) + 1))


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 12))])
def test_the_fault_of_the_mirror_sites_is_undone_or_flagged_but_never_misread(seed):
    chance = random.Random(seed)
    chars = sorted({char for s in SENTENCES for char in annotated(s, {}) if simplify(char) != char} | set(ACROSS))
    readings = {char: pinyin.readings(char)[0] for char in chance.sample(chars, len(chars) // 2)}
    for sentence in SENTENCES:
        read = clean(annotated(sentence, readings))
        assert read.text == simplify(sentence) or not all(repair.sure for repair in read.repairs)


def test_most_of_the_simulated_places_are_restored():
    readings = {char: pinyin.readings(char)[0] for char in ACROSS}
    assert all(clean(annotated(sentence, readings)).text == simplify(sentence) for sentence in SENTENCES)


def test_a_repaired_span_is_never_quoted_as_clean():
    read = clean("據當?shù)財?shù)據，企業已達三百家")
    start = read.text.index("当地数")
    assert read.repaired(start, start + 3)
    assert not read.repaired(read.text.index("企业"), len(read.text))


def test_the_raw_form_of_a_reading_includes_its_residue():
    read = clean("小米產(chǎn)業(yè)園")
    start, end = read.raw_span(2, 4)
    assert read.raw[start:end] == "產(chǎn)業(yè)"


def test_the_repairs_name_their_raw_span():
    read = clean("小米產(chǎn)業(yè)園")
    assert [read.raw[repair.start : repair.end] for repair in read.repairs] == ["(chǎn)", "(yè)"]


def test_places_beyond_the_most_that_is_looked_at_are_flagged():
    read = clean("據當?shù)財?shù)據。" * 70)
    assert {repair.sure for repair in read.repairs if repair.rule == SHIFTED} == {True, False}


@settings(max_examples=200)
@given(
    st.text(
        st.sampled_from(
            "小米產業洛陽數(?)（）chǎnye`1２２5年月日，。\u200b\ufeff\ud800\ufffd鐏忓å°±³Ð¡Ã×놅눈оa ㎡①ﬁe\u0301"
        ),
        max_size=60,
    )
)
def test_any_text_has_a_reading_that_leads_back(raw):
    assert_leads_back(clean(raw))


@settings(max_examples=100)
@given(st.text(max_size=80))
def test_any_unicode_text_has_a_reading_that_leads_back(raw):
    assert_leads_back(clean(raw))


@pytest.mark.parametrize(
    "raw",
    [
        "米" * 90_000,
        "產" * 90_000,
        "\u200b" * 90_000,
        "(" * 90_000,
        "米(" * 45_000,
        "米(a" * 30_000,
        "米(mi)" * 18_000,
        "米" + "(mi)" * 20_000,
        "米?mi)" * 18_000,
        "米?藗兦猩砀" * 15_000,
        "\ud800" * 90_000,
        "Ã" * 90_000,
        "灏忕背 " * 20_000,
        "a" + "\u0301" * 90_000,
        "놅米" * 45_000,
        "aа" * 45_000,
        "１" * 90_000,
        "米" + "(" * 45_000 + ")" * 45_000,
        "1：" * 45_000,
        "锟斤拷" * 30_000,
        "米?" + "mi)" * 30_000,
    ],
    ids=lambda raw: f"{raw[:6].encode('unicode_escape').decode()}",
)
def test_hostile_text_takes_linear_time(raw):
    # A second at most where quadratic would be hours.
    read = affordable(lambda: clean(raw), 4)
    assert len(read.offsets) == len(read.text) + 1


def assert_leads_back(read: Clean) -> None:
    offsets = list(read.offsets)
    assert len(offsets) == len(read.text) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(read.raw)
    assert all(0 <= repair.start <= repair.end <= len(read.raw) for repair in read.repairs)
    assert not any("\ud800" <= char <= "\udfff" for char in read.text)
