"""
The door through which alerts leave: a :class:`Sends` takes one alert away, or raises NotifyError.

    base      what a way of sending is
    webhook   a signed POST through the guarded fetch, which is handed in
    service   everything that apprise knows, in a process of its own that can be ended
    sending   that process (apprise lives here, and is imported nowhere else)

No sentence that comes out of here holds an address or a key.
"""

from __future__ import annotations

from monitor.notify.base import Sends
from monitor.notify.service import Service
from monitor.notify.webhook import Webhook, signature

__all__ = ["Sends", "Service", "Webhook", "signature"]
