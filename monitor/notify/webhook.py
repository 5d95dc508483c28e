"""
A webhook: a POST of JSON, signed where there is a key.

The signature is over the time and the body, ``HMAC-SHA256(key, "<timestamp>.<body>")``, so that what was overheard
cannot be sent again later. The body is the same at every try and so is ``Idempotency-Key``; the time is of the try.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from monitor.errors import FetchError, Gone, NotifyError, RateLimited, Refused
from monitor.model import Alert, Request, Response

SCHEMA = "monitor-alert/1"


class Asks(Protocol):
    """The only way out to the network; see :mod:`monitor.fetch`."""

    async def get(self, request: Request) -> Response:
        """Ask, or raise FetchError."""


class Webhook:
    """Posts to *address*, signed with *key* unless that is empty."""

    def __init__(self, fetcher: Asks, address: str, key: str, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._address = address
        self._key = key
        self._now = now

    async def send(self, alert: Alert) -> None:
        request = _request(alert, self._address, self._key, self._now())
        try:
            await self._fetcher.get(request)
        except FetchError as error:
            # Its sentence may hold the address: only the word for what went wrong is told.
            raise _told(error) from None


def _told(error: FetchError) -> NotifyError:
    hint = "; fetch.allow_private lets private addresses be asked" if isinstance(error, Refused) else ""
    after = error.retry_after if isinstance(error, RateLimited) else None
    return NotifyError(f"webhook: {error.reason}{hint}", final=isinstance(error, Gone), retry_after=after)


def _request(alert: Alert, address: str, key: str, now: datetime) -> Request:
    body = _body(alert)
    timestamp = str(int(now.timestamp()))
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Idempotency-Key", alert.id),
        ("X-Monitor-Timestamp", timestamp),
    ]
    if key:
        headers.append(("X-Monitor-Signature", f"sha256={signature(key, timestamp, body)}"))
    return Request(address, headers=tuple(headers), method="POST", body=body)


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Return what a receiver compares with the signature it got."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _body(alert: Alert) -> bytes:
    at = alert.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told = {"schema": SCHEMA, "id": alert.id, "channel": alert.channel, "at": at, "title": alert.title}
    whole = told | {"text": alert.text, "notices": json.loads(alert.notices)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
