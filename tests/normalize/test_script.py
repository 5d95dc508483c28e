"""Form: width, invisible characters, and script, with the way back to the raw text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.normalize import clean, simplify
from monitor.normalize.script import level, to_simplified
from tests.costs import affordable


@pytest.mark.parametrize(
    ("raw", "reading"),
    [
        ("小米產業洛陽", "小米产业洛阳"),
        ("總麵積、曆史文化、二裏頭遺址、北鬥、鼕天", "总面积、历史文化、二里头遗址、北斗、冬天"),
        ("乾隆年間的乾麵", "乾隆年间的干面"),
        ("小\u200b米\ufeff之\u202e家\u2066", "小米之家"),
        ("２０２５年３月１９日ＡＢＣ％", "2025年3月19日ABC%"),
        ("10：30，1，000元，他说：好", "10:30，1，000元，他说：好"),
        ("100㎡ 5㎞ 3㎏ 20℃", "100m² 5km 3kg 20°C"),
        ("① ⑴ ½ m² Ⅲ ™ … ㋀", "① ⑴ ½ m² Ⅲ ™ … ㋀"),
        ("⼩⽶ ⻓⻋ 金", "小米 长车 金"),
        ("𝐀𝟐 ﬁ ｶﾅ ﹐︵", "A2 fi カナ ，（"),
        ("cafe\u0301 chǎn cha\u030cn", "café chǎn chǎn"),
        ("a\u00a0b\u3000c\u2003d\u2028e", "a b c d\ne"),
        ("（他说：“好！”）？；～", "（他说：“好！”）？；～"),
        ("\ud800米", "\ufffd米"),
        ("沈先生很坏，土坏", "沈先生很坏，土坏"),
        ("王頔", "王頔"),
        ("plain ASCII", "plain ASCII"),
        ("tab\x00here", "tabhere"),
    ],
)
def test_a_text_is_folded_to_one_form(raw, reading):
    assert simplify(raw) == reading
    assert clean(raw).text == reading


def test_the_way_back_leads_through_what_was_removed_and_what_grew():
    read = clean("小\u200b米100㎡地")
    assert [read.raw[a:b] for a, b in (read.raw_span(0, 1), read.raw_span(5, 7), read.raw_span(7, 8))] == [
        "小\u200b",
        "㎡",
        "地",
    ]


@settings(max_examples=300)
@given(st.text(st.sampled_from("小米產業麵裏後後乾隆沈坏吒頔１２：，㎡ﬁ⻓\u200b\u0301aé \u3000\ud800"), max_size=40))
def test_simplified_twice_is_simplified_once_and_clean_agrees(raw):
    once = simplify(raw)
    assert simplify(once) == once
    assert clean(raw).text == once


def test_no_character_changes_the_length_of_a_text():
    assert all(len(to_simplified(chr(code))) == 1 for code in range(0x3400, 0xA000))


def test_common_characters_are_told_from_rare_ones():
    assert [level(char) for char in "米洛瀚產a，·"] == [1, 1, 2, 0, 0, 0, 0]


def test_a_title_is_simplified_in_microseconds():
    titles = ["小米能落地洛阳吗？工作会谈引关注", "Xiaomi opens a plant", "小米產業投資落戶洛陽"] * 1000
    simplify(titles[0])
    # About 5 us each on the machine this was written on.
    affordable(lambda: [simplify(title) for title in titles], 0.15)
