"""Forms by which news and filings say who, when and whether; each line: what is read (kind, date, phase, polarity)."""

from __future__ import annotations

import pytest

from monitor import extract
from monitor.normalize import NOBODY, Publisher, clean
from tests.extract.make import TOPIC, article, read, verdict

READ = [
    # A day and the season that it lies in: the day.
    ("3月18日，全市2025年一季度重大项目集中开工活动在长风集团平州基地举行。", ["construction 2025-03-18 done asserted"]),
    ("昨日，平州市一季度重大项目集中开工，长风集团工厂在列。", ["construction 2025-03-19 done asserted"]),
    ("3月18日，长风集团宣布今年开工建设平州工厂。", ["construction 2025 done asserted"]),
    # 将 before what is moved, and 将 of what is to come.
    ("长风集团3月18日将总部迁往平州。", ["other 2025-03-18 done asserted"]),
    ("长风集团已将总部迁往平州。", ["other [..2025-03-20] done asserted"]),
    ("长风集团将总部迁往平州。", ["other None planned asserted"]),
    ("长风集团将于5月将总部迁往平州。", ["other 2025-05 planned asserted"]),
    # A denial at the end of a chain.
    ("长风集团与平州签约并于5月开工的消息不实。", ["agreement [..2025-03-20] done denied", "construction [..2025-03-20] done denied"]),
    # What is late, until when, and until nobody knows when.
    ("长风集团平州工厂投产推迟。", []),
    ("长风集团平州工厂投产推迟到5月。", ["production 2025-05 planned asserted"]),
    ("推迟半年的长风集团平州工厂3月18日投产。", ["production 2025-03-18 done asserted"]),
    ("The opening of the Changfeng plant in Pingzhou has been delayed, it said on Tuesday.", []),
    # What only says of a noun which one it is.
    ("On March 18, Changfeng handed over the first ferry built at its Pingzhou yard.", ["product 2025-03-18 done asserted"]),
    # Papers that are granted, and titles of works.
    ("长风集团平州公司3月18日取得《营业执照》。", ["registration 2025-03-18 done asserted"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), READ, ids=[text for text, _ in READ])
def test_a_form_is_read_as_news_means_it(text: str, told: list[str]) -> None:
    found = read(text)

    assert sorted({f"{m.kind} {m.when.edtf} {m.phase} {m.polarity}" for m in found}) == told


def test_a_filing_means_itself_by_its_firm() -> None:
    text = clean("本公司3月18日与平州市签订投资协议。")
    told = extract.mentions(article(text.raw), text, verdict(text, None), TOPIC, Publisher("", ("changfeng",)))
    nobody = extract.mentions(article(text.raw), text, verdict(text, None), TOPIC, NOBODY)

    assert {a.entity for m in told for a in m.actors} == {"changfeng", "pingzhou"}
    assert not any(m.actors for m in nobody)
