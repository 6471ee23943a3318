"""The words a pack may use where a table keeps a choice; a test compares them with the tables."""

from __future__ import annotations

from caunoi.periods.rules import CutOff

# From the top down.
LEVELS: tuple[str, ...] = ("country", "province", "district", "commune", "village")

FLOW, STOCK, CATEGORY, OWN_LEVEL, UNITS = KINDS = ("flow", "stock", "category", "own-level", "units")
RESULT, TARGET = NATURES = ("result", "target")

EVENT = "event"
PERIOD_TYPES = ("month", "quarter", "half-year", "year", EVENT)

USUAL_CUT_OFF: CutOff = 15
"""Administrative bodies report from the 15th to the 14th; a pack may say otherwise, and each row of it again."""
