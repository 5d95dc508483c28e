"""
The only way out to the network: ``await Fetcher(settings).get(Request(url))`` gives a Response or a FetchError.

    target     what a URL says, strictly           guard     which addresses may be connected to
    resolve    a name to addresses                 wire      one exchange over one connection (httpx lives here)
    ways       how a server is reached             reply     what one connection brings (httptools lives here)
    kept       connections for who waits already   meter     what reading it has cost so far
    inflate    bounded decompression               pace      one request at a time per host, and a rest between
    room       how much all answers may hold       deadline  when there is no more waiting
    robots     RFC 9309 (protego lives here)       later     Retry-After
    reasons    the closed list of what goes wrong  fetcher   all of it together: redirects, deadline, verdict
"""

from __future__ import annotations

from monitor.fetch.fetcher import USER_AGENT, Fetcher, room_for
from monitor.fetch.room import Room
from monitor.model import RobotsEntry

__all__ = ["USER_AGENT", "Fetcher", "RobotsEntry", "Room", "room_for"]
