"""
What can go wrong, one class for each way of catching it.

    MonitorError
    ├── ConfigError        the file is wrong; the program refuses to start (exit 2)
    ├── InputError         a file that a person handed in cannot be used (exit 1); the others go on
    ├── DecisionError      what a person ordered cannot be done (exit 1); nothing was written
    │   └── Moved          it is about something that has changed since the person saw it
    ├── FetchError         one URL failed; its feed or entry backs off, the others go on
    │   ├── RateLimited    the server named a delay, kept in .retry_after
    │   │   └── Resting    nothing was asked: the host is to be left alone for so long
    │   ├── Refused        we may not ask: guard or robots.txt; not the server's failure
    │   └── Gone           410: stop asking
    ├── NotifyError        an alert was not taken; it is tried again, the others go on
    ├── ParseError         bytes arrived, but no feed or page that we can read
    └── StoreError         the store failed; what was in hand was not written (exit 3)
        ├── Occupied       another process has the single instance lock
        └── Outdated       a newer version of monitor has brought the store up to date while we ran
"""

from __future__ import annotations

from datetime import timedelta

__all__ = [
    "ConfigError",
    "DecisionError",
    "FetchError",
    "Gone",
    "InputError",
    "MonitorError",
    "Moved",
    "NotifyError",
    "Occupied",
    "Outdated",
    "Overtaken",
    "ParseError",
    "RateLimited",
    "Refused",
    "Resting",
    "StoreError",
]


class MonitorError(Exception):
    """Base of every error that the house raises on purpose; its text is a sentence for a person."""


class ConfigError(MonitorError):
    """The configuration is wrong; ``problems`` holds every sentence, one a fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class InputError(MonitorError):
    """A file given by a person is missing, empty, binary or half-written."""


class DecisionError(MonitorError):
    """What a person ordered cannot be done: an id that is not there, or nothing that would be left."""


class Moved(DecisionError):
    """What a person decided about is another by now than what the person saw; ``ids`` names it."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        super().__init__(f"{', '.join(ids)} changed since you looked; nothing was done")
        self.ids = ids


class FetchError(MonitorError):
    """A request ended without a usable answer; ``reason`` is a short stable word, ``str()`` a sentence."""

    def __init__(self, url: str, reason: str, detail: str = "", *, connected: bool = True) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.url = url
        self.reason = reason
        self.detail = detail
        self.connected = connected


class RateLimited(FetchError):
    """The server asked for a pause of ``retry_after`` (429, 503 with Retry-After)."""

    def __init__(self, url: str, reason: str, detail: str, retry_after: timedelta) -> None:
        super().__init__(url, reason, detail)
        self.retry_after = retry_after


class Resting(RateLimited):
    """Nothing was asked and nobody failed: the host still rests for ``retry_after``."""


class Refused(FetchError):
    """The guard or robots.txt forbids the request; nothing was sent to the address."""


class Gone(FetchError):
    """The server said 410: the address is to be left alone."""


class NotifyError(MonitorError):
    """
    An alert was not taken; ``str()`` holds neither address nor key.

    ``final`` says that trying again is of no use, ``retry_after`` how long whoever was asked wants to be left alone.
    """

    def __init__(self, sentence: str, *, final: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.final = final
        self.retry_after = retry_after


class ParseError(MonitorError):
    """Bytes arrived but are not what the feed or page promised; ``str()`` says what they are."""


UNWRITTEN = "what was in hand was not written, what came before is kept"
"""Of a store that fails in the middle: a command may have written a great deal by then, each part whole."""


class StoreError(MonitorError):
    """The store is locked, damaged, full, of a newer version or cannot be written; ``passing`` may pass by itself."""

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


class Occupied(StoreError):
    """Another process has the single instance lock."""


class Overtaken(StoreError):
    """Another process reads the same archive."""


class Outdated(StoreError):
    """The store was brought up to date by a newer version while this one ran: start again, with the newer one."""
