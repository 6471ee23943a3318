"""Ratings on the first page and in the letters: what waits for a reader, and what is due soon."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.queries import read_sheet_of
from caunoi.assessments.rules.life import RatingState, RatingStep
from caunoi.assessments.waiting import Waiting, list_to_score, list_waiting_steps
from caunoi.desk.templatetags.caunoi import day_, period
from caunoi.languages import in_reader_language, show_number
from caunoi.places.queries import get_snapshot

Shown = tuple[str, str, str, bool]
"""Title, of whom and until when, address, whether it is late."""


def name_round(round_: RatingRound) -> str:
    sheet = read_sheet_of(round_)
    return f"{in_reader_language(sheet.title_vi, sheet.title_en)}, {period(round_.period_key)}"


def list_rating_work(user: User, today: date) -> list[tuple[int, Shown]]:
    """How many ratings, and the line that leads to them; one line for each round and step."""
    return [(one.count, _show(one, today)) for one in list_waiting_steps(user, today)]


def _show(one: Waiting, today: date) -> Shown:
    asked = {
        RatingStep.SEND: _("cần tự chấm"),
        RatingStep.REVIEW: _("chờ bạn thẩm định"),
        RatingStep.ANSWER: _("chờ trả lời kiến nghị"),
        RatingStep.CLOSE: _("đã thẩm định đủ, chờ chốt"),
    }[one.step]
    round_, places = one.round, get_snapshot()
    late = one.step is RatingStep.SEND and round_.due_on is not None and round_.due_on < today
    if one.step is RatingStep.CLOSE:
        whose, address = places.path_name(round_.org_unit_id, round_.day_to), _address(round_)
    elif len(one.units) == 1:
        unit = one.units[0]
        whose = places.path_name(unit, round_.day_to)
        address = reverse("rating", args=[round_.pk, places.units[unit].key])
    else:
        whose = _("%(count)s đơn vị") % {"count": show_number(Decimal(len(one.units)))}
        state = {RatingStep.REVIEW: RatingState.SENT, RatingStep.ANSWER: RatingState.APPEALED}.get(one.step)
        address = _address(round_) + (f"?state={state}" if state else "")
    note = f"{whose} · {asked}"
    if one.step is RatingStep.SEND and round_.due_on is not None:
        note += " · " + (_("quá hạn %(day)s") if late else _("hạn %(day)s")) % {"day": day_(round_.due_on)}
    return name_round(round_), note, address, late


def _address(round_: RatingRound) -> str:
    return reverse("rating-round", args=[round_.pk])


def list_rating_soon(user: User, today: date, ahead: timedelta, most: int) -> list[tuple[str, int, date, str]]:
    """(title, unit, last day, address) of ratings that the units of a person have still to score."""
    found = Rating.objects.filter(
        list_to_score(user, today), round__due_on__gte=today, round__due_on__lte=today + ahead
    ).select_related("round", "org_unit")
    return [
        (
            name_round(one.round),
            one.org_unit_id,
            one.round.due_on,
            reverse("rating", args=[one.round_id, one.org_unit.key]),
        )
        for one in found.order_by("round__due_on", "pk")[:most]
        if one.round.due_on is not None
    ]
