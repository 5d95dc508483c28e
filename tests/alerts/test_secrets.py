"""A secret is in the environment or a file, and nowhere else: not in what is printed, logged, stored or exported."""

from __future__ import annotations

import json

import pytest

from tests.alerts.press import signing
from tests.commands import Ran, monitor

TOKEN = "tk9f2ac41d77e0b3aa15"
KEY = "the-key-of-the-signature"


def said(ran: Ran) -> str:
    return ran.out + ran.err


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}),
        (302, {"Location": f"http://10.0.0.1/{TOKEN}"}),
        (307, {"Location": f"/again/{TOKEN}"}),
        (307, {"Location": f"http://127.0.0.1:1/{TOKEN}"}),
        (410, {}),
        (429, {"Retry-After": "5"}),
        (200, {"Content-Encoding": TOKEN}),
    ],
    ids=["500", "302", "307", "307 elsewhere", "410", "429", "nonsense"],
)
def test_a_webhook_whose_address_is_secret_is_never_named(press, tmp_path, answer):
    (tmp_path / "address").write_text(press.url(f"/hook/{TOKEN}?key={TOKEN}"), "utf-8")
    (tmp_path / "key").write_text(KEY, "utf-8")
    press.config(tmp_path, "{id: desk, kind: webhook, url_file: address, secret_file: key}")
    press.publish("洛阳市举行春季花会", "洛阳市举行春季花会。")
    monitor("poll", cwd=tmp_path)
    press.publish(*signing())
    press.answer = lambda path: answer if "again" not in path else (500, {})
    ran = [monitor("poll", "--all", cwd=tmp_path)]
    assert press.got and TOKEN in press.got[0].headers["path"]
    ran += [monitor("alerts", *more, cwd=tmp_path) for more in ((), ("list", "--all"), ("list", "--format", "json"))]
    ran += [monitor("alerts", "test", "desk", cwd=tmp_path), monitor("check", cwd=tmp_path)]
    ran += [monitor("export", "--format", "json", cwd=tmp_path), monitor("alerts", "retry", cwd=tmp_path)]
    everything = "".join(map(said, ran)).encode() + b"".join(f.read_bytes() for f in tmp_path.glob("timeline.db*"))
    for secret in (TOKEN, KEY):
        assert secret.encode() not in everything


def test_a_service_whose_address_is_secret_is_never_named(press, tmp_path):
    address = press.url(f"/{TOKEN}").replace("http://", f"json://me:{TOKEN}@")
    (tmp_path / "address").write_text(address, "utf-8")
    press.config(tmp_path, "{id: desk, kind: apprise, url_file: address}")
    press.answer = lambda path: (500, {})
    ran = monitor("alerts", "test", "desk", cwd=tmp_path)
    assert ran.status == 1 and ran.err.strip() == "monitor: apprise: the service did not take it"
    press.answer = lambda path: (200, {})
    assert monitor("alerts", "test", "desk", cwd=tmp_path).status == 0
    assert "测试" in json.loads(press.got[-1].body)["message"]


FIRST = "{id: desk, "
LITERAL = [
    f"kind: apprise, url: 'feishu://{TOKEN}'}}",
    f"kind: webhook, url: 'https://hooks.example/x', secret: {TOKEN}}}",
    f"kind: webhook, url: 'https://hooks.example/x', token: {TOKEN}}}",
    f"kind: webhook, url: 'https://hooks.example/x', password: {TOKEN}}}",
    f"kind: webhook, url: 'https://hooks.example/x?key={TOKEN}'}}",
    f"kind: webhook, url: 'https://hooks.example/services/{TOKEN}'}}",
    "kind: webhook, url: 'https://hooks.example/550e8400-e29b-41d4-a716-446655440000'}",
    f"kind: webhook, url_env: {TOKEN}}}",
    f"kind: webhook, url: 'https://me:{TOKEN}@hooks.example/x'}}",
    f"kind: webhook, url: '{TOKEN}'}}",
    f"kind: webhook, url: 'https://hooks.example/x', secret_env: {TOKEN}-}}",
    f"kind: webhook, url: 'https://hooks.example/x', secret_file: 'https://hooks.example/{TOKEN}'}}",
    f"kind: webhook, url_env: 'feishu://{TOKEN}'}}",
    f"kind: webhook, url_env: 'feishu://{TOKEN}', secret_env: [{TOKEN}]}}",
    f"kind: apprise, url_env: {{{TOKEN}: {TOKEN}}}}}",
]


@pytest.mark.parametrize("written", LITERAL)
def test_a_secret_written_into_the_configuration_is_refused_in_a_sentence_that_does_not_repeat_it(
    press, tmp_path, written
):
    press.config(tmp_path, FIRST + written)
    for ran in (monitor("check", cwd=tmp_path), monitor("poll", cwd=tmp_path), monitor("alerts", cwd=tmp_path)):
        assert ran.status == 2 and "secret" in ran.err
        assert "config.yaml:" in ran.err and "alerts.channels[0]" in ran.err
        assert TOKEN not in said(ran)


def test_an_address_of_words_is_no_secret(press, tmp_path):
    press.config(
        tmp_path, FIRST + "kind: webhook, url: 'https://hooks.example/2026/alerts-for-the-desk_of-luoyang/v2'}"
    )
    assert monitor("check", cwd=tmp_path).status == 0


def test_a_secret_that_cannot_be_had_is_a_fault_that_check_tells(press, tmp_path):
    press.config(tmp_path, "{id: desk, kind: apprise, url_env: NO_SUCH_VARIABLE_HERE}")
    ran = monitor("check", cwd=tmp_path)
    assert ran.status == 2 and "desk: the variable NO_SUCH_VARIABLE_HERE is not set" in ran.err
    assert "address in the variable NO_SUCH_VARIABLE_HERE" in ran.out
