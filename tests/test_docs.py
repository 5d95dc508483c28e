"""The README shows every command, option and configuration key, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from monitor import config
from monitor.cli import cli
from tests.commands import monitor

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_is_in_the_readme(name):
    (row,) = re.findall(rf"^\| `monitor {name}\b.*$", README, re.M)
    options = [o for p in cli.commands[name].params if isinstance(p, click.Option) for o in p.opts]
    assert not [o for o in options if o not in row]


def test_the_readme_names_no_command_that_is_not_there():
    assert set(re.findall(r"^\| `monitor (\w+)", README, re.M)) == set(cli.commands)


def test_every_configuration_key_is_in_the_readme_with_its_meaning():
    for key, meaning in dict(config.keys()).items():
        assert f"| `{key}` | {meaning} |" in README


def test_the_readme_names_no_key_that_is_not_there():
    rows = re.findall(r"^\| `([a-z_\[\].]+)` \|", README.split("## Configuration")[1], re.M)
    assert set(rows) == set(dict(config.keys()))


def test_the_topic_of_the_readme_is_a_whole_configuration_of_twenty_lines(tmp_path):
    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.S)
    assert len(example.splitlines()) <= 20
    (tmp_path / "config.yaml").write_text(example, "utf-8")
    ran = monitor("check", cwd=tmp_path)
    assert ran.status == 0 and "蔚来会离开合肥吗?" in ran.out


def test_the_timeline_of_the_readme_is_what_the_terminal_prints(tmp_path):
    shown = monitor("timeline", cwd=tmp_path).out
    assert "\n".join(line.rstrip() for line in shown.splitlines()).strip() in "\n".join(
        line.rstrip() for line in README.splitlines()
    )


def test_the_two_commands_come_first():
    assert README.index("make run") < README.index("make test") < README.index("┏━") < README.index("```yaml")


@pytest.mark.parametrize("file", re.findall(r"`(docs/[\w.]+)`", README))
def test_every_document_that_is_named_is_there(file):
    assert (Path(__file__).parents[1] / file).is_file()


DOCS = sorted((Path(__file__).parents[1] / "docs").glob("*.md"))


@pytest.mark.parametrize("file", DOCS, ids=lambda f: f.name)
def test_every_link_in_a_document_leads_somewhere(file):
    links = re.findall(r"\]\(([^)#:]+)\)", file.read_text("utf-8"))
    named = re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:md|py|json|yaml))`", file.read_text("utf-8"))
    assert not [link for link in links if not (file.parent / link).exists()]
    home = file.parents[1]
    places = (file.parent, home, home / "monitor", home / "eval", home / "tests")
    assert not [n for n in named if n.endswith(".md") and not any((p / n).exists() for p in places)]


def test_the_first_document_leads_to_all_that_a_new_user_needs():
    index = (DOCS[0].parent / "README.md").read_text("utf-8")
    wanted = ("start", "topic", "sources", "reading", "review", "formats", "design")
    assert [f"{name}.md" in index for name in wanted] == [True] * len(wanted)
