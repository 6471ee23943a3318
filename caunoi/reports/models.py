from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from caunoi.documents.models import StoredFile
from caunoi.places.models import OrgUnit
from caunoi.reports.rules.life import NUMBERED, ReportState

_NUMBERED = sorted(state.value for state in NUMBERED)


class ReportTemplate(models.Model):
    """A Word template of a pack with its parameters (the .toml beside it, parsed)."""

    code = models.CharField(max_length=80, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    pack = models.CharField(max_length=80)
    template = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    parameters = models.JSONField(default=dict)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ReportRun(models.Model):
    """A report: for which unit and days, in which state of its life. The file, and what it was made from, are those of
    its newest version, so that lists read one row.

    `key` stands in its file and in the address that its QR code leads to; it cannot be guessed.
    """

    key = models.CharField(max_length=32, unique=True)
    template_code = models.CharField(max_length=80)
    body = models.CharField(max_length=200, blank=True, help_text="who reports; blank: the unit's usual body")
    title = models.CharField(max_length=300)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="report_runs")
    day_from = models.DateField()
    day_to = models.DateField()
    boundaries = models.DateField()
    as_known = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=200)
    figures = models.IntegerField(default=0)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=ReportState.DRAFT.value)
    current_number = models.IntegerField(default=1)
    submitted_by_id = models.BigIntegerField(null=True)
    issue_number = models.CharField(max_length=60, blank=True, help_text="number and symbol: 12/BC-UBND")
    issued_on = models.DateField(null=True)
    issued_place = models.CharField(max_length=120, blank=True)
    signer = models.CharField(max_length=200, blank=True, help_text="title of who signs, as printed")
    signer_name = models.CharField(max_length=120, blank=True, help_text="their name; blank: the line stays empty")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=_NUMBERED, issued_on__isnull=False) & ~models.Q(issue_number="")
                | ~models.Q(state__in=_NUMBERED) & models.Q(issued_on__isnull=True, issue_number=""),
                name="report_issued_with_number_and_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"report:{self.pk}"


class VersionKind(models.TextChoices):
    MADE = "made", pgettext_lazy("version", "Lập từ số liệu")
    EDITED = "edited", pgettext_lazy("version", "Sửa trong Word")
    ISSUED = "issued", pgettext_lazy("version", "Bản ban hành")


class ReportVersion(models.Model):
    """The bytes of one version. Never changed: another version is another row."""

    run = models.ForeignKey(ReportRun, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    kind = models.CharField(max_length=10, choices=VersionKind.choices)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    as_known = models.BigIntegerField()
    figures = models.IntegerField()
    sentences_changed = models.IntegerField(default=0, help_text="against the version before")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["run_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="report_version_once")]

    def __str__(self) -> str:
        return f"{self.run_id} v{self.number}"


class ReportBatch(models.Model):
    """The same report of every unit of a level below a place, all as known at one moment: whoever stops in between goes
    on later with the same books."""

    template_code = models.CharField(max_length=80)
    body = models.CharField(max_length=200, blank=True)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="report_batches")
    level = models.CharField(max_length=10)
    day_from = models.DateField()
    day_to = models.DateField()
    boundaries = models.DateField()
    as_known = models.BigIntegerField()
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.template_code} {self.org_unit_id} {self.level}"

    @property
    def subject(self) -> str:
        return f"report-batch:{self.pk}"


class BatchUnit(models.Model):
    """A unit of a batch: its report, or `why` there is none; neither while it waits for its turn."""

    batch = models.ForeignKey(ReportBatch, on_delete=models.CASCADE, related_name="units")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField()
    run = models.ForeignKey(ReportRun, on_delete=models.PROTECT, null=True, related_name="batch_units")
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["batch_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "org_unit"], name="batch_unit_once"),
            models.CheckConstraint(
                condition=models.Q(run__isnull=True) | models.Q(why=""), name="batch_unit_made_or_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.org_unit_id}"


class OwnTemplate(models.Model):
    """A Word file that a unit put in the place of a template, for itself and all below it. Never changed: the newest
    number of a unit is the one in use, and without a file the unit goes back to what stands above it.

    `parameters`: as they were when it came. `pack_print`: of the pack's own template at that moment, so that a later
    one is noticed.
    """

    template_code = models.CharField(max_length=80)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="own_templates")
    number = models.IntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    file_name = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict)
    pack_print = models.CharField(max_length=64)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["template_code", "org_unit_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template_code", "org_unit", "number"], name="own_template_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_code} {self.org_unit_id} v{self.number}"


class BodyLayout(models.Model):
    """How the body that reports for a unit, and for all below it, lays out its reports: in place of the `[layout]` of
    every template, or of one (`template_code`). `body`: the name of one that reports beside the usual body (blank),
    with the same templates."""

    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="body_layouts")
    template_code = models.CharField(max_length=80, blank=True)
    body = models.CharField(max_length=200, blank=True)
    layout = models.JSONField()
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["org_unit_id", "template_code"]
        constraints = [
            models.UniqueConstraint(fields=["org_unit", "template_code", "body"], name="body_layout_once"),
        ]

    def __str__(self) -> str:
        return f"{self.org_unit_id} {self.template_code}"
