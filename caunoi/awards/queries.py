from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.awards.errors import AwardUnknown
from caunoi.awards.models import Award, AwardKind, AwardOccasion, Dossier, Nature
from caunoi.awards.people import open_names
from caunoi.awards.rules.life import DossierState
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import fold

SORTS = {
    "day": ("day_to", "pk"),
    "decision": ("dossier__decision", "number", "pk"),
    "number": ("number", "pk"),
    "kind": ("dossier__kind_code", "pk"),
}
# From the last to the first by state: what is still to be decided, the newest on top.
DOSSIER_SORTS = {"title": ("title", "pk"), "day": ("day_to", "pk"), "state": ("state", "day_to", "pk")}
# More names than this are not opened to look for one: the reader is asked for a year or a unit first.
MOST_OPENED = 5_000


@dataclass(frozen=True)
class AwardFilters:
    """`unit`: the recipients' unit, with all below it today. `names`: people's names are opened and searched too."""

    text: str = ""
    nature: str = ""
    kind: str = ""
    occasion: str = ""
    recipient: str = ""
    unit: int | None = None
    year: int | None = None
    state: str = ""
    names: bool = False


@dataclass(frozen=True)
class DossierFilters:
    """`unit`: the deciding unit, with all below it today. Without a state those that were dropped are left out."""

    text: str = ""
    state: str = ""
    kind: str = ""
    unit: int | None = None
    year: int | None = None


def list_kinds(nature: Nature | None = None) -> list[AwardKind]:
    found = AwardKind.objects.all()
    return list(found if nature is None else found.filter(nature=nature))


def list_occasions() -> list[AwardOccasion]:
    return list(AwardOccasion.objects.all())


def list_awards(scope: Scope, filters: AwardFilters, sort: str, today: date, *, reading: Scope) -> QuerySet[Award]:
    """Decided ones whose recipient, or whose register, is within the scope. `reading`: where the reader reads names; no
    others are found by them."""
    found = Award.objects.filter(
        scope.condition() | scope.condition("dossier__"), dossier__state=DossierState.DECIDED.value
    )
    if filters.nature:
        kinds = [kind.code for kind in list_kinds(Nature(filters.nature))]
        found = found.filter(dossier__kind_code__in=kinds)
    if filters.kind:
        found = found.filter(dossier__kind_code=filters.kind)
    if filters.occasion:
        found = found.filter(dossier__occasion_code=filters.occasion)
    if filters.recipient:
        found = found.filter(recipient=filters.recipient)
    if filters.year:
        found = found.filter(day_to__year=filters.year)
    if filters.unit is not None:
        places = get_snapshot()
        found = found.filter(org_unit_id__in=ids_in_sql(places.subtree_on(filters.unit, today)))
    found = found.filter(withdrawn_at__isnull=filters.state != "withdrawn") if filters.state != "all" else found
    for word in fold(filters.text).split():
        found = found.filter(
            Q(folded__contains=word) | Q(dossier__folded__contains=word) | _people(found, word, filters, reading)
        )
    return found.select_related("dossier", "org_unit").order_by(*_order(SORTS, sort))


def _order(sorts: Mapping[str, Sequence[str]], sort: str) -> list[str]:
    return [f"-{one}" if sort.startswith("-") else one for one in sorts[sort.removeprefix("-")]]


def _people(found: QuerySet[Award], word: str, filters: AwardFilters, reading: Scope) -> Q:
    if not filters.names:
        return Q(pk__in=[])
    readable = found.filter(reading.condition() | reading.condition("dossier__"), recipient=RecipientKind.PERSON.value)
    people = readable.order_by("-day_to", "-pk")[:MOST_OPENED]
    named = [pk for pk, name in open_names(people).items() if word in fold(name)]
    return Q(pk__in=ids_in_sql(named))


def list_dossiers(scope: Scope, filters: DossierFilters, sort: str, today: date) -> QuerySet[Dossier]:
    """Those kept within the scope; `recipients` counts those not withdrawn."""
    found = Dossier.objects.filter(scope.condition())
    if filters.state:
        found = found.filter(state=filters.state)
    else:
        found = found.exclude(state=DossierState.DROPPED.value)
    if filters.kind:
        found = found.filter(kind_code=filters.kind)
    if filters.year:
        found = found.filter(day_to__year=filters.year)
    if filters.unit is not None:
        found = found.filter(org_unit_id__in=ids_in_sql(get_snapshot().subtree_on(filters.unit, today)))
    for word in fold(filters.text).split():
        found = found.filter(folded__contains=word)
    counted = found.annotate(recipients=Count("awards", filter=Q(awards__withdrawn_at=None)))
    return counted.order_by(*_order(DOSSIER_SORTS, sort))


def get_dossier(dossier_id: int, scope: Scope) -> Dossier:
    """Raises AwardUnknown also for one the reader may not see."""
    found = Dossier.objects.filter(scope.condition(), pk=dossier_id).select_related("document").first()
    if found is None:
        raise AwardUnknown()
    return found


def get_award(dossier: Dossier, award_id: int) -> Award:
    found = dossier.awards.filter(pk=award_id).select_related("dossier").first()
    if found is None:
        raise AwardUnknown()
    return found


def name_of_kind(code: str, kinds: Mapping[str, AwardKind] | None = None) -> AwardKind | None:
    """None for one that no pack brings any more: its code is shown."""
    if kinds is not None:
        return kinds.get(code)
    return AwardKind.objects.filter(code=code).select_related("template").first()
