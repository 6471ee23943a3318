"""Contributions and works as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.contributions.printing import name_source, show_amount, word_amounts
from caunoi.contributions.queries import Sums, Told, money_by_source
from caunoi.contributions.rules.purse import GiftKind, Purse, Side
from caunoi.contributions.rules.reconciling import Held, Standing, hold_together
from caunoi.desk.register_stages import PICTURES, Photo
from caunoi.facts.access import ask_as
from caunoi.facts.questions import make_question
from caunoi.facts.rules.question import BookName, Figure, round_half_up
from caunoi.languages import in_reader_language, show_number
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Attachment, Entity, Submission

BADGES = {Standing.EQUAL: "approved", Standing.GIVEN_MORE: "due", Standing.COST_MORE: "missing"}


@dataclass(frozen=True)
class Cell:
    """`figure`: of the ledger, where the page shows figures; else the text only."""

    label: str
    text: str
    figure: Figure | None = None


@dataclass(frozen=True)
class SourceLine:
    """One source, or all of them (`is_total`). `sentence`: how what was given stands to what it cost."""

    name: str
    cells: Sequence[Cell]
    given: int
    cost: int
    sentence: str
    badge: str
    is_total: bool = False


def name_kind(kind: GiftKind) -> str:
    return f"{in_reader_language(kind.name_vi, kind.name_en)} ({kind.unit})"


def tell_standing(held: Held) -> str:
    amount = show_number(Decimal(abs(held.difference)))
    match held.standing:
        case Standing.EQUAL:
            return _("Khớp: đã góp bằng đã chi.")
        case Standing.GIVEN_MORE:
            said = _("Đã góp nhiều hơn đã chi %(amount)s đồng: còn chưa chi hết, hoặc chi phí chưa ghi đủ.")
            return said % {"amount": amount}
        case Standing.COST_MORE:
            said = _("Đã chi nhiều hơn đã góp %(amount)s đồng: phần góp chưa ghi đủ, hoặc nguồn này còn thiếu.")
            return said % {"amount": amount}
        case Standing.NO_COST:
            return _("Đã góp nhưng chưa ghi chi phí nào từ nguồn này.")
        case Standing.NOTHING_GIVEN:
            return _("Đã chi %(amount)s đồng nhưng chưa ghi khoản góp nào.") % {"amount": amount}
        case _:
            return _("Chưa ghi tiền nào.")


def list_sources(purse: Purse, sums: Sums, figures: Mapping[tuple[str, str], Figure] | None = None) -> list[SourceLine]:
    """A line for each source that has anything, and one for all. `figures`: (source, kind) -> the ledger's."""
    kinds = purse.kinds_given()
    held, whole = hold_together(
        [one.code for one in purse.sources],
        money_by_source(sums, Side.GIVEN, purse),
        money_by_source(sums, Side.COST, purse),
    )
    lines = []
    for one in held:
        amounts = {kind.code: sums.get((Side.GIVEN, one.source, kind.code), 0) for kind in kinds}
        if one.standing == Standing.EMPTY and not any(amounts.values()):
            continue
        cells = [
            Cell(
                name_kind(kind), _show(amounts[kind.code], kind),
                figures.get((one.source, kind.code)) if figures is not None and amounts[kind.code] else None,
            )
            for kind in kinds
        ]  # fmt: skip
        lines.append(_line(name_source(purse, one.source), cells, one))
    if lines:
        total = [
            Cell(name_kind(kind), _show(sum(sums.get((Side.GIVEN, one.source, kind.code), 0) for one in held), kind))
            for kind in kinds
        ]
        lines.append(_line(_("Cộng"), total, whole, is_total=True))
    return lines


def _line(name: str, cells: Sequence[Cell], held: Held, *, is_total: bool = False) -> SourceLine:
    badge = BADGES.get(held.standing, "draft")
    return SourceLine(name, cells, held.given, held.cost, tell_standing(held), badge, is_total)


def _show(amount: int, kind: GiftKind) -> str:
    return show_amount(amount, kind.decimals) if amount else "–"


# -- the ledger --------------------------------------------------------------------------------------------------------


def ask_ledger(
    purse: Purse, place: str, days: Days, book: BookName, scope: Scope
) -> tuple[Sums, dict[tuple[str, str], Figure]]:
    """(what the data elements of the pack say of the same place and days, the figure of each source and kind given)."""
    codes = {
        key: (side, several) for side in Side for key, several in
        (((side, *pair), several) for pair, several in purse.elements(side).items())
    }  # fmt: skip
    wanted = sorted({code for _side, several in codes.values() for code in several})
    if not wanted:
        return {}, {}
    question = make_question(wanted, place, days.first, days.last, book=book)
    answered = {one.code: one for one in ask_as(question, scope)}
    sums: Sums = {}
    figures = {}
    for (side, source, code), (_side, several) in codes.items():
        kind = purse.kind(code)
        if kind is None:
            continue
        values = [answered[one].value for one in several if one in answered]
        total = sum((one for one in values if one is not None), Decimal(0))
        amount = int(round_half_up(total.scaleb(kind.decimals), 0))
        if amount:
            sums[side, source, code] = amount
        if side == Side.GIVEN and len(several) == 1 and several[0] in answered:
            figures[source, code] = answered[several[0]]
    return sums, figures


@dataclass(frozen=True)
class Difference:
    what: str
    records: str
    ledger: str


def find_differences(purse: Purse, records: Sums, ledger: Sums) -> list[Difference]:
    """Where the sum over records and the figure of the ledger are not the same; only what the pack says is counted."""
    counted = {(side, *pair) for side in Side for pair in purse.elements(side)}
    found = []
    for key in sorted(counted & (records.keys() | ledger.keys()), key=str):
        if records.get(key, 0) != ledger.get(key, 0):
            side, source, code = key
            kind = purse.kind(code)
            assert kind is not None, "amounts are of the purse's kinds"
            words = _("đã góp") if side == Side.GIVEN else _("đã chi")
            what = f"{name_source(purse, source)}, {in_reader_language(kind.name_vi, kind.name_en)}, {words}"
            found.append(Difference(what, _show(records.get(key, 0), kind), _show(ledger.get(key, 0), kind)))
    return found


# -- works -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WorkLineShown:
    work: Entity
    place: str
    given: str
    money: int
    cost: int
    sentence: str
    badge: str


def show_works(works: Iterable[Entity], sums: Mapping[int, Sums], purse: Purse, day: date) -> list[WorkLineShown]:
    places = get_snapshot()
    return [_show_work(one, places.path_name(one.org_unit_id, day), sums.get(one.pk, {}), purse) for one in works]


def _show_work(work: Entity, place: str, sums: Sums, purse: Purse) -> WorkLineShown:
    _held, whole = hold_together((), money_by_source(sums, Side.GIVEN, purse), money_by_source(sums, Side.COST, purse))
    badge = BADGES.get(whole.standing, "draft")
    return WorkLineShown(work, place, word_given(purse, sums), whole.given, whole.cost, tell_standing(whole), badge)


def word_given(purse: Purse, sums: Sums) -> str:
    """What was given of each kind, from all sources together."""
    amounts: dict[str, int] = {}
    for (side, _source, code), amount in sums.items():
        if side == Side.GIVEN:
            amounts[code] = amounts.get(code, 0) + amount
    return word_amounts(purse, amounts)


@dataclass(frozen=True)
class Progress:
    """How far a work is: the result, and beside it the target, which is added to nothing. `share`: in percent."""

    label: str
    result: Decimal
    target: Decimal | None
    share: Decimal | None


def list_progress(purse: Purse, work: Entity, told: Sequence[Told]) -> list[Progress]:
    """Summed over the records that tell of the work."""
    language = get_language() or "vi"
    results: dict[tuple[str, str], Decimal] = {}
    labels: dict[tuple[str, str], str] = {}
    for one in told:
        form = purse.form(one.submission.form.code)
        for asked in one.questions:  # in the form's order: what a pack says in JSON has none
            target = None if form is None else form.progress.get(asked.name)
            value = read_number(one.answers.get(asked.name))
            if target is not None and value is not None:
                key = asked.label("vi"), target
                labels[key] = asked.label(language)
                results[key] = results.get(key, Decimal(0)) + value
    found = []
    for key, result in results.items():
        aim = read_number(work.properties.get(key[1])) if key[1] else None
        share = round_half_up(result * 100 / aim, 1) if aim else None
        found.append(Progress(labels[key], result, aim, share))
    return found


@dataclass(frozen=True)
class FinishedPart:
    """A record that tells of the work, and its photos that have arrived: before, after."""

    submission: Submission
    photos: tuple[Photo, ...]


def list_parts(told: Sequence[Told]) -> list[FinishedPart]:
    language = get_language() or "vi"
    # A correction's unchanged photos stand on an earlier version.
    arrived = set(
        Attachment.objects.filter(
            version__submission__in=[one.submission for one in told], file__media_type__in=PICTURES
        ).values_list("version__submission_id", "name")
    )
    return [
        FinishedPart(
            one.submission,
            tuple(
                Photo(reverse("submission-file", args=[one.submission.pk, one.number, name]), question.label(language))
                for question, name in one.pictures
                if (one.submission.pk, name) in arrived
            ),
        )
        for one in told
    ]


def read_number(text: object) -> Decimal | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
