"""
Chinese (simplified: readings are simplified before they come here).

    people firms figures places objects    who, how much, where, to what
    ../../data/zh/*                        the words, for a person to edit
"""

from __future__ import annotations

import re

from monitor.extract.lang.zh.disposal import brings
from monitor.extract.lang.zh.figures import figures
from monitor.extract.lang.zh.firms import firms, partners
from monitor.extract.lang.zh.negation import LITOTES, UNDENIES, UNDOES
from monitor.extract.lang.zh.objects import objects
from monitor.extract.lang.zh.people import office_before, people
from monitor.extract.lang.zh.places import places
from monitor.extract.language import Language, either, lexicon, line_pattern, lines, masks, partnering, words

_HAN = re.compile(r"[\u4e00-\u9fff]+")
# 本报讯（记者 某某）, 某某社平州3月18日电, 某某讯: who tells it is no part of what is told.
_DATELINE = (
    r"(?:(?:本报|本网|本台|本刊)[^\s，。；：]{0,6}(?:讯|消息|电)|[^\s，。；：（(]{2,12}?\d{1,2}月\d{1,2}日(?:电|讯|消息)(?=[\s（(])"
    r"|【[^】]{2,12}[讯电]】|[\u4e00-\u9fff]{2,8}[讯电](?=[\s（(，,]))\s*(?:[（(][^）)]{0,12}(?:记者|通讯员|实习生)[^）)]{0,24}[）)])?"
)
_NOMINAL = re.compile(
    r"[^，。；]{0,20}?(?:议案|申请|事项|事宜|一[事案]|[权购易]案|传[闻言]|意向|[尾余价货]款|各项工作|进展|进程|的事(?![故件业实务]))"
)
_CLOCK = r"(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚间?|夜)?"
# What may stand between a subject and its verb.
_FILLS = r"(?:[于在自从，,\s了前后也就便又再主体正式全面原现可能]|建成|顺利|一并|曾|一度|突?发生|开始|争取|确保|实现|之?前|底前|(?:获得?|被|经|由|通过)(?:[^，。；]{0,10}?(?:局|委|厅|部|办|会|院|政府))?)*"

# What each of these is for stands beside the fields of Language.
_BULLETIN = re.compile(
    rf"日?{_CLOCK}\s*(?:(?:第?[A-Z]?\d{{1,3}}|头|要闻|财经|经济)版|[^，。]{{0,8}}(?:刊发|刊登|刊载|见报)|(?:关于|《)[^，。；]{{0,40}}(?:报道|一[文稿]|文章|消息|稿件|》)|电|讯|消息|报道|综合消息|[（(](?:记者|通讯员)|[，,]?\s*(?:官方(?:宣布|通报|公布|消息|发布)|据[^，。]{{2,12}}(?:消息|报道|公告|通报)|(?:本报|本网)?记者[^，。]{{0,16}}(?:获悉|了解到)|[^，。]{{0,16}}(?:获悉|了解到)))"
)
_DECLARES = re.compile(
    rf"{_CLOCK}[，,]?\s*[^，。；]{{0,20}}?(?:宣布|公告|官宣|发布消息|公布|发文|通报|披露|回复|回应|答复|表示|透露|介绍说?[，,：:]|证实)"
)
_SINCE = re.compile(
    r"了?(?:近|约|整整|仅)?[\d一二三四五六七八九十百半两数]{1,4}[余多]?个?(?:小时|天|日|周|星期|月|季度|年)[之以]?后|的?(?:需要|需求|所需)"
)
_LEAD_IN = re.compile(
    rf"(?:{_DATELINE}|[，,：:、\s]|(?:据悉|此外|另外|同时|其中|随后|此前|据了解|据介绍|据报道|消息称|按照?之前的说法|按照?(?:此前的?)?计划|近日|日前|昨日|今日|今天|昨天|当日|当天|上午|下午|晚间?|凌晨))+"
)
_CONVENED = re.compile(
    r"(?:大会|会议|董事会)[^。；]{0,24}?(?:召开|举行)|(?:召开|举行)[^。；]{0,24}?(?:大会|会议|董事会)"
)
_BARE = re.compile(
    rf"\s*(?:随后|目前|其中|而|据悉|原|现)?(?:该|此|这一?[个座家条]?|上述|本)?(?P<noun>(?!公司|集团|企业|双方|本报|记者)[\u4e00-\u9fff]{{2,6}}?){_FILLS}"
)
_OMITS = re.compile(
    r"\s*(?:(?:在|于|到|赴|与|和|同|跟|向|从|由|对|为|以|被|自)[^，。；的]{1,20}?|[^，。；的]{0,6}(?:项目|基地|工厂|公司|集团|中心|协议|合同)|[又还并曾先后再次首正式成功完获得已也就其该此同时均将拟了于现已]+|\d[\d.年月日至到\-]*)*"
)
_HEARSAY = re.compile(
    r"接近[^，。；]{1,12}?(?:人士|消息源|知情者|消息人士)|(?:微信群|朋友圈|业主群|群聊|抖音号|快手号|视频号|公众号|微博(?:用户|账号)|自媒体|营销号|网[民友]|博主)[^，。；]{0,20}?(?:[称说]|爆料|(?:发布|传播|散布|流传)[^，。；]{0,40}?(?:信息|消息|内容|言论|说法|传言))|有(?:不少|多[名位个]|一[名位个]|部分)?[\u4e00-\u9fff]{0,6}(?:网友|网民|粉丝|读者|市民|群众|老乡|村民|居民|同行|知情者|股东|自媒体|博主|账号|股民|投资者|用户|业主|员工|媒体|说法|传闻|声音)[^，。；]{0,8}?(?:[称说指讲传]|报道)"
)


def _speaks(text: str) -> float:
    """Return the share of Han characters, doubled: one carries what an English word of several letters does."""
    return 2 * sum(map(len, _HAN.findall(text))) / max(len(text), 1)


def language() -> Language:
    """Return Chinese."""
    return Language(
        name="zh",
        speaks=_speaks,
        lexicon=lexicon("zh"),
        # Each way begins with a letter and not with a look behind: then the places to try are found by one class.
        stop=re.compile(r"(?:。|！|？|!|\?|；|;|……{0,3}|\.(?<!\d\.)(?=\s|$))[”’」』）)\"]{0,3}"),
        pause=re.compile(r"，|：|,(?:(?<!\d,)|(?!\d))|:(?:(?<!\d:)|(?!\d))"),
        boilerplate=line_pattern("zh", "boilerplate.txt"),
        advert=re.compile(either(lines("zh", "adverts.txt"))),
        sidebar=line_pattern("zh", "sidebars.txt"),
        listed=re.compile(r"^\s*(?:\d{1,2}\s*[.、．）)]|[一二三四五六七八九十]{1,3}、|[①-⑳]|【|[●•◆■▶★])"),
        bulletin=_BULLETIN,
        declares=_DECLARES,
        term=re.compile(r"(?<!季)年?度(?!假|过)"),
        same_day=re.compile(r"当[天日]|即日|同[日天]|会后|会上|仪式上|活动现场"),
        question=re.compile(r"[？?]|(?:吗|呢)[。”]?$"),
        aspect=re.compile(r"[了过](?!解|程|渡|剩|后)|完毕"),
        progress=re.compile(r"(?!)"),
        settled=re.compile(r"协议|合同|备忘录|合作"),
        endable=re.compile(r"项目|计划|投资|收购|交易|建厂|工厂|建设|活动|发布会|上市|融资|并购|仪式|会议"),
        passive=re.compile(r"被(?:当地|紧急|正式|全面|依法)?$"),
        undoes=UNDOES,
        undenies=UNDENIES,
        litotes=LITOTES,
        none=re.compile(r"(?:(?<![一毫])无|零)(?:任何|重大|人员)?$"),
        restart=re.compile(r"的"),
        nominal=lambda text, verb, clause: _NOMINAL.match(text, verb[1], clause[1]) is not None,
        since=_SINCE,
        delays=re.compile(r"了?(?![\d一二三四五六七八九十半两数]+个?[天日周月年])[^，。；的后\d]{0,14}"),
        until=re.compile(r"[至到]$"),
        halves=re.compile(r"[由从自]?.{1,12}(?:至|到)(?P<second>.{1,12})"),
        lead_in=_LEAD_IN,
        convened=_CONVENED,
        there=re.compile(r"\s*(?:本次|该)?(?:会议|大会|股东大?会|董事会|会上)"),
        both=re.compile(r"双方|两地|客人|来宾|一行人|各方|二人|两人|三方"),
        refers=re.compile(
            rf"\s*(?:随后|目前|其中|而|据悉|原|现)?(?P<thing>(?:该|此|这一?[个份]?|上述|本|其|整个)?(?:{either(words('zh', 'refers_of.txt'))}){{0,3}}(?:{either(words('zh', 'refers.txt'))})(?:的?(?:主体|主体工程|工程|环评|规划|用地|土地|手续)|[\d.]+[余多万]?[\u4e00-\u9fff]{{1,4}})?)?{_FILLS}"
        ),
        points=re.compile(r"\s*(?:随后|目前|此前|而)?(?:该|上述|这一?[个座条]|此次?|前述)"),
        bare=_BARE,
        omits=_OMITS,
        holds=re.compile(r"(?:完全|确实|基本)?(?:属实|是真的|为真|没错)"),
        points_at=re.compile(r"(?:了|有)?(?:上述|以上|这|此|该|其|相关|有关|网传|外界)"),
        says=re.compile(r"[，,；;\s]*(?:并|但|而是)?(?:称|表示|强调|指出|说明|回应称|介绍)"),
        measures=re.compile(
            r"(?:数字|数据|金额|数额|人数|伤亡|规模|面积|比例|股价|日期|时间)(?:[均也都并]|的?(?:报道|说法|消息|信息)|存在|严重|明显)*$"
        ),
        claims=re.compile(r"传[言闻]|谣言|说法|消息|报道|信息|内容|言论|文章|帖子|截图|视频"),
        hearsay=_HEARSAY,
        attends=re.compile(r"出席|参加|主持|陪同|与会|参会"),
        contact=re.compile(r"接洽|对接|推介会"),
        masked=masks("zh"),
        dates_it=re.compile(r"(?:时间|日期)?[于在为是：:]{0,2}"),
        date_behind=False,
        partnering=partnering("zh"),
        brings=brings,
        people=people,
        office_before=office_before,
        firms=firms,
        others=re.compile(r"(?:标的|目标|被收购|被投资|被担保|交易对方)(?:公司|企业|方)|交易对[方手]|对方公司"),
        partners=partners,
        places=places,
        figures=figures,
        objects=objects,
    )
