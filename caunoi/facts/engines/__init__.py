"""What runs the questions over the segments: DuckDB in this process, or a Spark cluster.

The questions stand once, in `facts.engine`, in DuckDB's SQL. Small tables (the closure of a day's boundaries, the asked
slices, the spans, the tail that no segment holds yet) always stand in the process's own DuckDB; an engine that works
elsewhere gets them sent along with each statement that names them. Answers are equal, whichever engine runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import duckdb


Range = tuple[int, int]


class SegmentFile(NamedTuple):
    """A segment as the database names it, in the order of `last_seq`; `sha256` is of the file's bytes."""

    last_seq: int
    file: str
    sha256: str
    book: int | None
    unit_from: int
    unit_to: int

    def may_hold(self, book: int | None, units: Sequence[Range]) -> bool:
        """Whether postings of that book (None: of any) and of units in any of the ranges (none given: of all) can be in
        it."""
        if book is not None and self.book is not None and book != self.book:
            return False
        return not units or any(first <= self.unit_to and last >= self.unit_from for first, last in units)


class Session(Protocol):
    """One question being asked. It sees every posting up to the moment it was opened, and maybe later ones: the
    statements themselves ask for those known at a number."""

    def make(self, name: str, query: str) -> None:
        """A small table of this question alone, from a query over small tables."""

    def small(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over small tables."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query that may also read what `postings` names. Sums come as whole numbers, days as dates."""

    def keep(self, name: str, query: str) -> None:
        """What `rows` would give, as a small table of this question alone."""

    def take(self, name: str, table: Any) -> None:
        """A small table of this question alone, from a `pyarrow.Table`."""

    def texts(self, query: str) -> Iterator[bytes]:
        """A query over small tables that gives one column of text, in UTF-8: its rows one behind the other, some
        ten thousands at a time."""

    def postings(self, book: int | None = None, units: Sequence[Range] = ()) -> str:
        """What to write after FROM: it gives every posting of that book (None: of both) and of units within these
        ranges (none given: of all), and maybe others."""


class SegmentEngine(Protocol):
    """One for each projection: what reads the segment files."""

    def check(self, files: Sequence[SegmentFile]) -> None:
        """Raises LedgerBroken, naming the file, if one is missing or not the bytes of its hash."""

    def spans_query(self, files: Sequence[SegmentFile]) -> str:
        """A query of DuckDB's that gives the spans in these files as `span`."""

    def open(self, cursor: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile], tail: str) -> Session:
        """`cursor` is the caller's to give away; `tail` is the table in it that goes on where `files` end."""
