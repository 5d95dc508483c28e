"""
What the rooms of the store ask of a database: little enough that SQLite and PostgreSQL both give it.

SQL is written once, in what both understand: ``?`` and ``?1`` for values, ``ON CONFLICT (...)``, ``RETURNING``; rows are
read by the names of their columns; JSON is text that Python reads. The few words that differ are put right in one place,
``dialect.py``. Writers are alone (see :meth:`Connection.write`), so that a number of arrival is one more than the last,
rows become visible in their order, and a mark such as "versions up to n" leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Values = Sequence[Any]

Words = Sequence[Sequence[str]]
"""What to find: all of these words, each in any of its spellings."""


PART_FAILED = "a part of what was to be written together failed: nothing was written"


class Rows(Protocol):
    """What a statement gave: rows are mappings by column, each read once."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""


class WordIndex(Protocol):
    """Texts by their words; rows are numbered by whoever adds them."""

    @property
    def exact(self) -> bool:
        """Whether what is found need not be looked at again."""

    def add(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Index (number, title, text) of each."""

    def remove(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Take out again what was added, so that its words are nowhere any more."""

    def find(self, kind: int, words: Words, *, titles: bool, before: int, limit: int) -> Sequence[int]:
        """
        Return numbers below *before* in which all *words* may stand, in the title alone if *titles*; the highest first.

        Only numbers that leave *kind* over when divided by two, at most *limit* of them. Fewer than that are all there are.
        """


class Database(Protocol):
    """One open transaction."""

    @property
    def words(self) -> WordIndex:
        """What is found by its words."""

    def execute(self, sql: str, values: Values = (), /) -> Rows:
        """Do one statement."""

    def stream(self, sql: str, values: Values = (), /) -> Iterator[Any]:
        """Do one query whose rows may be more than memory holds."""

    def many(self, sql: str, rows: Sequence[Values], /) -> None:
        """Do one statement for each of *rows*."""

    def faults(self) -> Iterator[str]:
        """Yield what the database itself finds damaged."""

    def strays(self) -> Iterator[str]:
        """Yield the rows that refer to what is not there, where the database cannot rule that out."""

    def scrub(self) -> None:
        """Let what this transaction deletes leave no trace where the database can see to that."""


class Connection(Protocol):
    """
    A database, opened and brought up to date. Any method may raise StoreError.

    May be used from any thread, by one at a time; others wait.
    """

    @property
    def name(self) -> str:
        """The database as a sentence names it."""

    @property
    def moving(self) -> bool:
        """Whether it is marked as half of a copy."""

    def mark(self, *, moving: bool) -> None:
        """Mark it as half of a copy, which is opened for copying alone, or take the mark away."""

    def write(self) -> AbstractContextManager[Database]:
        """
        Be the one writer; what was done inside is on the disk afterwards, or none of it after an exception.

        Inside another :meth:`write`, a part of that one: both or neither.
        """

    def read(self) -> AbstractContextManager[Database]:
        """Read one state of the database, waiting for nobody; inside :meth:`write`, the state so far."""

    def glance(self) -> AbstractContextManager[Database]:
        """Read with one statement, which sees one state by itself; otherwise as :meth:`read`."""

    def settle(self) -> None:
        """Give back what is no longer needed, and refresh the planner's figures."""

    def purge(self) -> None:
        """Let what was deleted be read nowhere any more, as far as the database can see to that."""

    def patience(self, seconds: float) -> None:
        """Wait at most *seconds* for another writer from now on."""

    def hold(self, *, at_once: bool = False) -> None:
        """Take the single instance lock; it goes with the process, however that ends. Occupied if another has it."""

    def close(self) -> None:
        """Let go of the lock and the database; closing twice is harmless."""
