"""``monitor topic new``: a few answers, a valid topic, and nothing else touched; ``monitor completion``."""

from __future__ import annotations

import difflib
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import config
from tests.commands import monitor

ASKED = ("--question", "蔚来会离开合肥吗?", "--about", "company:蔚来,NIO,蔚来汽车", "--about", "place:合肥,Hefei")

OLD = """\
# ours
database: old.db        # kept
web: {listen: "off"}
topics:   # what we ask
  - id: old
    question: 旧问题?
    entities:
      - {id: acme, kind: company, names: [阿克米]}
      - id: town
        kind: place
        names:
          - 老城      # the old one

  # what follows the topics
feeds:
  # a feed
  - {url: "https://example.org/rss", every: 1h, topics: [old]}
# the end
"""


def new(home: Path, *args: str) -> tuple[int, str]:
    ran = monitor("topic", "new", *args, cwd=home)
    return ran.status, ran.out + ran.err


def test_a_topic_is_added_and_every_other_line_stays(tmp_path):
    (tmp_path / "config.yaml").write_text(OLD, "utf-8")
    assert new(tmp_path, *ASKED)[0] == 0
    text = (tmp_path / "config.yaml").read_text("utf-8")
    told = list(difflib.ndiff(OLD.splitlines(), text.splitlines()))
    assert not [line for line in told if line.startswith(("-", "?"))]
    assert len([line for line in told if line.startswith("+")]) <= 20
    ran = monitor("check", cwd=tmp_path)
    assert ran.status == 0 and "旧问题?" in ran.out and "蔚来会离开合肥吗?" in ran.out


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("last", [True, False])
def test_a_file_of_any_shape_keeps_it(tmp_path, end, last):
    text = OLD.replace("\n", end) if not last else OLD.partition("\n  # what follows")[0].replace("\n", end)
    (tmp_path / "config.yaml").write_bytes(text.encode())
    (tmp_path / "config.yaml").chmod(0o640)
    assert new(tmp_path, *ASKED)[0] == 0
    made = (tmp_path / "config.yaml").read_bytes().decode()
    assert text.splitlines()[0] == made.splitlines()[0] and made.count("\n") == made.count(end)
    assert (tmp_path / "config.yaml").stat().st_mode & 0o777 == 0o640
    assert len(list(tmp_path.iterdir())) == 1


def test_without_a_configuration_a_whole_one_is_begun(tmp_path):
    status, said = new(tmp_path, *ASKED)
    assert status == 0 and "begun" in said
    loaded = config.load(None, {}, tmp_path)
    assert [t.id for t in loaded.settings.topics] == ["nio-hefei"] and not loaded.shipped
    assert len(loaded.settings.feeds) >= 8 and all(
        not f.topics or "nio-hefei" in f.topics for f in loaded.settings.feeds
    )
    text = (tmp_path / "config.yaml").read_text("utf-8")
    said = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert not [name for name in ("xiaomi", "小米", "洛阳", "luoyang") if name in said.lower()]
    assert "# -- searches" in text
    assert monitor("check", cwd=tmp_path).status == 0


def test_what_it_finds_is_said(tmp_path):
    _, said = new(
        tmp_path, *ASKED, "--not-about", "蔚来世纪", "--try", "合肥地铁三号线开通", "--try", "蔚来将在合肥建设新工厂"
    )
    judged = {line.split(maxsplit=1)[1]: line.split()[0] for line in said.splitlines() if "monitor:" not in line}
    assert judged == {
        "蔚来与合肥签署合作协议": "relevant",
        "蔚来发布最新消息": "background",
        "合肥地铁三号线开通": "background",
        "蔚来将在合肥建设新工厂": "relevant",
    }
    assert "decoys: [蔚来世纪]" in (tmp_path / "config.yaml").read_text("utf-8")


def test_a_topic_in_english(tmp_path):
    status, said = new(tmp_path, "--question", "Will Acme build in Springfield?", "--about", "company:Acme", "--about", "place:Springfield")  # fmt: skip
    assert status == 0 and "relevant   Acme signs agreement with Springfield" in said
    assert config.load(None, {}, tmp_path).settings.topics[0].language == "en"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (ASKED[:4], "name both with --about"),
        ((), "nobody is there to ask: say the question, in words with --question"),
        (ASKED[:2], "with --about"),
        ((*ASKED[:5], "city:合肥"), "there is no kind 'city'; there are: company, place"),
        ((*ASKED[:5], "place"), "KIND:NAME,NAME... was expected"),
        ((*ASKED[:5], "place: ,"), "a name is needed"),
        ((*ASKED[:5], "place:合"), "'合' is too short"),
        ((*ASKED, "--not-about", "小米粥"), "holds none of the names"),
        ((*ASKED, "--id", "Not An Id!"), "nothing was written"),
        ((*ASKED, "--id", "old"), "nothing was written"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_and_nothing_is_written(tmp_path, args, sentence):
    (tmp_path / "config.yaml").write_text(OLD, "utf-8")
    status, said = new(tmp_path, *args)
    assert status == 2 and sentence in said and "Traceback" not in said, said
    assert (tmp_path / "config.yaml").read_text("utf-8") == OLD and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("topics", ["topics: [{id: a, question: q, entities: [{id: x, kind: company, names: [阿克米]}]}]\n", "a: 1\n", "[1]\n"])  # fmt: skip
def test_topics_in_one_line_are_left_to_a_person(tmp_path, topics):
    (tmp_path / "config.yaml").write_text(topics, "utf-8")
    status, said = new(tmp_path, *ASKED)
    assert status == 2 and "a list with a line for each" in said
    assert (tmp_path / "config.yaml").read_text("utf-8") == topics


def test_hostile_answers_are_only_words(tmp_path):
    (tmp_path / "config.yaml").write_text(OLD, "utf-8")
    hostile = "真的吗: {a: [b, *c &d !!python/object 'x\" #}\n  - id: evil"
    assert new(tmp_path, "--question", hostile, *ASKED[2:])[0] == 0
    assert config.load(None, {}, tmp_path).settings.topics[1].question == " ".join(hostile.split())
    assert [t.id for t in config.load(None, {}, tmp_path).settings.topics] == ["old", "nio-hefei"]


def test_on_a_terminal_it_asks(tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "monitor", "topic", "new"]
    process = subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(theirs)
    for answer in ("蔚来会离开合肥吗?", "蔚", "company", "蔚来、NIO", "company", "合肥", "place", "n", ""):
        os.write(ours, f"{answer}\n".encode())
    out, err = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == 0, err.decode()
    assert "too short" in err.decode() and "relevant" in out.decode()
    assert config.load(None, {}, tmp_path).settings.topics[0].entities[0].names == ("蔚来", "NIO")


# --------------------------------------------------------------------------- completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(tmp_path, shell):
    ran = monitor("completion", shell, cwd=tmp_path)
    assert ran.status == 0 and f"_MONITOR_COMPLETE={shell}_complete" in ran.out


def test_a_shell_without_completion_is_named(tmp_path):
    assert monitor("completion", "cmd", cwd=tmp_path).status == 2


@pytest.mark.parametrize(("words", "at", "found"), [("monitor ex", 1, "export"), ("monitor review re", 2, "retract"), ("monitor export --fo", 2, "--format")])  # fmt: skip
def test_commands_and_options_are_completed(words, at, found):
    environment = os.environ | {"_MONITOR_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    ran = subprocess.run([sys.executable, "-m", "monitor"], env=environment, capture_output=True, text=True, check=True)
    assert f"plain,{found}" in ran.stdout.split()


def test_bash_takes_what_it_is_told(tmp_path):
    bash = shutil.which("bash")
    if bash is None:
        return  # nothing to try it with
    (tmp_path / "c.sh").write_text(monitor("completion", "bash", cwd=tmp_path).out)
    subprocess.run([bash, "-c", "source ./c.sh && complete -p monitor"], cwd=tmp_path, check=True, capture_output=True)
