"""What a right configuration comes to, and which one is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config
from monitor.config import document, schema
from monitor.config.describe import length
from monitor.errors import ConfigError
from monitor.model import Entity, Feed, FetchSettings, Office, Retention, Select, Settings, Source, Step, Tier, Topic

RIGHT = Path(__file__).parent.parent / "data" / "config_right"
SMALL = "topics: [{id: t, question: q, entities: [{id: a, kind: company, names: [Acme]}]}]\n"


def loaded(folder: Path, text: str) -> config.Loaded:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return config.load(path, {}, folder)


def settings(folder: Path, text: str) -> Settings:
    return loaded(folder, text + SMALL).settings


def test_the_smallest_whole_example_loads_as_it_stands():
    path = RIGHT / "smallest.yaml"
    assert config.load(path, {}, Path("/")) == config.Loaded(
        Settings(
            file=str(path),
            database=str(RIGHT / "timeline.db"),
            timezone="Asia/Shanghai",
            fetch=FetchSettings(timeout=timedelta(seconds=10), allow_private=("127.0.0.1:8801",)),
            web_listen="off",
            sources=(Source("lyd", "洛阳日报", Tier.NEWSPAPER, ("lyd.com.cn",)),),
            feeds=(
                Feed("http://127.0.0.1:8801/rss.xml", timedelta(hours=1), every_declared=True),
                Feed(
                    "http://127.0.0.1:8801/list.html",
                    timedelta(hours=1),
                    kind="list",
                    every_declared=True,
                    select=Select("ul.news li", "a", "a@href", ".date", "p"),
                ),
            ),
            topics=(
                Topic(
                    "xiaomi-luoyang",
                    "小米能落地洛阳吗?",
                    (
                        Entity("xiaomi", "company", ("小米", "Xiaomi"), decoys=("小米粥",)),
                        Entity("luoyang", "place", ("洛阳",)),
                    ),
                    ("xiaomi", "luoyang"),
                ),
            ),
        ),
        (),
        shipped=False,
    )


def test_a_second_topic_takes_at_most_20_lines():
    path = RIGHT / "second_topic.yaml"
    (topic,) = config.load(path, {}, Path("/")).settings.topics
    assert topic.entities[2].offices == (Office("papp", "mayor", date(2014, 10, 12)),)
    assert len(path.read_text(encoding="utf-8").partition("topics:\n")[2].splitlines()) <= 20


def test_every_key_arrives_where_it_belongs(tmp_path):
    text = """
timezone: UTC
fetch:
  pause: 0
  pauses: {api.example.org: 5s}
  proxy: http://localhost:3128
  user_agent: news/1.0 (+https://example.org/)
  max_bytes: 1024
  max_inflated: 2048
  concurrency: 3
web: {listen: "[::1]:8000"}
sources:
  - {id: s, name: S, tier: official, entities: [a]}
feeds:
  - {url: "http://example.org/1", source: s}
  - {url: "http://example.org/2", source: s, tier: mirror, every: 2d, language: zh-Hant, headers: {Accept: text/xml}, topics: [t]}
  - {url: "http://example.org/3", kind: json, map: {entries: data, skip: 1}, steps: [{name: id, url: "http://example.org/{ms}", path: a.b}], pages: 3, every: 5m, every_max: 1.5h, timezone: Asia/Tokyo}
"""
    got = settings(tmp_path, text)
    one, two, three = got.feeds
    assert got.fetch == FetchSettings(
        pause=timedelta(0),
        pauses={"api.example.org": timedelta(seconds=5)},
        proxy="http://localhost:3128",
        user_agent="news/1.0 (+https://example.org/)",
        max_bytes=1024,
        max_inflated=2048,
        concurrency=3,
    )
    assert (got.timezone, got.web_listen, got.sources[0].entities) == ("UTC", "[::1]:8000", ("a",))
    assert (one.tier, one.every, one.every_declared, one.timezone) == (Tier.OFFICIAL, timedelta(hours=1), False, "UTC")
    assert (two.tier, two.every_max, two.language) == (Tier.MIRROR, timedelta(days=2), "zh-Hant")
    assert (two.headers, two.topics) == ((("Accept", "text/xml"),), ("t",))
    assert (three.map, three.every_max) == ({"entries": "data", "skip": "1"}, timedelta(minutes=90))
    assert (three.steps, three.pages) == ((Step("id", "http://example.org/{ms}", "a.b"),), 3)
    assert three.timezone == "Asia/Tokyo"


def test_a_feed_without_a_zone_has_its_topics_or_the_general_one(tmp_path):
    topic = "- {id: %s, question: q, timezone: %s, entities: [{id: a, kind: company, names: [Acme]}]}\n"
    text = """
timezone: UTC
feeds:
  - {url: "http://example.org/1", topics: [x]}
  - {url: "http://example.org/2"}
topics:
"""
    zones = [
        f.timezone
        for f in loaded(tmp_path, text + topic % ("x", "Asia/Tokyo") + topic % ("y", "Asia/Seoul")).settings.feeds
    ]
    assert zones == ["Asia/Tokyo", "UTC"]


def test_what_is_not_named_together_is_all_that_belongs_to_nothing_else(tmp_path):
    entities = "[{id: a, kind: company, names: [A]}, {id: b, kind: person, names: [B], of: a}, {id: c, kind: place, names: [C]}]"
    (topic,) = loaded(tmp_path, f"topics: [{{id: t, question: q, entities: {entities}}}]").settings.topics
    assert topic.together == ("a", "c")


def test_aliases_stand_for_what_they_name(tmp_path):
    got = settings(
        tmp_path, 'feeds: [{url: "http://a.org/", headers: &h {A: b}}, {url: "http://b.org/", headers: *h}]\n'
    )
    assert got.feeds[0].headers == got.feeds[1].headers == (("A", "b"),)


# --------------------------------------------------------------------------- which file


def test_a_named_file_comes_before_the_environment_and_that_before_the_folder(tmp_path):
    for name in ("config.yaml", "env.yaml", "named.yaml"):
        (tmp_path / name).write_text(f"database: {name}.db\n{SMALL}")

    def database(path: Path | None, env: dict[str, str]) -> str:
        return Path(config.load(path, env, tmp_path).settings.database).name

    assert database(Path("named.yaml"), {"MONITOR_CONFIG": "env.yaml"}) == "named.yaml.db"
    assert database(None, {"MONITOR_CONFIG": "env.yaml"}) == "env.yaml.db"
    assert database(None, {"MONITOR_CONFIG": ""}) == "config.yaml.db"


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    (tmp_path / "config.yaml").write_text(SMALL)
    for path, env in ((Path("x.yaml"), {}), (None, {"MONITOR_CONFIG": "x.yaml"})):
        with pytest.raises(ConfigError, match=r"^x\.yaml: no such file$"):
            config.load(path, env, tmp_path)


def test_a_broken_link_is_not_passed_over(tmp_path):
    (tmp_path / "config.yaml").symlink_to(tmp_path / "away.yaml")
    with pytest.raises(ConfigError, match="no such file"):
        config.load(None, {}, tmp_path)


def test_without_a_file_the_shipped_one_is_used_with_its_database_here(tmp_path):
    got = config.load(None, {}, tmp_path)
    assert got.shipped
    assert got.settings.database == str(tmp_path / "timeline.db")
    assert Path(got.settings.file).name == "config.yaml"


def test_paths_are_relative_to_the_file(tmp_path):
    (tmp_path / "a b 小").mkdir()
    (tmp_path / "a b 小" / "c.yaml").write_text(f"database: ../x.db\n{SMALL}")
    got = config.load(Path("a b 小/c.yaml"), {}, tmp_path).settings
    assert (got.file, Path(got.database).resolve()) == (str(tmp_path / "a b 小" / "c.yaml"), tmp_path / "x.db")


# --------------------------------------------------------------------------- words


def test_the_description_tells_what_was_understood(tmp_path):
    got = config.load(RIGHT / "smallest.yaml", {}, Path("/")).settings
    told = config.describe(
        replace(
            got,
            fetch=replace(got.fetch, proxy="http://p:1", pauses={"x.org": timedelta(minutes=2)}),
            feeds=(replace(got.feeds[0], topics=("xiaomi-luoyang",), rhythm=timedelta(days=7)), *got.feeds[1:]),
        )
    )
    for words in (
        "topic xiaomi-luoyang: 小米能落地洛阳吗?",
        "together  小米 and 洛阳",
        "xiaomi: 小米, Xiaomi; not 小米粥",
        "newspaper   洛阳日报 (lyd.com.cn)",
        "2 feeds",
        "1h to 1d      list      http://127.0.0.1:8801/list.html",
        "through the proxy http://p:1",
        "private addresses allowed: 127.0.0.1:8801",
        "2m for x.org",
        "for xiaomi-luoyang  news expected every 7d",
    ):
        assert words in told


def test_the_description_tells_of_the_shipped_topic(tmp_path):
    got = config.load(None, {}, tmp_path)
    told = config.describe(got.settings, got.seeds).splitlines()
    assert "  person      sun_changxu: 孙昌旭; of xiaomi" in told
    assert any(line.startswith("  seeds     4 from /") for line in told)
    assert "            2018        孙昌旭当选中国半导体投资联盟副秘书长" in told
    assert "in short 洛" in "\n".join(told)


def test_the_description_of_the_least_configuration_is_short(tmp_path):
    assert len(config.describe(settings(tmp_path, "")).splitlines()) == 12


@given(st.integers(0, 10**6))
def test_a_duration_is_told_as_it_can_be_written(seconds):
    from monitor.config.scalars import duration

    assert duration(length(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_every_key_has_a_description():
    keys = dict(config.keys())
    assert all(keys.values())
    assert {"database", "feeds[].select.entry", "topics[].entities[].offices[].until", "fetch.pauses"} <= keys.keys()


# --------------------------------------------------------------------------- anything at all

json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1h", "a", "http://x/", "list"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(list(schema.File.model_fields)) | st.text(), inner)
    ),
    max_leaves=20,
)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_no_bytes_at_all_do_worse_than_a_configuration_error(data):
    try:
        document.parse(data, "c")
    except ConfigError as exc:
        assert exc.problems


@given(json)
def test_no_value_at_all_does_worse_than_a_list_of_faults(value):
    import yaml

    try:
        read = document.parse(yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass"), "c")
    except ConfigError:
        return
    model, problems = schema.apply(schema.File, read)
    assert (model is None) == bool(problems)
    assert all(p.line >= 1 and p.column >= 1 for p in problems)


def test_what_is_kept_how_long_and_how_it_is_told(tmp_path):
    topics = "topics: [{id: t, question: q, entities: [{id: e, kind: place, names: [云川]}]}]\n"
    (tmp_path / "a.yaml").write_text(topics, "utf-8")
    (tmp_path / "b.yaml").write_text(
        topics + "retention: {rejected: 30d, bodies: 365d}\nlog: {format: json}\n", "utf-8"
    )
    one, two = (config.load(tmp_path / name, {}, tmp_path).settings for name in ("a.yaml", "b.yaml"))
    assert (one.retention, one.log_format) == (Retention(timedelta(days=180), None), "text")
    assert "bodies that nothing rests on 365d" in config.describe(two) and "retention" not in config.describe(one)
    assert (two.retention, two.log_format) == (Retention(timedelta(days=30), timedelta(days=365)), "json")
