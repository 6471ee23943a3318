from __future__ import annotations

from django.db import models

from caunoi.accounts.models import User
from caunoi.places.models import OrgUnit


class Allotment(models.Model):
    """What was set for one unit and period, and given to the units of a level below, by which decision.

    Never changed: a revision is another row, and the newest known at a moment is the one that holds then. The parts
    are records; `parts_given` only says how many were written with it.
    """

    code = models.CharField(max_length=80, help_text="the data element that is the target")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    period_key = models.CharField(max_length=8)
    day_from = models.DateField()
    day_to = models.DateField()
    level = models.CharField(max_length=12, help_text="of the units that got parts")
    whole = models.DecimalField(max_digits=30, decimal_places=6)
    kept = models.DecimalField(max_digits=30, decimal_places=6)
    parts_given = models.IntegerField()
    decision = models.CharField(max_length=120, help_text="number of the decision")
    decided_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_by_name = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    known_from = models.BigIntegerField()

    class Meta:
        ordering = ["-known_from"]
        indexes = [models.Index(fields=["code", "org_unit", "period_key"], name="allotment_of")]
        constraints = [
            models.CheckConstraint(condition=models.Q(whole__gte=0) & models.Q(kept__gte=0), name="allotment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code}:{self.org_unit_id}:{self.period_key}"
