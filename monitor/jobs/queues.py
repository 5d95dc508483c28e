"""
The kinds of jobs. A further one is a class in a module of its own and a line here.

Jobs are made in this order: pages are read once nobody is asked for feeds, and told of once they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.jobs.backfilling import BACKFILL, Backfills
from monitor.jobs.common import Common, Queue
from monitor.jobs.polling import Polls
from monitor.jobs.reading import Digests
from monitor.jobs.telling import Deliveries

__all__ = ["QUEUES"]

QUEUES: Mapping[str, Callable[[Common], Queue]] = {
    "poll": Polls,
    "digest": Digests,
    "deliver": Deliveries,
    BACKFILL: Backfills,
}
