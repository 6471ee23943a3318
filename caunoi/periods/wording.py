"""Periods as the reader says them."""

from __future__ import annotations

from caunoi.languages import in_reader_language
from caunoi.periods.rules import Period, describe_period_en, describe_period_vi


def describe_period(period: Period) -> str:
    return in_reader_language(describe_period_vi(period), describe_period_en(period))
