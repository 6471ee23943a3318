from __future__ import annotations

from django.db import models

from caunoi.places.models import OrgUnit


class Task(models.Model):
    """Something to do for a unit because of a subject (`submission:12`), until it is done."""

    kind = models.CharField(max_length=40)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="tasks")
    subject = models.CharField(max_length=80, db_index=True)
    note = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(done_at__isnull=True), name="task_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
