from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.documents.models import StoredFile
from caunoi.places.models import Level


class Form(models.Model):
    """What is asked, under a stable code (the XLSForm's `form_id`). Its content stands in versions."""

    code = models.CharField(max_length=80, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    pack = models.CharField(max_length=80)
    closed_on = models.DateField(null=True, blank=True, help_text="from this day on nothing is accepted")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class FormVersion(models.Model):
    """One published state of a form. Never changed; the newest by `published_at` is the one in use."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    version = models.CharField(max_length=80)
    source = models.ForeignKey(StoredFile, on_delete=models.PROTECT, help_text="the XLSForm as loaded")
    file_type = models.CharField(max_length=8, help_text="xlsx or md")
    xform = models.TextField()
    questions = models.JSONField(help_text="see forms.rules.questions.Question")
    published_at = models.DateTimeField()
    known_from = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "version"], name="form_version_once")]
        ordering = ["form_id", "-id"]

    def __str__(self) -> str:
        return f"{self.form_id} {self.version}"


class PeriodKind(models.TextChoices):
    MONTH = "month", _("tháng")
    QUARTER = "quarter", _("quý")
    HALF_YEAR = "half-year", _("6 tháng")
    YEAR = "year", _("năm")
    EVENT = "event", _("theo hoạt động")


class Assignment(models.Model):
    """Units of a level owe a form for each period (or may send it for each event).

    Columns as in docs/pack-format.md.
    """

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="assignments")
    level = models.CharField(max_length=12, choices=Level.choices)
    period_kind = models.CharField(max_length=10, choices=PeriodKind.choices)
    cut_off = models.SmallIntegerField(default=1)
    due_days = models.SmallIntegerField(default=5)
    approval_level = models.CharField(max_length=12, choices=Level.choices, blank=True, help_text="blank: none needed")
    self_approval_allowed = models.BooleanField(default=False)
    covers = models.JSONField(default=list, help_text="codes of event forms whose completeness this one vouches for")
    from_day = models.DateField(null=True)
    to_day = models.DateField(null=True)
    known_from = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "level", "from_day"], name="assignment_once_a_level_and_day"),
            models.CheckConstraint(condition=models.Q(cut_off__in=[1, 15]), name="assignment_cut_off_1_or_15"),
        ]
        ordering = ["form_id", "level"]

    def __str__(self) -> str:
        return f"{self.form_id} {self.level} {self.period_kind}"
