from __future__ import annotations

from monitor import finding


def test_words_are_looked_for_in_both_scripts():
    assert finding.words("洛陽 SU7") == [("洛陽", "洛阳"), ("SU7",)]
    assert finding.words("云川") == [("云川", "雲川")]
    assert {"头发", "頭髮", "頭發"} <= set(finding.words("头发")[0])
    assert len(finding.words("投资发展里程干部系统后台" * 9)[0]) < 100


def test_a_question_is_no_longer_than_anybody_types():
    assert finding.trimmed("\x00 云\u202e川 ") == "云 川"
    assert len(finding.trimmed("云" * 999)) == finding.LONGEST
    assert len(finding.words("一 二 三 四 五 六 七 八 九 十")) == finding.MOST


def test_a_text_is_told_apart_into_words_and_the_rest():
    assert list(finding.parts("雲川与Qinghe", "云川 qinghe")) == [("雲川", True), ("与", False), ("Qinghe", True)]
    assert list(finding.parts("甲", "")) == [("甲", False)]
