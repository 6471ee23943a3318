"""What the pages of sets of criteria show of levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from caunoi.assessments.models import CriteriaSet
from caunoi.assessments.rules.levels import SetLevel, Standing, count_units
from caunoi.assessments.standings import LevelOfSet, list_above, list_levels_of, list_required
from caunoi.languages import in_reader_language


@dataclass(frozen=True)
class StandingShown:
    """Of one unit. `name`: of the level it has reached, '' for none; `missing`: to the next, '' where there is none;
    `required`: what it waits for in another set; `above`: levels of other sets that begin where this one ends."""

    name: str
    source: str
    missing: str
    required: LevelOfSet | None
    above: Sequence[LevelOfSet]


def show_standing(set_: CriteriaSet, standing: Standing, day: date) -> StandingShown | None:
    """None: the set tells no levels on the day."""
    told = standing.reached or standing.next_level
    if told is None:
        return None
    required = list_required([standing])
    return StandingShown(
        name_level(standing.reached),
        in_reader_language(told.source_vi, told.source_en),
        tell_missing(standing, required),
        next(iter(required.values()), None),
        list_above(set_, standing, day),
    )


def name_level(level: SetLevel | None) -> str:
    return "" if level is None else in_reader_language(level.name_vi, level.name_en)


def tell_missing(standing: Standing, required: Mapping[tuple[str, str], LevelOfSet]) -> str:
    """`Kiểu mẫu: còn thiếu 2 tiêu chí, phải đạt “Đạt chuẩn” trước`; '' where nothing is above. `required`: as
    `list_required` gives them."""
    level = standing.next_level
    if level is None:
        return ""
    said = [_("còn thiếu %(count)d tiêu chí") % {"count": standing.short}] if standing.short else []
    if not standing.has_required and level.requires is not None and level.requires in required:
        said.append(_("phải đạt “%(name)s” trước") % {"name": name_level(required[level.requires].level)})
    return f"{name_level(level)}: {', '.join(said)}"


def count_levels(set_: CriteriaSet, standings: Mapping[int, Standing], day: date) -> list[tuple[str, str, int]]:
    """Name, source and units of each level, from the highest down, then those without any; none where no level is."""
    levels = list_levels_of(set_, day)
    if not levels:
        return []
    return [
        (name_level(level), in_reader_language(level.source_vi, level.source_en), units)
        if level is not None
        else (_("Chưa đạt mức nào"), "", units)
        for level, units in count_units(levels, [one.code for one in standings.values()])
    ]
