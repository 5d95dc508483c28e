"""A list names archives; it is never trusted with a path."""

from __future__ import annotations

import gzip

import pytest

from monitor.archives import is_list, listed, near
from monitor.errors import InputError

CRAWL = "https://data.example/crawl-data/NEWS/2019/05/warc.paths.gz"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_each_line_names_an_archive(pack):
    body = b"# ours\r\na/1.warc.gz\n\n150383 297a16b493de7cf6ca809a7cc31d0b93 http://data.example/2.export.CSV.zip\nmy news/3.warc\n"
    assert listed(pack(body)) == ["a/1.warc.gz", "http://data.example/2.export.CSV.zip", "my news/3.warc"]


@pytest.mark.parametrize("body", [b"\x1f\x8bdamaged", b"\x00\x01binary", gzip.compress(b"a\n" * 40_000_000, 1)])
def test_what_is_no_list_says_so(body):
    with pytest.raises(InputError):
        listed(body)


def test_a_path_is_taken_from_the_server_or_folder_of_its_list(tmp_path):
    assert near("crawl-data/NEWS/1.warc.gz", CRAWL) == "https://data.example/crawl-data/NEWS/1.warc.gz"
    assert near("https://other.example/1.warc.gz", CRAWL) == "https://other.example/1.warc.gz"
    assert near("sub/1.warc.gz", str(tmp_path / "a.paths")) == str(tmp_path.resolve() / "sub" / "1.warc.gz")


@pytest.mark.parametrize(
    "line", ["../1.warc.gz", "/etc/passwd", "a/../../b", "file:///etc/passwd", "..\\x", "//host/x", "c:x", "."]
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path, line):
    for source in (CRAWL, str(tmp_path / "a.paths")):
        with pytest.raises(InputError, match="leads out"):
            near(line, source)


def test_a_link_that_leads_elsewhere_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    with pytest.raises(InputError, match="leads out"):
        near("out/secret.warc", str(tmp_path / "in" / "a.paths"))


@pytest.mark.parametrize(
    ("name", "is_one"), [("warc.paths.gz", True), ("A.TXT", True), (CRAWL, True), ("a.warc.gz", False)]
)
def test_lists_are_known_by_name(name, is_one):
    assert is_list(name) is is_one
