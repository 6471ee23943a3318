"""Moments and local dates: the product lives in Vietnam's time zone; a *date* is a local date.

Only views, commands and jobs read the clock, through `now()`; rules and actions receive moments as arguments.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return local_date(now())


def local_date(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def end_of_day(day: date) -> datetime:
    """The first moment after the local day: what was known at a date is what was known before this."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)


def local_moment(day: date, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), VIETNAM)
