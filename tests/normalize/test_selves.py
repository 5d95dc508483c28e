"""Whom a text means by 公司 and 我市."""

from __future__ import annotations

import pytest

from monitor.model import Entity, Topic
from monitor.normalize import NOBODY, Publisher, selves, unnamed

TOPIC = Topic(
    "t",
    "长风能落地平州吗?",
    (
        Entity("changfeng", "company", ("长风集团", "长风")),
        Entity("fund", "company", ("远志基金",), of="changfeng"),
        Entity("pingzhou", "place", ("平州",)),
    ),
    ("changfeng", "pingzhou"),
)
FIRM, CITY = Publisher("长风集团", ("changfeng",)), Publisher("平州市人民政府", ("pingzhou",))


@pytest.mark.parametrize(
    ("text", "title", "publisher", "meant"),
    [
        ("本公司与平州市签订协议，公司拟建工厂。", "", FIRM, ["changfeng:本公司", "changfeng:公司"]),
        ("日前，我司与公司控股股东到平州。", "", FIRM, ["changfeng:我司", "changfeng:公司"]),
        ("子公司、该公司、上市公司和公司法。", "", FIRM, []),
        ("公司与平州市签订协议。", "长风集团股份有限公司关于签订协议的公告", NOBODY, ["changfeng:公司"]),
        ("证券简称：长风集团\n公司与平州市签订协议。", "关于签订协议的公告", NOBODY, ["changfeng:公司"]),
        ("公司与平州市签订协议。", "长风集团与平州签约", NOBODY, []),
        ("公司与平州市签订协议。", "乙公司关于与长风集团签订协议的公告", NOBODY, []),
        ("我市与长风集团签约，市政府作出部署。", "", CITY, ["pingzhou:我市", "pingzhou:市政府"]),
        ("我市与长风集团签约。", "", Publisher("平州日报"), ["pingzhou:我市"]),
        ("我市与长风集团签约。", "", Publisher("嘉城日报"), []),
        ("记者从市生态环境局获悉，项目获批。", "", Publisher("平州晚报"), ["pingzhou:市生态环境局"]),
        ("投资者提问：项目怎样了？\n长风集团董秘回复：公司已取得用地。", "", NOBODY, ["changfeng:公司"]),
        ("长风集团回复：不予置评。\n三阳股份回复：公司已开工。", "", NOBODY, []),
        ("公司的猜测很多。\n长风集团回复：公司已开工。", "", NOBODY, ["changfeng:公司"]),
        ("长风粥店老板回复：本公司已开工。", "", NOBODY, []),
        ("证券简称：长风地产\n公司与平州市签订协议。", "关于签订协议的公告", NOBODY, []),
        ("证券简称：*ST长风\n公司与平州市签订协议。", "关于签订协议的公告", NOBODY, ["changfeng:公司"]),
        ("市委书记会见长风集团董事长，嘉城市政府和城市政府。", "", CITY, []),
        ("The Company has signed in Pingzhou; the company is new.", "", FIRM, ["changfeng:The Company"]),
    ],
)
def test_a_text_speaks_of_who_publishes_it(text: str, title: str, publisher: Publisher, meant: list[str]) -> None:
    found = selves(text, title, TOPIC, publisher)

    assert [f"{s.entity.id}:{text[s.start : s.end]}" for s in found] == meant


def test_a_source_that_speaks_for_two_firms_is_none_of_them() -> None:
    assert selves("公司与平州市签约。", "", TOPIC, Publisher("两家", ("changfeng", "fund"))) == ()


def test_a_title_that_names_nobody_is_known() -> None:
    assert unnamed("公司与平州市签订协议")
    assert not unnamed("长风集团与平州市签订协议")
