"""How long what was said about a person is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.personal.rules.keeping import Keeping, counted_until


@pytest.mark.parametrize(
    ("keeping", "counted_from", "end"),
    [
        (Keeping(24, 0), date(2024, 2, 29), date(2026, 2, 28)),
        (Keeping(1, 0), date(2026, 1, 31), date(2026, 2, 28)),
        (Keeping(0, 90), date(2026, 1, 1), date(2026, 4, 1)),
    ],
)
def test_months_end_on_the_same_day_or_the_month_s_last(keeping: Keeping, counted_from: date, end: date) -> None:
    assert keeping.ends(counted_from) == end


@given(
    st.builds(Keeping, st.integers(0, 60), st.just(0)) | st.builds(Keeping, st.just(0), st.integers(1, 400)),
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
)
def test_what_is_due_today_is_what_began_up_to_that_day(keeping: Keeping, today: date) -> None:
    last = counted_until(keeping, today)

    assert keeping.ends(last) <= today < keeping.ends(last + timedelta(days=1))
