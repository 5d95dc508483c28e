"""How the job engine reaches the database: what it has to write is written, however long the server is away."""

from __future__ import annotations

import asyncio
from typing import Any

from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException

AGAIN = 1.0  # seconds until what could not be written is tried again

# Classes of errors that pass by themselves (PostgreSQL, appendix A): connections, resources, operators, the system.
_PASSING = ("08", "53", "57", "58")


class Link(PsycopgConnector):
    """A connection that keeps trying to write; to ask, once is enough: whoever asks comes again."""

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        """
        Do *query*, once the server can be had.

        The engine says only once that a job has ended; unheard, the job would be under way as long as the process lives,
        and no other job on its host would be done.
        """
        while True:
            try:
                await super().execute_query_async(query, **arguments)
            except ConnectorException as error:
                if not passing(error):
                    raise
                await asyncio.sleep(AGAIN)
            else:
                return


def passing(error: ConnectorException) -> bool:
    """Return whether *error* may pass by itself: a lost connection, a full disk, a server that starts."""
    state = getattr(error.__cause__, "sqlstate", "")
    return state is None or state[:2] in _PASSING
