"""Faults of a configuration: each file in data/config ends with the sentences that it must bring forth, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from monitor import config
from monitor.config import document
from monitor.errors import ConfigError

CASES = sorted((Path(__file__).parent.parent / "data" / "config").glob("*.yaml"))


def faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        config.load(path, {}, path.parent)
    return caught.value.problems


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "c.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_every_fault_is_told_at_once_with_its_line_column_and_key(case):
    expected = [line[3:] for line in case.read_text(encoding="utf-8").splitlines() if line.startswith("#= ")]
    found = [problem.removeprefix(f"{case}:") for problem in faults(case)]
    assert [f[: len(e)] for f, e in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_both_of_the_yaml_loaders_give_the_same_document(case):
    data = case.read_bytes()
    assert document.parse(data, "c", yaml.SafeLoader) == document.parse(data, "c", document.LOADER)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "c.yaml: is empty"),
        (b"\xef\xbb\xbf \n\t\n", "c.yaml: is empty"),
        (b"# a comment\n", "c.yaml: is empty; it holds nothing but blanks and comments"),
        (b"\x00\x01\x02", "c.yaml: is binary; expected YAML, which is text"),
        ("topics: []".encode("utf-16"), "c.yaml: is UTF-16; save it as UTF-8"),
        ("# 1\ndatabase: 小米".encode("gbk"), "c.yaml:2: is not UTF-8 (byte 0xc3); save it as UTF-8"),
        (b"topics: \x07", "c.yaml: holds the character U+0007, which no YAML file may"),
        (b"topics:\n  - {id: t, quest", "is not YAML: while parsing a flow mapping from line 2; "),
        (b"topics: [a, b", "(the file ends too early)"),
        (b"topics: [a}\n", "c.yaml:1:11: is not YAML: "),
        (b"a: *b", "c.yaml:1:4: *b is not defined above"),
        (b"a: &x [*x]", "c.yaml:1:8: *x is not defined above"),
        (b"[a]: b", "c.yaml:1:1: a key must be one word, not a list or mapping"),
        (b"a: &x b\n*x : c", "c.yaml:2:1: a key must be spelt out, not an alias"),
        (b"a: b\n---\nc: d", "c.yaml:2:1: a second document begins here; one file holds one"),
        (b"a: " + b"[" * 100_000, "c.yaml:1:43: nested deeper than 40 levels"),
        (b"- a\n- b", "c.yaml:1:1: expected a mapping (key: value), got a list"),
        (b"just words", "c.yaml:1:1: expected a mapping (key: value), got 'just words'"),
    ],
    ids=lambda v: v[:24] if isinstance(v, bytes) else "",
)
def test_a_file_that_is_no_configuration_gets_one_clear_sentence(tmp_path, data, sentence):
    (found,) = {f.replace(str(tmp_path) + "/", "") for f in faults(written(tmp_path, data))}
    assert sentence in found
    assert "\n" not in found


def test_half_a_character_is_refused_by_whatever_loader():
    for loader in (yaml.SafeLoader, document.LOADER):
        with pytest.raises(ConfigError) as caught:
            document.parse(b'a: "\\ud83d"', "c", loader)
        assert len(caught.value.problems) == 1


def test_a_file_that_cannot_be_read_gets_one_clear_sentence(tmp_path):
    assert faults(tmp_path / "none.yaml") == (f"{tmp_path}/none.yaml: no such file",)
    assert faults(tmp_path) == (f"{tmp_path}: is a folder, not a file",)
    assert "cannot be read: Not a directory" in faults(written(tmp_path, "a") / "below")[0]
    assert "cannot be a file name" in faults(Path("a\0b"))[0]


def test_a_file_of_many_megabytes_is_not_read(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(document.MAX_BYTES + 1)
    assert "larger than 4 MiB" in faults(path)[0]


def test_aliases_may_save_typing_but_not_blow_up(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    assert "over 200000 values, aliases spelt out" in faults(written(tmp_path, "\n".join(lines)))[0]


def test_a_name_that_is_written_without_quotes_is_never_taken_for_something_else(tmp_path):
    text = "topics: [{id: t, question: q, entities: [{id: a, kind: company, names: [%s]}]}]"
    for word in ("NO", "Off", "1_000", "017", "12:30:45", "1.5e+3", "2025-03-20 10:00:00", "~", "NULL", ".NaN", "<<"):
        (found,) = faults(written(tmp_path, text % word))
        assert "topics[0].entities[0].names[0]: " in found, word
        config.load(written(tmp_path, text % f'"{word}"'), {}, tmp_path)


def test_a_file_that_is_wrong_all_over_is_not_told_to_the_last_line(tmp_path):
    found = faults(written(tmp_path, "".join(f"k{i}: v\n" for i in range(500))))
    assert len(found) == 201
    assert found[-1].endswith("c.yaml: and 301 more")
