"""
Every reason that this room gives: the closed list of ``FetchError.reason``.

``http(status)`` adds one word for each status code ("http 404"); 429 and 503 with a delay are RateLimited, 410 is Gone.
"""

from __future__ import annotations

# Refused: nothing was sent.
BAD_URL = "bad url"  # not an absolute, unambiguous URL
SCHEME = "scheme"  # neither http nor https
USER_INFO = "user info"  # name:password@ in the URL
NOT_PUBLIC = "not public"  # private, loopback, metadata or another address that is not global
BAD_HEADER = "bad header"  # a declared header or a validator that HTTP cannot carry
ROBOTS = "robots"  # robots.txt forbids it

# RateLimited without a request: the host still rests for longer than a caller should be kept waiting.
RESTING = "resting"

# FetchError: no usable answer.
ROBOTS_AWAY = "robots unreachable"  # robots.txt cannot be had for now, which means no (the page was not asked)
DNS = "dns"  # the name has no address
CONNECT = "connect"  # no address took the connection
PROXY = "proxy"  # the configured proxy refused
TLS = "tls"  # no trusted, encrypted connection
TIMEOUT = "timeout"  # the total deadline passed
RESET = "reset"  # the connection broke
CUT_SHORT = "cut short"  # it ended before the answer did
BAD_HTTP = "bad http"  # not HTTP, or HTTP that contradicts itself
BIG_HEAD = "headers too large"
TOO_LARGE = "too large"  # more bytes on the wire than fetch.max_bytes
INFLATED = "inflates too large"  # more bytes unpacked than fetch.max_inflated
NO_ROOM = "no room"  # given up for others, because all answers together held too much
PIECES = "too many pieces"  # cut so small that reading it would cost more than it is worth
BAD_ENCODING = "bad encoding"  # a content coding not asked for, or packed data that is damaged
WRONG_LENGTH = "wrong length"  # bytes beyond the declared end
EMPTY = "empty"  # 200 without a single byte
BAD_REDIRECT = "bad redirect"  # a redirect without a place to go
REDIRECT_LOOP = "redirect loop"
MANY_REDIRECTS = "too many redirects"

REASONS = frozenset(value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str))


def http(status: int) -> str:
    """Return the reason for an answer whose status is not a usable one."""
    return f"http {status}"
