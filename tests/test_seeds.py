"""Seed files: what a person checked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor import config
from monitor.errors import ConfigError
from monitor.model import Actor, Entity, Figure, Kind, Phase, Precision, Relation, Topic

TOPIC = Topic("t", "q", (Entity("a", "company", ("Acme", "ACME")), Entity("p", "person", ("Pat",), of="a")), ("a",))
ONE = "{key: k, title: It happened, when: 2018, kind: visit, source: {name: The Paper}, checked_on: 2025-01-02}"


def seeds(folder: Path, **files: str):
    (folder / "seeds").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "seeds" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return config.load_seeds(folder / "seeds", TOPIC, folder)


def faults(folder: Path, **files: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        seeds(folder, **files)
    return caught.value.problems


def test_a_seed_arrives_whole_with_its_file_and_line(tmp_path):
    (seed,) = seeds(
        tmp_path,
        one="""# who, when
events:

  - key: k-1
    title: Pat signs
    when: [..2025-03-20]
    announced: 2025-03-21
    kind: agreement
    phase: planned
    relation: background
    stage: talks
    actors: [{entity: p, role: chief}, {name: Bo}, {entity: a, name: Acme Ltd}]
    places: [Here]
    figures: [{value: 1000000000, unit: CNY, raw: 10亿, what: money}]
    objects: [a plant]
    pin: true
    source: {name: The Paper, url: "https://example.org/1", published: 2025-03}
    checked_on: 2025-04-01
""",
    )
    assert (seed.topic, seed.key, seed.title, seed.pin) == ("t", "k-1", "Pat signs", True)
    assert (seed.kind, seed.phase, seed.relation) == (Kind.AGREEMENT, Phase.PLANNED, Relation.BACKGROUND)
    assert (seed.when.edtf, seed.announced) == ("[..2025-03-20]", date(2025, 3, 21))
    assert seed.actors == (Actor("p", "Pat", "chief"), Actor("", "Bo"), Actor("a", "Acme Ltd"))
    assert seed.figures == (Figure(1e9, "CNY", "10亿", "money"),)
    assert (seed.places, seed.objects, seed.stage) == (("Here",), ("a plant",), "talks")
    assert (seed.record.file, seed.record.line) == ("seeds/one.yaml", 4)
    assert (seed.record.source_url, seed.record.checked_on) == ("https://example.org/1", date(2025, 4, 1))
    assert seed.record.supports == ("title", "when", "kind", "phase", "stage", "actors", "places", "figures", "objects")
    assert seed.source_name == "The Paper"


def test_what_a_seed_leaves_out_is_not_claimed(tmp_path):
    (seed,) = seeds(tmp_path, one=f"events: [{ONE}]")
    assert (seed.when.precision, seed.relation, seed.phase) == (Precision.YEAR, Relation.DIRECT, Phase.DONE)
    assert seed.record.supports == ("title", "when", "kind", "phase")
    assert (seed.pin, seed.announced, seed.stage, seed.record.source_url) == (False, None, "", "")


def test_files_are_read_by_name_and_other_files_left_alone(tmp_path):
    other = ONE.replace("key: k", "key: l")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "notes.txt").write_text("x")
    (tmp_path / "seeds" / ".hidden.yaml").write_text("x")
    assert [s.key for s in seeds(tmp_path, b=f"events: [{ONE}]", a=f"events: [{other}]")] == ["l", "k"]


def test_all_faults_of_all_files_are_told(tmp_path):
    found = faults(
        tmp_path,
        a="events:\n  - {key: k k, title: T, when: 2025-13, kind: visit, stage: dancing, actors: [{role: x}, {entity: z}]}\n",
        b="events: []\n",
        c="",
        d="- {}\n",
        e=f"events: [{ONE.replace('when: 2018', 'when: 2018-05, announced: 2018-04-30, pin: yes, phase: over')}]\n",
        f=f"events: [{ONE.replace('kind: visit', 'kind: visit, figures: [{value: ten, unit: m, raw: x}], objects: [no]')}]\n",
        g="events: [" + ONE.replace("The Paper", 'A, url: "http://a.org/{page}"') + "]\n",
    )
    assert [f[: len(e)] for f, e in zip(found, EXPECTED, strict=True)] == EXPECTED


EXPECTED = [
    "seeds/a.yaml:2:5: events[0].checked_on: is missing",
    "seeds/a.yaml:2:5: events[0].source: is missing",
    "seeds/a.yaml:2:11: events[0].key: expected an id",
    "seeds/a.yaml:2:32: events[0].when: there is no day 2025-13",
    "seeds/a.yaml:2:61: events[0].stage: there is no stage dancing; declared are agreement,",
    "seeds/a.yaml:2:79: events[0].actors[0]: expected an entity, a name or both",
    "seeds/a.yaml:2:99: events[0].actors[1].entity: there is no entity z; declared are a, p",
    "seeds/b.yaml:1:9: events: expected at least one",
    "seeds/c.yaml: is empty",
    "seeds/d.yaml:1:1: expected a mapping",
    "seeds/e.yaml:1:82: events[0].pin: expected true or false, got 'yes'",
    "seeds/e.yaml:1:94: events[0].phase: expected one of planned,",
    "seeds/f.yaml:1:82: events[0].figures[0].value: expected a number such as 1.5, got 'ten'",
    "seeds/f.yaml:1:116: events[0].objects[0]: YAML reads no without quotes",
    "seeds/g.yaml:1:87: events[0].source.url: expected an address without braces",
]


def test_an_event_is_not_announced_before_it_happened_unless_it_is_a_plan(tmp_path):
    early = ONE.replace("when: 2018", "when: 2018-05-02, announced: 2018-05-01")
    assert "is before the event itself (2018-05-02)" in faults(tmp_path, a=f"events: [{early}]")[0]
    assert seeds(tmp_path, a=f"events: [{early.replace('kind:', 'phase: planned, kind:')}]")


def test_a_key_names_one_event_only(tmp_path):
    assert faults(tmp_path, a=f"events:\n  - {ONE}\n", b=f"events:\n  - {ONE}\n") == (
        "seeds/b.yaml:2: the key k is taken by seeds/a.yaml:2",
    )


def test_a_folder_that_is_missing_empty_or_a_file_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for name, sentence in (
        ("none", "none: no such folder"),
        ("empty", "empty: holds no .yaml file"),
        ("file", "file: is a file; seeds names a folder"),
        ("a" * 300, "cannot be read: File name too long"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            config.load_seeds(tmp_path / name, TOPIC, tmp_path)


def test_faults_of_seeds_are_faults_of_the_configuration(tmp_path):
    topic = "{id: %s, question: q, seeds: %s, entities: [{id: a, kind: company, names: [Acme]}]}"
    (tmp_path / "config.yaml").write_text(f"topics: [{topic % ('t', 'x')}, {topic % ('u', 'y')}]")
    with pytest.raises(ConfigError) as caught:
        config.load(None, {}, tmp_path)
    assert [p.partition(";")[0] for p in caught.value.problems] == ["x: no such folder", "y: no such folder"]


# --------------------------------------------------------------------------- the shipped ones


def shipped() -> config.Loaded:
    return config.load(None, {}, Path("/nowhere"))


def test_the_default_topic_starts_from_four_events():
    told = sorted((s.when.edtf, s.kind, s.relation, s.announced) for s in shipped().seeds)
    assert told == [
        ("2017-09-01", Kind.PERSONNEL, Relation.BACKGROUND, None),
        ("2018", Kind.PERSONNEL, Relation.BACKGROUND, None),
        ("2024", Kind.INVESTMENT, Relation.BACKGROUND, None),
        ("2025-03-19", Kind.MEETING, Relation.DIRECT, date(2025, 3, 20)),
    ]
    assert {s.record.checked_on for s in shipped().seeds} == {date(2026, 11, 22)}
    assert all(s.record.file == "seeds/xiaomi-luoyang/start.yaml" and s.source_name for s in shipped().seeds)


def test_the_meeting_names_who_met():
    (meeting,) = [s for s in shipped().seeds if s.relation is Relation.DIRECT]
    assert [a.name for a in meeting.actors] == ["江凌", "孙昌旭", "小米", "洛阳"]
    assert meeting.stage == "talks"


def test_the_office_holder_is_luoyangs_until_he_leaves():
    (topic,) = shipped().settings.topics
    (before,), (after,) = topic.entity("jiang_ling").offices, topic.entity("chen_chunjiang").offices
    assert before.person == "jiang_ling"
    assert before.until == after.since == date(2025, 10, 19)
