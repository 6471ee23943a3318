"""The register of awards as its pages and files show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import Scope
from caunoi.awards.models import Award, AwardKind, AwardOccasion, Dossier, Nature
from caunoi.awards.people import hide_names, open_names
from caunoi.awards.permissions import MAY_READ
from caunoi.awards.queries import AwardFilters, DossierFilters, list_kinds, list_occasions
from caunoi.awards.rules.life import DossierState
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.desk.list_filters import AskedFor, read_choice, read_code, read_text, read_year
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot


@dataclass(frozen=True)
class Words:
    """Kinds and occasions by code, and what becomes of one that no pack brings any more: its code."""

    kinds: Mapping[str, AwardKind]
    occasions: Mapping[str, AwardOccasion]

    def kind(self, code: str) -> str:
        found = self.kinds.get(code)
        return in_reader_language(found.name_vi, found.name_en) if found else code

    def occasion(self, code: str) -> str:
        found = self.occasions.get(code)
        return in_reader_language(found.name_vi, found.name_en) if found else code


def read_words() -> Words:
    return Words({one.code: one for one in list_kinds()}, {one.code: one for one in list_occasions()})


@dataclass(frozen=True)
class AwardLine:
    award: Award
    name: str
    place: str
    kind: str
    occasion: str
    recipient: str
    opens: bool
    """whether the reader may open the dossier"""


def name_recipient(kind: str) -> str:
    return {
        RecipientKind.UNIT.value: _("Đơn vị"),
        RecipientKind.THING.value: _("Tập thể"),
        RecipientKind.COLLECTIVE.value: _("Tập thể"),
        RecipientKind.PERSON.value: _("Cá nhân"),
    }[kind]


def read_award_filters(typed: QueryDict, *, may_read_names: bool) -> AskedFor[AwardFilters]:
    unit = get_snapshot().by_key.get(typed.get("unit", ""))
    filters = AwardFilters(
        text=read_text(typed),
        nature=read_choice(typed, "nature", Nature.values),
        kind=read_code(typed, "kind"),
        occasion=read_code(typed, "occasion"),
        recipient=read_choice(typed, "recipient", {one.value for one in RecipientKind}),
        unit=unit.id if unit else None,
        year=read_year(typed),
        state=read_choice(typed, "state", ("withdrawn", "all")),
        names=may_read_names and typed.get("names") == "1",
    )
    return AskedFor(filters, unit.key if unit else "")


def read_dossier_filters(typed: QueryDict) -> AskedFor[DossierFilters]:
    unit = get_snapshot().by_key.get(typed.get("unit", ""))
    filters = DossierFilters(
        text=read_text(typed),
        state=read_choice(typed, "state", {one.value for one in DossierState}),
        kind=read_code(typed, "kind"),
        unit=unit.id if unit else None,
        year=read_year(typed),
    )
    return AskedFor(filters, unit.key if unit else "")


def where_names_are_read(user: User, today: date) -> Scope:
    return windows_with_role(user, MAY_READ, today)


def show_awards(
    awards: Iterable[Award], words: Words, scope: Scope, user: User, today: date, *, names: bool
) -> list[AwardLine]:
    """`names`: people's names too, of those whose names this reader may read."""
    several, places = list(awards), get_snapshot()
    reach = where_names_are_read(user, today)

    def readable(one: Award) -> bool:
        days = Days(one.day_to, one.day_to)
        return reach.sees_record(one.org_unit_id, days) or reach.sees_record(one.dossier.org_unit_id, days)

    shown = hide_names(several) | (open_names([one for one in several if readable(one)]) if names else {})
    return [
        AwardLine(
            one, shown[one.pk], places.path_name(one.org_unit_id, one.day_to), words.kind(one.dossier.kind_code),
            words.occasion(one.dossier.occasion_code), name_recipient(one.recipient),
            scope.sees_record(one.dossier.org_unit_id, Days(one.day_to, one.day_to)),
        )
        for one in several
    ]  # fmt: skip


def list_headings() -> list[str]:
    return [
        _("Tên"), _("Tập thể hay cá nhân"), _("Thuộc đơn vị"), _("Hình thức"), _("Dịp"), _("Thành tích, nội dung"),
        _("Số quyết định"), _("Ngày quyết định"), _("Số vào sổ"), _("Thu hồi"),
    ]  # fmt: skip


def list_cells(line: AwardLine) -> Sequence[str]:
    award = line.award
    return [
        line.name, line.recipient, line.place, line.kind, line.occasion, award.dossier.title, award.dossier.decision,
        f"{award.day_to:%d/%m/%Y}", str(award.number), _word_day(award.withdrawn_at),
    ]  # fmt: skip


def _word_day(at: datetime | None) -> str:
    return f"{at:%d/%m/%Y}" if at is not None else ""


@dataclass(frozen=True)
class DossierLine:
    dossier: Dossier
    kind: str
    occasion: str
    unit: str
    state: str
    badge: str
    recipients: int


DOSSIER_BADGES = {"draft": "draft", "decided": "approved", "dropped": "withdrawn"}


def name_state(state: str) -> str:
    return {
        DossierState.DRAFT.value: _("Đang đề nghị"),
        DossierState.DECIDED.value: _("Đã quyết định"),
        DossierState.DROPPED.value: _("Đã hủy"),
    }[state]


def show_dossiers(dossiers: Iterable[Dossier], words: Words) -> Iterator[DossierLine]:
    """`dossiers` as `list_dossiers` counts their recipients."""
    places = get_snapshot()
    for one in dossiers:
        yield DossierLine(
            one, words.kind(one.kind_code), words.occasion(one.occasion_code),
            places.path_name(one.org_unit_id, one.day_to), name_state(one.state), DOSSIER_BADGES[one.state],
            one.recipients,  # type: ignore[attr-defined]  # counted by the query
        )  # fmt: skip


def list_dossier_headings() -> list[str]:
    return [
        _("Thành tích, nội dung"), _("Hình thức"), _("Dịp"), _("Đơn vị"), _("Tình trạng"), _("Số quyết định"),
        _("Ngày quyết định"), _("Số tên"),
    ]  # fmt: skip


def list_dossier_cells(line: DossierLine) -> Sequence[str]:
    decided_on = line.dossier.decided_on
    return [
        line.dossier.title, line.kind, line.occasion, line.unit, line.state, line.dossier.decision,
        f"{decided_on:%d/%m/%Y}" if decided_on else "", str(line.recipients),
    ]  # fmt: skip
