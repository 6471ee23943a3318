from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.periods.rules import BEGINNING


class Level(models.TextChoices):
    COUNTRY = "country", _("Cả nước")
    PROVINCE = "province", _("Tỉnh")
    DISTRICT = "district", _("Huyện")
    COMMUNE = "commune", _("Xã")
    VILLAGE = "village", _("Thôn")


class OrgUnit(models.Model):
    """A place as an administrative unit, from a day to a day (half-open). Identity is internal: names, codes and
    parents are dated and stand in `OrgUnitSpell`."""

    key = models.CharField(max_length=80, unique=True, help_text="stable text identity, used in files and refs")
    level = models.CharField(max_length=12, choices=Level.choices)
    starts_on = models.DateField(default=BEGINNING)
    ends_on = models.DateField(null=True, blank=True)
    start_known = models.BooleanField(default=False)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    known_from = models.BigIntegerField(help_text="knowledge number")
    synthetic = models.BooleanField(default=False, help_text="made for the demonstration")

    class Meta:
        indexes = [models.Index(fields=["level"])]
        constraints = [
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
    """A stretch of days (half-open) during which a unit had one name, one code and one parent."""

    org_unit = models.ForeignKey(OrgUnit, on_delete=models.CASCADE, related_name="spells")
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=120)
    search_name = models.CharField(max_length=120, db_index=True, help_text="folded: no accents, lower case")
    code = models.CharField(max_length=40, blank=True, db_index=True)
    parent = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="child_spells")
    from_day = models.DateField()
    to_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["org_unit_id", "from_day"]
        constraints = [
            models.UniqueConstraint(fields=["org_unit", "from_day"], name="org_unit_spell_once_a_day"),
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


class Succession(models.Model):
    """On a day, which units became which. Renames and transfers have no shares: the unit stays the same one."""

    day = models.DateField()
    kind = models.CharField(max_length=10, choices=SuccessionKind.choices)
    note = models.TextField(blank=True)
    known_from = models.BigIntegerField(db_index=True, help_text="knowledge number")

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
            models.UniqueConstraint(fields=["old", "new"], name="succession_share_once"),
            models.CheckConstraint(
                condition=models.Q(old_parts__gte=0, old_parts__lte=10**12, new_parts__gte=0, new_parts__lte=10**12),
                name="succession_share_between_0_and_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"
