"""What a happening was done to, in Chinese: the agreement, the plant, the post."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from monitor.extract.lang.zh.firms import firms
from monitor.extract.language import Firm, either, words
from monitor.model import Kind

MOST = 4  # objects of one happening; a longer list names parts, not the object

_PAPER = re.compile(
    r"《[^》]{2,40}》|(?:(?![签订署止除成的与和及了份该此本这在等将向就对双各履执终解下述].|上述)[\u4e00-\u9fff]){2,8}?(?:协议|合同)(?!期|金额|书)|(?:战略合作|框架|合作|投资|项目|入驻|入园|购销|采购|供货|供应|合伙|合资|租赁|服务|技术|认购|转让|委托|代工|经销)+(?:框架)?(?:协议|合同)|(?:战略|合作|谅解|投资)*(?:备忘录|意向书)"
)
# A work without a word that says of what kind (工厂, 基地) tells nothing apart and is no object.
_OF = r"(?:智能制造|智能家居|智能终端|智能|超级|零部件|充电桩|充电|电池|整车|汽车|新能源|电机|家电|手机|芯片|机器人|储能|轴承|光伏|材料|研发|数据|创新|展示|展览|物流|分拨|配送|结算|培训|试验|检测|服务|运营|生产|产业|总部|加工|制造|研究|仓储|冷链|养殖|育种|育苗|种植|组装|装配|封装|封测|维修|冶炼|回收|处理|采购|交易|展销|包装|分拣|旗舰|体验|交付|一期|二期|第[一二三四]){1,4}"
_WORKS = re.compile(_OF + r"(?:工厂|基地|产业园|园区?|中心|生产线|产线|总部|店|研究院)|(?:整车|电池|芯片|汽车)厂")
_PART = re.compile(r"[一二三四首]期(?!工厂|基地|产业园|园|中心)")
_FOUNDS = re.compile(r"(?:成立|设立|组建|注册|新设|创立|创办)了?(?:一家|全资|控股|合资|子|新|公司|项目)*[：:“\"]?$")
_OWNS = re.compile(r"[^，。；]{0,4}(?:全资|持股|控股|旗下|出资|的子公司)")
_POINTS = ("上述", "前述", "该", "此", "本", "这份")  # the paper told of before is not what it is called
_PAPERS = frozenset({Kind.AGREEMENT, Kind.CANCELLATION})
_BUILT = frozenset({Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING, Kind.LAND, Kind.PERMIT})


@cache
def _posts() -> re.Pattern[str]:
    return re.compile(either(words("zh", "offices.txt")))


def objects(text: str, kind: Kind) -> tuple[str, ...]:
    """Return what *text* (one group of clauses) says that a happening of *kind* was done to."""
    if kind in _PAPERS:
        found = (m for m in _PAPER.finditer(text) if not text.endswith(_POINTS, 0, m.start()))
        return _each((*(m[0].strip("《》") for m in found), *_parts(text)))
    if kind is Kind.CORRECTION:
        return (*objects(text, Kind.AGREEMENT), *objects(text, Kind.CONSTRUCTION))[:MOST]
    if kind in _BUILT:
        return _each((*(m[0] for m in _WORKS.finditer(text)), *_parts(text)))
    if kind is Kind.REGISTRATION:
        return _each(f.name for f in _founded(text))
    if kind is Kind.PERSONNEL:
        return _each(m[0] for m in _posts().finditer(text))
    return ()


def _parts(text: str) -> Iterable[str]:
    return (m[0].replace("首", "一") for m in _PART.finditer(text))


def _founded(text: str) -> Iterable[Firm]:
    """Return the firm that is founded, by its registered name: behind the verb (成立了X有限公司), else the first one."""
    found = [f for f in firms(text, 0, len(text)) if f.name.endswith("公司")]
    behind = [f for f in found if _FOUNDS.search(text, 0, f.start)]
    own = [f for f in found if not _OWNS.match(text, f.end) and not text.endswith("由", 0, f.start)]
    return (behind or own)[:1]


def _each(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MOST]
