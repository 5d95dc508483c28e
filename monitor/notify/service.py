"""
Mail, Feishu, DingTalk, WeCom, Telegram and what else apprise knows.

Apprise blocks, cannot be interrupted and takes 37 MB. So each alert is sent by a process of its own, which is ended
when its time is up: a service that never answers costs this one alert a minute, and the daemon nothing. The address
goes to it over a pipe, where no list of processes shows it, and nothing that it says is read.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

from monitor.errors import NotifyError
from monitor.model import Alert
from monitor.notify.base import BAD_ADDRESS, NOT_TAKEN, SENT

LIMIT = 60.0  # seconds, start included


class Service:
    """Sends to the one *address*, as apprise writes it."""

    def __init__(self, address: str, limit: float = LIMIT) -> None:
        self._address = address
        self._limit = limit

    async def send(self, alert: Alert) -> None:
        order = json.dumps({"address": self._address, "title": alert.title, "text": alert.text}).encode()
        try:
            status = await asyncio.wait_for(_sent(order), self._limit)
        except TimeoutError:
            raise NotifyError(f"apprise: {self._limit:g} s were over") from None
        except OSError as error:
            raise NotifyError(f"apprise: cannot be started ({error.strerror})") from None
        if status == BAD_ADDRESS:
            raise NotifyError("apprise: does not understand the address, or it is more than one")
        if status == NOT_TAKEN:
            raise NotifyError("apprise: the service did not take it")
        if status != SENT:
            raise NotifyError(f"apprise: ended with status {status}")


async def _sent(order: bytes) -> int:
    """Return the exit status of a process that was given *order*; it does not outlive the wait for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # nothing that lies in the current folder is imported
        "-m",
        "monitor.notify.sending",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us: we end it
    )
    try:
        await process.communicate(order)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode if process.returncode is not None else -1
