from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caunoi.backups.rules.retention import Keep, choose_kept, is_due

MOMENTS = st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)), max_size=60)
KEEP = st.builds(Keep, *[st.integers(0, 14)] * 3)


def test_a_year_of_nights_keeps_seven_days_four_weeks_and_twelve_months() -> None:
    nights = [datetime(2025, 1, 1, 2) + timedelta(days=day) for day in range(365)]

    kept = sorted(choose_kept(nights, Keep(7, 4, 12)))

    assert kept[-7:] == nights[-7:]
    assert [f"{moment:%d/%m}" for moment in kept[:-7]] == [
        "31/01", "28/02", "31/03", "30/04", "31/05", "30/06", "31/07", "31/08", "30/09", "31/10", "30/11", "14/12",
        "21/12",
    ]  # fmt: skip


@given(MOMENTS, KEEP)
def test_the_newest_is_always_kept_and_no_more_than_asked(made: list[datetime], keep: Keep) -> None:
    kept = choose_kept(made, keep)

    assert kept <= set(made)
    assert not made or max(made) in kept
    assert len(kept) <= max(1, keep.daily + keep.weekly + keep.monthly)


@given(MOMENTS, KEEP)
def test_what_was_removed_would_not_be_kept_the_day_after(made: list[datetime], keep: Keep) -> None:
    kept = choose_kept(made, keep)

    assert choose_kept(kept, keep) == kept


def test_the_nights_backup_is_due_once_and_made_later_by_a_machine_that_was_off() -> None:
    tried = datetime(2026, 3, 5, 2, 30)

    assert is_due(datetime(2026, 3, 6, 2, 0), 2, tried)
    assert not is_due(datetime(2026, 3, 6, 1, 59), 2, tried)
    assert is_due(datetime(2026, 3, 6, 9, 0), 2, tried)
    assert not is_due(datetime(2026, 3, 6, 9, 0), 2, datetime(2026, 3, 6, 2, 0))
    assert is_due(datetime(2026, 3, 6, 1, 0), 2, None)
