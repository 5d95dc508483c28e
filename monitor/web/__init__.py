"""
The page: what people look at in a browser, and the same read by other programs. Part of the roof.

    server    listens, alone (``monitor serve``) or beside the daemon;  running: answers
    app       which address leads to which answer
    pages     HTML;  api: JSON, described in ``openapi``
    shelf     what was read from the store, kept until it changes
    asked     what an address asks for;  visits: what is new to whom
    health    alive, ready, and figures for Prometheus
    answers   what every answer carries: policy, ETag, errors as pages
    review    what a person decides, behind a token: keys (who may), forms and orders (what is sent), writing (how)

Nothing here decides or writes; what is ordered goes to ``reviewing``. starlette, uvicorn and prometheus_client live here.
"""

from __future__ import annotations

from monitor.web.keys import Keys
from monitor.web.server import bound, served
from monitor.web.writing import Alone

__all__ = ["Alone", "Keys", "bound", "served"]
