"""A scoring sheet as plain values, and as the JSON that a rating keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

HAND, LINEAR, STEPS, YES_NO = SCORINGS = ("hand", "linear", "steps", "yes_no")
BY_HAND, ZERO = MISSING = ("hand", "zero")


@dataclass(frozen=True)
class Criterion:
    """`most`: the points it may give. By rule, `formula` is asked of the unit and period, or the share in % of the
    unit's own `reports` (codes of forms) that came on time in the period, and `scale` makes points of it: (value,
    points) in rising order of value. `missing`: what a figure that isn't there gives."""

    code: str
    name_vi: str
    name_en: str
    most: Decimal
    scoring: str = HAND
    formula: str = ""
    scale: tuple[tuple[Decimal, Decimal], ...] = ()
    missing: str = BY_HAND
    guide_vi: str = ""
    guide_en: str = ""
    reports: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """What its figure answers; '' where it has none."""
        return f"on_time:{';'.join(self.reports)}" if self.reports else self.formula


@dataclass(frozen=True)
class Band:
    """A class: totals from `least` up to (not including) `below`; of the best class `below` is the sheet's total, and
    belongs to it."""

    code: str
    name_vi: str
    name_en: str
    least: Decimal
    below: Decimal


@dataclass(frozen=True)
class Cap:
    """Units in `class_code` are at most `most_percent` of those in the classes `of`. With a recorded reason up to
    `exception_percent`; None: no exception."""

    class_code: str
    of: tuple[str, ...]
    most_percent: Decimal
    exception_percent: Decimal | None = None
    exception_vi: str = ""
    exception_en: str = ""
    source_vi: str = ""
    source_en: str = ""


@dataclass(frozen=True)
class Sheet:
    """`bands` from the best class to the lowest, without gaps, over 0 to `total`.

    `form`, `question`: where a closed class is recorded, by the class's code; blank: nowhere. `due_days`: after the
    period, for the units' own points; `appeal_days`: after closing; None: at any time.
    """

    code: str
    title_vi: str
    title_en: str
    level: str
    total: Decimal
    criteria: tuple[Criterion, ...]
    bands: tuple[Band, ...]
    caps: tuple[Cap, ...] = ()
    source_vi: str = ""
    source_en: str = ""
    form: str = ""
    question: str = ""
    due_days: int | None = None
    appeal_days: int | None = None

    def criterion(self, code: str) -> Criterion:
        return next(one for one in self.criteria if one.code == code)

    def band(self, code: str) -> Band | None:
        return next((one for one in self.bands if one.code == code), None)


def write_sheet(sheet: Sheet) -> dict[str, Any]:
    """As JSON keeps it: numbers are text, so that they stay exact."""
    plain: dict[str, Any] = _plain(asdict(sheet))
    return plain


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    return value


def read_sheet(kept: Mapping[str, Any]) -> Sheet:
    """Inverse of `write_sheet`."""
    return Sheet(
        **{key: kept[key] for key in ("code", "title_vi", "title_en", "level", "source_vi", "source_en")},
        total=Decimal(kept["total"]),
        criteria=tuple(_read_criterion(one) for one in kept["criteria"]),
        bands=tuple(
            Band(**{**one, "least": Decimal(one["least"]), "below": Decimal(one["below"])}) for one in kept["bands"]
        ),
        caps=tuple(_read_cap(one) for one in kept["caps"]),
        # Rounds opened before sheets had these keep their copies without them.
        **{key: kept[key] for key in ("form", "question", "due_days", "appeal_days") if key in kept},
    )


def _read_criterion(kept: Mapping[str, Any]) -> Criterion:
    scale = tuple((Decimal(value), Decimal(points)) for value, points in kept["scale"])
    # Rounds opened before there were reports keep their copies without them.
    reports = tuple(kept.get("reports", ()))
    return Criterion(**{**kept, "most": Decimal(kept["most"]), "scale": scale, "reports": reports})


def _read_cap(kept: Mapping[str, Any]) -> Cap:
    exception = kept["exception_percent"]
    return Cap(
        **{
            **kept,
            "of": tuple(kept["of"]),
            "most_percent": Decimal(kept["most_percent"]),
            "exception_percent": None if exception is None else Decimal(exception),
        }
    )
