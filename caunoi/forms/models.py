from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.documents.models import StoredFile
from caunoi.places.models import Level, OrgUnit


class Form(models.Model):
    """What is asked, under a stable code (the XLSForm's `form_id`). Its content stands in versions."""

    code = models.CharField(max_length=80, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    pack = models.CharField(max_length=80)
    closed_on = models.DateField(null=True, blank=True, help_text="from this day on nothing is accepted")
    is_derived = models.BooleanField(
        default=False, help_text="filled from what the house knows; nobody fills it by hand"
    )

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
    entities = models.JSONField(default=list, help_text="see forms.rules.entities.Declaration")
    published_at = models.DateTimeField()
    known_from = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "version"], name="form_version_once")]
        ordering = ["form_id", "-id"]

    def __str__(self) -> str:
        return f"{self.form_id} {self.version}"


class FormFile(models.Model):
    """A file the form needs on the device: a picture, a CSV list, or a register's list made anew on each request."""

    form_version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200, help_text="as the form names it")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, help_text="null: a register or missing")
    entity_list = models.CharField(max_length=80, blank=True, help_text="the register's code")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form_version", "name"], name="form_file_once"),
            models.CheckConstraint(
                condition=models.Q(entity_list="") | models.Q(file__isnull=True), name="form_file_or_register"
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
    closes_days = models.SmallIntegerField(
        null=True, help_text="days after the period's last day until which it is accepted; null: never closes"
    )
    locks_days = models.SmallIntegerField(
        null=True, help_text="days after the period's last day after which what is approved is locked; null: by hand"
    )
    approval_level = models.CharField(
        max_length=12, choices=Level.choices, blank=True, help_text="of the first step; blank: none needed"
    )
    further_levels = models.JSONField(default=list, help_text="levels of the steps after the first, going up")
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

    @property
    def approval_levels(self) -> tuple[str, ...]:
        """Levels whose approvers decide in turn; empty if no approval is needed."""
        return (self.approval_level, *self.further_levels) if self.approval_level else ()


class Extension(models.Model):
    """A unit may send a form for a period until a later day than others, for a reason. The newest one counts."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="extensions")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    period_key = models.CharField(max_length=8)
    until = models.DateField(help_text="the last day on which it is accepted, and on time")
    reason = models.TextField()
    granted_by = models.CharField(max_length=200)
    granted_at = models.DateTimeField()
    known_from = models.BigIntegerField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["form", "period_key", "org_unit"])]

    def __str__(self) -> str:
        return f"{self.form_id} {self.org_unit_id} {self.period_key}"
