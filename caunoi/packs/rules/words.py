"""The words a pack may use where a table keeps a choice; a test compares them with the tables."""

from __future__ import annotations

# From the top down.
LEVELS: tuple[str, ...] = ("country", "province", "district", "commune", "village")

FLOW, STOCK, CATEGORY, OWN_LEVEL, UNITS = KINDS = ("flow", "stock", "category", "own-level", "units")
RESULT, TARGET = NATURES = ("result", "target")

EVENT = "event"
PERIOD_TYPES = ("month", "quarter", "half-year", "year", EVENT)
