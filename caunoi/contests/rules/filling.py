"""What a closed contest can answer its kind's form with:

`ngay=day; loai='thi_viet'; so_bai=entries; so_dien_vien=ask`
"""

from __future__ import annotations

from caunoi.contests.rules.counts import Counts
from caunoi.forms.rules.filling import Words

WORDS: Words[Counts] = Words(
    counted={
        "entrants": lambda one: one.entrants,
        "persons": lambda one: one.persons,
        "units": lambda one: one.units,
        "collectives": lambda one: one.collectives,
        "entries": lambda one: one.entries,
        "prizes": lambda one: one.prizes,
    }
)
