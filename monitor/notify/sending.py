"""
The process that hands one alert to apprise: an order as JSON on stdin, what came of it as the exit status.

Nothing is printed: what apprise says may hold the address, and an address holds the secret.
"""

from __future__ import annotations

import json
import sys

from monitor.notify.base import BAD_ADDRESS, NOT_TAKEN, SENT


def main() -> int:
    """Send the order on stdin."""
    import apprise

    order = json.load(sys.stdin)
    sender = apprise.Apprise(asset=apprise.AppriseAsset(app_id="monitor", app_desc="monitor", async_mode=False))
    if not sender.add(order["address"]) or len(sender) != 1:
        return BAD_ADDRESS
    for service in sender:
        if "overflow=" not in order["address"]:  # longer than it takes: in parts, where nobody has said otherwise
            service.overflow_mode = apprise.OverflowMode.SPLIT
    taken = sender.notify(body=order["text"], title=order["title"], body_format=apprise.NotifyFormat.TEXT)
    return SENT if taken else NOT_TAKEN


if __name__ == "__main__":
    sys.exit(main())
