"""
Many processes on one PostgreSQL database: what is to be done are jobs of procrastinate. Part of the roof.

What is due stays data in the store. One process at a time, whoever has the single instance lock, looks at it every few
seconds and makes jobs of it; all of them work them off. A process that dies leaves its jobs to the others once its
heartbeat is missed, and its lock at once: nothing is kept here that the next one would have to know.

    team       one of the processes: it works, and makes the jobs while it has the lock
    queues     the table of the kinds of jobs; each has a module:
    polling    feeds of a host that are due   reading      an entry that waits, and placing what was read
    telling    a channel that is to be told     backfilling  an archive that is to be read on
    link       how the job engine reaches the database
    common     what the queues share          tables       the tables of the job engine, made and brought up to date
"""

from monitor.jobs.queues import QUEUES
from monitor.jobs.team import CONCURRENCY, Team, opened

__all__ = ["CONCURRENCY", "QUEUES", "Team", "opened"]
