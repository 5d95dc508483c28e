"""Archives that are elsewhere are fetched part by part, and gone on with where they were broken off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.downloads import Downloads
from monitor.errors import FetchError, InputError, Refused
from monitor.fetch import Fetcher
from monitor.model import FetchSettings
from tests.commands import monitor
from tests.loopback import Call, Loopback, Reply

from .archives.warcs import info, packed, page, response

FILE = bytes(range(256)) * 40


@dataclass
class Shelf(Loopback):
    """Files at addresses; what was asked for is noted, and what goes wrong is ordered."""

    protocol = "HTTP/1.1"
    files: dict[str, bytes]
    asked: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # what to do instead, once each
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reply(self, call: Call) -> Reply:
        if call.path == "/robots.txt":
            return self._whole(call.path)
        wanted = call.headers.get("range", "")
        self.asked.append((call.path, wanted))
        order = self.wrong.pop(0) if self.wrong and call.path in self.files else ""
        if order == "503":
            return Reply(503)
        if order == "empty":
            return Reply(206, b"", {"Content-Range": "bytes 5-4/10"})
        if order.startswith("to "):
            return Reply(302, b"", {"Location": order[3:]})
        if order == "changed":
            self.files[call.path] = self.files[call.path][::-1]
            self.tags[call.path] = '"other"'
        if not wanted or order == "whole" or call.path not in self.files:
            return self._whole(call.path)
        return self._part(call.path, wanted, 1 if order == "shifted" else 0)

    def _whole(self, path: str) -> Reply:
        return Reply(200, self.files[path], self._headers(path)) if path in self.files else Reply(404)

    def _part(self, path: str, wanted: str, shift: int) -> Reply:
        body = self.files[path]
        first, last = (int(n) for n in wanted.removeprefix("bytes=").split("-"))
        if first >= len(body):
            return Reply(416)
        part = body[first : last + 1]
        told = f"bytes {first + shift}-{first + len(part) - 1 + shift}/{len(body)}"
        return Reply(206, part, self._headers(path) | {"Content-Range": told})

    def _headers(self, path: str) -> dict[str, str]:
        return {"Content-Type": "application/gzip", "ETag": self.tags.get(path, '"one"')}


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf({"/a.warc.gz": FILE}) as shelf:
        yield shelf


def get(shelf: Shelf, folder: Path, path: str = "/a.warc.gz", open_to: str = "") -> Path:
    """Fetch in parts of 4,000 bytes; whoever asks for patience is waited for without waiting."""
    settings = FetchSettings(pause=timedelta(), allow_private=(open_to or shelf.address,))

    async def rest(seconds: float) -> None:
        """Time flies."""

    async def go() -> Path:
        async with Fetcher(settings) as fetcher:
            return await Downloads(fetcher, folder, 4000, rest).get(shelf.url(path))

    return asyncio.run(go())


def test_a_file_comes_in_parts_as_it_lies_there(shelf, tmp_path):
    assert get(shelf, tmp_path).read_bytes() == FILE
    assert [r for _, r in shelf.asked] == ["bytes=0-3999", "bytes=4000-7999", "bytes=8000-11999"]


def test_a_packed_file_is_not_unpacked(shelf, tmp_path):
    shelf.files["/a.warc.gz"] = packed([info()] * 50)
    assert get(shelf, tmp_path).read_bytes() == shelf.files["/a.warc.gz"]


def test_what_was_fetched_is_not_fetched_again(shelf, tmp_path):
    get(shelf, tmp_path)
    get(shelf, tmp_path)
    assert len(shelf.asked) == 3


def test_a_part_that_fails_is_asked_for_again(shelf, tmp_path):
    shelf.wrong = ["", "503", "503"]
    assert get(shelf, tmp_path).read_bytes() == FILE
    assert [r for _, r in shelf.asked].count("bytes=4000-7999") == 3


def test_a_server_that_stays_away_ends_it_and_the_next_call_goes_on(shelf, tmp_path):
    shelf.wrong = ["", *["503"] * 4]
    with pytest.raises(FetchError):
        get(shelf, tmp_path)
    shelf.asked.clear()
    assert get(shelf, tmp_path).read_bytes() == FILE
    assert shelf.asked[0][1] == "bytes=4000-7999"


def test_a_file_that_is_shorter_by_now_is_fetched_anew(shelf, tmp_path):
    shelf.wrong = ["", *["503"] * 4]
    with pytest.raises(FetchError):
        get(shelf, tmp_path)
    shelf.files["/a.warc.gz"] = FILE[:100]
    assert get(shelf, tmp_path).read_bytes() == FILE[:100]


def test_a_file_that_is_another_by_now_is_never_mixed_with_what_was_fetched(shelf, tmp_path):
    shelf.wrong = ["", *["503"] * 4]
    with pytest.raises(FetchError):
        get(shelf, tmp_path)
    other = shelf.files["/a.warc.gz"] = FILE[::-1]
    shelf.tags["/a.warc.gz"] = '"two"'
    assert get(shelf, tmp_path).read_bytes() == other
    assert [f.suffix for f in tmp_path.iterdir()] == [".gz"]


def test_a_file_that_is_changed_while_it_is_fetched_is_refused_and_fetched_anew_the_next_time(shelf, tmp_path):
    shelf.wrong = ["", "changed"]
    with pytest.raises(FetchError, match="changed while it was fetched"):
        get(shelf, tmp_path)
    assert get(shelf, tmp_path).read_bytes() == FILE[::-1]


@pytest.mark.parametrize("before", [0, 1])
def test_a_part_that_leads_into_a_private_network_is_refused(shelf, tmp_path, before):
    """At the first part as at a later one, to an address or by a name; another port of this machine is private, too."""
    with Shelf({"/a.warc.gz": FILE}) as inside:
        port = inside.port
        for n, server in enumerate((inside.address, f"localhost:{port}", "169.254.169.254", "[::1]:80")):
            (tmp_path / str(n)).mkdir()
            shelf.wrong = [*[""] * before, f"to http://{server}/a.warc.gz"]
            with pytest.raises(Refused):
                get(shelf, tmp_path / str(n))
        assert not inside.asked


def test_a_part_of_nothing_is_not_asked_for_again_and_again(shelf, tmp_path):
    shelf.wrong = ["empty"] * 9
    with pytest.raises(FetchError, match="without a body"):
        get(shelf, tmp_path)


def test_a_server_without_parts_sends_a_small_file_whole(shelf, tmp_path):
    shelf.wrong = ["whole"]
    assert get(shelf, tmp_path).read_bytes() == FILE


def test_another_part_than_was_asked_for_is_refused(shelf, tmp_path):
    shelf.wrong = ["", "shifted"]
    with pytest.raises(FetchError, match="wrong length"):
        get(shelf, tmp_path)


def test_a_missing_file_and_a_private_address_are_told(shelf, tmp_path):
    with pytest.raises(FetchError, match="404"):
        get(shelf, tmp_path, "/none.warc.gz")
    with pytest.raises(Refused):
        get(shelf, tmp_path, open_to="127.0.0.1:1")


def test_robots_txt_holds(shelf, tmp_path):
    shelf.files["/robots.txt"] = b"User-agent: *\nDisallow: /\n"
    with pytest.raises(Refused, match="robots"):
        get(shelf, tmp_path)


def test_a_folder_that_cannot_be_written_is_told(shelf, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        get(shelf, tmp_path / "none")


def test_a_list_is_read_from_an_address_to_its_last_archive(shelf, tmp_path):
    """The whole way: list, archives, inbox; what it names and is not there is told, and the rest goes on."""
    (tmp_path / "config.yaml").write_text(
        f"database: t.db\nfetch: {{pause: 0s, allow_private: ['{shelf.address}']}}\nweb: {{listen: 'off'}}\n"
        "topics: [{id: b, question: q, entities: [{id: b, kind: product, names: [河城大桥]}]}]\n",
        "utf-8",
    )
    for n in range(2):
        told = response(f"https://paper.example/{n}.html", page(f"河城大桥第{n}号消息"))
        shelf.files[f"/news/{n}.warc.gz"] = packed([info(), told])
    shelf.files["/x/warc.paths"] = b"news/0.warc.gz\nnews/none.warc.gz\n../1.warc.gz\nnews/1.warc.gz\n"
    ran = monitor("backfill", "--folder", "kept", shelf.url("/x/warc.paths"), cwd=tmp_path)
    assert ran.status == 1 and "2 records: 2 found" in ran.out and "404" in ran.err and "leads out" in ran.err
    assert [line.split()[1] for line in monitor("entries", cwd=tmp_path).out.splitlines()] == ["kept", "kept"]
    assert not list((tmp_path / "kept").glob("*.warc.gz"))
    shelf.asked.clear()
    monitor("backfill", shelf.url("/news/0.warc.gz"), cwd=tmp_path)
    assert not shelf.asked
