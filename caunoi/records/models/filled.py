from __future__ import annotations

from django.db import models

from caunoi.records.models.submissions import Submission


class FillsRecord(models.Model):
    """What is planned and counted by itself and ends in a record: a meeting, a class, a contest.

    `submission`, `instance_id`, `recorded`: the record it filled, its newest instance and the answers sent with it.
    `subject`: in audit lines.
    """

    org_unit_id: int
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    instance_id = models.CharField(max_length=64, blank=True)
    recorded = models.JSONField(default=dict)

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        raise NotImplementedError
