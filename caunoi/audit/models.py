from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class KnowledgeClock(models.Model):
    """One row. `number` is the last knowledge number given out; `head` the hash of the last audit line; `definitions`
    moves with each action that is not about a record: whoever read it knows whether anything defined has changed.

    Locked from the first number taken until commit: numbers are given in commit order, which sequences of a database
    do not promise.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    line = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)
    definitions = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="knowledge_clock_one_row")]


class AuditLine(models.Model):
    """One action. Plain values only; `knowledge` is the clock's number when the action had written all it wrote."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=200)
    actor_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=45, default="", db_default="", help_text="from where; blank: not known")
    action = models.CharField(max_length=80, db_index=True)
    subject = models.CharField(max_length=200, db_index=True)
    detail = models.JSONField(default=dict)
    knowledge = models.BigIntegerField(db_index=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.actor} {self.action} {self.subject}"


class PastRow(models.Model):
    """A definition as it was known from one knowledge number until another, from which it was changed or gone.

    `columns`: as they stood, by name. What counts now stands in the definition's own table. See `audit.past`.
    """

    table = models.CharField(max_length=60, help_text="the model, as in `facts.dataelement`")
    row = models.BigIntegerField()
    columns = models.JSONField(encoder=DjangoJSONEncoder)
    known_from = models.BigIntegerField()
    known_until = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(known_from__lt=models.F("known_until")), name="past_row_in_order")
        ]
        indexes = [models.Index(fields=["table", "known_until"])]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.known_from}–{self.known_until}"
