"""Who may decide: one token, known only by its hash, and the sessions that it opened. Nothing of it is written anywhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

COOKIE = "review"
HELD = timedelta(hours=12)  # a working day: then the token is asked for again
SESSIONS = 64  # open at once; the oldest gives way
FREE = 3  # wrong tokens that one address may send before it has to wait
LONGEST = 300  # seconds that it has to wait at most
ADDRESSES = 1000  # that are remembered for it

# What RFC 7914 and OWASP name for interactive logins: 16 MB and some 50 ms a try.
COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class TooSoon(Exception):
    """An address sent too many wrong tokens; it may try again after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that showed the token, and who sits before it."""

    person: str
    key: bytes
    until: datetime

    def token(self, form: str) -> str:
        """Return what *form* must carry: nobody else can know it."""
        return hmac.new(self.key, form.encode("utf-8", "surrogatepass"), "sha256").hexdigest()

    def sent(self, form: str, token: str) -> bool:
        """Return whether *token* is the one of *form*."""
        return hmac.compare_digest(self.token(form).encode(), token.encode("utf-8", "surrogatepass"))


class Keys:
    """The token of this process and its sessions; safe to use from many threads. *cost* is what scrypt is to take."""

    def __init__(self, cost: Mapping[str, int] = COST) -> None:
        self._cost = cost
        self._salt = secrets.token_bytes(16)
        self._hash = b""
        self._turn = threading.Lock()
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._wrong: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def issue(self) -> str:
        """Return a new token, the only one that counts from now on; only its hash is kept."""
        token = secrets.token_urlsafe(24)
        self._hash = self._hashed(token)
        return token

    def admit(self, token: str, person: str, address: str, now: datetime) -> str | None:
        """
        Return the cookie of a new session of *person*, or None where the token is wrong.

        :raises TooSoon: where *address* has to wait.
        """
        with self._turn:  # one try at a time, whoever tries
            self._wait(address, now)
            if not hmac.compare_digest(self._hashed(token), self._hash):
                self._blame(address, now)
                return None
            self._wrong.pop(address, None)
            cookie = secrets.token_urlsafe(32)
            self._sessions[_digest(cookie)] = Session(person, secrets.token_bytes(32), now + HELD)
            while len(self._sessions) > SESSIONS:
                self._sessions.popitem(last=False)
            return cookie

    def session(self, request: Request, now: datetime) -> Session | None:
        """Return the session that *request* belongs to, if it still holds."""
        found = self._sessions.get(_digest(request.cookies.get(COOKIE, "")))
        return found if found and now < found.until else None

    def leave(self, request: Request) -> None:
        """End the session of *request*."""
        with self._turn:
            self._sessions.pop(_digest(request.cookies.get(COOKIE, "")), None)

    def _hashed(self, token: str) -> bytes:
        return hashlib.scrypt(token.encode("utf-8", "surrogatepass"), salt=self._salt, **self._cost)

    def _wait(self, address: str, now: datetime) -> None:
        count, last = self._wrong.get(address, (0, now))
        if count >= FREE:
            left = last + timedelta(seconds=min(2 ** min(count - FREE, 20), LONGEST)) - now
            if left > timedelta(0):
                raise TooSoon(int(left.total_seconds()) + 1)

    def _blame(self, address: str, now: datetime) -> None:
        count, _ = self._wrong.pop(address, (0, now))
        self._wrong[address] = (count + 1, now)
        while len(self._wrong) > ADDRESSES:
            self._wrong.popitem(last=False)


def _digest(cookie: str) -> bytes:
    # Looked up by its hash, so that how long the look-up takes tells nothing of a cookie.
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
