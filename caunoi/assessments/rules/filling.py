"""What the progress of a set of criteria can answer its form with:

`ngay=day; bo_tieu_chi='ntm_2026'; so_dat=met; so_tieu_chi=in_set; muc=level:chua_dat`
"""

from __future__ import annotations

from dataclasses import dataclass

from caunoi.assessments.rules.criteria import Progress
from caunoi.forms.rules.filling import Prefix, Words


@dataclass(frozen=True)
class Reached:
    """`level`: the code of the highest level that was reached, '' for none."""

    progress: Progress
    level: str


LEVEL = "level"
WORDS: Words[Reached] = Words(
    counted={
        "met": lambda one: one.progress.met,
        "unmet": lambda one: one.progress.unmet,
        "unknown": lambda one: one.progress.unknown,
        "in_set": lambda one: one.progress.in_set,
    },
    asks=False,
    # After the colon stands what is answered where no level was reached.
    prefixed={LEVEL: Prefix("chua_dat", bool, lambda one, none: one.level or none)},
)
