from __future__ import annotations

from django.db import models

from caunoi.languages import in_reader_language


class PersonalQuestion(models.Model):
    """A question whose answers are about a person, declared by a pack with its purpose and how long it is kept."""

    form_code = models.CharField(max_length=80)
    question = models.CharField(max_length=120)
    purpose_vi = models.CharField(max_length=300)
    purpose_en = models.CharField(max_length=300, blank=True)
    keep_months = models.PositiveIntegerField()
    pack = models.CharField(max_length=80, db_index=True)

    class Meta:
        ordering = ["form_code", "question"]
        constraints = [models.UniqueConstraint(fields=["form_code", "question"], name="personal_question_once")]

    def __str__(self) -> str:
        return f"{self.form_code}.{self.question}"

    @property
    def purpose(self) -> str:
        return in_reader_language(self.purpose_vi, self.purpose_en)


class Breach(models.Model):
    """Personal data that were lost, changed or seen by somebody who should not have. Numbers of people, never names."""

    what = models.TextField()
    kinds = models.TextField(help_text="which personal data")
    people = models.PositiveIntegerField(null=True, help_text="how many people, as far as known")
    measures = models.TextField(blank=True)
    noticed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        ordering = ["-noticed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by_name="", outcome="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(closed_by_name="") & ~models.Q(outcome="")),
                name="breach_closed_by_and_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"breach {self.pk}"


class BreachNotice(models.Model):
    """Whom somebody told of a breach, when and how. `authority`: the one that must know within 72 hours."""

    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="notices")
    whom = models.CharField(max_length=200)
    authority = models.BooleanField()
    how = models.CharField(max_length=300)
    told_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["told_at", "pk"]

    def __str__(self) -> str:
        return f"{self.breach_id} {self.whom}"
