"""
The page: what people look at in a browser, and the same read by other programs. Part of the roof.

    server    listens, alone (``monitor serve``) or beside the daemon
    app       which address leads to which answer
    pages     HTML;  api: JSON, described in ``openapi``
    shelf     what was read from the store, kept until it changes
    asked     what an address asks for;  visits: what is new to whom
    health    alive, ready, and figures for Prometheus
    answers   what every answer carries: policy, ETag, errors as pages

Nothing here decides or writes; starlette, uvicorn and prometheus_client live here.
"""

from __future__ import annotations

from monitor.web.server import bound, served

__all__ = ["bound", "served"]
