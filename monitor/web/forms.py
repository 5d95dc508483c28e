"""What a form sends, read with bounds, and only where our own page sent it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

LONGEST = 64 * 1024  # bytes of one form
MOST = 500  # fields: a split may name some hundred articles
KIND = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in their order."""

    fields: Sequence[tuple[str, str]]

    def __call__(self, name: str) -> str:
        """Return the first value of the field *name*, on one line and trimmed, or ""."""
        return " ".join(next((v for n, v in self.fields if n == name), "").split())

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of the field *name*."""
        return tuple(v.strip() for n, v in self.fields if n == name and v.strip())

    @property
    def seen(self) -> Mapping[str, int]:
        """What the person looked at: versions by id."""
        pairs = (value.partition(":") for value in self.every("seen"))
        return {id: int(n) for id, _, n in pairs if n.isascii() and n.isdigit() and len(n) < 19}  # as SQLite counts


async def form(request: Request) -> Form:
    """
    Return what *request* sends.

    :raises HTTPException: where it is not from our own page (403), too long (413), or no form (415).
    """
    if not is_ours(request):
        raise HTTPException(403)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise HTTPException(415)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise HTTPException(413)
    try:
        return Form(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST))
    except ValueError:
        raise HTTPException(400) from None


def is_ours(request: Request) -> bool:
    """
    Return whether a form was sent by a page of ours: the browser itself says so.

    Browsers say it by Sec-Fetch-Site, those that are served without TLS under another name by Origin. What says neither
    is no browser that has a form of ours.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host", "")
