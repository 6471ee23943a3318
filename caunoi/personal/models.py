from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.languages import in_reader_language
from caunoi.sentences import tell


class CountedFrom(models.TextChoices):
    RECEIVED = "received", _("ngày nhận")
    DAY = "day", _("ngày của bản ghi")
    ENDED = "ended", _("ngày thôi ở trong sổ")


class AtEnd(models.TextChoices):
    ASK = "ask", _("chờ người quản trị quyết định")
    ERASE = "erase", _("tự xóa")


class PersonalQuestion(models.Model):
    """A question whose answers are about a person, declared by a pack with its purpose and how long it is kept; or, of
    a register, a property of its things (`form_code` is blank then).

    Kept for `keep_months` months and `keep_days` days (one of them is 0) from the day that `counted_from` names. All
    questions of a form are kept equally long, and so are all properties of a register: they are erased together.
    """

    form_code = models.CharField(max_length=80, blank=True)
    register = models.CharField(max_length=80, blank=True, default="")
    question = models.CharField(max_length=120)
    whose_vi = models.CharField(max_length=200, blank=True)
    whose_en = models.CharField(max_length=200, blank=True)
    purpose_vi = models.CharField(max_length=300)
    purpose_en = models.CharField(max_length=300, blank=True)
    keep_months = models.PositiveIntegerField(default=0)
    keep_days = models.PositiveIntegerField(default=0)
    counted_from = models.CharField(max_length=10, choices=CountedFrom.choices, default=CountedFrom.RECEIVED)
    at_end = models.CharField(max_length=10, choices=AtEnd.choices, default=AtEnd.ASK)
    sensitive = models.BooleanField(default=False, help_text="not shown beside the other answers")
    pack = models.CharField(max_length=80, db_index=True)

    class Meta:
        ordering = ["form_code", "register", "question"]
        constraints = [
            models.UniqueConstraint(fields=["form_code", "register", "question"], name="personal_question_once")
        ]

    def __str__(self) -> str:
        return f"{self.form_code or self.register}.{self.question}"

    @property
    def purpose(self) -> str:
        return in_reader_language(self.purpose_vi, self.purpose_en)

    @property
    def whose(self) -> str:
        return in_reader_language(self.whose_vi, self.whose_en)


class PersonKey(models.Model):
    """The key under which the personal answers of a record, or of a thing in a register, are sealed. Destroyed, nobody
    can read them any more, wherever they stand; the row stays and says that, why and by whom."""

    id = models.UUIDField(primary_key=True)
    subject = models.CharField(
        max_length=140, db_index=True, help_text="who carries the answers: submission:12, held:3, entity:list:uuid"
    )
    form_code = models.CharField(max_length=80, blank=True)
    register = models.CharField(max_length=80, blank=True, default="")
    wrapped = models.BinaryField(null=True, help_text="the key, sealed with the server's secret key")
    counted_from = models.DateField(null=True, help_text="the day from which its time of keeping runs; null: not yet")
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)
    destroyed_by_name = models.CharField(max_length=200, blank=True)
    because = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["form_code", "register", "counted_from"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True, wrapped__isnull=False, destroyed_by_name="")
                | (models.Q(destroyed_at__isnull=False, wrapped__isnull=True) & ~models.Q(destroyed_by_name="")),
                name="person_key_there_or_destroyed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.id}"

    @property
    def why(self) -> str:
        """In the reader's language, where the product says it."""
        return tell(self.because)


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
