"""Persons, firms, places, figures and objects, language by language."""

from __future__ import annotations

import pytest

from monitor.extract.lang.en.figures import figures as english_figures
from monitor.extract.lang.zh.figures import figures
from monitor.extract.lang.zh.firms import firms
from monitor.extract.lang.zh.objects import objects
from monitor.extract.lang.zh.people import name_end, office_before, people
from monitor.extract.lang.zh.places import places
from monitor.extract.language import words
from monitor.model import Kind


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("市委书记江凌会见客人", ["江凌"]),
        ("总经理孙昌旭一行", ["孙昌旭"]),
        ("市长张和平表示", ["张和平"]),
        ("市长张和王珂", ["张和王"][:0]),
        ("董事长欧阳修远出席", ["欧阳修远"]),
        ("董事长欧阳明，总裁李想", ["欧阳明", "李想"]),
        ("市委副书记、市长李明远", ["李明远"]),
        ("总经理办公会议", []),
        ("主任医师王", []),
        ("市长A君", []),
        ("总裁王", []),
        ("总裁王B，", []),
        ("副市长张三、李四和王五出席", ["张三", "李四", "王五"]),
        ("副市长张三、高新区主任李四", ["张三", "李四"]),
        ("副市长张三、高管一行", ["张三"]),
        ("副市长张三、李四主任", ["张三"]),
        ("副市长张三和王五", ["张三"]),
        ("任命副总裁张三、李四、王五为总裁", ["张三", "李四", "王五"]),
    ],
)
def test_a_person_is_a_surname_and_a_name_beside_an_office(text: str, names: list[str]) -> None:
    assert [p.name for p in people(text)] == names


def test_the_office_before_a_name_is_the_last_one() -> None:
    text = "市委副书记、市长李明远"
    assert office_before(text, text.index("李")) == "市长"
    assert office_before(text, 0) == ""
    assert name_end("", 0) == 0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("他加入北京长风科技有限责任公司", ["北京长风科技有限责任公司"]),
        ("投资充电桩企业启明新能源,", ["启明新能源"]),
        ("收购机器人公司优必，", ["优必"]),
        ("收购了亮星半导体60%股权", ["亮星半导体"]),
        ("这家上市公司的子公司", []),
        ("新能源汽车公司", []),
        ("长风（平州）科技有限公司成立", ["长风（平州）科技有限公司"]),
        ("长风集团与平州建投集团签约", ["长风集团", "平州建投集团"]),
        ("投资新能源,", []),
        ("一家公司", []),
    ],
)
def test_a_firm_is_known_by_its_ending_or_what_introduces_it(text: str, names: list[str]) -> None:
    assert [f.name for f in firms(text, 0, len(text))] == names


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("总投资50亿元", [(5e9, "元", "总投资")]),
        ("投资10亿至20亿元", [(1e9, "元", "投资"), (2e9, "元", "投资")]),
        ("投资10-20亿元", [(1e9, "元", "投资"), (2e9, "元", "投资")]),
        ("占地500亩", [(500, "亩", "占地")]),
        ("年产能20万辆", [(200000, "辆", "年产")]),
        ("招聘三百人", [(300, "人", "招聘")]),
        ("注册资本两千万元", [(2e7, "元", "注册资本")]),
        ("十五万吨", [(150000, "吨", "")]),
        ("持有60%的股权", [(60, "%", "股权")]),
        ("3,000台", [(3000, "台", "")]),
        ("1.2.3", []),
        ("2025年3月18日", []),
    ],
)
def test_a_figure_is_scaled_and_says_what_it_counts(text: str, told: list[tuple[float, str, str]]) -> None:
    assert [(f.value, f.unit, f.what) for f in figures(text)] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$1.5 billion", [(1.5e9, "美元")]),
        ("20 million yuan", [(2e7, "元")]),
        ("200,000 vehicles a year", [(200000, "辆")]),
        ("in 2025", []),
        ("RMB 300 million", [(3e8, "元")]),
        ("20%", [(20, "%")]),
    ],
)
def test_an_english_figure_is_scaled(text: str, told: list[tuple[float, str]]) -> None:
    assert [(f.value, f.unit) for f in english_figures(text)] == told


def test_a_place_is_a_known_city_that_is_no_part_of_another_name() -> None:
    text = "在武汉投产，与西安交通大学和北京银行合作"
    assert [name for _, _, name in places(text, 0, len(text))] == ["武汉"]


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("签署《平州合作备忘录》", Kind.AGREEMENT, ("平州合作备忘录",)),
        ("签署战略合作框架协议和投资合同", Kind.AGREEMENT, ("战略合作框架协议", "投资合同")),
        ("在平州建设智能工厂", Kind.CONSTRUCTION, ("智能工厂",)),
        ("出任副秘书长", Kind.PERSONNEL, ("副秘书长",)),
        ("会见客人", Kind.MEETING, ()),
    ],
)
def test_objects_are_papers_works_and_posts(text: str, kind: Kind, told: tuple[str, ...]) -> None:
    assert objects(text, kind) == told


@pytest.mark.parametrize("word", words("zh", "names_not.txt"))
def test_a_word_that_only_begins_like_a_name_is_none(word: str) -> None:
    assert name_end(f"{word}一行", 0) == 0
