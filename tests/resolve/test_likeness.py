"""Likeness, memory and clusters: what proposes, and never decides."""

from __future__ import annotations

import pytest

from monitor.resolve.index import POSTINGS, WIDTH, Index
from monitor.resolve.likeness import Sense, likeness
from monitor.resolve.memory import Memory
from monitor.resolve.sketch import VOCABULARY, Background, shipped, sketch
from monitor.resolve.stream import EVENT, Stream

QUAKE = (
    "云南漾濞发生6.4级地震 已致3人死亡",
    "漾濞6.4级地震最新通报:3人死亡 28人受伤",
    "漾濞6.4级地震造成3人死亡 救援队赶往云南",
)
OTHERS = ("广州塔今晚亮灯时间推迟", "央行开展100亿元逆回购操作", "中国男篮公布亚洲杯集训名单", "暴雨蓝色预警发布")


def reader(*texts: str) -> Memory:
    memory = Memory(shipped())
    for text in texts:
        memory.read(sketch(text))
    return memory


def score(memory: Memory, a: str, b: str, sense: Sense = Sense.EVENT) -> float:
    return likeness(memory.look(sketch(a)), memory.look(sketch(b)), memory.background, sense).score


@pytest.mark.parametrize("sense", Sense)
def test_reports_of_one_event_are_alike_and_others_are_not(sense):
    memory = reader(*QUAKE, *OTHERS)
    found = likeness(memory.look(sketch(QUAKE[0])), memory.look(sketch(QUAKE[1])), memory.background, sense)
    assert found.alike
    assert not likeness(memory.look(sketch(QUAKE[0])), memory.look(sketch(OTHERS[0])), memory.background, sense).alike
    assert found.parts == tuple(sorted(found.parts, key=lambda p: (-abs(p[1]), p[0])))


def test_likeness_is_symmetric():
    memory = reader(*QUAKE, *OTHERS)
    assert score(memory, QUAKE[0], QUAKE[2]) == score(memory, QUAKE[2], QUAKE[0])


def test_scripts_read_alike():
    memory = reader(*QUAKE)
    assert score(memory, "雲南發生地震", QUAKE[0]) == score(memory, "云南发生地震", QUAKE[0])
    assert sketch("雲南發生地震").words == sketch("云南发生地震").words


def test_a_text_borrows_the_words_of_what_was_read_around_it():
    memory = reader(*QUAKE, *OTHERS)
    known = memory.look(sketch(QUAKE[0]))
    assert known.itself == 1
    assert set(known.near) == {2, 3}
    assert known.wide.keys() > known.own.keys()


def test_a_text_without_words_is_like_nothing():
    memory = reader(*QUAKE)
    empty = memory.look(sketch("!!!"))
    assert (empty.own, empty.near, empty.itself) == ({}, {}, None)
    assert not likeness(empty, memory.look(sketch(QUAKE[0])), memory.background).alike


def test_what_the_news_is_full_of_is_fresh_and_what_it_always_says_is_not():
    memory = reader(*[f"漾濞第{n}次通报" for n in range(30)])
    assert memory.background.freshness("漾濞") > 1 > 0 > memory.background.freshness("我们")
    assert Background().freshness("漾濞") == 0


def test_the_background_forgets_the_rarest_words_before_it_grows_without_bound():
    background = shipped()
    background.seen[True].update({f"词{n}": 1.0 for n in range(VOCABULARY)})
    before = background.rarity("我们", True)
    background.learn(sketch("我们"))
    assert len(background.seen[True]) < VOCABULARY
    assert background.rarity("我们", True) == pytest.approx(before, abs=0.1)
    assert background.freshness("我们") == pytest.approx(0, abs=0.1)


def test_a_background_that_was_given_nothing_learns_other_languages_too():
    background = Background()
    background.learn(sketch("Storm hits the coast"))
    assert background.rarity("storm", chinese=False) < background.rarity("calm", chinese=False)


def test_what_is_forgotten_in_one_language_is_not_in_the_other():
    background = shipped()
    background.seen[False].update({f"w{n}": 1.0 for n in range(VOCABULARY)})
    background.learn(sketch("storm"))
    assert (background.seen[False], background.shipped) == ({}, shipped().shipped)


# --------------------------------------------------------------------------- clusters


def test_texts_of_one_event_come_into_one_cluster():
    stream = Stream(shipped(), EVENT)
    homes = [stream.find(c) for c in [stream.put(sketch(text)).cluster for text in (*QUAKE, *OTHERS)]]
    assert len(set(homes[:3])) == 1
    assert len(set(homes)) == 1 + len(OTHERS)


def test_clusters_that_turn_out_to_be_alike_become_one():
    stream = Stream(Background(), EVENT)
    first = stream.put(sketch("storm floods harbour town market")).cluster
    second = stream.put(sketch("bridge closed ferries cancelled tonight")).cluster
    assert first != second
    for _ in range(4):
        stream.put(sketch("storm floods harbour town market bridge closed ferries cancelled tonight"))
    assert stream.find(first) == stream.find(second)


def test_the_cluster_that_was_quiet_longest_is_forgotten_first():
    stream = Stream(shipped(), EVENT, capacity=2)
    for text in OTHERS:
        stream.put(sketch(text))
    assert stream.put(sketch(OTHERS[-1])).likeness > 0
    assert stream.put(sketch(OTHERS[0])).likeness == 0


def test_a_cluster_that_made_room_for_a_new_one_is_not_merged_with_it():
    stream = Stream(Background(), EVENT, capacity=1)
    stream.put(sketch("storm floods harbour"))
    found = stream.put(sketch("storm floods harbour market bridge ferries roads fields schools shops"))
    assert (found.likeness, found.merged) == (0.0, ())


def test_a_search_looks_under_the_rarest_words_first_and_stops():
    index = Index()
    for _ in range(POSTINGS):
        index.add(index.found(), {"usual": 1.0})
    rare = index.found()
    index.add(rare, {"usual": 0.6, "rare": 0.8})
    assert [entry for _, entry in index.near({"usual": 0.6, "rare": 0.8})] == [rare]


def test_lone_characters_that_meet_are_taken_for_a_name():
    assert {"翟鹭", "翟", "鹭"} <= sketch("翟鹭").words.keys()
    assert "的鹭" not in sketch("的鹭").words


def test_a_middle_keeps_its_heaviest_words_alone():
    index = Index()
    home = index.found()
    for n in range(2 * WIDTH + 1):
        index.add(home, {f"w{n}": 1.0 + n})
    assert len(index.entries[home].words) <= 2 * WIDTH
    assert index.near({"w0": 1.0}) == []
    assert [entry for _, entry in index.near({f"w{2 * WIDTH}": 1.0})] == [home]
