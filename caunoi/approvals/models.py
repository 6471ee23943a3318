from __future__ import annotations

from django.db import models


class ApprovalStep(models.Model):
    """One step taken on a subject (`submission:12`): from which state to which, who, when, with what comment."""

    subject = models.CharField(max_length=80, db_index=True)
    number = models.IntegerField(help_text="the subject's version the step was taken on")
    step = models.CharField(max_length=10)
    from_state = models.CharField(max_length=10)
    to_state = models.CharField(max_length=10)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    comment = models.TextField(blank=True)
    remarks = models.JSONField(default=list, help_text="comments to parts of the subject: [{question, text}]")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.subject} {self.step}"
