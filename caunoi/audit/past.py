"""What definitions were before they changed, so that a question as known at a number is answered with those of then.

A definition's own table holds what counts now, and that is all that everybody else reads; what was before is kept here.
Rows bear `known_from`, the knowledge number since which they are as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db import models
from django.db.models import Max

from caunoi.audit.models import PastRow

M = TypeVar("M", bound=models.Model)


def keep_past(rows: Iterable[models.Model], *, until: int) -> None:
    """The rows as they stand, before they are changed or deleted at that number."""
    PastRow.objects.bulk_create(
        PastRow(
            table=_name(type(row)),
            row=row.pk,
            columns={field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields},
            known_from=known_from,
            known_until=until,
        )
        for row in rows
        if (known_from := int(getattr(row, "known_from"))) < until  # noqa: B009 - no common class declares it
    )


def list_past(model: type[M], at: int) -> list[M]:
    """Those rows that were known at the number, as they were, and have changed or gone since. Not to be saved."""
    return [row for row, _until in _restore(model, PastRow.objects.filter(known_from__lte=at, known_until__gt=at))]


def list_ever_past(model: type[M]) -> list[tuple[M, int]]:
    """(the row as it was, the number from which it was so no more), oldest first. Not to be saved."""
    return _restore(model, PastRow.objects.all())


def _restore(model: type[M], kept: models.QuerySet[PastRow]) -> list[tuple[M, int]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [
        # A column that an upgrade took away is left out, one that it added has its default.
        (model(**{name: fields[name].to_python(value) for name, value in columns.items() if name in fields}), until)
        for columns, until in kept.filter(table=_name(model))
        .order_by("known_until", "id")
        .values_list("columns", "known_until")
    ]


def last_past(*tables: type[models.Model]) -> int:
    """The number of the last change that took something away or replaced it; 0 if nothing ever did."""
    kept = PastRow.objects.filter(table__in=[_name(model) for model in tables])
    return kept.aggregate(last=Max("known_until"))["last"] or 0


def _name(model: type[models.Model]) -> str:
    return model._meta.label_lower
