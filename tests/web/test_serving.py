"""The page as a process serves it: alone and beside the daemon, on real sockets."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest
from lxml import html

from monitor import web
from monitor.errors import InputError
from monitor.web.answers import HEADERS
from tests.commands import monitor, start
from tests.loopback import free_port
from tests.waiting import stopped, until
from tests.web import told, town

CONFIG = """\
database: town.db
timezone: Asia/Shanghai
web: {{listen: "{listen}"}}
topics:
  - id: qinghe-yunchuan
    question: 青禾汽车会落户云川吗?
    entities: [{{id: qinghe, kind: company, names: [青禾汽车]}}, {{id: yunchuan, kind: place, names: [云川]}}]
"""


def configured(folder: Path, listen: str = "off", *, built: bool = True) -> Path:
    (folder / "config.yaml").write_text(CONFIG.format(listen=listen), "utf-8")
    if built:
        town.built(folder / "town.db").close()
    return folder


def said(folder: Path) -> str:
    return (folder / "stderr.txt").read_text("utf-8")


def address(folder: Path) -> str:
    """Wait until a process says where its page is."""
    found = until(lambda: re.search(r"the timeline is at (\S+)\s", said(folder)), told=lambda: said(folder))
    assert found
    return found[1]


def entered(folder: Path, url: str) -> httpx.Client:
    """Log in with the token that the process told."""
    found = until(lambda: re.search(r"with the token (\S+) ", said(folder)), told=lambda: said(folder))
    assert found
    browser = httpx.Client(base_url=url, trust_env=False, headers={"sec-fetch-site": "same-origin"}, timeout=20)
    assert browser.post("/review/login", data={"token": found[1], "person": "王编辑"}).status_code == 303
    return browser


def pressed(browser: httpx.Client, place: str, button: str) -> httpx.Response:
    """Send the first form on *place* that has a *button* of that value."""
    page = html.fromstring(browser.get(place).content)
    form = next(f for f in page.forms if f.xpath(f".//button[@name='verb'][@value='{button}']"))
    return browser.post("/review/order", data={**dict(form.form_values()), "verb": button})


def reviewed(folder: Path, listen: str) -> Path:
    text = CONFIG.format(listen=listen).replace('"}\n', '", review: true}\n', 1)
    (folder / "config.yaml").write_text(text, "utf-8")
    return folder


def shown(folder: Path) -> set[str]:
    return {
        e["id"] for e in json.loads(monitor("export", "--format", "json", "--background", cwd=folder).out)["events"]
    }


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_process_serves_the_page_and_what_is_decided_there_is_written_and_undone(tmp_path, command):
    told.built(tmp_path / "town.db").close()
    process = start(command, cwd=reviewed(tmp_path, f"localhost:{free_port()}"))
    try:
        url = address(tmp_path)
        page = httpx.get(url, trust_env=False)
        assert page.status_code == 200 and "青禾汽车会落户云川吗?" in page.text
        assert httpx.head(url, trust_env=False).headers["etag"] == page.headers["etag"]
        figures = httpx.get(f"{url}metrics", trust_env=False).text
        assert 'monitor_file_bytes{file="database"}' in figures and "monitor_disk_free_bytes" in figures
        assert ("monitor_ready" in figures) == (command == "run")
        before, browser = shown(tmp_path), entered(tmp_path, url)
        (id, *_) = sorted(before)
        answer = pressed(browser, f"/review/event/{id}", "retract")
        assert answer.status_code == 303 and shown(tmp_path) == before - {id}
        assert pressed(browser, f"/review/event/{id}", "undo").status_code == 303
        assert shown(tmp_path) == before
        browser.close()
    finally:
        assert stopped(process) == 0
    log = said(tmp_path)
    assert log.count("with the token") == 1 and "Traceback" not in log
    assert not [f for f in tmp_path.iterdir() if re.findall(r"with the token (\S+)", log)[0].encode() in f.read_bytes() and f.name != "stderr.txt"]  # fmt: skip


def test_the_page_alone_writes_beside_a_running_daemon(tmp_path):
    told.built(tmp_path / "town.db").close()
    daemon, page = tmp_path / "daemon", tmp_path / "page"
    for folder, listen in ((daemon, "off"), (page, f"127.0.0.1:{free_port()}")):
        folder.mkdir()
        reviewed(folder, listen)
        text = (folder / "config.yaml").read_text("utf-8")
        (folder / "config.yaml").write_text(text.replace("town.db", "../town.db"), "utf-8")
    running = [start("run", cwd=daemon), start("serve", cwd=page)]
    try:
        browser = entered(page, address(page))
        (id, *_) = sorted(shown(page))
        assert pressed(browser, f"/review/event/{id}", "pin").status_code == 303
        assert pressed(browser, f"/review/event/{id}", "retract").status_code == 303
        assert id not in shown(daemon)
        browser.close()
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(10) for process in running] == [0, 0]
    assert "error" not in (daemon / "stderr.txt").read_text("utf-8")


def test_where_nothing_is_kept_yet_the_review_page_begins_a_database(tmp_path):
    process = start("serve", cwd=reviewed(tmp_path, f"127.0.0.1:{free_port()}"))
    try:
        assert httpx.get(address(tmp_path) + "review", trust_env=False).status_code == 200
        assert (tmp_path / "town.db").exists()
    finally:
        assert stopped(process) == 0


def test_a_daemon_whose_address_is_taken_says_so_and_goes_on(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("run", cwd=configured(tmp_path, f"127.0.0.1:{taken.getsockname()[1]}"))
        try:
            until(lambda: "the page is not served" in said(tmp_path), told=lambda: said(tmp_path))
            assert "set web.listen to another address" in said(tmp_path) and process.poll() is None
        finally:
            assert stopped(process) == 0


def test_serving_alone_where_the_address_is_taken_fails_with_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = monitor("serve", "--listen", f"127.0.0.1:{taken.getsockname()[1]}", cwd=configured(tmp_path))
    assert ran.status == 1 and "cannot listen on" in ran.err and "Traceback" not in ran.err
    assert "host:port is expected" in monitor("serve", "--listen", "8321x", cwd=tmp_path).err


def test_without_a_database_the_seeds_alone_are_shown_and_none_is_made(tmp_path):
    process = start("serve", "--listen", "127.0.0.1:0", cwd=configured(tmp_path, built=False))
    try:
        assert "尚未完成任何一轮查询" in httpx.get(address(tmp_path), trust_env=False).text
    finally:
        assert stopped(process) == 0
    assert not list(tmp_path.glob("town.db*"))


def test_what_is_no_http_is_answered_with_the_policy_too(tmp_path):
    path = tmp_path / "town.db"
    town.built(path).close()
    with town.serving(path) as url, socket.create_connection(("127.0.0.1", httpx.URL(url).port or 80), 5) as wire:
        wire.sendall("GET /?q=云 HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        answer = wire.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert all(f"{name}: {value}" in answer for name, value in HEADERS.items())


def test_readers_do_not_wait_for_whoever_writes(tmp_path):
    path = tmp_path / "town.db"
    with town.built(path) as store, town.serving(path) as url:
        httpx.get(url, trust_env=False)
        began = time.monotonic()
        asked: list[int] = []

        def decide(decider: object) -> tuple[()]:
            asked.append(httpx.get(url, trust_env=False).status_code)
            return ()

        store.seed((), town.NOW, decide)
        assert asked == [200] and time.monotonic() - began < 5


@pytest.mark.parametrize("listen", ["256.0.0.1:1", "127.0.0.1:99999", "nowhere.invalid:80"])
def test_an_address_that_cannot_be_had_is_a_sentence(listen):
    with pytest.raises(InputError, match="cannot listen on"):
        web.bound(listen)


def test_search_prints_what_it_finds(tmp_path):
    configured(tmp_path)
    ran = monitor("search", "签署", "云川", cwd=tmp_path)
    assert ran.status == 0 and ran.out.startswith("ev_5  云川市与青禾汽车签署战略合作框架协议")
    found = json.loads(monitor("search", "雲川", "--format", "json", cwd=tmp_path).out)
    assert {hit["id"][:3] for hit in found} == {"ev_", "ar_"}
    nothing = monitor("search", "火星", cwd=tmp_path)
    assert (nothing.status, nothing.out) == (0, "") and "nothing was found" in nothing.err


def test_behind_a_server_with_tls_the_session_is_for_tls_alone(tmp_path):
    path = tmp_path / "town.db"
    town.built(path).close()
    keys = web.Keys()
    sent = {"token": keys.issue(), "person": "王编辑"}
    with town.serving(path, keys) as url:
        headers = {"sec-fetch-site": "same-origin", "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
        proxied = httpx.post(url + "review/login", data=sent, headers=headers, trust_env=False)
        direct = httpx.post(url + "review/login", data=sent, headers={"sec-fetch-site": "same-origin"}, trust_env=False)
        assert (proxied.status_code, direct.status_code) == (303, 303)
        assert "; Secure" in proxied.headers["set-cookie"] and "; Secure" not in direct.headers["set-cookie"]
        wrong = {**sent, "token": "wrong"}
        tries = [httpx.post(url + "review/login", data=wrong, headers=headers, trust_env=False) for _ in range(4)]
        assert [t.status_code for t in tries] == [403, 403, 403, 429]
        other = {**headers, "x-forwarded-for": "192.0.2.8"}
        assert httpx.post(url + "review/login", data=sent, headers=other, trust_env=False).status_code == 303
