"""Periods as the reader says them."""

from __future__ import annotations

from caunoi.periods.rules import Period, describe_period_en, describe_period_vi
from caunoi.sentences import Told, in_words_of


def describe_period(period: Period) -> Told:
    return in_words_of({"vi": describe_period_vi(period), "en": describe_period_en(period)})
