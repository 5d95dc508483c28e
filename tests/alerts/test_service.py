"""What apprise sends: to a loopback service and a loopback mail server, ended when its time is up."""

from __future__ import annotations

import asyncio
import email
import json
import time
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from monitor.errors import NotifyError
from monitor.export import notices as words
from monitor.model import Alert, Notice, Tell
from monitor.notify import Service
from tests.loopback import free_port
from tests.store.make import NOW, event, topic

SECRET = "t0ken-of-the-desk"


def alert(title: str = "新事件：大桥开工", text: str = "新事件 · 大桥能通车吗?\n“大桥开工”") -> Alert:
    return Alert("al_1", "desk", NOW, title, text, "[]")


HOSTILE = '合作\r\nBcc: all@example.org\r\n\r\n<script>x</script><at user_id="all"></at> [点这里](http://evil.example) @everyone `x` \u202egnp'


def send(address: str, told: Alert | None = None, limit: float = 30.0) -> None:
    asyncio.run(Service(address, limit).send(told or alert()))


class Box:
    """Keeps the mails that a server was given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        content = envelope.content  # type: ignore[attr-defined]
        self.raw.append(content)
        self.mails.append(email.message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[str, Box]]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"mailto://127.0.0.1:{controller.port}/?from=monitor@example.org&to=desk@example.org&mode=insecure", box
    finally:
        controller.stop()


def test_a_service_gets_title_and_text(press):
    send(press.url("/note").replace("http://", "json://"))
    (got,) = press.got
    told = json.loads(got.body)
    assert told["title"] == alert().title
    assert told["message"].replace("\r", "") == alert().text


def test_a_mail_arrives_with_its_subject_and_text(mail):
    address, box = mail
    send(address)
    (got,) = box.mails
    assert got["subject"] == alert().title and got["to"] and "desk@example.org" in got["to"]
    assert "大桥开工" in got.get_body(("plain", "html")).get_content()


def test_a_hostile_title_steers_no_mail(mail):
    address, box = mail
    told = event("ev_1", title=HOSTILE)
    notices = [Notice(1, (Tell.NEW,), told)]
    topics = {told.topic: topic()}
    send(address, alert(words.title(notices, topics, "zh"), words.text(notices, topics, str, "zh")))
    (got,) = box.mails
    assert got["bcc"] is None and got["to"] and "all@" not in got["to"] and "\n" not in got["subject"]
    html = got.get_body(("html",))
    shown = html.get_content() if html else got.get_content()
    for steering in ("<script", "<at ", "](http", "@everyone", "`x`", "\u202e"):
        assert steering not in shown and steering not in str(got["subject"])


def test_a_service_that_refuses_is_an_error_and_nothing_of_the_address_is_in_it(press):
    press.answer = lambda path: (500, {})
    with pytest.raises(NotifyError) as caught:
        send(press.url(f"/{SECRET}").replace("http://", "json://"))
    assert str(caught.value) == "apprise: the service did not take it"
    assert SECRET not in repr(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize("address", [f"nothing://{SECRET}", f"json://127.0.0.1:1/{SECRET} json://127.0.0.1:1/", "x"])
def test_an_address_that_is_none_or_several_is_an_error(address):
    with pytest.raises(NotifyError, match="address") as caught:
        send(address)
    assert SECRET not in repr(caught.value)


def test_a_service_that_hangs_is_ended_with_its_process(press):
    press.hang = 20
    began = time.monotonic()
    with pytest.raises(NotifyError, match="s were over"):
        send(press.url("/hang").replace("http://", "json://"), limit=3)
    assert time.monotonic() - began < 8


def test_a_delivery_that_is_cancelled_leaves_no_process_behind(press):
    async def cancelled() -> None:
        task = asyncio.create_task(Service(press.url("/hang").replace("http://", "json://")).send(alert()))
        await asyncio.to_thread(press.heard)
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()

    press.hang = 20
    asyncio.run(cancelled())
