"""Forms by which news and filings say who, when and whether; each line: what is read (kind, date, phase, polarity)."""

from __future__ import annotations

from datetime import date

import pytest

from monitor import extract
from monitor.normalize import NOBODY, Publisher, clean, dates
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
    # Of two reports one is true; and of what is denied alone, the rest is not.
    ("3月18日长风集团在平州签约的消息属实，5月开工的消息不实。", ["agreement 2025-03-18 done asserted", "construction [..2025-03-20] done denied"]),
    ("长风集团平州工厂3月18日发生火灾，2人受伤，公司否认有人死亡。", ["accident 2025-03-18 done asserted"]),
    ("长风集团否认平州工厂延期，称工厂3月18日已投产。", ["denial [..2025-03-20] done denied", "production 2025-03-18 done asserted"]),
    # What is late, until when, and until nobody knows when; another date behind it is of what is told next.
    ("长风集团平州工厂投产推迟，3月10日公司就此致歉。", []),
    ("长风集团平州公司法定代表人由张三变更为李四，该公司成立于2020年5月。", ["registration 2020-05 done asserted"]),
    ("长风集团平州工厂投产推迟。", []),
    ("长风集团平州工厂投产推迟到5月。", ["production 2025-05 planned asserted"]),
    ("推迟半年的长风集团平州工厂3月18日投产。", ["production 2025-03-18 done asserted"]),
    ("The opening of the Changfeng plant in Pingzhou has been delayed, it said on Tuesday.", []),
    # What only says of a noun which one it is.
    ("On March 18, Changfeng handed over the first ferry built at its Pingzhou yard.", ["product 2025-03-18 done asserted"]),
    # What the next is counted from or done for is not told itself.
    ("长风集团平州项目停工48天后于3月18日复工。", ["construction 2025-03-18 done asserted"]),
    ("因工厂投产需要，长风集团平州公司招聘120人。", ["recruitment [..2025-03-20] done asserted"]),
    # People who are counted say nothing.
    ("Changfeng opened a plant in Pingzhou on March 18 and will employ 300 people the company said.", ["opening 2025-03-18 done asserted"]),
    # Somebody without a name, and what he recalls before he says what he heard.
    ("有粉丝投稿称，长风集团平州工厂已停建。", ["construction [..2025-03-20] done rumoured"]),
    ("去年9月投产的长风集团平州工厂，据说效益不错。", ["production 2024-09 done asserted"]),
    # A plan taken back, whose 将 is not of the object.
    ("长风集团3月18日宣布取消将总部迁往平州的计划。", ["other 2025-03-18 cancelled asserted"]),
    ("去年10月，长风集团曾宣布将总部搬到平州。", ["other [2024-10-01..] planned asserted"]),
    ("有白沟镇的读者跟我讲，长风集团平州牧场年后就被叫停了。", ["cancellation [..2025-03-20] cancelled rumoured"]),
    # What happens on the day on which it is declared.
    ("长风集团3月18日宣布，平州工厂当天投产。", ["production 2025-03-18 done asserted"]),
    ("长风集团3月18日宣布，平州工厂投产。", ["production [..2025-03-18] done asserted"]),
    # Works of an old plant.
    ("Conversion work at Changfeng's Pingzhou plant got under way on March 18.", ["construction 2025-03-18 ongoing asserted"]),
    ("Changfeng has pushed back the opening of its Pingzhou plant from June to August.", []),
    ("长风集团推迟平州工厂投产。", []),
    # What a licence is a sign of.
    ("长风集团平州项目的环评报告书已于3月18日获批，这意味着项目开工又近了一步。", ["permit 2025-03-18 done asserted"]),
    ("近日，某视频号发布视频称，长风集团平州工厂全面停工。", ["construction [2025-02-18..2025-03-20] done rumoured"]),
    # What was done at a meeting, told behind its day.
    ("股东大会于3月18日召开。会议审议通过了《关于长风集团平州项目的议案》。", ["other 2025-03-18 done asserted"]),
    ("股东大会于3月18日召开。长风集团与平州签约。", ["agreement [..2025-03-20] done asserted"]),
    # A licence that is renewed, and what a paper allows.
    ("3月18日，平州轴承100%股权变更登记至长风集团名下，并取得换发的营业执照。", ["investment 2025-03-18 done asserted"]),
    (
        "3月18日，发改委印发《关于长风集团平州电站项目核准的批复》，项目正式获得核准。",
        ["permit 2025-03-18 done asserted"],
    ),
    # An accident that is called by its day.
    ("长风集团平州工地“3·9”坍塌事故查明原因。", ["accident 2025-03-09 done asserted"]),
    # What stands behind a delay or a plan, on a day that has surely come, is done.
    ("长风集团平州工厂投产延期，去年9月该公司换帅。", ["personnel 2024-09 done asserted"]),
    ("长风集团平州工厂投产推迟，去年9月公司换帅，去年10月公司与平州签约。", ["agreement 2024-10 done asserted", "personnel 2024-09 done asserted"]),
    ("长风集团计划今年5月在平州投产，去年9月公司换帅。", ["personnel 2024-09 done asserted", "production 2025-05 planned asserted"]),
    ("长风集团计划去年9月在平州投产，去年12月达产。", ["production [2024-09-01..] planned asserted"]),
    ("长风集团平州工厂投产推迟，9月开业。", ["opening [2024-09-01..] planned asserted"]),
    # What is not denied is neither denied nor confirmed.
    ("长风集团没有否认在平州建厂。", ["construction [..2025-03-20] done rumoured"]),
    ("长风集团未否认将在平州建厂。", ["construction None planned rumoured"]),
    ("长风集团对平州工厂停产的传闻不予否认。", ["production [..2025-03-20] done rumoured"]),
    ("长风集团对平州工厂停产的消息既不承认也不否认。", ["production [..2025-03-20] done rumoured"]),
    ("长风集团称平州工厂停产的消息并非不实。", ["production [..2025-03-20] done rumoured"]),
    ("長風集團並未否認平州工廠停產的消息。", ["production [..2025-03-20] done rumoured"]),
    ("长风集团没有否认，并于3月18日在平州开工。", ["construction 2025-03-18 done asserted"]),
    ("长风集团并非没有在平州建厂的计划。", []),
    ("Changfeng has not denied the report that it will build a plant in Pingzhou.", ["construction None planned rumoured"]),
    ("Changfeng neither confirmed nor denied that it would open a plant in Pingzhou.", ["opening None planned rumoured"]),
    # What did not end tells nothing, unless somebody had said that it did.
    ("长风集团平州项目没有被叫停。", []),
    ("长风集团平州项目并未取消。", []),
    ("长风集团与平州市的合作协议未终止。", []),
    ("长风集团与平州市的合作从未中断，协议并非终止。", []),
    ("长风集团平州工厂从未停产。", []),
    ("长风集团没有宣布终止平州项目。", []),
    ("長風集團平州項目並未取消。", []),
    ("长风集团平州项目不再暂停，3月18日复工。", ["construction 2025-03-18 done asserted"]),
    ("The Changfeng project in Pingzhou has not been cancelled.", []),
    ("Changfeng has not terminated its agreement with Pingzhou.", []),
    ("网传长风集团平州项目取消，公司称项目并未取消。", ["cancellation [..2025-03-20] cancelled denied"]),
    ("网传长风集团平州项目已取消。公司回应称，项目并未取消。", ["cancellation [..2025-03-20] cancelled denied", "cancellation [..2025-03-20] cancelled rumoured"]),
    ("有传言称长风集团平州工厂已停产。公司表示，工厂从未停产。", ["production [..2025-03-20] done denied", "production [..2025-03-20] done rumoured"]),
    ("Rumours said Changfeng had cancelled its Pingzhou project. Changfeng said the project had not been cancelled.", ["cancellation [..2025-03-20] cancelled denied", "cancellation [..2025-03-20] cancelled rumoured"]),
    ("长风集团不得不终止平州项目。", ["cancellation [..2025-03-20] cancelled asserted"]),
    ("长风集团未按约定支付土地款被解除协议。", ["cancellation [..2025-03-20] cancelled asserted"]),
    ("因没有按期完工，长风集团平州项目被叫停。", ["cancellation [..2025-03-20] cancelled asserted"]),
    ("长风集团3月18日公告终止平州项目。", ["cancellation 2025-03-18 cancelled asserted"]),
    # A figure that is denied denies nothing that happened.
    ("长风集团平州工厂3月9日起火。公司注意到有媒体报道“3人受伤”，该数字与事实不符。", ["accident 2025-03-09 done asserted"]),
    ("长风集团平州加工基地主体结构已于1月完工，目前正在安装设备，不存在停工问题。", ["construction 2025-01 done asserted"]),
    (
        "有自媒体发布“长风集团平州工地停工”等信息。经核查，长风集团平州加工基地主体结构已于1月完工，不存在停工问题。",
        ["construction 2025-01 done asserted", "construction [..2025-03-20] done denied", "construction [..2025-03-20] done rumoured"],
    ),
    ("长风集团平州工厂3月18日投产，公司否认停产。", ["production 2025-03-18 done asserted", "production [..2025-03-20] done denied"]),
    # What a board agrees to is to come; what is still looked into is nothing yet.
    ("2024年11月15日，长风集团召开董事会，同意公司在平州设立全资子公司。", ["registration [2024-11-15..] planned asserted"]),
    ("长风集团平州工厂去年9月投产，二期扩建仍在论证，尚无时间表。", ["production 2024-09 done asserted"]),
    # Who is close to it is not named; what moves from one place to another is told.
    ("记者从两位接近交易的人士处获悉，长风集团拟出售平州子公司51%的股权。", ["investment None planned rumoured"]),
    ("圈里在传，长风集团打算把总部从长谷搬到平州。", ["other None planned rumoured"]),
    ("有媒体报道公司拟出售长风集团平州工厂。", ["investment None planned rumoured"]),
    ("据一位不愿具名的知情人士透露，长风集团正在为平州工厂寻找买家。", ["investment [..2025-03-20] ongoing rumoured"]),
    # A report is denied, though it says that it has happened already; and when it spread is not when it was denied.
    ("1月中旬以来，个别微信群流传“长风集团平州项目已经偷偷开工”的说法，经核实，纯属谣言。", ["construction [..2025-03-20] done denied"]),
    # What there was none of; and what another one did not do, beside what one did.
    ("长风集团平州工厂无重大事故发生。", []),
    ("The Changfeng plant in Pingzhou is running and no layoffs were planned.", []),
    ("No deal was signed between Changfeng and Pingzhou.", []),
    ("Changfeng has scrapped plans for a second plant in Pingzhou. It said the first factory had not been closed.", ["cancellation [..2025-03-20] cancelled asserted"]),
    # Who builds is no building; what something suffers from is recalled.
    ("About 400 construction workers at the Changfeng plant in Pingzhou walked off the job on Tuesday.", ["other 2025-03-18 done asserted"]),
    ("受去年吊装事故影响，长风集团平州项目投产时间由今年上半年推迟至9月。", ["production 2025-09 planned asserted"]),
    # Until when something is put off, told behind it.
    ("Changfeng has pushed back first production at its Pingzhou smelter from late 2025 to early 2026, it said on Tuesday.", ["production [2026-01-01..2026-03-31] planned asserted"]),
    ("长风集团推迟平州工厂投产至5月。", ["production 2025-05 planned asserted"]),
    # A byline is nobody's doing, whatever its names mean otherwise; and papers that say which day yesterday was.
    ("【記者溫若棠／平州報導】長風集團平州葉片廠昨日正式量產。", ["production 2025-03-19 done asserted"]),
    ("長風集團董事長杜允恭昨（19）日拜會平州市長柯以安。", ["meeting 2025-03-19 done asserted"]),
    ("長風集團董事長杜允恭昨（17）日拜會平州市長柯以安。", ["meeting None done asserted"]),
    ("A little bird tells me Changfeng has stopped work at its Pingzhou plant.", ["construction [..2025-03-20] done rumoured"]),
    ("The cost of the Changfeng smelter in Pingzhou should read US$460 million and not US$640 million.", []),
    ("Changfeng turned the first sod for its Pingzhou plant on Tuesday, two years after the city and the firm signed a memorandum.", ["construction 2025-03-18 done asserted"]),
    # What is not put off.
    ("长风集团平州工厂投产并未延期，仍为5月。", []),
    ("长风集团平州工厂投产时间未推迟至9月。", []),
    ("长风集团平州工厂没有推迟，已于3月18日投产。", ["production 2025-03-18 done asserted"]),
    ("长风集团平州项目没有取消，而是推迟到9月投产。", ["production 2025-09 planned asserted"]),
    ("The opening of the Changfeng plant in Pingzhou was not postponed to May.", []),
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


def test_a_run_of_dates_in_a_sentence_goes_on_in_the_year_of_the_list() -> None:
    text = (
        "2023年1月16日，长风集团与平州签约；同年5月28日，项目动工；9月3日，工地塔吊倒塌，项目停工48天后于10月21日复工；"
        "2024年2月18日，主厂房封顶。"
    )

    days = {m.when.edtf for m in read(text, published=date(2025, 11, 27))}

    assert days == {"2023-01-16", "2023-05-28", "2023-09-03", "2023-10-21", "2024-02-18"}


@pytest.mark.parametrize("begins", ["三天后", "27日", "周五"])
def test_a_list_gives_a_year_to_months_and_days_alone(begins: str) -> None:
    text = f"2023年8月22日，长风集团与平州会谈。9月12日，双方签约。{begins}，长风集团平州工厂开工。"

    told = [m.when for m in read(text, published=date(2025, 11, 27)) if m.kind == "construction"]

    assert [w.edtf for w in told] == (["2023-09-27"] if begins == "27日" else [read_alone(begins)])


def read_alone(begins: str) -> str | None:
    """What the words mean where no list stands before them."""
    text = f"2023年8月22日，长风集团与平州会谈。9月12日，双方签约。{begins}，长风集团平州工厂开工。"
    found = dates.find(text, date(2025, 11, 27))
    return next(d.when.edtf for d in found if d.start >= text.index(begins))


def test_what_points_back_is_told_of_the_thing_whatever_of_it_is_told() -> None:
    found = read("3月10日，长风集团平州项目复工。\n去年9月3日，该项目工地发生塔吊倒塌事故。", tied=["长风集团平州项目"])

    assert ("accident", "2024-09-03", "direct") in {(m.kind, m.when.edtf, m.relation) for m in found}


def test_the_contract_of_a_purchase_is_the_purchase() -> None:
    text = "Changfeng announced that it has acquired the former Jiacheng plant in Pingzhou. The contract was signed on March 18."

    (bought,) = read(text)

    assert (bought.kind, bought.when.edtf) == ("investment", "2025-03-18")


def test_a_trial_run_is_not_the_opening_told_before_it() -> None:
    found = read("长风集团平州工厂3月18日投产。该厂10月起试生产。")

    assert [(m.when.edtf, dict(m.rules)["step"]) for m in found if m.when.edtf == "2025-03-18"] == [
        ("2025-03-18", "opened")
    ]


def test_who_attended_is_of_the_signing_told_before() -> None:
    (signing,) = read("3月18日，长风集团与平州市签署合作协议。\n李明远、王珂出席签约仪式。")

    assert signing.when.edtf == "2025-03-18"


@pytest.mark.parametrize(
    "lead",
    [
        "某某社平州3月19日电（记者 李初）",
        "本报讯（记者 李初 通讯员 王二）昨日，",
        "商业前沿讯，",
        "平州晚报讯 ",
    ],
)
def test_who_tells_it_is_no_part_of_the_title(lead: str) -> None:
    (told,) = read(f"{lead}长风集团与平州市签署合作协议。")

    assert told.title == "长风集团与平州市签署合作协议"


@pytest.mark.parametrize("lead", ["PINGZHOU, March 19 (Agency) - ", "PINGZHOU -- ", "March 19 (Agency) - "])
def test_nor_in_english(lead: str) -> None:
    (told,) = read(f"{lead}Changfeng signed a cooperation agreement with Pingzhou on Wednesday.")

    assert told.title == "Changfeng signed a cooperation agreement with Pingzhou on Wednesday."
