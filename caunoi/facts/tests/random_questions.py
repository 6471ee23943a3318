"""Random ledgers, and random questions of every kind about them: what any engine must answer alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from caunoi.audit.clock import current_number
from caunoi.facts.models import DataElement, Relation
from caunoi.facts.projection import forget_projections
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import Question, make_question
from caunoi.facts.rules.derivation import LARGEST_AMOUNT
from caunoi.facts.rules.formula import parse_formula
from caunoi.facts.rules.formula_amounts import ElementFacts, IndicatorFacts
from caunoi.facts.rules.formula_check import check_formula
from caunoi.facts.segments import compact
from caunoi.facts.tests.builders import World
from caunoi.forms.models import Assignment
from caunoi.periods.rules import PeriodType, first_day, last_day, month_named
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.places.tests.histories import START, place_histories

DAYS = 1000
KINDS = {
    "luot": "flow", "gio": "flow", "duong": "flow", "duong_chi_tieu": "flow", "to": "stock", "hang": "category",
    "thu_nhap": "own-level", "ty_le_tot_giao": "own-level", "so_thon": "units",
}  # fmt: skip
# How often each is stated, compared with the others.
STATED = (
    *["luot"] * 4, *["gio"] * 3, *["to"] * 4, *["hang"] * 3, "duong", "duong", "duong_chi_tieu", "thu_nhap",
    "ty_le_tot_giao", "ty_le_tot_giao",
)  # fmt: skip
DECIMALS = {"luot": 2, "duong": 1, "thu_nhap": 1, "ty_le_tot_giao": 1}
CLASSES = ("tot", "kha", "kem")
UNITS = {"duong": "km", "duong_chi_tieu": "km", "ty_le_tot_giao": "%"}
INDICATORS = {"ty_le_tot": "share_of_class(hang, 'tot')", "nang_suat": "per(luot, to)"}
INDICATOR_DECIMALS = 1
TARGETS = {"duong_chi_tieu": "duong", "ty_le_tot_giao": "ty_le_tot"}
TARGET_OF = [(target, "target-of", result) for target, result in TARGETS.items()]

# Half of all happens in the first months of three years: otherwise hardly anything would lie in the days asked for, in
# those before and in those a year earlier.
MOMENTS = st.one_of(
    st.integers(0, DAYS),
    st.tuples(st.integers(0, 2), st.integers(0, 100)).map(lambda given: 366 * given[0] + given[1]),
).map(lambda number: START + timedelta(days=number))

# -- Places and what is stated on them --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Statement:
    code: str
    unit: int
    day: date
    to: date
    named: tuple[date, date] | None
    value: int | str
    then: str
    """What happens to it later: nothing, a correction (`value` doubled or another class), a withdrawal."""


@dataclass(frozen=True)
class Ledger:
    places: PlaceSnapshot
    statements: list[Statement]
    segmented: int
    """After how many statements segments are written; the rest is the tail."""
    targets_for: PeriodType | None
    """For which periods targets are set; None: for single days."""


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    places = draw(place_histories())
    statements = []
    for _ in range(draw(st.integers(20, 50))):
        code = draw(st.sampled_from(STATED))
        day = draw(MOMENTS)
        levels = ("village", "commune", "province") if KINDS[code] == "own-level" else ("village", "commune")
        living = sorted(u.id for u in places.units.values() if u.exists_on(day) and u.level in levels)
        if not living:
            continue
        first, last, named = draw(stretches(day))
        value: int | str = draw(st.sampled_from(CLASSES))
        if code != "hang":
            value = draw(st.one_of(st.integers(0, 99), st.integers(0, LARGEST_AMOUNT // 1000)))
        statements.append(
            Statement(
                code, draw(st.sampled_from(living)), first, last, named, value,
                draw(st.sampled_from(["stands", "stands", "corrected", "withdrawn"])),
            )
        )  # fmt: skip
    return Ledger(
        places, statements, draw(st.integers(0, len(statements))), draw(st.sampled_from([None, "quarter", "year"]))
    )


@st.composite
def stretches(draw: st.DrawFn, day: date) -> tuple[date, date, tuple[date, date] | None]:
    """First and last day of a fact around the day, and those of the month it is named after if there is one: a single
    day, any thirty days, a month by the calendar, a month from the 15th to the 14th."""
    match draw(st.sampled_from(["day", "days", "month", "cut-off month"])):
        case "day":
            return day, day, None
        case "days":
            return day, day + timedelta(days=30), None
        case "month":
            month = (day.year, day.month)
            return first_day(month, 1), last_day(month, 1), None
    month = month_named(day, 15)
    return first_day(month, 15), last_day(month, 15), (first_day(month, 1), last_day(month, 1))


def write(ledger: Ledger) -> dict[str, DataElement]:
    world = World(ledger.places)
    elements = {
        code: world.element(
            code, kind, day="period", decimals=DECIMALS.get(code, 0), unit=UNITS.get(code, ""),
            classes=";".join(CLASSES) if kind == "category" else "",
            levels="village" if kind == "units" else "village;commune;province",
            nature="target" if code in TARGETS else "result",
        )
        for code, kind in KINDS.items()
    }  # fmt: skip
    for code, relation, other in TARGET_OF:
        Relation.objects.create(code=code, relation=relation, other=other, pack="thu", known_from=1)
    for code, formula in INDICATORS.items():
        world.indicator(code, formula, INDICATOR_DECIMALS)
    if ledger.targets_for is not None:
        Assignment.objects.create(
            form=world.form, level="commune", period_kind=ledger.targets_for, cut_off=1, due_days=10, known_from=1
        )
    forget_projections()
    made = []
    for index, one in enumerate(ledger.statements):
        if index == ledger.segmented:
            compact(minimum=1)
        made.append(world.state(one.code, one.unit, one.day, one.value, to=one.to, named=one.named))
        if index % 3 == 0:
            _happen(world, ledger.statements[index // 3], made[index // 3])
    return elements


def _happen(world: World, statement: Statement, submission: int) -> None:
    match statement.then:
        case "corrected":
            other = dict(zip(CLASSES, CLASSES[1:] + CLASSES[:1], strict=True))
            value = other[statement.value] if isinstance(statement.value, str) else statement.value * 2 % 10**9
            # The approved book learns of some corrections only.
            world.correct(submission, statement.code, value, approve=statement.unit % 2 == 0)
        case "withdrawn":
            world.withdraw(submission)


# -- Formulas ---------------------------------------------------------------------------------------------------------

FACTS = {
    code: ElementFacts(
        kind, "target" if code in TARGETS else "result", UNITS.get(code, ""),
        ("village",) if kind == "units" else ("village", "commune", "province"),
        CLASSES if kind == "category" else (),
    )
    for code, kind in KINDS.items()
}  # fmt: skip
INDICATOR_FACTS = {code: IndicatorFacts(parse_formula(formula), "") for code, formula in INDICATORS.items()}

FLOWS = st.sampled_from(["luot", "gio"])
NUMBERS = st.sampled_from(["2", "0.5", "1000"])
AGAINST = st.sampled_from(["", ", 'year'", ", 'period'"])
SINCE = st.sampled_from(["", ", '2001-05-15'", ", '1/1/2001'"])
LEAVES = (
    "to", "thu_nhap", "so_thon", "duong", "ty_le_tot", "nang_suat", "attainment(duong, duong_chi_tieu)",
    "share_at_least(hang, 'kha')", "share_of_class(hang, 'tot', 'kem')", "units_in_class(hang, 'kha')",
    "units_with(luot, 'village')", "units_with(to, 'commune')", "gap(ty_le_tot, ty_le_tot_giao)",
)  # fmt: skip


@st.composite
def _texts(draw: st.DrawFn, depth: int) -> str:
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.one_of(FLOWS, FLOWS, st.sampled_from(LEAVES)))
    inner = _texts(depth - 1)
    match draw(st.sampled_from(["ratio", "sum", "times", "minus", "compared", "compared", "cumulated"])):
        case "ratio":
            function = draw(st.sampled_from(["percent", "out_of", "per"]))
            factor = f", {draw(NUMBERS)}" if function == "per" else ""
            return f"{function}({draw(inner)}, {draw(inner)}{factor})"
        case "sum":
            return f"({draw(inner)}) {draw(st.sampled_from('+-*/'))} ({draw(inner)})"
        case "times":
            return f"({draw(inner)}) * {draw(NUMBERS)}"
        case "minus":
            return f"-({draw(inner)})"
        case "compared":
            function = draw(st.sampled_from(["before", "change", "change_percent"]))
            return f"{function}({draw(inner)}{draw(AGAINST)})"
    return f"cumulated({draw(inner)}{draw(SINCE)})"


def may_be_asked(text: str) -> bool:
    return not check_formula(parse_formula(text), FACTS, TARGET_OF, INDICATOR_FACTS)


FORMULAS = _texts(3).filter(may_be_asked)
"""Of the words above, in any order that makes sense."""

EACH_FUNCTION = (
    "percent(luot, gio)", "out_of(to, so_thon)", "per(luot, to, 1000)", "share_of_class(hang, 'kha', 'kem')",
    "share_at_least(hang, 'kha')", "units_in_class(hang, 'tot')", "units_with(luot, 'commune')",
    "before(luot)", "change(ty_le_tot, 'year')", "change_percent(luot)", "cumulated(gio)",
    "cumulated(luot, '2001-05-15')", "attainment(duong, duong_chi_tieu)", "gap(ty_le_tot, ty_le_tot_giao)",
)  # fmt: skip
"""Asked in every question."""

# -- Questions --------------------------------------------------------------------------------------------------------

# How many days are asked, and into which periods they may be cut: a few figures of each unit, not hundreds.
CUTS: list[tuple[int, list[PeriodType | None]]] = [
    (0, [None]), (100, [None, "month"]), (800, [None, "quarter", "half-year"]), (1500, [None, "year"]),
]  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(MOMENTS)
    length, cuts = draw(st.sampled_from(CUTS))
    last = first + timedelta(days=length)
    if draw(st.booleans()):  # whole months, by either calendar
        cut_off = draw(st.sampled_from([1, 1, 15]))
        first = first_day((first.year, first.month), cut_off)
        last = max(first, last_day((last.year, last.month), cut_off))
    return {
        "first": first,
        "last": last,
        "by": draw(st.sampled_from(cuts)),
        "cut_off": draw(st.sampled_from([None, None, 1, 15])),
        "boundaries": START + timedelta(days=draw(st.integers(0, 3 * DAYS))),
        "level": draw(st.sampled_from([None, "province", "commune", "village"])),
        "book": draw(st.sampled_from(["approved", "reported"])),
        "share_known": draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(1, 2)])),
        "formulas": draw(st.lists(FORMULAS, min_size=2, max_size=4)),
    }


def put(asked: list[dict[str, Any]], ledger: Ledger) -> Iterator[Question]:
    country = next(u.key for u in ledger.places.units.values() if u.level == "country")
    for words in asked:
        question = make_question(
            [*KINDS, *INDICATORS, *EACH_FUNCTION, *words["formulas"]], country, words["first"], words["last"],
            level=words["level"], by=words["by"], cut_off=words["cut_off"], boundaries=words["boundaries"],
            book=words["book"],
        )  # fmt: skip
        # Not before what is asked was defined: that is refused.
        known = max(int(current_number() * words["share_known"]), get_catalogue().since)
        yield replace(question, as_known=known)
