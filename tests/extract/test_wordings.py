"""Reports of one happening in different words agree in what resolve compares."""

from __future__ import annotations

import pytest

from tests.extract.make import one

MEETING = [
    "3月18日，平州市委书记李明远会见长风集团总裁王珂一行。",
    "2025年3月18日下午，长风集团总裁王珂在平州拜会市委书记李明远，双方就合作交换意见。",
    "本报讯 3月18日，李明远书记与来平州考察的长风集团总裁王珂座谈，市委书记李明远主持。",
    "3月18日,平州市委書記李明遠與長風集團總裁王珂舉行工作會談。",
    "长风集团总裁王珂一行3月18日到访平州，与市委书记李明远会面。",
]
SIGNING = [
    "3月18日，长风集团与平州市签署战略合作框架协议，总投资50亿元。",
    "3月18日，总投资50亿元的长风集团智能工厂项目签约平州。",
    "平州市政府3月18日同长风集团签订战略合作框架协议，计划总投资50亿元建设智能工厂。",
    "平州与长风集团的签约仪式3月18日举行，项目总投资50亿元。",
    "2025年3月18日，长风集团正式签约平州，总投资达50亿元。",
]


@pytest.mark.parametrize("text", MEETING)
def test_reports_of_one_meeting_agree(text: str) -> None:
    told = one(text)

    assert (told.kind, told.when.edtf, told.phase, told.stage) == ("meeting", "2025-03-18", "done", "talks")
    assert {a.entity or a.name for a in told.actors} == {"changfeng", "wang", "李明远"}
    assert {(a.name, a.role) for a in told.actors if a.role} >= {("李明远", "市委书记"), ("王珂", "总裁")}
    assert told.places == ("平州",)


@pytest.mark.parametrize("text", SIGNING)
def test_reports_of_one_signing_agree(text: str) -> None:
    told = one(text)

    assert (told.kind, told.when.edtf, told.phase, told.stage) == ("agreement", "2025-03-18", "done", "agreement")
    assert {a.entity for a in told.actors} == {"changfeng", "pingzhou"}
    assert told.places == ("平州",)
    assert [(f.value, f.unit, f.what) for f in told.figures] == [(5e9, "元", "总投资")]
