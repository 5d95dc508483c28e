"""
Articles that are looked at again after they came out, since outlets correct and delete in silence.

    due     when a page is asked for next
    look    ask for a page that is kept: it is as it was, another, or gone
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.errors import FetchError, Gone, RateLimited
from monitor.model import Article, Request, Response

# Corrections come within the hour and the day; what is deleted later is deleted for good within a week.
AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))


class Gets(Protocol):
    """The way out, as looking again needs it."""

    async def get(self, request: Request) -> Response:
        """Return a usable answer or raise FetchError."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a page showed: an answer, or why there is none (``gone`` where it was taken away), and when to look next."""

    response: Response | None
    again: datetime | None
    gone: str = ""
    failed: str = ""
    told: datetime | None = None  # until when the server wants its pages left alone


def due(article: Article, now: datetime) -> datetime | None:
    """Return when the page of *article* is to be asked for next, or None when no more."""
    came_out = article.published.at or article.fetched
    return next((at for step in AFTER if (at := came_out + step) > now), None)


async def look(fetcher: Gets, url: str, article: Article, now: datetime) -> Look:
    """Ask for the page of *article* again; a failure waits for the next time that is due anyhow."""
    again = due(article, now)
    try:
        return Look(await fetcher.get(Request(url, page=True)), again)
    except RateLimited as error:
        told = now + error.retry_after
        return Look(None, told, failed=str(error), told=told)
    except FetchError as error:
        away = isinstance(error, Gone) or error.reason == "http 404"
        return Look(None, None if away else again, str(error) if away else "", "" if away else str(error))
