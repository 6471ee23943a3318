"""Which backups a schedule keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Keep:
    """How many days, weeks (from Monday) and months keep their newest backup; only those that have one are counted."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12


def choose_kept(made: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Local moments in, those to keep out: the newest of each of the last days, weeks and months that have any.

    The newest of all is always kept, whatever the numbers say.
    """
    ordered = sorted(set(made), reverse=True)
    kept = set(ordered[:1])
    for count, name in ((keep.daily, _day), (keep.weekly, _week), (keep.monthly, _month)):
        kept |= _newest_of_each(ordered, name, count)
    return kept


def is_due(now: datetime, hour: int, last: datetime | None) -> bool:
    """Whether a day's backup is to be made: its hour has come, and none was tried since. Local moments.

    A machine that was off at that hour makes it when it is on again.
    """
    begins = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if begins > now:
        begins -= timedelta(days=1)
    return last is None or last < begins


def _newest_of_each(ordered: list[datetime], name: Callable[[date], tuple[int, ...]], count: int) -> set[datetime]:
    newest: dict[tuple[int, ...], datetime] = {}
    for moment in ordered:
        if name(moment) not in newest and len(newest) < count:
            newest[name(moment)] = moment
    return set(newest.values())


def _day(day: date) -> tuple[int, ...]:
    return day.year, day.month, day.day


def _week(day: date) -> tuple[int, ...]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, ...]:
    return day.year, day.month
