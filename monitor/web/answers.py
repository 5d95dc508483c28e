"""What every answer carries: a policy that lets nothing in, an ETag, and errors as pages or as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.export.record import Json

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
HTML = "text/html; charset=utf-8"
JSON = "application/json"


def answer(
    request: Request, body: bytes, kind: str, *, cache: str = "no-cache", headers: Mapping[str, str] | None = None
) -> Response:
    """Return *body*, or that it is what the asker holds already."""
    # What is asked for anew is compared by content: a restart or another process gives the same tag.
    tag = f'"{hashlib.sha256(kind.encode() + body).hexdigest()[:32]}"'
    told = {"etag": tag, "cache-control": cache, "vary": "Accept-Language, Cookie", **(headers or {})}
    held = [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]
    if tag in held or held == ["*"]:
        return Response(status_code=304, headers=told)
    return Response(body, media_type=kind, headers=told)


def as_json(request: Request, value: Json, **headers: str) -> Response:
    """Return *value* as JSON."""
    return answer(request, to_bytes(value), JSON, headers=headers)


def to_bytes(value: Json) -> bytes:
    """Return *value* as UTF-8; a lone surrogate is escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


class Guarded:
    """An application whose every answer, errors too, carries the policy; who calls it by a strange name is sent away."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        app = self._app if self._welcome(scope) else _STRANGER
        await app(scope, receive, guarded)

    def _welcome(self, scope: Scope) -> bool:
        """Return whether the host is ours: a page elsewhere must not read a local one under a name of its own."""
        host = next((v.decode("latin-1") for n, v in scope["headers"] if n == b"host"), "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        return not self._hosts or name.lower() in self._hosts


_STRANGER = Response(b"This host name is not served here.\n", 421, media_type="text/plain")
