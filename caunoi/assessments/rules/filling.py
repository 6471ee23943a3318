"""What the progress of a set of criteria can answer its form with:

`ngay=day; bo_tieu_chi='ntm_2026'; so_dat=met; so_tieu_chi=in_set`
"""

from __future__ import annotations

from caunoi.assessments.rules.criteria import Progress
from caunoi.forms.rules.filling import Words

WORDS: Words[Progress] = Words(
    counted={
        "met": lambda one: one.met,
        "unmet": lambda one: one.unmet,
        "unknown": lambda one: one.unknown,
        "in_set": lambda one: one.in_set,
    },
    asks=False,
)
