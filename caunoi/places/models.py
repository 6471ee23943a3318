from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caunoi.periods.rules import BEGINNING


class Level(models.TextChoices):
    COUNTRY = "country", _("Cả nước")
    PROVINCE = "province", _("Tỉnh")
    DISTRICT = "district", _("Huyện")
    COMMUNE = "commune", _("Xã")
    VILLAGE = "village", _("Thôn")


M = TypeVar("M", bound=models.Model)


class KnownNow(models.Manager[M]):
    """What is known now: rows that no later change has replaced or undone."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(known_until__isnull=True)


def known_at(number: int, prefix: str = "") -> Q:
    """Rows that stood at a knowledge number, for the manager `ever`."""
    after = Q(**{f"{prefix}known_until__isnull": True}) | Q(**{f"{prefix}known_until__gt": number})
    return Q(**{f"{prefix}known_from__lte": number}) & after


def _until() -> models.BigIntegerField[Any, Any]:
    return models.BigIntegerField(
        null=True, db_index=True, help_text="the knowledge number that replaced or undid it; null: stands"
    )


class OrgUnit(models.Model):
    """A place as an administrative unit, from a day to a day (half-open). Identity is internal: names, codes and
    parents are dated and stand in `OrgUnitSpell`.

    A unit begun by a reorganisation that was undone stays, with the number that undid it: what was known in between
    stays askable. `objects` leaves it out; `ever` holds all.
    """

    key = models.CharField(max_length=80, db_index=True, help_text="stable text identity, used in files and refs")
    level = models.CharField(max_length=12, choices=Level.choices)
    starts_on = models.DateField(default=BEGINNING)
    ends_on = models.DateField(null=True, blank=True)
    start_known = models.BooleanField(default=False)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    known_from = models.BigIntegerField(db_index=True, help_text="knowledge number")
    known_until = _until()
    synthetic = models.BooleanField(default=False, help_text="made for the demonstration")

    objects = KnownNow["OrgUnit"]()
    ever = models.Manager["OrgUnit"]()

    class Meta:
        indexes = [models.Index(fields=["level"])]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(known_until__isnull=True), name="org_unit_key_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="org_unit_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def exists_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


class OrgUnitSpell(models.Model):
    """A stretch of days (half-open) during which a unit had one name, one code and one parent.

    A change closes the unit's spells at its knowledge number and writes them anew; `ever` holds the closed ones too.
    """

    org_unit = models.ForeignKey(OrgUnit, on_delete=models.CASCADE, related_name="spells")
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=120)
    search_name = models.CharField(max_length=120, db_index=True, help_text="folded: no accents, lower case")
    code = models.CharField(max_length=40, blank=True, db_index=True)
    parent = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="child_spells")
    from_day = models.DateField()
    to_day = models.DateField(null=True, blank=True)
    known_from = models.BigIntegerField(default=0, db_default=0, help_text="knowledge number; 0: as long as the unit")
    known_until = _until()

    objects = KnownNow["OrgUnitSpell"]()
    ever = models.Manager["OrgUnitSpell"]()

    class Meta:
        ordering = ["org_unit_id", "from_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["org_unit", "from_day"],
                condition=Q(known_until__isnull=True),
                name="org_unit_spell_once_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(to_day__isnull=True) | models.Q(to_day__gt=models.F("from_day")),
                name="org_unit_spell_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class SuccessionKind(models.TextChoices):
    MERGE = "merge", _("Sáp nhập")
    SPLIT = "split", _("Chia tách")
    RENAME = "rename", _("Đổi tên")
    TRANSFER = "transfer", _("Chuyển đơn vị cấp trên")
    ABOLISH = "abolish", _("Kết thúc cấp, không có đơn vị kế tục")


class Succession(models.Model):
    """On a day, which units became which. Renames and transfers have no shares: the unit stays the same one. Units of a
    level that is abolished have none either: nothing succeeds them, their parts go under their parent."""

    day = models.DateField()
    kind = models.CharField(max_length=10, choices=SuccessionKind.choices)
    note = models.TextField(blank=True)
    known_from = models.BigIntegerField(db_index=True, help_text="knowledge number")
    known_until = _until()

    objects = KnownNow["Succession"]()
    ever = models.Manager["Succession"]()

    class Meta:
        ordering = ["day", "id"]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class SuccessionShare(models.Model):
    """How much of `old` went to `new`, and how much of `new` came from `old`, in parts of 10¹² (exact)."""

    succession = models.ForeignKey(Succession, on_delete=models.CASCADE, related_name="shares")
    old = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="successor_shares")
    new = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="predecessor_shares")
    old_parts = models.BigIntegerField()
    new_parts = models.BigIntegerField()
    basis = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["succession", "old", "new"], name="succession_share_once"),
            models.CheckConstraint(
                condition=models.Q(old_parts__gte=0, old_parts__lte=10**12, new_parts__gte=0, new_parts__lte=10**12),
                name="succession_share_between_0_and_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class Reorganisation(models.Model):
    """What changes for several units on one day: prepared as a draft, carried out as a whole, and undone as one.

    `rows`: the columns of the successions' file as text, and `step`, the number of the step they were entered by.
    `number`: the knowledge number all of it bears since it was applied.
    """

    title = models.CharField(max_length=200)
    day = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    rows = models.JSONField(default=list)
    created_by = models.CharField(max_length=200)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    applied_by = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField(null=True)
    number = models.BigIntegerField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True, applied_by="", number__isnull=True)
                | Q(applied_at__isnull=False, number__isnull=False) & ~Q(applied_by=""),
                name="reorganisation_applied_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by="")
                | Q(undone_at__isnull=False, applied_at__isnull=False) & ~Q(undone_by=""),
                name="reorganisation_undone_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title
